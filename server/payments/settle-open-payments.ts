import type { PrismaClient } from '../db/client.ts';
import { convergePayment } from './converge-payment.ts';
import { convergeRefund, type RefundDeps } from './converge-refund.ts';
import { oneByOne } from './one-by-one.ts';

const QUIET_MS = 2 * 60_000;
const BATCH = 100;

interface Unsettled {
  id: number;
  /** what Stripe knows it by */
  providerId: string;
}

/**
 * Asks Stripe about payments that have been open for a while, and refunds that the bank has not confirmed, in case an event was lost, and
 * ends payments whose page nobody was led to in time. Throws at the end when some had no answer.
 */
export async function settleOpenPayments(deps: RefundDeps, now: Date): Promise<void> {
  const { db, stripe } = deps;
  const since = new Date(now.getTime() - QUIET_MS);
  // Left behind by a process that died while it opened the page: Stripe cannot be asked, and nobody was given the address.
  await db.payment.updateMany({ where: { state: 'created', expiresAt: { lt: since } }, data: { state: 'expired' } });
  const faults = [
    ...(await askAll(
      (after) => findOpenPayments(db, after, since),
      async ({ providerId }) => void (await convergePayment(db, stripe, providerId, now)),
    )),
    ...(await askAll(
      (after) => findPendingRefunds(db, after, since),
      ({ providerId }) => convergeRefund(deps, providerId, now),
    )),
  ];
  if (faults.length > 0) throw new AggregateError(faults, `${faults.length} payments and refunds had no answer`);
}

async function askAll(
  find: (after: number) => Promise<Unsettled[]>,
  ask: (unsettled: Unsettled) => Promise<void>,
): Promise<unknown[]> {
  const faults: unknown[] = [];
  for (let found = await find(0); found.length > 0; found = await find(found.at(-1)?.id ?? 0))
    faults.push(...(await oneByOne(found, ask)));
  return faults;
}

async function findOpenPayments(db: PrismaClient, after: number, since: Date): Promise<Unsettled[]> {
  const open = await db.payment.findMany({
    where: { id: { gt: after }, state: 'open', createdAt: { lt: since } },
    orderBy: { id: 'asc' },
    take: BATCH,
    select: { id: true, sessionId: true },
  });
  return open.map(({ id, sessionId }) => ({ id, providerId: sessionId ?? '' }));
}

async function findPendingRefunds(db: PrismaClient, after: number, since: Date): Promise<Unsettled[]> {
  const pending = await db.paymentRefund.findMany({
    where: { id: { gt: after }, state: 'pending', createdAt: { lt: since } },
    orderBy: { id: 'asc' },
    take: BATCH,
    select: { id: true, providerId: true },
  });
  return pending.map(({ id, providerId }) => ({ id, providerId: providerId ?? '' }));
}
