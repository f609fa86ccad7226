import { newCharge, newPaymentIntent, newRefund } from '../../clients/payment-sandbox/objects.ts';
import type { Stripe } from '../../clients/stripe.ts';
import type { Account } from '../../db/generated/enums.ts';
import type { Market } from './market.ts';
import { hoursLater } from './world.ts';
import { audit } from './write-audit.ts';
import type { WrittenOrder } from './write-order.ts';

interface JournalFact {
  orderId: number;
  source: 'placing' | 'payment' | 'cancellation' | 'receipt' | 'refund_decision' | 'refund' | 'transfer';
  sourceId: number;
  at: Date;
  amounts: Partial<Record<Account, number>>;
}

/** One movement of an order's money, as order-journal.ts writes it. */
export function writeJournal({ world }: Market, { amounts, ...fact }: JournalFact): void {
  for (const [account, fen] of Object.entries(amounts) as [Account, number][])
    if (fen !== 0) world.rows.add('journalEntry', { ...fact, account, fen });
}

const METHODS = ['alipay', 'wechat_pay', 'alipay', 'card'] as const;

/** The payment that placed an order. */
export function writePayment(market: Market, order: WrittenOrder): void {
  const { world } = market;
  const { id: orderId, row, draft } = order;
  const at = draft.fate.placedAt;
  const createdAt = hoursLater(draft.fate.decidedAt ?? draft.submittedAt, 0.01);
  const paymentId = world.rows.of('payment').length + 1;
  const method = METHODS[orderId % METHODS.length] ?? 'alipay';
  world.rows.add('payment', {
    orderId,
    state: 'succeeded',
    amountFen: row.totalFen,
    idempotencyKey: `demo-payment-${paymentId}`,
    sessionId: `cs_demo_${paymentId}`,
    paymentIntentId: `pi_demo_${paymentId}`,
    method,
    createdAt,
    expiresAt: hoursLater(createdAt, 30.5 / 60),
    succeededAt: at,
  });
  order.paymentId = paymentId;
  const { totalFen } = row;
  writeJournal(market, {
    orderId,
    source: 'payment',
    sourceId: paymentId,
    at,
    amounts: { owed: totalFen, paid: -totalFen },
  });
  audit(market, {
    at,
    actorId: draft.buyerId,
    action: 'payment.succeed',
    subjectId: orderId,
    unitId: row.unitId,
    before: { state: 'awaiting_payment' },
    after: { amountFen: totalFen },
  });
  const [intent, charge] = sandboxPayment(paymentId, { fen: totalFen, method, at });
  world.rows.add('sandboxObject', intent);
  world.rows.add('sandboxObject', charge);
  order.charge = (charge.data as { object: Stripe.Charge }).object;
}

/** What the payment sandbox would remember of a payment, its intent and its charge, so that it can be refunded: a recall reaches far back. */
export function sandboxPayment(
  paymentId: number,
  { fen, method, at }: { fen: number; method: (typeof METHODS)[number]; at: Date },
) {
  const created = Math.floor(at.getTime() / 1000);
  const session = {
    object: { amount_total: fen, payment_method_types: [method] },
    paymentIntentData: { description: null, metadata: {} },
  } as unknown as Parameters<typeof newPaymentIntent>[0];
  const intent = { ...newPaymentIntent(session, created), id: `pi_demo_${paymentId}` };
  const charge = {
    ...newCharge(intent, method, true, created),
    id: `ch_demo_${paymentId}`,
    payment_method: `pm_demo_${paymentId}`,
  };
  Object.assign(intent, {
    status: 'succeeded',
    amount_received: fen,
    latest_charge: charge.id,
    payment_method: charge.payment_method,
  });
  const delivery = { delaySeconds: 0, duplicate: false, outOfOrder: false };
  return [
    remembered('payment_intent', intent.id, { object: intent }, at),
    remembered('charge', charge.id, { object: charge, delivery, refundsFail: false }, at),
  ] as const;
}

function remembered(type: string, id: string, data: object, at: Date) {
  return { id, type, data: JSON.parse(JSON.stringify(data)), createdAt: at, updatedAt: at };
}

/** Money sent back, once Stripe had taken the refund. */
export function writeRefund(
  market: Market,
  order: WrittenOrder,
  {
    source,
    sourceId,
    at,
    amountFen,
  }: { source: 'cancellation' | 'receipt' | 'refund'; sourceId: number; at: Date; amountFen: number },
): void {
  const { world } = market;
  if (order.paymentId === null) return;
  const succeededAt = hoursLater(at, 0.01);
  const refundId = world.rows.of('paymentRefund').length + 1;
  world.rows.add('paymentRefund', {
    paymentId: order.paymentId,
    refundId: source === 'refund' ? sourceId : null,
    source,
    sourceId,
    amountFen,
    state: 'succeeded',
    idempotencyKey: `refund-${source}-${sourceId}`,
    providerId: `re_demo_${refundId}`,
    createdAt: at,
    succeededAt,
  });
  const amounts = { refunded: amountFen, owed: -amountFen };
  writeJournal(market, { orderId: order.id, source: 'refund', sourceId: refundId, at: succeededAt, amounts });
  const { charge } = order;
  if (!charge) return;
  charge.amount_refunded += amountFen;
  charge.refunded = charge.amount_refunded === charge.amount;
  const metadata = { orderId: String(order.id), source, sourceId: String(sourceId) };
  const sent = newRefund(charge, amountFen, Math.floor(at.getTime() / 1000), { reason: null, metadata });
  const { pending_reason, ...object } = { ...sent, id: `re_demo_${refundId}`, status: 'succeeded' };
  world.rows.add('sandboxObject', remembered('refund', object.id, { object }, at));
}

/** Cancelled by its buyer before a supplier confirmed: everything is reversed, stock is free, what was paid goes back. */
export function writeCancellation(market: Market, order: WrittenOrder): void {
  const { world, lots, tally } = market;
  const { id: orderId, row, draft, parcels } = order;
  const at = draft.fate.endedAt;
  const reason = '计划有变，不再需要（演示）';
  const sourceId = world.rows.add('cancellation', { orderId, byId: draft.buyerId, reason, at });
  const fact = { source: 'cancellation', sourceId, at } as const;
  for (const parcel of parcels) Object.assign(parcel.row, { state: 'cancelled', dueAt: null });
  for (const line of parcels.flatMap((parcel) => parcel.lines)) {
    lots.release(line.shares, line.id, at);
    if (line.tally) tally.reverse(line.tally, { fen: line.row.payableFen, grams: line.row.grams }, fact);
  }
  market.unionCaps.release(orderId, at);
  const { goodsFen, freightFen, totalFen } = row;
  writeJournal(market, { orderId, ...fact, amounts: { goods: -goodsFen, freight: -freightFen, owed: totalFen } });
  if (row.paymentWay === 'stripe') writeRefund(market, order, { ...fact, amountFen: totalFen });
  audit(market, {
    at,
    actorId: draft.buyerId,
    action: 'order.cancel',
    subjectId: orderId,
    unitId: row.unitId,
    before: { state: 'placed' },
    after: { state: 'cancelled' },
    reason,
  });
  Object.assign(row, { state: 'cancelled', heldUntil: null, closedAt: at });
}
