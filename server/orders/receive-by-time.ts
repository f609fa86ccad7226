import type { PrismaClient } from '../db/client.ts';
import { StateConflict } from '../shared/errors.ts';
import { receiveFulfilment } from './receive-fulfilment.ts';

/** After how many days a shipped parcel of an individual counts as received by itself. */
export const RECEIVED_AFTER_DAYS = 10;
const TERM_MS = RECEIVED_AFTER_DAYS * 86_400_000;
/** What is fetched lies at its point for longer. */
const FETCH_TERM_MS = 30 * 86_400_000;
const BATCH = 200;

/**
 * Confirms the receipt of individuals' shipments that went ten days ago, all as shipped (rule 28), each by itself, and thirty days for what is
 * fetched at a pick-up point; one of a parcel whose
 * refund is being asked for waits for its decision. Returns how many were confirmed.
 */
export async function receiveByTime(db: PrismaClient, now: Date): Promise<number> {
  let confirmed = 0;
  for (let after = 0, full = true; full; ) {
    const due = await db.shipment.findMany({
      where: {
        id: { gt: after },
        receivedAt: null,
        shippedAt: { lte: new Date(now.getTime() - TERM_MS) },
        OR: [{ fulfilment: { pickup: null } }, { shippedAt: { lte: new Date(now.getTime() - FETCH_TERM_MS) } }],
        fulfilment: {
          state: { in: ['shipped', 'partly_shipped'] },
          order: { fundingSource: 'individual' },
          refunds: { none: { state: 'requested' } },
        },
      },
      orderBy: { id: 'asc' },
      take: BATCH,
      select: { id: true, fulfilmentId: true },
    });
    for (const shipment of due) if (await receive(db, shipment, now)) confirmed += 1;
    after = due.at(-1)?.id ?? after;
    full = due.length === BATCH;
  }
  return confirmed;
}

/** False when its buyer was faster. */
async function receive(
  db: PrismaClient,
  { id, fulfilmentId }: { id: number; fulfilmentId: number },
  now: Date,
): Promise<boolean> {
  try {
    await receiveFulfilment(db, null, fulfilmentId, [], now, { shipmentId: id });
    return true;
  } catch (error) {
    if (error instanceof StateConflict) return false;
    throw error;
  }
}
