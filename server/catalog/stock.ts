import type { Tx } from '../db/client.ts';
import { Prisma } from '../db/generated/client.ts';
import type { Sql } from '../db/sql.ts';
import { type Day, dayToColumn } from '../shared/days.ts';
import { groupBy } from '../shared/group-by.ts';

export interface StockWish {
  productId: number;
  quantity: number;
}

/** A quantity of one product promised from one batch. */
export interface BatchShare extends StockWish {
  batchId: number;
  /** of a line that a campaign adds */
  isGift?: boolean;
}

export interface Shortage extends StockWish {
  available: number;
}

interface BatchRow {
  id: number;
  productId: number;
  available: number;
  coming: number | boolean;
}

/** A conditional update found less than was read before: the whole must be tried again. */
export class StockMoved extends Error {}

/**
 * Chooses batches for each wish, first to expire first, from those that are neither spoiled, recalled, failed in inspection nor still to be harvested. Reads only; `takeStock`
 * decides. Names every shortage at once. A product in `only` comes from that one batch, also before its harvest.
 */
export async function chooseBatches(
  db: Sql,
  wishes: readonly StockWish[],
  today: Day,
  only: ReadonlyMap<number, number> = new Map(),
): Promise<{ shares: BatchShare[]; shortages: Shortage[] }> {
  const rows = await db.$queryRaw<BatchRow[]>`
    SELECT id, productId, available, coming FROM batch
    WHERE productId IN (${Prisma.join(wishes.map((wish) => wish.productId))}) AND available > 0 AND recalledAt IS NULL AND failedAt IS NULL
      AND (expiresOn IS NULL OR expiresOn > ${dayToColumn(today)})
    ORDER BY productId, expiresOn IS NULL, expiresOn, id`;
  const batches = groupBy(rows, (row) => row.productId);
  const shares: BatchShare[] = [];
  const shortages: Shortage[] = [];
  for (const wish of wishes) {
    const one = only.get(wish.productId);
    const offered = (batches.get(wish.productId) ?? []).filter(({ id, coming }) =>
      one === undefined ? !coming : id === one,
    );
    let missing = wish.quantity;
    for (const batch of offered) {
      const quantity = Math.min(missing, batch.available);
      if (quantity > 0) shares.push({ productId: wish.productId, batchId: batch.id, quantity });
      missing -= quantity;
    }
    if (missing > 0) shortages.push({ ...wish, available: wish.quantity - missing });
  }
  return { shares, shortages };
}

/**
 * Takes the shares from their batches, one conditional statement in batch order, and throws StockMoved when any has less than that or
 * was recalled or failed its inspection since it was chosen.
 * The last lock of an order's transaction: whoever wants the same batch waits only from here to the commit.
 */
export async function takeStock(tx: Sql, shares: readonly BatchShare[]): Promise<void> {
  const sorted = [...groupBy(shares, ({ batchId }) => batchId)]
    .map(([batchId, same]) => ({ batchId, quantity: same.reduce((sum, share) => sum + share.quantity, 0) }))
    .sort((a, b) => a.batchId - b.batchId);
  const taken = Prisma.join(
    sorted.map((share) => Prisma.sql`WHEN ${share.batchId} THEN ${share.quantity}`),
    ' ',
  );
  const changed = await tx.$executeRaw`
    UPDATE batch SET available = available - CASE id ${taken} END
    WHERE id IN (${Prisma.join(sorted.map((share) => share.batchId))}) AND recalledAt IS NULL AND failedAt IS NULL
      AND available >= CASE id ${taken} END`;
  if (changed !== sorted.length) throw new StockMoved();
}

export interface StockReturn {
  batchId: number;
  quantity: number;
  event: 'released' | 'returned';
  source: string;
  sourceId: number;
}

/** Puts goods back on the shelf. The movement's key refuses a second return for the same source before the stock is touched. */
export async function returnStock(tx: Tx, returns: readonly StockReturn[], at: Date): Promise<void> {
  if (returns.length === 0) return;
  const sorted = [...returns].sort((a, b) => a.batchId - b.batchId);
  for (const [batchId, group] of groupBy(sorted, (share) => share.batchId)) {
    const quantity = group.reduce((sum, share) => sum + share.quantity, 0);
    await tx.$executeRaw`UPDATE batch SET available = available + ${quantity} WHERE id = ${batchId}`;
  }
  await tx.stockMovement.createMany({ data: sorted.map((share) => ({ ...share, at })) });
}
