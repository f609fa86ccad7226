import type { Stripe } from '../clients/stripe.ts';
import { audit } from '../db/audit.ts';
import type { PrismaClient, Tx } from '../db/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { enqueue } from '../jobs/outbox.ts';
import { tellBuyer } from '../orders/buyer-news.ts';
import { moveDeliveryIfLate } from '../orders/delivery/move-window.ts';
import { type LockedOrder, lockOrder } from '../orders/lock-order.ts';
import { writeJournal } from '../orders/order-journal.ts';
import { mayCommitToPool } from '../orders/order-pool.ts';
import { placeOrder } from '../orders/place-order.ts';
import { noteRefund, type RefundDue } from './note-refund.ts';
import { restToPay } from './start-payment.ts';

/**
 * Brings a payment to what Stripe says of its session now. Any order and any number of calls end in the same state, because Stripe is
 * asked afresh and the order's lock decides who settles. A paid order that can no longer be placed is refunded in full. Returns the
 * session's status.
 */
export async function convergePayment(
  db: PrismaClient,
  stripe: Stripe,
  sessionId: string,
  now: Date,
): Promise<Stripe.Checkout.Session['status']> {
  const session = await stripe.checkout.sessions.retrieve(sessionId);
  const paymentId = Number(session.metadata?.paymentId);
  const orderId = Number(session.metadata?.orderId);
  if (!Number.isSafeInteger(paymentId) || !Number.isSafeInteger(orderId)) return session.status;
  await inTransaction(db, async (tx) => {
    const order = await lockOrder(tx, orderId);
    if (session.payment_status === 'paid') await settle(tx, order, paymentId, session, now);
    else if (session.status === 'expired') {
      await tx.payment.updateMany({
        where: { id: paymentId, orderId, state: { in: ['created', 'open'] } },
        data: { state: 'expired' },
      });
    }
  });
  return session.status;
}

async function settle(
  tx: Tx,
  order: LockedOrder,
  paymentId: number,
  session: Stripe.Checkout.Session,
  at: Date,
): Promise<void> {
  const amountFen = session.amount_total ?? 0;
  const paymentIntentId =
    typeof session.payment_intent === 'string' ? session.payment_intent : (session.payment_intent?.id ?? null);
  const { count } = await tx.payment.updateMany({
    where: { id: paymentId, orderId: order.id, state: { not: 'succeeded' } },
    data: { state: 'succeeded', amountFen, sessionId: session.id, paymentIntentId, succeededAt: at },
  });
  if (count === 0) return;
  const places =
    order.state === 'awaiting_payment' && amountFen === restToPay(order) && (await mayCommitToPool(tx, order.poolId));
  if (places) {
    await moveDeliveryIfLate(tx, order, at);
    await placeOrder(tx, order, 'pay', at);
  }
  await writeJournal(tx, {
    orderId: order.id,
    source: 'payment',
    sourceId: paymentId,
    at,
    amounts: { owed: amountFen, paid: -amountFen },
  });
  if (!places && amountFen > 0) {
    const due: RefundDue = { orderId: order.id, source: 'late_payment', sourceId: paymentId, amountFen };
    // Noted at once, so that no other refund of the order is taken from this payment.
    await noteRefund(tx, due);
    await enqueue(tx, 'payment.refund_due', [due]);
    await tellBuyer(tx, { fact: 'paid_too_late', id: paymentId });
  }
  await audit(tx, {
    at,
    actorId: order.buyerId,
    action: 'payment.succeed',
    subjectType: 'order',
    subjectId: order.id,
    unitId: order.unitId,
    before: { state: order.state },
    after: { amountFen },
  });
}
