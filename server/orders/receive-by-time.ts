import type { PrismaClient } from '../db/client.ts';
import { StateConflict } from '../shared/errors.ts';
import { receiveFulfilment } from './receive-fulfilment.ts';

const TERM_MS = 10 * 86_400_000;
const BATCH = 200;

/**
 * Confirms the receipt of individuals' parcels that were shipped ten days ago, all as ordered (rule 28); one whose refund is being
 * asked for waits for its decision. Returns how many were confirmed.
 */
export async function receiveByTime(db: PrismaClient, now: Date): Promise<number> {
  let confirmed = 0;
  for (let after = 0, full = true; full; ) {
    const due = await db.fulfilment.findMany({
      where: {
        id: { gt: after },
        state: 'shipped',
        shippedAt: { lte: new Date(now.getTime() - TERM_MS) },
        order: { fundingSource: 'individual' },
        refunds: { none: { state: 'requested' } },
      },
      orderBy: { id: 'asc' },
      take: BATCH,
      select: { id: true },
    });
    for (const { id } of due) if (await receive(db, id, now)) confirmed += 1;
    after = due.at(-1)?.id ?? after;
    full = due.length === BATCH;
  }
  return confirmed;
}

/** False when its buyer was faster. */
async function receive(db: PrismaClient, id: number, now: Date): Promise<boolean> {
  try {
    await receiveFulfilment(db, null, id, [], now);
    return true;
  } catch (error) {
    if (error instanceof StateConflict) return false;
    throw error;
  }
}
