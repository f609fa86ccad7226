import { z } from 'zod';
import type { Stripe } from '../clients/stripe.ts';
import type { PrismaClient } from '../db/client.ts';
import { convergePayment } from './converge-payment.ts';
import { oneByOne } from './one-by-one.ts';

export const sessionsToClose = z.object({ orderId: z.number().int() });

/**
 * Closes the payment pages of orders that were cancelled, so that nobody pays for nothing; what was paid in the last moment goes back. May
 * run again and again. Throws at the end when some could not be closed.
 */
export async function closeSessionsOf(
  { db, stripe }: { db: PrismaClient; stripe: Stripe },
  orderIds: readonly number[],
  now: Date,
): Promise<void> {
  const open = await db.payment.findMany({
    where: { orderId: { in: [...orderIds] }, state: { in: ['created', 'open'] }, sessionId: { not: null } },
    select: { sessionId: true },
  });
  const faults = await oneByOne(open, ({ sessionId }) => closeSession(db, stripe, sessionId ?? '', now));
  if (faults.length > 0) throw new AggregateError(faults, `${faults.length} payment pages could not be closed`);
}

/** Closes a payment page and takes over what came of it. Throws when it stays open. */
export async function closeSession(db: PrismaClient, stripe: Stripe, sessionId: string, now: Date): Promise<void> {
  const { status } = await stripe.checkout.sessions.retrieve(sessionId);
  const refusal: unknown =
    status === 'open'
      ? await stripe.checkout.sessions.expire(sessionId).then(
          () => null,
          (error: unknown) => error,
        )
      : null;
  // Refused because it was paid or has expired meanwhile is as good as closed.
  if ((await convergePayment(db, stripe, sessionId, now)) === 'open')
    throw refusal ?? new Error(`${sessionId} is still open`);
}
