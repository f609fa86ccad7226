import type { Db } from '../../db/client.ts';
import { Prisma } from '../../db/generated/client.ts';
import { type Day, dayToColumn } from '../../shared/days.ts';
import { goodsQualify } from './qualifying.ts';

export interface CountableLine {
  categoryId: number;
  /** the goods' origin */
  placeId: number;
  fen: number;
  grams: number;
}

/** What a purchase would count in one programme, with the facts by which that programme counts. */
export interface ExpectedCount {
  programmeId: number;
  programmeName: string;
  programmeNameEn: string;
  countIndividualBy: string;
  countPrepaidBy: string;
  countOnAccountBy: string;
  fen: number;
  grams: number;
}

/**
 * What certified goods (fen without freight, g) would count for a unit if they were placed on this day: the open programmes in which
 * any unit of its chain takes part and whose origins and categories the goods have (rules 1, 3, 7). Reads only; tallyPlacing decides.
 */
export async function expectedCounts(
  db: Db,
  unitId: number,
  lines: readonly CountableLine[],
  day: Day,
): Promise<ExpectedCount[]> {
  if (lines.length === 0) return [];
  const on = dayToColumn(day);
  const goods = Prisma.join(
    lines.map(
      (line) =>
        Prisma.sql`SELECT ${line.categoryId} AS categoryId, ${line.placeId} AS placeId, ${line.fen} AS fen, ${line.grams} AS grams`,
    ),
    ' UNION ALL ',
  );
  const rows = await db.$queryRaw<ExpectedCount[]>`
    WITH RECURSIVE chain (unitId, depth) AS (
      SELECT CAST(${unitId} AS SIGNED), 0
      UNION ALL
      SELECT u.parentId, chain.depth + 1 FROM chain JOIN unit_position u ON u.unitId = chain.unitId
      WHERE u.parentId IS NOT NULL AND u.since <= ${on} AND (u.until IS NULL OR u.until > ${on}) AND chain.depth < 12
    ), joined AS (
      SELECT DISTINCT m.groupId FROM chain JOIN group_member m ON m.unitId = chain.unitId
      WHERE m.since <= ${on} AND (m.until IS NULL OR m.until > ${on})
    )
    SELECT p.id AS programmeId, p.name AS programmeName, p.nameEn AS programmeNameEn, p.countIndividualBy, p.countPrepaidBy, p.countOnAccountBy,
      SUM(x.fen) AS fen, SUM(x.grams) AS grams
    FROM programme p JOIN (${goods}) x JOIN category k ON k.id = x.categoryId JOIN place g ON g.id = x.placeId
    WHERE p.state = 'open' AND p.startsOn <= ${on} AND p.endsOn >= ${on}
      AND EXISTS (SELECT 1 FROM programme_participant t JOIN joined ON joined.groupId = t.groupId WHERE t.programmeId = p.id)
      AND ${goodsQualify()}
    GROUP BY p.id ORDER BY p.id`;
  return rows.map((row) => ({ ...row, fen: Number(row.fen), grams: Number(row.grams) }));
}
