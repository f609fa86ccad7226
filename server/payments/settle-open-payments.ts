import type { Stripe } from '../clients/stripe.ts';
import type { PrismaClient } from '../db/client.ts';
import { convergePayment } from './converge-payment.ts';

const QUIET_MS = 2 * 60_000;
const BATCH = 100;

/** Asks Stripe about payments that have been open for a while, in case an event was lost. */
export async function settleOpenPayments(db: PrismaClient, stripe: Stripe, now: Date): Promise<void> {
  const open = await db.payment.findMany({
    where: { state: 'open', createdAt: { lt: new Date(now.getTime() - QUIET_MS) } },
    orderBy: { id: 'asc' },
    take: BATCH,
    select: { sessionId: true },
  });
  for (const { sessionId } of open) if (sessionId) await convergePayment(db, stripe, sessionId, now);
}
