import { isStripeRefusal, type Stripe } from '../clients/stripe.ts';
import type { PrismaClient } from '../db/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { lockOrder } from '../orders/lock-order.ts';
import { convergeRefund, type NotedRefund, type RefundDeps, takeBack } from './converge-refund.ts';
import { noteRefund, type RefundDue } from './note-refund.ts';

/** Stripe forgets an idempotency key after 24 hours; from long before then on it is asked what it has done. */
const KEY_IS_SURE_MS = 12 * 3_600_000;

/**
 * Sends one sum back to whoever paid, once per cause however often it is called and however long the market was away in between: the row
 * and its idempotency key come first, then Stripe, then the journal when Stripe has taken it. Throws when Stripe does not answer, so that the outbox tries again; what
 * Stripe refuses for good is a refund that came back.
 */
export async function refundPayment(deps: RefundDeps, due: RefundDue, now: Date): Promise<void> {
  const refund = await noted(deps.db, due);
  if (refund.state !== 'created') return;
  const { paymentIntentId } = await deps.db.payment.findUniqueOrThrow({
    where: { id: refund.paymentId },
    select: { paymentIntentId: true },
  });
  if (!paymentIntentId) throw new Error(`payment ${refund.paymentId} has no payment intent to refund`);
  const isOld = Date.now() - refund.createdAt.getTime() > KEY_IS_SURE_MS;
  const sent =
    (isOld && (await sentBefore(deps.stripe, due, paymentIntentId))) ||
    (await sentBy(deps, due, refund, paymentIntentId, now));
  if (sent) await convergeRefund(deps, sent.id, now);
}

/** The refund of this cause that Stripe has made of the payment already; null: none. */
async function sentBefore(
  stripe: Stripe,
  { orderId, source, sourceId }: RefundDue,
  paymentIntentId: string,
): Promise<Stripe.Refund | null> {
  for await (const made of stripe.refunds.list({ payment_intent: paymentIntentId, limit: 100 })) {
    const of = made.metadata;
    if (of?.orderId === String(orderId) && of.source === source && of.sourceId === String(sourceId)) return made;
  }
  return null;
}

async function sentBy(
  { db, stripe, log }: RefundDeps,
  due: RefundDue,
  refund: NotedRefund & { idempotencyKey: string },
  paymentIntentId: string,
  now: Date,
): Promise<Stripe.Refund | null> {
  try {
    return await stripe.refunds.create(
      {
        payment_intent: paymentIntentId,
        amount: refund.amountFen,
        metadata: { orderId: String(due.orderId), source: due.source, sourceId: String(due.sourceId) },
      },
      { idempotencyKey: refund.idempotencyKey },
    );
  } catch (error) {
    if (!isStripeRefusal(error)) throw error;
    log.error({ orderId: due.orderId, refund: refund.id, error }, 'a refund was refused');
    await inTransaction(db, async (tx) => {
      await lockOrder(tx, due.orderId);
      const { state } = await tx.paymentRefund.findUniqueOrThrow({ where: { id: refund.id }, select: { state: true } });
      const reason = (error as Stripe.errors.StripeError).code ?? null;
      if (state === 'created') await takeBack(tx, due.orderId, refund, { reason }, now);
    });
    return null;
  }
}

function noted(db: PrismaClient, due: RefundDue) {
  return inTransaction(db, async (tx) => {
    await lockOrder(tx, due.orderId);
    return noteRefund(tx, due);
  });
}
