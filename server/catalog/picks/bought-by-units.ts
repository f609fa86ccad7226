import { fast, type PrismaClient } from '../../db/client.ts';
import { Prisma } from '../../db/generated/client.ts';
import { addDays, type Day, startOfDay } from '../../shared/days.ts';

export interface BoughtByUnits {
  productId: number;
  /** different units that bought it */
  units: number;
}

/** Fewer units than this could tell who bought what (rule 31). */
export const LEAST_UNITS = 3;
const DAYS = 180;
const MOST = 8;

/**
 * What units of one's own assistance groups bought for their canteens and unions in the last half year, by how many of them did; the own
 * units and everything that individuals bought are left out, and so is what fewer than three units bought. One statement.
 */
export async function boughtByUnits(
  db: PrismaClient,
  ownUnitIds: readonly number[],
  today: Day,
): Promise<BoughtByUnits[]> {
  if (ownUnitIds.length === 0) return [];
  const own = Prisma.join([...ownUnitIds]);
  const rows = await fast(db).$queryRaw<{ productId: number; units: number | bigint }[]>`
    SELECT l.productId, COUNT(DISTINCT o.unitId) AS units
    FROM \`order\` o JOIN order_line l ON l.orderId = o.id
    WHERE o.unitId IN (
        SELECT other.unitId FROM group_member mine JOIN group_member other ON other.groupId = mine.groupId
        WHERE mine.unitId IN (${own}) AND other.unitId NOT IN (${own})
          AND mine.since <= ${today} AND (mine.until IS NULL OR mine.until > ${today})
          AND other.since <= ${today} AND (other.until IS NULL OR other.until > ${today}))
      AND o.fundingSource IN ('canteen_budget', 'union_funds') AND o.placedAt >= ${startOfDay(addDays(today, -DAYS))}
      AND o.state IN ('placed', 'completed')
    GROUP BY l.productId HAVING units >= ${LEAST_UNITS} ORDER BY units DESC, l.productId LIMIT ${MOST}`;
  return rows.map((row) => ({ ...row, units: Number(row.units) }));
}
