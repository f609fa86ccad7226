import { noteChangedProducts } from '../catalog/product-changed.ts';
import type { PrismaClient } from '../db/client.ts';
import { Prisma } from '../db/generated/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { addDays, type Day, dayOf, dayToColumn } from '../shared/days.ts';

/** `setting` key: the day on which all products were counted. */
const WHOLE = 'orders.soldCountedOn';
const AT_ONCE = 500;

/**
 * Brings `product.sold` (what lists sort by and pages show: units of sale bought and neither refunded, cancelled nor missing at receipt)
 * up to the orders: of all products once a day, else of those ordered since yesterday. Bears running twice. Returns how many changed.
 */
export async function recountSold(db: PrismaClient, now: Date): Promise<number> {
  const today = dayOf(now);
  const counted = await db.setting.findUnique({ where: { key: WHOLE } });
  const isWhole = counted?.value !== today;
  let changed = 0;
  for (let after = 0; ; ) {
    const ids = await productsAfter(db, after, isWhole ? null : addDays(today, -1));
    for (const { id, kept } of ids.length > 0 ? await differing(db, ids) : []) {
      await write(db, id, kept);
      changed += 1;
    }
    after = ids.at(-1) ?? after;
    if (ids.length < AT_ONCE) break;
  }
  if (isWhole)
    await db.$executeRaw`INSERT INTO setting (\`key\`, value) VALUES (${WHOLE}, ${today}) ON DUPLICATE KEY UPDATE value = ${today}`;
  return changed;
}

async function productsAfter(db: PrismaClient, after: number, since: Day | null): Promise<number[]> {
  const rows = await db.$queryRaw<{ id: number }[]>`
    SELECT ${since ? Prisma.sql`DISTINCT l.productId` : Prisma.sql`p.id`} AS id FROM ${
      since
        ? Prisma.sql`\`order\` o JOIN order_line l ON l.orderId = o.id WHERE o.placedOn >= ${dayToColumn(since)} AND l.productId > ${after}`
        : Prisma.sql`product p WHERE p.id > ${after}`
    } ORDER BY id LIMIT ${AT_ONCE}`;
  return rows.map(({ id }) => id);
}

async function differing(db: PrismaClient, ids: readonly number[]): Promise<{ id: number; kept: number }[]> {
  const rows = await db.$queryRaw<{ id: number; kept: number | bigint }[]>`
    SELECT p.id, CAST(COALESCE(k.kept, 0) AS SIGNED) AS kept FROM product p LEFT JOIN (
      SELECT l.productId, SUM(LEAST(IF(f.state = 'received', l.acceptedQuantity, l.quantity), l.quantity - l.refundedQuantity)) AS kept
      FROM order_line l JOIN fulfilment f ON f.id = l.fulfilmentId JOIN \`order\` o ON o.id = l.orderId
      WHERE l.productId IN (${Prisma.join([...ids])}) AND NOT l.isGift
        AND o.placedAt IS NOT NULL AND o.state <> 'cancelled' AND f.state <> 'cancelled'
      GROUP BY l.productId) k ON k.productId = p.id
    WHERE p.id IN (${Prisma.join([...ids])}) AND p.sold <> COALESCE(k.kept, 0)`;
  return rows.map(({ id, kept }) => ({ id, kept: Number(kept) }));
}

/** One product at a time, so that an order being placed waits for one row at most. */
async function write(db: PrismaClient, id: number, sold: number): Promise<void> {
  await inTransaction(db, async (tx) => {
    await tx.product.update({ where: { id }, data: { sold } });
    await noteChangedProducts(tx, [id]);
  });
}
