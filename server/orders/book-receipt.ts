import type { Tx } from '../db/client.ts';
import { enqueue } from '../jobs/outbox.ts';
import { giveBackCapParts, takeCapPartsAgain } from '../quotas/caps/take-caps.ts';
import { giveBackUnionCaps, takeUnionCapsAgain } from '../quotas/caps/union-cap.ts';
import { tallyCounting } from '../quotas/tally/tally-counting.ts';
import { tallyExtra } from '../quotas/tally/tally-extra.ts';
import { tallyReversal } from '../quotas/tally/tally-reversal.ts';
import { dayOf } from '../shared/days.ts';
import type { lockFulfilment } from './lock-order.ts';
import { writeJournal } from './order-journal.ts';
import type { ReceivedLine } from './received-lines.ts';
import { type SettledTenders, settleTenders } from './tenders/settle-tenders.ts';
import { wayOf } from './way-of-buying.ts';

export type Fulfilled = Awaited<ReturnType<typeof lockFulfilment>>;

/**
 * Writes a receipt's lines and everything that follows: what is missing is reversed, no longer owed, and due back when it was paid;
 * what is owed beside what was ordered is placed; then what was accepted counts (rules 2, 4, 25, 28). Caps come last, as an order takes
 * them. Under the order's lock; the caller moves the states.
 */
export async function bookReceipt(
  tx: Tx,
  { order }: Fulfilled,
  receiptId: number,
  received: readonly ReceivedLine[],
  at: Date,
  countedAs: readonly ('review' | 'settlement')[] = [],
): Promise<void> {
  const lineIds = await saveLines(tx, receiptId, received);
  const fact = { source: 'receipt', sourceId: receiptId, orderId: order.id, day: dayOf(at), at } as const;
  const parts = received.map(({ line, missing, accepted }) => ({ lineId: line.id, missing, accepted }));
  await tallyReversal(tx, {
    ...fact,
    of: 'outstanding',
    lines: parts.map(({ lineId, missing }) => ({
      lineId,
      fen: Math.max(0, missing.fen),
      grams: Math.max(0, missing.grams),
    })),
  });
  await tallyExtra(tx, {
    ...fact,
    lines: parts.map(({ lineId, missing }) => ({
      lineId,
      fen: Math.max(0, -missing.fen),
      grams: Math.max(0, -missing.grams),
    })),
  });
  const { keptOfGoodsFen } = await settleMoney(tx, order, receiptId, received, at);
  for (const as of [undefined, ...countedAs])
    await tallyCounting(tx, {
      ...fact,
      lineIds: parts.filter(({ accepted }) => accepted.quantity > 0).map(({ lineId }) => lineId),
      parts: new Map(parts.map(({ lineId, accepted }) => [lineId, accepted])),
      way: wayOf(order),
      countedAs: as,
    });
  await giveBackMissing(tx, order, { receiptId, received, lineIds, keptOfGoodsFen }, at);
}

async function saveLines(tx: Tx, receiptId: number, received: readonly ReceivedLine[]): Promise<Map<number, number>> {
  await tx.receiptLine.createMany({
    data: received.map(({ line, accepted, missing, weighedGrams, shortQuantity, damagedQuantity, note }) => ({
      receiptId,
      lineId: line.id,
      acceptedQuantity: accepted.quantity,
      acceptedGrams: accepted.grams,
      acceptedFen: accepted.fen,
      missingFen: missing.fen,
      missingGrams: missing.grams,
      ...{ weighedGrams, shortQuantity, damagedQuantity, note },
    })),
  });
  const saved = await tx.receiptLine.findMany({ where: { receiptId }, select: { id: true, lineId: true } });
  const idOf = new Map(saved.map(({ id, lineId }) => [lineId, id]));
  const of = (received: ReceivedLine) => idOf.get(received.line.id) ?? 0;
  await tx.receiptBatch.createMany({
    data: received.flatMap((one) => one.batches.map((batch) => ({ ...batch, receiptLineId: of(one) }))),
  });
  for (const { line, accepted } of received)
    await tx.orderLine.update({
      where: { id: line.id },
      data: {
        acceptedQuantity: { increment: accepted.quantity },
        acceptedGrams: { increment: accepted.grams },
        acceptedFen: { increment: accepted.fen },
      },
      select: { id: true },
    });
  return idOf;
}

async function settleMoney(
  tx: Tx,
  order: Fulfilled['order'],
  receiptId: number,
  received: readonly ReceivedLine[],
  at: Date,
): Promise<SettledTenders> {
  const back = await settleTenders(tx, order, { source: 'receipt', sourceId: receiptId, at });
  const goodsFen = received.reduce((sum, line) => sum + line.missing.fen, 0);
  const amountFen = goodsFen - back.allowanceFen;
  await writeJournal(tx, {
    orderId: order.id,
    source: 'receipt',
    sourceId: receiptId,
    at,
    amounts: {
      ...{ goods: -goodsFen - back.pointsFen, points: back.pointsFen },
      ...{ allowance: back.allowanceFen, owed: amountFen },
    },
  });
  if (amountFen > 0 && order.paymentWay === 'stripe')
    await enqueue(tx, 'payment.refund_due', [{ orderId: order.id, source: 'receipt', sourceId: receiptId, amountFen }]);
  return back;
}

interface Missing {
  receiptId: number;
  received: readonly ReceivedLine[];
  /** of the receipt, by the order's line */
  lineIds: ReadonlyMap<number, number>;
  /** that a welfare allowance still pays */
  keptOfGoodsFen: number;
}

/** What did not arrive may be bought again, and what was accepted after all takes its part again (rule 10). */
async function giveBackMissing(
  tx: Tx,
  { id: orderId, allowanceFen }: Fulfilled['order'],
  { receiptId, received, lineIds, keptOfGoodsFen }: Missing,
  at: Date,
): Promise<void> {
  const bought = received.filter(({ line }) => !line.isGift);
  const parts = bought.map(({ line, shortQuantity, damagedQuantity }) => ({
    sourceId: lineIds.get(line.id) ?? 0,
    productId: line.productId,
    quantity: shortQuantity + damagedQuantity,
  }));
  await giveBackCapParts(tx, orderId, 'receipt_line', parts, at);
  const again = parts.filter(({ quantity }) => quantity < 0).map((part) => ({ ...part, quantity: -part.quantity }));
  await takeCapPartsAgain(tx, orderId, again, at);
  const fen = received.reduce((sum, { missing }) => sum + missing.fen, 0);
  const ofUnionFunds = allowanceFen > 0 ? { keptFen: keptOfGoodsFen } : { fen };
  await giveBackUnionCaps(tx, orderId, { source: 'receipt', sourceId: receiptId, ...ofUnionFunds }, at);
  await takeUnionCapsAgain(tx, orderId, { sourceId: receiptId, fen: -fen }, at);
}
