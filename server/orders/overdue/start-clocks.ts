import type { PrismaClient } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { lockOrder } from '../lock-order.ts';
import { shipDueAt } from './due-dates.ts';

const AT_ONCE = 200;

interface Waiting {
  id: number;
  orderId: number;
  supplierId: number;
}

/**
 * Gives open parcels that have no time yet theirs, counted from now: those whose harvest has come, and those from before there were
 * times. Parcels of a coming harvest stay without.
 */
export async function startClocks(db: PrismaClient, now: Date): Promise<void> {
  while ((await startSome(db, now)) === AT_ONCE);
}

async function startSome(db: PrismaClient, now: Date): Promise<number> {
  const waiting = await db.$queryRaw<Waiting[]>`
    SELECT f.id, f.orderId, f.supplierId FROM fulfilment f
    WHERE f.state IN ('to_confirm', 'confirmed', 'partly_shipped') AND f.dueAt IS NULL AND NOT EXISTS (
      SELECT 1 FROM order_line l JOIN line_allocation a ON a.lineId = l.id JOIN batch b ON b.id = a.batchId
      WHERE l.fulfilmentId = f.id AND b.coming)
    ORDER BY f.id LIMIT ${AT_ONCE}`;
  for (const parcel of waiting) await inTransaction(db, (tx) => startClock(tx, parcel, now));
  return waiting.length;
}

async function startClock(
  tx: Parameters<Parameters<typeof inTransaction>[1]>[0],
  { id, orderId, supplierId }: Waiting,
  now: Date,
): Promise<void> {
  const shipBy = await shipDueAt(tx, supplierId, now, await lockOrder(tx, orderId));
  await tx.$executeRaw`
    UPDATE fulfilment SET dueAt = IF(state <> 'to_confirm', ${shipBy},
      (SELECT CAST(${now} AS DATETIME(3)) + INTERVAL s.confirmWithinHours HOUR FROM supplier s WHERE s.id = fulfilment.supplierId))
    WHERE id = ${id} AND dueAt IS NULL AND state IN ('to_confirm', 'confirmed', 'partly_shipped')`;
}
