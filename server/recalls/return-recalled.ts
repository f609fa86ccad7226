import type { Actor } from '../accounts/actor.ts';
import type { PrismaClient, Tx } from '../db/client.ts';
import type { RecallLine } from '../db/generated/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { enqueue } from '../jobs/outbox.ts';
import { giveBack, standingParts } from '../orders/give-back.ts';
import { type LockedOrder, lockOrder } from '../orders/lock-order.ts';
import { mayBuyerSee } from '../orders/order-policy.ts';
import { NotFound, RuleRefusal, StateConflict } from '../shared/errors.ts';
import { RECALLED } from './handle-order.ts';
import { RECALL_LINE } from './recall-told.ts';

export interface ReturnWish {
  recallId: number;
  orderId: number;
  quantity: number;
  /** what had been returned of it when the buyer looked; the supplier may have registered the same goods since */
  returned?: number;
}

/**
 * A buyer returns goods of a recalled batch: money by the way that it came, credit on account, tally and caps exactly, without anybody's
 * decision and only what is returned (rules 4, 18); the supplier is told that they come. Refuses another's order with 404, a recall
 * that was closed or a line of which something else was returned meanwhile with 409, a parcel of which nothing was received while
 * some is still to be sent, and more than the line got of the batch and still stands. Returns the refund's id.
 */
export async function returnRecalled(
  db: PrismaClient,
  actor: Actor,
  { recallId, orderId, quantity, returned }: ReturnWish,
  at: Date,
): Promise<number> {
  return inTransaction(db, async (tx) => {
    const order = await lockOrder(tx, orderId);
    if (!mayBuyerSee(actor, order)) throw new NotFound();
    const found = await tx.recallLine.findFirst({
      where: { recallId, orderId },
    });
    if (!found) throw new NotFound();
    await requireOpen(tx, recallId);
    if (returned !== undefined && returned !== found.returnedQuantity)
      throw new StateConflict('returnedMeanwhile', { returned: found.returnedQuantity });
    const refundId = await refundReturned(tx, order, found, { quantity, byId: actor.id }, at);
    await enqueue(tx, RECALL_LINE, [{ recallLineId: found.id, refundId }]);
    return refundId;
  });
}

/** Shared, so that a return and the closing of its recall come one after the other. Throws StateConflict `recallClosed`. */
export async function requireOpen(tx: Tx, recallId: number): Promise<void> {
  const [recall] = await tx.$queryRaw<{ state: string }[]>`
    SELECT state FROM recall WHERE id = ${recallId} LOCK IN SHARE MODE`;
  if (recall?.state === 'closed') throw new StateConflict('recallClosed');
}

/**
 * Refunds so many units of a recalled line as returned, under the order's lock. Refuses as returnRecalled does, by the field
 * `quantity`. Returns the refund's id.
 */
export async function refundReturned(
  tx: Tx,
  order: LockedOrder,
  found: RecallLine,
  { quantity, byId }: { quantity: number; byId: number },
  at: Date,
): Promise<number> {
  const line = order.lines.find(({ id }) => id === found.lineId);
  if (!line) throw new NotFound();
  const left = await mayReturn(tx, order, found);
  if (quantity > left)
    throw new RuleRefusal('badInput', [
      { path: 'quantity', code: 'moreThanStands', values: { name: line.name, left } },
    ]);
  const parcel = order.fulfilments.find(({ id }) => id === line.fulfilmentId);
  if (!parcel) throw new NotFound();
  const given = { parts: [{ line, quantity }], reason: RECALLED, byId, held: [] };
  const refundId = await giveBack(tx, order, parcel, given, at);
  await tx.recallRefund.create({
    data: { refundId, recallLineId: found.id, isReturn: true },
    select: { refundId: true },
  });
  await tx.recallLine.update({
    where: { id: found.id },
    data: { returnedQuantity: { increment: quantity } },
    select: { id: true },
  });
  return refundId;
}

/**
 * Units of a recalled line that can still be refunded as returned. Refuses a parcel that went in part and has not arrived at all, by the
 * field `quantity`.
 */
export async function mayReturn(
  tx: Tx,
  order: LockedOrder,
  { lineId, sentQuantity, returnedQuantity }: Pick<RecallLine, 'lineId' | 'sentQuantity' | 'returnedQuantity'>,
): Promise<number> {
  const line = order.lines.find(({ id }) => id === lineId);
  const parcel = order.fulfilments.find(({ id }) => id === line?.fulfilmentId);
  if (!parcel || parcel.state === 'cancelled') return 0;
  if (parcel.state === 'partly_shipped' && parcel.receivedAt === null)
    throw new RuleRefusal('badInput', [{ path: 'quantity', code: 'returnAfterReceipt' }]);
  const standing = (await standingParts(tx, order, parcel.id)).get(lineId)?.quantity ?? 0;
  const asked = await tx.refundLine.aggregate({
    where: { lineId, refund: { state: 'requested' } },
    _sum: { quantity: true },
  });
  return Math.max(0, Math.min(sentQuantity - returnedQuantity, standing - (asked._sum.quantity ?? 0)));
}
