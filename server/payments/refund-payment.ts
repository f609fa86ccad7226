import { z } from 'zod';
import type { Stripe } from '../clients/stripe.ts';
import type { PrismaClient } from '../db/client.ts';
import { isDuplicate } from '../db/faults.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { lockOrder } from '../orders/lock-order.ts';
import { writeJournal } from '../orders/order-journal.ts';

/** Money that must go back, as the fact that caused it noted in the outbox. */
export const refundDue = z.object({
  orderId: z.number().int(),
  source: z.enum(['cancellation', 'receipt', 'refund', 'late_payment']),
  sourceId: z.number().int(),
  amountFen: z.number().int().positive(),
});

/**
 * Sends one sum back to whoever paid, once per cause however often it is called: the row and its idempotency key come first, then
 * Stripe, then the journal when Stripe has taken it. Throws when Stripe does not answer, so that the outbox tries again.
 */
export async function refundPayment(
  db: PrismaClient,
  stripe: Stripe,
  due: z.infer<typeof refundDue>,
  now: Date,
): Promise<void> {
  const refund = await noteRefund(db, due);
  if (!refund || refund.state === 'succeeded') return;
  const { paymentIntentId } = await db.payment.findUniqueOrThrow({
    where: { id: refund.paymentId },
    select: { paymentIntentId: true },
  });
  if (!paymentIntentId) throw new Error(`payment ${refund.paymentId} has no payment intent to refund`);
  const sent = await stripe.refunds.create(
    {
      payment_intent: paymentIntentId,
      amount: refund.amountFen,
      metadata: { orderId: String(due.orderId), source: due.source, sourceId: String(due.sourceId) },
    },
    { idempotencyKey: refund.idempotencyKey },
  );
  if (sent.status === 'failed' || sent.status === 'canceled')
    throw new Error(`Stripe did not refund payment ${refund.paymentId}: ${sent.failure_reason ?? sent.status}`);
  await inTransaction(db, async (tx) => {
    await lockOrder(tx, due.orderId);
    const { count } = await tx.paymentRefund.updateMany({
      where: { id: refund.id, state: { not: 'succeeded' } },
      data: { state: 'succeeded', providerId: sent.id, succeededAt: now },
    });
    if (count === 0) return;
    const amounts = { refunded: due.amountFen, owed: -due.amountFen };
    await writeJournal(tx, { orderId: due.orderId, source: 'refund', sourceId: refund.id, at: now, amounts });
  });
}

async function noteRefund(db: PrismaClient, { orderId, source, sourceId, amountFen }: z.infer<typeof refundDue>) {
  const payment = await db.payment.findFirst({
    where: { orderId, state: 'succeeded', ...(source === 'late_payment' ? { id: sourceId } : {}) },
    orderBy: { id: 'asc' },
    select: { id: true },
  });
  if (!payment) return null;
  try {
    return await db.paymentRefund.create({
      data: { paymentId: payment.id, source, sourceId, amountFen, idempotencyKey: `refund-${source}-${sourceId}` },
    });
  } catch (error) {
    if (isDuplicate(error))
      return db.paymentRefund.findUniqueOrThrow({ where: { source_sourceId: { source, sourceId } } });
    throw error;
  }
}
