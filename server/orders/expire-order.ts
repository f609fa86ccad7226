import { audit } from '../db/audit.ts';
import type { PrismaClient } from '../db/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { tellBuyer } from './buyer-news.ts';
import { lockOrder } from './lock-order.ts';
import { mayHappen, nextOrderState } from './order-states.ts';
import { releaseHolds } from './release-holds.ts';
import { settleTenders } from './tenders/settle-tenders.ts';

/** Ends an order that waited longer than it was held for; false when it has moved on meanwhile. */
export async function expireOrder(db: PrismaClient, orderId: number, at: Date): Promise<boolean> {
  return inTransaction(db, async (tx) => {
    const order = await lockOrder(tx, orderId);
    if (!mayHappen(order.state, 'expire') || !order.heldUntil || order.heldUntil > at) return false;
    const state = nextOrderState(order.state, 'expire');
    await tx.order.update({
      where: { id: orderId },
      data: { state, heldUntil: null, closedAt: at },
      select: { id: true },
    });
    await tx.fulfilment.updateMany({ where: { orderId }, data: { state: 'cancelled' } });
    await audit(tx, {
      at,
      actorId: null,
      action: 'order.expire',
      subjectType: 'order',
      subjectId: orderId,
      unitId: order.unitId,
      before: { state: order.state },
      after: { state },
    });
    await tellBuyer(tx, { fact: 'order_expired', id: orderId });
    await settleTenders(tx, order, { source: 'expiry', sourceId: orderId, isEnded: true, at });
    await releaseHolds(tx, order, at);
    return true;
  });
}
