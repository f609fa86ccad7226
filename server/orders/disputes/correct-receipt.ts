import type { Tx } from '../../db/client.ts';
import { enqueue } from '../../jobs/outbox.ts';
import { RuleRefusal } from '../../shared/errors.ts';
import { formatKilograms } from '../../shared/weight.ts';
import { bookReceipt } from '../book-receipt.ts';
import { less, type Part, splitOff } from '../line-parts.ts';
import type { ReceivedLine } from '../received-lines.ts';
import { owesHeavier, settledByWeight, weightRange } from '../weighed-parts.ts';
import type { LockedDispute } from './lock-dispute.ts';
import type { SettledLine } from './settle-dispute.ts';

/**
 * Writes the receipt that corrects another one: so much of what was short or damaged was accepted after all. It is placed and counted
 * anew, takes its caps again (refused when somebody else has them), and is owed on the statement that is open then. Returns its id.
 */
export async function correctReceipt(
  tx: Tx,
  locked: LockedDispute,
  settled: readonly SettledLine[],
  byId: number,
  at: Date,
): Promise<number> {
  const { order, fulfilment, dispute } = locked;
  const received = settled.map((line) => correctedLine(locked, line));
  const receipt = await tx.receipt.create({
    data: { fulfilmentId: fulfilment.id, kind: 'settlement', byId, at },
    select: { id: true },
  });
  if (order.paymentWay === 'on_account')
    await enqueue(tx, 'statement.due', [{ fulfilmentId: dispute.receipt.fulfilmentId }]);
  await bookReceipt(tx, locked, receipt.id, received, at, await countedAs(tx, locked));
  return receipt.id;
}

/** A delivery that was reviewed, or paid, counted by that; its correction follows it. */
async function countedAs(tx: Tx, { fulfilment, dispute }: LockedDispute): Promise<('review' | 'settlement')[]> {
  const review = await tx.deliveryReview.count({ where: { fulfilmentId: fulfilment.id } });
  const stated = await tx.statementLine.findMany({
    where: { receiptLine: { receiptId: dispute.receiptId }, fen: { gt: 0 } },
    select: { paidAt: true },
  });
  const isPaid = stated.length > 0 && stated.every(({ paidAt }) => paidAt !== null);
  return [...(review > 0 ? (['review'] as const) : []), ...(isPaid ? (['settlement'] as const) : [])];
}

/** Of the missing fen and grams the share of so many units; by weight what the scales showed, within the tolerance. */
function correctedLine(
  { order, dispute, lines }: LockedDispute,
  { lineId, quantity, grams }: SettledLine,
): ReceivedLine {
  const line = lines.find((one) => one.id === lineId);
  const missing = dispute.receipt.lines.find((one) => one.lineId === lineId);
  if (!line || !missing) throw new Error(`line ${lineId} is not on receipt ${dispute.receiptId}`);
  const lost = missing.shortQuantity + missing.damagedQuantity;
  const isWeighed = line.pricePerKgFen !== null;
  const ordered: Part = isWeighed
    ? splitOff({ quantity: line.quantity, fen: line.payableFen, grams: line.grams }, quantity)
    : splitOff({ quantity: lost, fen: missing.missingFen, grams: missing.missingGrams }, quantity);
  const { most } = weightRange(line, quantity);
  if (isWeighed && (grams ?? 0) > most)
    throw new RuleRefusal('badInput', [
      { path: `lines.0.grams`, code: 'tooHeavy', values: { name: line.name, most: formatKilograms(most) } },
    ]);
  const accepted = isWeighed ? settledByWeight(ordered, grams ?? 0, owesHeavier(order)) : ordered;
  const short = Math.min(quantity, missing.shortQuantity);
  const nothing: Part = { quantity: 0, fen: 0, grams: 0 };
  return {
    ...{ line, accepted, weighedGrams: isWeighed ? grams : null, note: null, batches: [], photos: [] },
    ...{ shortQuantity: 0 - short, damagedQuantity: 0 - (quantity - short) },
    missing: less(nothing, accepted),
  };
}
