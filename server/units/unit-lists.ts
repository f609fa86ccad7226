import type { PrismaClient } from '../db/client.ts';
import type { UnitKind, UnitState } from '../db/generated/enums.ts';
import { type Day, dayToColumn } from '../shared/days.ts';

export interface ListedUnit {
  id: number;
  code: string;
  name: string;
  nameEn: string;
  kind: UnitKind;
  state: UnitState;
  placeId: number | null;
  /** the superior unit's code today */
  parent: string | null;
  /** codes of the groups to which it itself belongs today */
  groups: string[];
}

interface UnitRow extends Omit<ListedUnit, 'groups'> {
  groupCodes: string | null;
}

/** Units by id with their place in the tree and in groups today (rule 7); by key pages, one statement. */
export async function listUnits(db: PrismaClient, today: Day, afterId: number, limit: number): Promise<ListedUnit[]> {
  const day = dayToColumn(today);
  const rows = await db.$queryRaw<UnitRow[]>`
    SELECT u.id, u.code, u.name, u.nameEn, u.kind, u.state, u.placeId,
      (SELECT pu.code FROM unit_position up JOIN unit pu ON pu.id = up.parentId
        WHERE up.unitId = u.id AND up.since <= ${day} AND (up.until IS NULL OR up.until > ${day}) ORDER BY up.since DESC LIMIT 1) AS parent,
      (SELECT GROUP_CONCAT(g.code ORDER BY g.id) FROM group_member gm JOIN unit_group g ON g.id = gm.groupId
        WHERE gm.unitId = u.id AND gm.since <= ${day} AND (gm.until IS NULL OR gm.until > ${day})) AS groupCodes
    FROM unit u WHERE u.id > ${afterId} ORDER BY u.id LIMIT ${limit}`;
  return rows.map(({ groupCodes, ...row }) => ({ ...row, groups: (groupCodes ?? '').split(',').filter(Boolean) }));
}

export interface ListedGroup {
  code: string;
  name: string;
  nameEn: string;
  leadUnit: string;
  placeId: number | null;
  members: string[];
}

/** Assistance groups with their members today. */
export async function listGroups(db: PrismaClient, today: Day): Promise<ListedGroup[]> {
  const day = dayToColumn(today);
  const groups = await db.unitGroup.findMany({
    select: {
      code: true,
      name: true,
      nameEn: true,
      placeId: true,
      leadUnit: { select: { code: true } },
      members: {
        where: { since: { lte: day }, OR: [{ until: null }, { until: { gt: day } }] },
        select: { unit: { select: { code: true } } },
        orderBy: { id: 'asc' },
      },
    },
    orderBy: { id: 'asc' },
  });
  return groups.map(({ leadUnit, members, ...group }) => ({
    ...group,
    leadUnit: leadUnit.code,
    members: members.map(({ unit }) => unit.code),
  }));
}
