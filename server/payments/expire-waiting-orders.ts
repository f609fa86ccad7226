import type { Stripe } from '../clients/stripe.ts';
import type { PrismaClient } from '../db/client.ts';
import { expireOrder } from '../orders/expire-order.ts';
import { convergePayment } from './converge-payment.ts';

const BATCH = 200;

/**
 * Ends orders that were held long enough. An open payment is closed at Stripe first; when that shows that it was paid after all, the
 * order is placed instead, so that nobody loses goods that were paid in the last second.
 */
export async function expireWaitingOrders(db: PrismaClient, stripe: Stripe, now: Date): Promise<number> {
  const due = await db.order.findMany({
    where: { state: { in: ['awaiting_payment', 'awaiting_approval'] }, heldUntil: { lte: now } },
    orderBy: { heldUntil: 'asc' },
    take: BATCH,
    select: {
      id: true,
      payments: {
        where: { state: { in: ['created', 'open'] }, sessionId: { not: null } },
        select: { sessionId: true },
      },
    },
  });
  let ended = 0;
  for (const order of due) {
    for (const { sessionId } of order.payments) if (sessionId) await closeSession(db, stripe, sessionId, now);
    if (await expireOrder(db, order.id, now)) ended += 1;
  }
  return ended;
}

async function closeSession(db: PrismaClient, stripe: Stripe, sessionId: string, now: Date): Promise<void> {
  const session = await stripe.checkout.sessions.retrieve(sessionId);
  if (session.status === 'open') await stripe.checkout.sessions.expire(sessionId).catch(() => undefined);
  await convergePayment(db, stripe, sessionId, now);
}
