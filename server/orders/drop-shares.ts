import { returnStock } from '../catalog/stock.ts';
import { audit } from '../db/audit.ts';
import type { Tx } from '../db/client.ts';
import { enqueue } from '../jobs/outbox.ts';
import { groupBy } from '../shared/group-by.ts';
import { bookReceipt, type Fulfilled } from './book-receipt.ts';
import { completeWhenAllReceived } from './complete-order.ts';
import { giftsLeftAlone } from './gifts-given-up.ts';
import type { HeldShare } from './held-shares.ts';
import { splitOff } from './line-parts.ts';
import { nextFulfilmentState } from './order-states.ts';
import { type ParcelRest, REST_LINE } from './parcel-rest.ts';
import type { ReceivedLine } from './received-lines.ts';

export interface Dropping {
  /** null: the market itself */
  actorId: number | null;
  reason: string;
  backOnShelf: boolean;
}

/**
 * Gives up what a parcel that went in part has still to ship of these shares: reversed, no longer owed, due back when it was paid, and
 * free of its caps (rules 4, 10), on a receipt of its own kind; gifts with the last of what was bought. With all that was to ship the
 * parcel is shipped. Under the order's lock. Returns the receipt's id.
 */
export async function dropShares(
  tx: Tx,
  fulfilled: Fulfilled,
  rest: ParcelRest,
  shares: readonly HeldShare[],
  { actorId, reason, backOnShelf }: Dropping,
  at: Date,
): Promise<number> {
  const { order, fulfilment, lines } = fulfilled;
  const fulfilmentId = fulfilment.id;
  const gifts = await giftsLeftAlone(tx, lines, rest, shares);
  const ofLine = groupBy([...shares, ...gifts], ({ lineId }) => lineId);
  const dropped = lines.flatMap((line): ReceivedLine[] => {
    const left = rest.lines.find(({ lineId }) => lineId === line.id);
    const given = ofLine.get(line.id) ?? [];
    const quantity = given.reduce((sum, share) => sum + share.quantity, 0);
    if (!left || quantity === 0) return [];
    return [
      {
        ...{ line, shortQuantity: quantity, damagedQuantity: 0, weighedGrams: null, note: null, photos: [] },
        accepted: { quantity: 0, fen: 0, grams: 0 },
        missing: splitOff(left.toArrive, quantity),
        batches: given.map((share) => ({
          ...{ batchId: share.batchId, acceptedQuantity: 0, shortQuantity: share.quantity, damagedQuantity: 0 },
        })),
      },
    ];
  });
  const isAll = rest.lines.every(
    ({ lineId, toShip }) => toShip === (dropped.find(({ line }) => line.id === lineId)?.shortQuantity ?? 0),
  );
  const ends = rest.open.length === 0;
  const state = isAll
    ? nextFulfilmentState(fulfilment.state, ends ? 'drop_rest_and_end' : 'drop_rest')
    : fulfilment.state;
  const receipt = await tx.receipt.create({
    data: { fulfilmentId, kind: 'rest', byId: actorId, reason, at },
    select: { id: true },
  });
  if (isAll) {
    await tx.fulfilment.update({ where: { id: fulfilmentId }, data: { state }, select: { id: true } });
    if (ends) await completeWhenAllReceived(tx, order, fulfilmentId, at);
  }
  if (order.paymentWay === 'on_account') await enqueue(tx, 'statement.due', [{ fulfilmentId }]);
  await audit(tx, {
    at,
    actorId,
    action: 'fulfilment.drop_rest',
    subjectType: 'fulfilment',
    subjectId: fulfilmentId,
    unitId: order.unitId,
    before: { state: fulfilment.state },
    after: { state, lines: dropped.map(({ line, missing }) => ({ lineId: line.id, ...missing })), backOnShelf },
    reason,
  });
  await bookReceipt(tx, fulfilled, receipt.id, dropped, at);
  if (backOnShelf) await putBack(tx, receipt.id, dropped, at);
  return receipt.id;
}

/** Stock is the last lock. */
async function putBack(tx: Tx, receiptId: number, dropped: readonly ReceivedLine[], at: Date): Promise<void> {
  const saved = await tx.receiptLine.findMany({ where: { receiptId }, select: { id: true, lineId: true } });
  const returns = dropped.flatMap(({ line, batches }) =>
    batches.map(({ batchId, shortQuantity }) => ({
      ...{ batchId, quantity: shortQuantity, event: 'returned' as const, source: REST_LINE },
      sourceId: saved.find(({ lineId }) => lineId === line.id)?.id ?? 0,
    })),
  );
  await returnStock(tx, returns, at);
  await enqueue(
    tx,
    'product.changed',
    dropped.map(({ line }) => ({ productId: line.productId })),
  );
}
