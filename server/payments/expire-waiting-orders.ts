import type { Stripe } from '../clients/stripe.ts';
import type { PrismaClient } from '../db/client.ts';
import { expireOrder } from '../orders/expire-order.ts';
import { closeSession } from './close-session.ts';
import { oneByOne } from './one-by-one.ts';

const BATCH = 200;

/**
 * Ends orders that were held long enough. An open payment is closed at Stripe first; when that shows that it was paid after all, the
 * order is placed instead, so that nobody loses goods that were paid in the last second. An order whose payment cannot be closed
 * waits, the others do not. Returns how many ended; throws at the end when some could not be judged.
 */
export async function expireWaitingOrders(db: PrismaClient, stripe: Stripe, now: Date): Promise<number> {
  let ended = 0;
  const faults: unknown[] = [];
  for (let after = 0, full = true; full; ) {
    const due = await findDue(db, after, now);
    const end = async (order: DueOrder) => {
      for (const { sessionId } of order.payments) if (sessionId) await closeSession(db, stripe, sessionId, now);
      if (await expireOrder(db, order.id, now)) ended += 1;
    };
    faults.push(...(await oneByOne(due, end, (order) => order.payments.length > 0)));
    after = due.at(-1)?.id ?? after;
    full = due.length === BATCH;
  }
  if (faults.length > 0) throw new AggregateError(faults, `${faults.length} waiting orders could not be ended`);
  return ended;
}

type DueOrder = Awaited<ReturnType<typeof findDue>>[number];

function findDue(db: PrismaClient, after: number, now: Date) {
  return db.order.findMany({
    where: { id: { gt: after }, state: { in: ['awaiting_payment', 'awaiting_approval'] }, heldUntil: { lte: now } },
    orderBy: { id: 'asc' },
    take: BATCH,
    select: {
      id: true,
      payments: {
        where: { state: { in: ['created', 'open'] }, sessionId: { not: null } },
        select: { sessionId: true },
      },
    },
  });
}
