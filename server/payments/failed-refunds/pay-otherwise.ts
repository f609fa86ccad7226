import { type Actor, hasRole } from '../../accounts/actor.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient, Tx } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { tellBuyer } from '../../orders/buyer-news.ts';
import type { LockedOrder } from '../../orders/lock-order.ts';
import { writeJournal } from '../../orders/order-journal.ts';
import { NotAllowed, NotFound, StateConflict } from '../../shared/errors.ts';
import { moveRequest } from '../converge-refund.ts';
import { lockFailedRefund } from './lock-failed-refund.ts';

export interface NewPayout {
  /** the bank's serial number of the transfer */
  bankReference: string;
  note: string | null;
}

/**
 * An operator says that a refund which the bank returned was paid by a transfer instead. It counts once another operator has
 * confirmed it. Refuses others with 404; 409 once the refund was settled, or while one waits already. Returns its id.
 */
export async function proposePayout(
  db: PrismaClient,
  actor: Actor,
  paymentRefundId: number,
  { bankReference, note }: NewPayout,
  at: Date,
): Promise<number> {
  if (!hasRole(actor, 'operator')) throw new NotFound();
  return inTransaction(db, async (tx) => {
    const { order, refund, proposed } = await lockFailedRefund(tx, paymentRefundId);
    if (proposed) throw new StateConflict('payoutWaits');
    const { id } = await tx.refundPayout.create({
      data: { paymentRefundId, bankReference, note, proposedById: actor.id, proposedAt: at },
      select: { id: true },
    });
    await noteFor(tx, actor, order, 'payment.propose_payout', { refund, bankReference, at });
    return id;
  });
}

/**
 * Another operator than who said so confirms that a refund was paid otherwise, which settles it and is told to the buyer, or refuses;
 * who said it may only take it back. Refuses others with 404, the own confirmation with 403, and one that was decided with 409.
 */
export async function decidePayout(
  db: PrismaClient,
  actor: Actor,
  payoutId: number,
  decision: 'confirm' | 'refuse',
  at: Date,
): Promise<void> {
  if (!hasRole(actor, 'operator')) throw new NotFound();
  const found = await db.refundPayout.findUnique({ where: { id: payoutId }, select: { paymentRefundId: true } });
  if (!found) throw new NotFound();
  await inTransaction(db, async (tx) => {
    const { order, refund, proposed } = await lockFailedRefund(tx, found.paymentRefundId);
    if (proposed?.id !== payoutId) throw new StateConflict('payoutDecided');
    if (decision === 'confirm' && proposed.proposedById === actor.id) throw new NotAllowed('ownProposal');
    await tx.refundPayout.update({
      where: { id: payoutId },
      data: { state: decision === 'confirm' ? 'paid' : 'refused', decidedById: actor.id, decidedAt: at },
      select: { id: true },
    });
    const { bankReference } = proposed;
    const action = decision === 'confirm' ? 'payment.payout' : 'payment.refuse_payout';
    await noteFor(tx, actor, order, action, { refund, bankReference, at });
    if (decision === 'confirm') await settle(tx, order.id, refund, payoutId, at);
  });
}

async function settle(
  tx: Tx,
  orderId: number,
  refund: { id: number; amountFen: number; refundId: number | null },
  payoutId: number,
  at: Date,
): Promise<void> {
  await tx.paymentRefund.update({
    where: { id: refund.id },
    data: { state: 'paid_otherwise', succeededAt: at },
    select: { id: true },
  });
  await moveRequest(tx, refund, 'pay');
  const amounts = { refunded: refund.amountFen, owed: -refund.amountFen };
  await writeJournal(tx, { orderId, source: 'refund_otherwise', sourceId: payoutId, at, amounts });
  await tellBuyer(tx, { fact: 'money_paid_otherwise', id: refund.id });
}

function noteFor(
  tx: Tx,
  actor: Actor,
  { id, unitId }: LockedOrder,
  action: string,
  { refund, bankReference, at }: { refund: { id: number; amountFen: number }; bankReference: string; at: Date },
): Promise<void> {
  const after = { refundId: refund.id, amountFen: refund.amountFen, bankReference };
  return audit(tx, { at, actorId: actor.id, action, subjectType: 'order', subjectId: id, unitId, after });
}
