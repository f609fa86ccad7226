import { Prisma } from '../db/generated/client.ts';
import type { Sql } from '../db/sql.ts';
import { type Day, dayToColumn } from '../shared/days.ts';

/** The units that stand in these groups on a day: their members with everything below them (rule 7). */
export async function unitsOfGroups(db: Sql, groupIds: readonly number[], day: Day): Promise<Set<number>> {
  if (groupIds.length === 0) return new Set();
  const on = dayToColumn(day);
  const rows = await db.$queryRaw<{ unitId: number }[]>`
    WITH RECURSIVE taking (unitId) AS (
      SELECT x.unitId FROM group_member x
      WHERE x.groupId IN (${Prisma.join([...groupIds])}) AND x.since <= ${on} AND (x.until IS NULL OR x.until > ${on})
      UNION
      SELECT x.unitId FROM taking JOIN unit_position x ON x.parentId = taking.unitId
      WHERE x.since <= ${on} AND (x.until IS NULL OR x.until > ${on})
    ) SELECT unitId FROM taking`;
  return new Set(rows.map(({ unitId }) => unitId));
}
