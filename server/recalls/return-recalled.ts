import type { Actor } from '../accounts/actor.ts';
import type { PrismaClient, Tx } from '../db/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { giveBack, standingParts } from '../orders/give-back.ts';
import { type LockedOrder, lockOrder } from '../orders/lock-order.ts';
import { mayBuyerSee } from '../orders/order-policy.ts';
import { NotFound, RuleRefusal, StateConflict } from '../shared/errors.ts';
import { RECALLED } from './handle-order.ts';

/**
 * A buyer returns goods of a recalled batch: money by the way that it came, credit on account, tally and caps exactly, without anybody's
 * decision and only what is returned (rules 4, 18). Refuses another's order with 404, a recall that was closed with 409, a parcel of
 * which nothing was received while some is still to be sent, and more than the line got of the batch and still stands. Returns the
 * refund's id.
 */
export async function returnRecalled(
  db: PrismaClient,
  actor: Actor,
  { recallId, orderId, quantity }: { recallId: number; orderId: number; quantity: number },
  at: Date,
): Promise<number> {
  return inTransaction(db, async (tx) => {
    const order = await lockOrder(tx, orderId);
    if (!mayBuyerSee(actor, order)) throw new NotFound();
    const found = await tx.recallLine.findFirst({
      where: { recallId, orderId },
    });
    // Shared, so that a return and the closing of its recall come one after the other.
    const [recall] = await tx.$queryRaw<{ state: string }[]>`
      SELECT state FROM recall WHERE id = ${recallId} LOCK IN SHARE MODE`;
    const line = order.lines.find(({ id }) => id === found?.lineId);
    if (!found || !line || !recall) throw new NotFound();
    if (recall.state === 'closed') throw new StateConflict('recallClosed');
    const left = await mayReturn(tx, order, line, found);
    if (left === null) throw new RuleRefusal('badInput', [{ path: 'quantity', code: 'returnAfterReceipt' }]);
    if (quantity > left)
      throw new RuleRefusal('badInput', [
        { path: 'quantity', code: 'moreThanStands', values: { name: line.name, left } },
      ]);
    const parcel = order.fulfilments.find(({ id }) => id === line.fulfilmentId);
    if (!parcel) throw new NotFound();
    const given = { parts: [{ line, quantity }], reason: RECALLED, byId: actor.id, held: [] };
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
  });
}

/** Units that can still come back; null while a parcel that went in part has not arrived at all. */
async function mayReturn(
  tx: Tx,
  order: LockedOrder,
  line: LockedOrder['lines'][number],
  { sentQuantity, returnedQuantity }: { sentQuantity: number; returnedQuantity: number },
): Promise<number | null> {
  const parcel = order.fulfilments.find(({ id }) => id === line.fulfilmentId);
  if (!parcel || parcel.state === 'cancelled') return 0;
  if (parcel.state === 'partly_shipped' && parcel.receivedAt === null) return null;
  const standing = (await standingParts(tx, order, parcel.id)).get(line.id)?.quantity ?? 0;
  const asked = await tx.refundLine.aggregate({
    where: { lineId: line.id, refund: { state: 'requested' } },
    _sum: { quantity: true },
  });
  return Math.max(0, Math.min(sentQuantity - returnedQuantity, standing - (asked._sum.quantity ?? 0)));
}
