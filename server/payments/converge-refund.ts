import type { Logger } from 'pino';
import type { Stripe } from '../clients/stripe.ts';
import { audit } from '../db/audit.ts';
import type { PrismaClient, Tx } from '../db/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { tellBuyer } from '../orders/buyer-news.ts';
import { lockOrder } from '../orders/lock-order.ts';
import { writeJournal } from '../orders/order-journal.ts';
import { nextRefundState } from '../orders/refund-states.ts';
import { refundDue } from './note-refund.ts';

export interface RefundDeps {
  db: PrismaClient;
  stripe: Stripe;
  log: Logger;
}

/** What Stripe says later of such a refund changes nothing: it came back, and a person has taken it up. */
const ENDED: ReadonlySet<string> = new Set(['failed', 'resent', 'paid_otherwise']);

/**
 * Brings a refund to what Stripe says of it now: sent, confirmed, or returned by the bank, which makes it owed again and a task for a
 * person (`failed-refunds/`). Any order and any number of calls end in the same state. A refund that the market did not ask for is left alone.
 */
export async function convergeRefund({ db, stripe, log }: RefundDeps, providerId: string, now: Date): Promise<void> {
  const sent = await stripe.refunds.retrieve(providerId);
  const cause = refundDue.safeParse({
    orderId: Number(sent.metadata?.orderId),
    source: sent.metadata?.source,
    sourceId: Number(sent.metadata?.sourceId),
    amountFen: sent.amount,
  });
  if (!cause.success) return;
  const { orderId, source, sourceId } = cause.data;
  const failed = sent.status === 'failed' || sent.status === 'canceled';
  const changed = await inTransaction(db, async (tx) => {
    await lockOrder(tx, orderId);
    const refund = await tx.paymentRefund.findUnique({ where: { source_sourceId: { source, sourceId } } });
    if (!refund || ENDED.has(refund.state)) return false;
    if (failed) await takeBack(tx, orderId, refund, { providerId, reason: sent.failure_reason ?? null }, now);
    else await confirm(tx, orderId, refund, sent, now);
    return refund.state !== (await tx.paymentRefund.findUniqueOrThrow({ where: { id: refund.id } })).state;
  });
  if (failed && changed)
    log.error({ orderId, refund: providerId, reason: sent.failure_reason ?? sent.status }, 'a refund came back');
}

export interface NotedRefund {
  id: number;
  state: string;
  amountFen: number;
  /** the buyer's request that it pays */
  refundId: number | null;
}

async function confirm(tx: Tx, orderId: number, refund: NotedRefund, sent: Stripe.Refund, at: Date): Promise<void> {
  const state = sent.status === 'succeeded' ? 'succeeded' : 'pending';
  if (refund.state === 'succeeded' || refund.state === state) return;
  await tx.paymentRefund.update({
    where: { id: refund.id },
    data: { state, providerId: sent.id, succeededAt: state === 'succeeded' ? at : null },
    select: { id: true },
  });
  if (state === 'pending') return;
  await moveRequest(tx, refund, 'pay');
  const amounts = { refunded: refund.amountFen, owed: -refund.amountFen };
  await writeJournal(tx, { orderId, source: 'refund', sourceId: refund.id, at, amounts });
  await noteFor(tx, orderId, 'payment.refund', refund, at);
  await tellBuyer(tx, { fact: 'money_sent', id: refund.id });
}

/** The money is not with the buyer, who is told so: the row waits for a person. Under the order's lock. */
export async function takeBack(
  tx: Tx,
  orderId: number,
  refund: NotedRefund,
  { providerId, reason }: { providerId?: string; reason: string | null },
  at: Date,
): Promise<void> {
  await tx.paymentRefund.update({
    where: { id: refund.id },
    data: { state: 'failed', providerId, succeededAt: null, failedAt: at, failureReason: reason?.slice(0, 64) ?? null },
    select: { id: true },
  });
  await tellBuyer(tx, { fact: 'money_came_back', id: refund.id });
  await noteFor(tx, orderId, 'payment.refund_failed', refund, at);
  if (refund.state !== 'succeeded') return;
  await moveRequest(tx, refund, 'come_back');
  const amounts = { refunded: -refund.amountFen, owed: refund.amountFen };
  await writeJournal(tx, { orderId, source: 'refund_failure', sourceId: refund.id, at, amounts });
}

/** The buyer's request is paid once its money has gone, and no longer when that came back. */
export async function moveRequest(
  tx: Tx,
  { refundId }: Pick<NotedRefund, 'refundId'>,
  event: 'pay' | 'come_back',
): Promise<void> {
  if (refundId === null) return;
  const { state } = await tx.refund.findUniqueOrThrow({ where: { id: refundId }, select: { state: true } });
  await tx.refund.update({
    where: { id: refundId },
    data: { state: nextRefundState(state, event) },
    select: { id: true },
  });
}

function noteFor(tx: Tx, orderId: number, action: string, refund: NotedRefund, at: Date): Promise<void> {
  const after = { refundId: refund.id, amountFen: refund.amountFen };
  return audit(tx, { at, actorId: null, action, subjectType: 'order', subjectId: orderId, after });
}
