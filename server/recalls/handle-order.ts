import { audit } from '../db/audit.ts';
import type { Tx } from '../db/client.ts';
import type { OrderState } from '../db/generated/enums.ts';
import { enqueue } from '../jobs/outbox.ts';
import { cancelByMarket } from '../orders/cancel-order.ts';
import { dropShares } from '../orders/drop-shares.ts';
import { giveBack } from '../orders/give-back.ts';
import { heldShares } from '../orders/held-shares.ts';
import { type LockedOrder, lockOrder } from '../orders/lock-order.ts';
import { restOfParcel, shippableShares } from '../orders/parcel-rest.ts';
import { refundedParts } from '../orders/refunded-parts.ts';
import { dayOf } from '../shared/days.ts';
import { RECALL_LINE } from './recall-told.ts';
import { chooseOthers, swapShares } from './swap-shares.ts';

/** In the market's own name; `reasonText` puts it into words. */
export const RECALLED = 'market.recalled';

const OVER: readonly OrderState[] = ['rejected', 'cancelled', 'expired'];

type Line = LockedOrder['lines'][number];

/**
 * What a recall does to one order, once, under the order's lock: of what was not sent, other batches take the place as far as there are
 * any; the rest is given back, or the order ends where nobody is bound by it yet. What was sent waits for its return.
 */
export async function handleOrder(
  tx: Tx,
  recall: { id: number; batchId: number },
  { lineId, orderId }: { lineId: number; orderId: number },
  at: Date,
): Promise<void> {
  const order = await lockOrder(tx, orderId);
  const line = order.lines.find(({ id }) => id === lineId);
  const known = await tx.recallLine.count({ where: { recallId: recall.id, lineId } });
  if (line && known === 0 && !OVER.includes(order.state)) await handleLine(tx, recall, order, line, at);
  await tx.recall.updateMany({
    where: { id: recall.id, lastLineId: { lt: lineId } },
    data: { lastLineId: lineId },
  });
}

async function handleLine(
  tx: Tx,
  { id: recallId, batchId }: { id: number; batchId: number },
  order: LockedOrder,
  line: Line,
  at: Date,
): Promise<void> {
  const sentQuantity = await sentOf(tx, line.id, batchId);
  const open = await openShare(tx, order, line, batchId);
  const others = open.quantity > 0 ? await chooseOthers(tx, line.productId, open.quantity, dayOf(at)) : [];
  const most = others.reduce((sum, share) => sum + share.quantity, 0);
  const isPlaced = order.placedAt !== null;
  const cancelled = !isPlaced && most < open.quantity;
  if (open.quantity + sentQuantity === 0) return;
  const swapped = cancelled ? 0 : most;
  const givenBack = cancelled ? 0 : open.quantity - most;
  const { id: recallLineId } = await tx.recallLine.create({
    data: {
      ...{ recallId, orderId: order.id, lineId: line.id, sentQuantity, cancelled, at },
      ...{ swappedQuantity: swapped, givenBackQuantity: givenBack },
    },
    select: { id: true },
  });
  await audit(tx, {
    ...{ at, actorId: null, action: 'recall.handle', subjectType: 'order', subjectId: order.id, unitId: order.unitId },
    ...{ after: { recallId, lineId: line.id, swapped, givenBack, sent: sentQuantity, cancelled }, reason: RECALLED },
  });
  await enqueue(tx, RECALL_LINE, [{ recallLineId }]);
  if (cancelled) await cancelByMarket(tx, order, RECALLED, at);
  if (givenBack > 0) await giveBackOpen(tx, order, line, { recallLineId, batchId, quantity: givenBack }, at);
  // Stock is the last lock.
  if (swapped > 0) await swapShares(tx, { recallLineId, lineId: line.id, batchId }, others, at);
}

/** Units of the batch that left the supplier for this line. */
async function sentOf(tx: Tx, lineId: number, batchId: number): Promise<number> {
  const { _sum } = await tx.shipmentLine.aggregate({ where: { lineId, batchId }, _sum: { quantity: true } });
  return _sum.quantity ?? 0;
}

/** Units of the batch that are promised to this line and still with the supplier. */
async function openShare(tx: Tx, order: LockedOrder, line: Line, batchId: number): Promise<{ quantity: number }> {
  const parcel = order.fulfilments.find(({ id }) => id === line.fulfilmentId);
  if (!parcel || ['shipped', 'received', 'cancelled'].includes(parcel.state)) return { quantity: 0 };
  const shares =
    parcel.state === 'partly_shipped'
      ? await shippableShares(tx, await restOf(tx, order, parcel.id))
      : await heldShares(tx, [line.id]);
  const own = shares.find((share) => share.lineId === line.id && share.batchId === batchId);
  return { quantity: own?.quantity ?? 0 };
}

async function restOf(tx: Tx, order: LockedOrder, fulfilmentId: number) {
  const lines = order.lines.filter((line) => line.fulfilmentId === fulfilmentId);
  return restOfParcel(tx, fulfilmentId, lines, await refundedParts(tx, order.id));
}

/** A placed order's goods that nothing can replace: a refund, or of a parcel that went in part its rest given up. */
async function giveBackOpen(
  tx: Tx,
  order: LockedOrder,
  line: Line,
  { recallLineId, batchId, quantity }: { recallLineId: number; batchId: number; quantity: number },
  at: Date,
): Promise<void> {
  const held = [{ lineId: line.id, batchId, quantity }];
  const fulfilment = order.fulfilments.find(({ id }) => id === line.fulfilmentId);
  if (fulfilment?.state === 'partly_shipped') {
    const lines = order.lines.filter(({ fulfilmentId }) => fulfilmentId === fulfilment.id);
    const rest = await restOf(tx, order, fulfilment.id);
    const how = { actorId: null, reason: RECALLED, backOnShelf: true };
    await dropShares(tx, { order, fulfilment, lines }, rest, held, how, at);
    return;
  }
  if (!fulfilment) return;
  const given = { parts: [{ line, quantity }], reason: RECALLED, byId: null, held };
  const refundId = await giveBack(tx, order, fulfilment, given, at);
  await tx.recallRefund.create({ data: { refundId, recallLineId, isReturn: false }, select: { refundId: true } });
}
