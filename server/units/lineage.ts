import type { Sql } from '../db/sql.ts';
import { type Day, dayToColumn } from '../shared/days.ts';

/** Where a unit stands in tree and groups on one day. */
export interface Lineage {
  id: number;
  unitId: number;
  /** ids from the root down to the unit: "/3/17/" */
  path: string;
  /** ids of the groups of anyone in the chain, ascending: ",2,5," or "," */
  groupIds: string;
}

type Standing = Omit<Lineage, 'id'> & { id: number | null };

/** The lineage of a unit on a day, made when it is the first of its kind (rules 3 and 7). */
export async function findLineage(tx: Sql, unitId: number, day: Day): Promise<Lineage> {
  const standing = await readStanding(tx, unitId, day);
  if (standing.id !== null) return { ...standing, id: standing.id };
  await tx.$executeRaw`
    INSERT IGNORE INTO unit_lineage (unitId, path, groupIds) VALUES (${unitId}, ${standing.path}, ${standing.groupIds})`;
  const made = await readStanding(tx, unitId, day);
  if (made.id === null) throw new Error(`no lineage for unit ${unitId} on ${day}`);
  return { ...made, id: made.id };
}

async function readStanding(tx: Sql, unitId: number, day: Day): Promise<Standing> {
  const on = dayToColumn(day);
  const [row] = await tx.$queryRaw<Standing[]>`
    WITH RECURSIVE chain (unitId, depth) AS (
      SELECT CAST(${unitId} AS SIGNED), 0
      UNION ALL
      SELECT p.parentId, chain.depth + 1
      FROM chain JOIN unit_position p ON p.unitId = chain.unitId
      WHERE p.parentId IS NOT NULL AND p.since <= ${on} AND (p.until IS NULL OR p.until > ${on}) AND chain.depth < 12
    ), standing AS (
      SELECT
        CONCAT('/', (SELECT GROUP_CONCAT(unitId ORDER BY depth DESC SEPARATOR '/') FROM chain), '/') AS path,
        CONCAT(',', COALESCE((
          SELECT CONCAT(GROUP_CONCAT(DISTINCT m.groupId ORDER BY m.groupId SEPARATOR ','), ',')
          FROM chain JOIN group_member m ON m.unitId = chain.unitId
          WHERE m.since <= ${on} AND (m.until IS NULL OR m.until > ${on})), '')) AS groupIds
    )
    SELECT l.id, ${unitId} AS unitId, s.path, s.groupIds
    FROM standing s LEFT JOIN unit_lineage l
      ON l.unitId = ${unitId} AND l.path = s.path COLLATE utf8mb4_bin AND l.groupIds = s.groupIds COLLATE utf8mb4_bin`;
  if (!row) throw new Error(`no standing for unit ${unitId}`);
  return { ...row, unitId };
}
