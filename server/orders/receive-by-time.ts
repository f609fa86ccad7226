import type { PrismaClient } from '../db/client.ts';
import { dayOf } from '../shared/days.ts';
import { StateConflict } from '../shared/errors.ts';
import { ACCEPTED_AFTER_DAYS, lateReceipts } from './late-receipts.ts';
import { receiveFulfilment } from './receive-fulfilment.ts';

/** After how many days a shipped parcel of an individual counts as received by itself. */
export const RECEIVED_AFTER_DAYS = 10;
const TERM_MS = RECEIVED_AFTER_DAYS * 86_400_000;
/** What is fetched lies at its point for longer. */
const FETCH_TERM_MS = 30 * 86_400_000;
const BATCH = 200;

/**
 * Confirms by the clock, all as shipped and weighed by the supplier, each by itself (rule 28): individuals' shipments that went ten days ago,
 * thirty where they are fetched at a pick-up point, and units' ten days after they were expected to arrive. Of a parcel of which goods are
 * asked back, or a receipt is disputed, none is. Returns how many were confirmed.
 */
export async function receiveByTime(db: PrismaClient, now: Date): Promise<number> {
  return (await receiveOfPersons(db, now)) + (await receiveOfUnits(db, now));
}

async function receiveOfUnits(db: PrismaClient, now: Date): Promise<number> {
  let confirmed = 0;
  for (let after = 0, full = true; full; ) {
    const page = { after, take: BATCH, held: false };
    const due = await lateReceipts(db, dayOf(now), ACCEPTED_AFTER_DAYS, page);
    for (const shipment of due) if (await receive(db, shipment, now)) confirmed += 1;
    after = due.at(-1)?.id ?? after;
    full = due.length === BATCH;
  }
  return confirmed;
}

async function receiveOfPersons(db: PrismaClient, now: Date): Promise<number> {
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

/** False when its buyer was faster, be it to ask for something back. */
async function receive(
  db: PrismaClient,
  { id, fulfilmentId }: { id: number; fulfilmentId: number },
  now: Date,
): Promise<boolean> {
  try {
    await receiveFulfilment(db, null, fulfilmentId, [], now, { shipmentId: id, isByTime: true });
    return true;
  } catch (error) {
    if (error instanceof StateConflict) return false;
    throw error;
  }
}
