import type { Db } from '../db/client.ts';
import { Prisma } from '../db/generated/client.ts';
import { type Day, dayToColumn } from '../shared/days.ts';

export interface NamedUnit {
  id: number;
  code: string;
  name: string;
  nameEn: string;
}

export interface Above {
  /** with all their members on the day */
  groupIds?: readonly number[];
  unitIds?: readonly number[];
}

/** These units, the members of these groups, and whoever stands below them in the tree of the day, once each (rule 7). */
export async function unitsBelow(db: Db, { groupIds = [], unitIds = [] }: Above, day: Day): Promise<NamedUnit[]> {
  if (groupIds.length + unitIds.length === 0) return [];
  const on = dayToColumn(day);
  const listed = (ids: readonly number[]) => Prisma.join(ids.length > 0 ? [...ids] : [0]);
  return db.$queryRaw<NamedUnit[]>`
    WITH RECURSIVE below (unitId) AS (
      SELECT id FROM unit WHERE id IN (${listed(unitIds)}) OR id IN (SELECT m.unitId FROM group_member m
        WHERE m.groupId IN (${listed(groupIds)}) AND m.since <= ${on} AND (m.until IS NULL OR m.until > ${on}))
      UNION SELECT x.unitId FROM below JOIN unit_position x ON x.parentId = below.unitId
      WHERE x.since <= ${on} AND (x.until IS NULL OR x.until > ${on})
    )
    SELECT u.id, u.code, u.name, u.nameEn FROM below JOIN unit u ON u.id = below.unitId ORDER BY u.id`;
}
