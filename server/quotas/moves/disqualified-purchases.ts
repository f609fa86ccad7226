import type { Db } from '../../db/client.ts';
import { Prisma } from '../../db/generated/client.ts';
import { type Day, dayToColumn } from '../../shared/days.ts';

/** Whose certification it is: exactly one of the two. */
export interface Holder {
  supplierId: number | null;
  productId: number | null;
}

/** Orders placed for units since a day with goods of the holder, by id after a mark. */
export async function ordersOf(db: Db, holder: Holder, since: Day, afterId: number, limit: number): Promise<number[]> {
  const on = dayToColumn(since);
  const rows = await db.$queryRaw<{ id: number }[]>(
    holder.productId === null
      ? Prisma.sql`SELECT o.id FROM fulfilment f JOIN \`order\` o ON o.id = f.orderId
          WHERE f.supplierId = ${holder.supplierId} AND o.unitId IS NOT NULL AND o.placedOn >= ${on}
            AND o.id > ${afterId} ORDER BY o.id LIMIT ${limit}`
      : Prisma.sql`SELECT o.id FROM order_line l JOIN \`order\` o ON o.id = l.orderId
          WHERE l.productId = ${holder.productId} AND o.unitId IS NOT NULL AND o.placedOn >= ${on}
            AND o.id > ${afterId} ORDER BY o.id LIMIT ${limit}`,
  );
  return rows.map(({ id }) => id);
}

/** Offline purchases since a day with goods of a supplier; products are the market's own. */
export async function offlineOf(
  db: Db,
  { supplierId }: Holder,
  since: Day,
  afterId: number,
  limit: number,
): Promise<number[]> {
  if (supplierId === null) return [];
  const rows = await db.$queryRaw<{ id: number }[]>`
    SELECT DISTINCT x.id FROM offline_line l JOIN offline_purchase x ON x.id = l.purchaseId
    WHERE l.supplierId = ${supplierId} AND x.purchasedOn >= ${dayToColumn(since)} AND x.id > ${afterId} ORDER BY x.id LIMIT ${limit}`;
  return rows.map(({ id }) => id);
}

export interface DisqualificationEffect {
  purchases: number;
  placedFen: number;
  countedFen: number;
}

/**
 * What stands of what was placed since a day under a certification (fen; once, though it serve several programmes): what a
 * disqualification would reverse.
 */
export async function disqualificationEffect(db: Db, holder: Holder, since: Day): Promise<DisqualificationEffect> {
  const mine =
    holder.productId === null
      ? Prisma.sql`e.supplierId = ${holder.supplierId}`
      : Prisma.sql`e.orderId IS NOT NULL AND e.lineId IN (SELECT l.id FROM order_line l WHERE l.productId = ${holder.productId})`;
  const [row] = await db.$queryRaw<Record<keyof DisqualificationEffect, unknown>[]>`
    SELECT COUNT(DISTINCT IF(x.placedFen > 0, x.purchase, NULL)) AS purchases, COALESCE(SUM(x.placedFen), 0) AS placedFen,
      COALESCE(SUM(x.countedFen), 0) AS countedFen
    FROM (
      SELECT purchase, lineId, MAX(placedFen) AS placedFen, MAX(countedFen) AS countedFen FROM (
        SELECT COALESCE(CONCAT('order ', e.orderId), CONCAT(e.channel, ' ', e.lineId)) AS purchase, e.lineId,
          SUM(IF(e.event = 'placed', e.fen, 0)) AS placedFen, SUM(IF(e.event = 'counted', e.fen, 0)) AS countedFen
        FROM tally_entry e WHERE ${mine} AND e.placedOn >= ${dayToColumn(since)} GROUP BY purchase, e.lineId, e.programmeId
      ) y GROUP BY purchase, lineId
    ) x`;
  return {
    purchases: Number(row?.purchases ?? 0),
    placedFen: Number(row?.placedFen ?? 0),
    countedFen: Number(row?.countedFen ?? 0),
  };
}
