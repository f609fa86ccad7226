import type { Actor } from '../accounts/actor.ts';
import { audit } from '../db/audit.ts';
import type { PrismaClient } from '../db/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { NotFound } from '../shared/errors.ts';
import { lockRefund } from './lock-order.ts';
import { mayBuyerSee } from './order-policy.ts';
import { nextRefundState } from './refund-states.ts';

/** The buyer takes a request back that nobody has decided yet. Refuses a stranger with 404 and a decided one with 409. Returns the order's id. */
export async function withdrawRefund(db: PrismaClient, actor: Actor, refundId: number, at: Date): Promise<number> {
  return inTransaction(db, async (tx) => {
    const { order, refund } = await lockRefund(tx, refundId);
    if (!mayBuyerSee(actor, order)) throw new NotFound();
    const state = nextRefundState(refund.state, 'withdraw');
    await tx.refund.update({ where: { id: refundId }, data: { state, decidedAt: at }, select: { id: true } });
    await audit(tx, {
      at,
      actorId: actor.id,
      action: 'refund.withdraw',
      subjectType: 'refund',
      subjectId: refundId,
      unitId: order.unitId,
      before: { state: refund.state },
      after: { state },
    });
    return order.id;
  });
}
