import type { Stripe } from '../clients/stripe.ts';
import type { PrismaClient } from '../db/client.ts';
import { convergePayment } from './converge-payment.ts';
import { oneByOne } from './one-by-one.ts';

const QUIET_MS = 2 * 60_000;
const BATCH = 100;

/** Asks Stripe about payments that have been open for a while, in case an event was lost. Throws at the end when some had no answer. */
export async function settleOpenPayments(db: PrismaClient, stripe: Stripe, now: Date): Promise<void> {
  const faults: unknown[] = [];
  for (let after = 0, full = true; full; ) {
    const open = await db.payment.findMany({
      where: { id: { gt: after }, state: 'open', createdAt: { lt: new Date(now.getTime() - QUIET_MS) } },
      orderBy: { id: 'asc' },
      take: BATCH,
      select: { id: true, sessionId: true },
    });
    const ask = async ({ sessionId }: { sessionId: string | null }) => {
      if (sessionId) await convergePayment(db, stripe, sessionId, now);
    };
    faults.push(...(await oneByOne(open, ask)));
    after = open.at(-1)?.id ?? after;
    full = open.length === BATCH;
  }
  if (faults.length > 0) throw new AggregateError(faults, `${faults.length} open payments could not be asked about`);
}
