import type { Actor } from '../accounts/actor.ts';
import { returnStock } from '../catalog/stock.ts';
import { audit } from '../db/audit.ts';
import type { PrismaClient } from '../db/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { enqueue } from '../jobs/outbox.ts';
import { NotFound, RuleRefusal } from '../shared/errors.ts';
import { bookReceipt } from './book-receipt.ts';
import { completeWhenAllReceived } from './complete-order.ts';
import { splitOff } from './line-parts.ts';
import { lockFulfilment } from './lock-order.ts';
import { mayFulfil } from './order-policy.ts';
import { nextFulfilmentState } from './order-states.ts';
import { restOfParcel, shippableShares } from './parcel-rest.ts';
import type { ReceivedLine } from './received-lines.ts';
import { refundedParts } from './refunded-parts.ts';

export interface RestCancellation {
  /** told to the buyer */
  reason: string;
  /** the goods are there and can be sold to others */
  backOnShelf: boolean;
}

/** The source of the stock movements of goods that a dropped rest puts back; its id is the receipt's line. */
export const REST_LINE = 'rest_line';

/**
 * The supplier cannot deliver the rest of a parcel that went in part: what was not shipped is reversed, no longer owed, due back when it
 * was paid, and free of its caps (rules 4, 10), on a receipt of its own kind. Freight stays with what was delivered. Refuses another
 * supplier with 404, a parcel that did not go in part with 409, and no reason.
 */
export async function dropRest(
  db: PrismaClient,
  actor: Actor,
  fulfilmentId: number,
  { reason, backOnShelf }: RestCancellation,
  at: Date,
): Promise<number> {
  return inTransaction(db, async (tx) => {
    const fulfilled = await lockFulfilment(tx, fulfilmentId);
    const { order, fulfilment, lines } = fulfilled;
    if (!mayFulfil(actor, fulfilment)) throw new NotFound();
    nextFulfilmentState(fulfilment.state, 'drop_rest');
    if (reason === '') throw new RuleRefusal('badInput', [{ path: 'reason', code: 'reasonNeeded' }]);
    const rest = await restOfParcel(tx, fulfilmentId, lines, await refundedParts(tx, order.id));
    const shares = await shippableShares(tx, rest);
    const dropped = lines.flatMap((line): ReceivedLine[] => {
      const left = rest.lines.find(({ lineId }) => lineId === line.id);
      if (!left || left.toShip === 0) return [];
      return [
        {
          ...{ line, shortQuantity: left.toShip, damagedQuantity: 0, weighedGrams: null, note: null, photos: [] },
          accepted: { quantity: 0, fen: 0, grams: 0 },
          missing: splitOff(left.toArrive, left.toShip),
          batches: shares
            .filter(({ lineId }) => lineId === line.id)
            .map(({ batchId, quantity }) => ({
              ...{ batchId, acceptedQuantity: 0, shortQuantity: quantity, damagedQuantity: 0 },
            })),
        },
      ];
    });
    const ends = rest.open.length === 0;
    const state = nextFulfilmentState(fulfilment.state, ends ? 'drop_rest_and_end' : 'drop_rest');
    const receipt = await tx.receipt.create({
      data: { fulfilmentId, kind: 'rest', byId: actor.id, reason, at },
      select: { id: true },
    });
    await tx.fulfilment.update({ where: { id: fulfilmentId }, data: { state }, select: { id: true } });
    if (ends) await completeWhenAllReceived(tx, order, fulfilmentId, at);
    if (order.paymentWay === 'on_account') await enqueue(tx, 'statement.due', [{ fulfilmentId }]);
    await enqueue(tx, 'fulfilment.rest_dropped', [{ receiptId: receipt.id }]);
    await audit(tx, {
      at,
      actorId: actor.id,
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
  });
}

/** Stock is the last lock. */
async function putBack(
  tx: Parameters<typeof returnStock>[0],
  receiptId: number,
  dropped: readonly ReceivedLine[],
  at: Date,
): Promise<void> {
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
