import type { PrismaClient } from '../db/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { lockOrder } from '../orders/lock-order.ts';
import { convergeRefund, type RefundDeps } from './converge-refund.ts';
import { noteRefund, type RefundDue } from './note-refund.ts';

/**
 * Sends one sum back to whoever paid, once per cause however often it is called: the row and its idempotency key come first, then
 * Stripe, then the journal when Stripe has taken it. Throws when Stripe does not answer, so that the outbox tries again.
 */
export async function refundPayment(deps: RefundDeps, due: RefundDue, now: Date): Promise<void> {
  const refund = await noted(deps.db, due);
  if (refund.state !== 'created') return;
  const { paymentIntentId } = await deps.db.payment.findUniqueOrThrow({
    where: { id: refund.paymentId },
    select: { paymentIntentId: true },
  });
  if (!paymentIntentId) throw new Error(`payment ${refund.paymentId} has no payment intent to refund`);
  const sent = await deps.stripe.refunds.create(
    {
      payment_intent: paymentIntentId,
      amount: refund.amountFen,
      metadata: { orderId: String(due.orderId), source: due.source, sourceId: String(due.sourceId) },
    },
    { idempotencyKey: refund.idempotencyKey },
  );
  await convergeRefund(deps, sent.id, now);
}

function noted(db: PrismaClient, due: RefundDue) {
  return inTransaction(db, async (tx) => {
    await lockOrder(tx, due.orderId);
    return noteRefund(tx, due);
  });
}
