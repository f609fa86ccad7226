import { randomUUID } from 'node:crypto';
import { type Actor, hasRole } from '../../accounts/actor.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { enqueue } from '../../jobs/outbox.ts';
import { NotFound, StateConflict } from '../../shared/errors.ts';
import { lockFailedRefund } from './lock-failed-refund.ts';

/**
 * An operator has a refund that the bank returned sent again, to the same payment: a row and an idempotency key of its own, in its
 * place, which may come back as well. Refuses others with 404; 409 once it was settled, or while a payout of it waits for the second
 * person. Returns the new row's id.
 */
export async function resendRefund(db: PrismaClient, actor: Actor, id: number, at: Date): Promise<number> {
  if (!hasRole(actor, 'operator')) throw new NotFound();
  return inTransaction(db, async (tx) => {
    const { order, refund, proposed } = await lockFailedRefund(tx, id);
    if (proposed) throw new StateConflict('payoutWaits');
    await tx.paymentRefund.update({ where: { id }, data: { state: 'resent' }, select: { id: true } });
    const { paymentId, refundId, amountFen } = refund;
    const again = await tx.paymentRefund.create({
      data: {
        ...{ paymentId, refundId, amountFen, source: 'again', sourceId: id },
        ...{ idempotencyKey: randomUUID(), createdAt: at },
      },
      select: { id: true },
    });
    await enqueue(tx, 'payment.refund_due', [{ orderId: order.id, source: 'again', sourceId: id, amountFen }]);
    await audit(tx, {
      ...{ at, actorId: actor.id, action: 'payment.resend_refund', subjectType: 'order', subjectId: order.id },
      ...{ unitId: order.unitId, after: { refundId: again.id, insteadOf: id, amountFen } },
    });
    return again.id;
  });
}
