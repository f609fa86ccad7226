import type { Actor } from '../accounts/actor.ts';
import { audit } from '../db/audit.ts';
import type { PrismaClient } from '../db/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { NotAllowed, NotFound } from '../shared/errors.ts';
import { lockOrder } from './lock-order.ts';
import { isApproverOf, mayApprove } from './order-policy.ts';
import { nextOrderState } from './order-states.ts';
import { releaseHolds } from './release-holds.ts';

/** Refuses a unit's purchase with a reason; what it held is free again. Refusals as in approve-order.ts. */
export async function rejectOrder(
  db: PrismaClient,
  actor: Actor,
  orderId: number,
  reason: string,
  at: Date,
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const order = await lockOrder(tx, orderId);
    if (!isApproverOf(actor, order)) throw new NotFound();
    if (!mayApprove(actor, order)) throw new NotAllowed('ownPurchase');
    const state = nextOrderState(order.state, 'reject');
    await tx.order.update({
      where: { id: orderId },
      data: { state, heldUntil: null, closedAt: at },
      select: { id: true },
    });
    await tx.fulfilment.updateMany({ where: { orderId }, data: { state: 'cancelled' } });
    await tx.orderDecision.create({
      data: { orderId, decision: 'rejected', byId: actor.id, reason, at },
      select: { id: true },
    });
    await audit(tx, {
      at,
      actorId: actor.id,
      action: 'order.reject',
      subjectType: 'order',
      subjectId: orderId,
      unitId: order.unitId,
      before: { state: order.state },
      after: { state },
      reason,
    });
    await releaseHolds(tx, order, at);
  });
}
