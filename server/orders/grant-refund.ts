import { returnStock } from '../catalog/stock.ts';
import type { Tx } from '../db/client.ts';
import { enqueue } from '../jobs/outbox.ts';
import { giveBackCapParts } from '../quotas/caps/take-caps.ts';
import { giveBackUnionCaps } from '../quotas/caps/union-cap.ts';
import { tallyReversal } from '../quotas/tally/tally-reversal.ts';
import { dayOf } from '../shared/days.ts';
import { completeWhenAllReceived } from './complete-order.ts';
import type { DecidedRefund, Grant } from './decide-refund.ts';
import { REFUND_LINE, takeFrom } from './held-shares.ts';
import { writeJournal } from './order-journal.ts';
import { nextFulfilmentState } from './order-states.ts';
import { restOfParcel } from './parcel-rest.ts';
import { nextRefundState } from './refund-states.ts';
import { refundedParts } from './refunded-parts.ts';
import { settleTenders } from './tenders/settle-tenders.ts';

/** Carries a granted refund out: line by line, then tally, journal and money, the parcel's state, and last caps and stock. */
export async function grantRefund(
  tx: Tx,
  { order, refund, fulfilment }: DecidedRefund,
  grant: Grant,
  at: Date,
): Promise<void> {
  const { outstanding, freightFen } = grant;
  const goodsFen = grant.lines.reduce((sum, line) => sum + line.fen, 0);
  await tx.refund.update({ where: { id: refund.id }, data: { goodsFen, freightFen }, select: { id: true } });
  for (const { refundLineId, lineId, quantity, fen, grams, restocked } of grant.lines) {
    await tx.refundLine.update({
      where: { id: refundLineId },
      data: { quantity, fen, grams, restocked, outstanding },
      select: { id: true },
    });
    await tx.orderLine.update({
      where: { id: lineId },
      data: {
        refundedQuantity: { increment: quantity },
        refundedFen: { increment: fen },
        refundedGrams: { increment: grams },
      },
      select: { id: true },
    });
  }
  await tallyReversal(tx, {
    source: 'refund',
    sourceId: refund.id,
    orderId: order.id,
    of: outstanding ? 'outstanding' : 'accepted',
    lines: grant.lines,
    day: dayOf(at),
    at,
  });
  const back = await settleTenders(tx, order, { source: 'refund', sourceId: refund.id, at });
  const amountFen = goodsFen + freightFen - back.allowanceFen;
  await writeJournal(tx, {
    orderId: order.id,
    source: 'refund_decision',
    sourceId: refund.id,
    at,
    amounts: {
      ...{ goods: -goodsFen - back.pointsFen, points: back.pointsFen, freight: -freightFen },
      ...{ allowance: back.allowanceFen, owed: amountFen },
    },
  });
  if (order.paymentWay === 'stripe' && amountFen > 0)
    await enqueue(tx, 'payment.refund_due', [{ orderId: order.id, source: 'refund', sourceId: refund.id, amountFen }]);
  // Nothing of it is on its way when the allowance has paid all.
  if (back.allowanceFen > 0 && amountFen === 0)
    await tx.refund.update({
      where: { id: refund.id },
      data: { state: nextRefundState('approved', 'pay') },
      select: { id: true },
    });
  if (order.paymentWay === 'on_account') await enqueue(tx, 'statement.due', [{ fulfilmentId: fulfilment.id }]);
  if (outstanding && grant.isWhole) {
    const state = nextFulfilmentState(fulfilment.state, 'refund_whole');
    await tx.fulfilment.update({
      where: { id: fulfilment.id },
      data: { state, dueAt: fulfilment.shippedAt && fulfilment.dueAt },
      select: { id: true },
    });
    await completeWhenAllReceived(tx, order, fulfilment.id, at);
  } else if (outstanding && fulfilment.state === 'partly_shipped') await endShipping(tx, order, fulfilment);
  await freeHolds(tx, order, { refundId: refund.id, goodsFen, keptOfGoodsFen: back.keptOfGoodsFen, ...grant }, at);
}

/** A parcel of which the refund gave up all that was not shipped yet is shipped. */
async function endShipping(
  tx: Tx,
  order: DecidedRefund['order'],
  { id, state }: DecidedRefund['fulfilment'],
): Promise<void> {
  const lines = order.lines.filter((line) => line.fulfilmentId === id);
  const rest = await restOfParcel(tx, id, lines, await refundedParts(tx, order.id));
  if (rest.lines.some(({ toShip }) => toShip > 0)) return;
  await tx.fulfilment.update({
    where: { id },
    data: { state: nextFulfilmentState(state, 'ship') },
    select: { id: true },
  });
}

/** Caps before stock, as an order takes them. */
async function freeHolds(
  tx: Tx,
  { id: orderId, allowanceFen }: DecidedRefund['order'],
  {
    refundId,
    goodsFen,
    keptOfGoodsFen,
    lines,
    held,
  }: Grant & Record<'refundId' | 'goodsFen' | 'keptOfGoodsFen', number>,
  at: Date,
): Promise<void> {
  const bought = lines.filter(({ isGift }) => !isGift);
  const parts = bought.map(({ refundLineId, productId, quantity }) => ({
    sourceId: refundLineId,
    productId,
    quantity,
  }));
  await giveBackCapParts(tx, orderId, 'refund', parts, at);
  const ofUnionFunds = allowanceFen > 0 ? { keptFen: keptOfGoodsFen } : { fen: goodsFen };
  await giveBackUnionCaps(tx, orderId, { source: 'refund', sourceId: refundId, ...ofUnionFunds }, at);
  const shares = takeFrom(held, new Map(lines.map((line) => [line.lineId, line.restocked])));
  await returnStock(
    tx,
    shares.map(({ lineId, batchId, quantity }) => ({
      batchId,
      quantity,
      event: 'returned',
      source: REFUND_LINE,
      sourceId: lines.find((line) => line.lineId === lineId)?.refundLineId ?? 0,
    })),
    at,
  );
  await enqueue(
    tx,
    'product.changed',
    lines.filter((line) => line.restocked > 0).map(({ productId }) => ({ productId })),
  );
}
