import type { PrismaClient } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { dropWholeRest } from '../drop-rest.ts';
import { lockFulfilment } from '../lock-order.ts';
import { isOverdue } from './due-dates.ts';

/** After how many days of being overdue the rest of a parcel is waited for no longer. */
export const REST_ENDS_AFTER_DAYS = 30;
const TERM_MS = REST_ENDS_AFTER_DAYS * 86_400_000;
const AT_ONCE = 100;

/** The reason as `reasonText` puts it into words. */
export const NEVER_CAME = 'market.neverCame';

/**
 * Gives up, in the market's own name, what parcels that went in part still lack when it is overdue for thirty days, so that what came is
 * settled at last, whoever sleeps. Returns how many were ended.
 */
export async function endLateRests(db: PrismaClient, now: Date): Promise<number> {
  const before = new Date(now.getTime() - TERM_MS);
  let ended = 0;
  for (let after = 0, full = true; full; ) {
    const late = await db.fulfilment.findMany({
      where: { id: { gt: after }, state: 'partly_shipped', dueAt: { lt: before } },
      ...{ orderBy: { id: 'asc' }, take: AT_ONCE, select: { id: true } },
    });
    for (const { id } of late) if (await endRest(db, id, before, now)) ended += 1;
    after = late.at(-1)?.id ?? after;
    full = late.length === AT_ONCE;
  }
  return ended;
}

/** False when it went, or was given up, meanwhile. */
async function endRest(db: PrismaClient, id: number, before: Date, now: Date): Promise<boolean> {
  return inTransaction(db, async (tx) => {
    const found = await lockFulfilment(tx, id);
    if (found.fulfilment.state !== 'partly_shipped' || !isOverdue(found.fulfilment, before)) return false;
    await dropWholeRest(tx, found, { actorId: null, reason: NEVER_CAME, backOnShelf: false }, now);
    return true;
  });
}
