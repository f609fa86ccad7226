import type { Db } from '../db/client.ts';
import { Prisma } from '../db/generated/client.ts';
import type { CanteenKind, UnitKind, UnitState } from '../db/generated/enums.ts';
import { type Day, dayToColumn } from '../shared/days.ts';
import type { AdministeredUnits } from './unit-policy.ts';

export interface RegisteredUnit {
  id: number;
  code: string;
  name: string;
  nameEn: string;
  kind: UnitKind;
  state: UnitState;
  canteen: CanteenKind;
  employees: number;
  placeId: number | null;
  parentName: string | null;
  parentNameEn: string | null;
  /** names of its groups today */
  groups: string | null;
  groupsEn: string | null;
  /** former names */
  aliases: string | null;
}

export interface RegisterFilter {
  q?: string;
  groupId?: number;
  /** these places */
  placeIds?: readonly number[];
  state?: UnitState;
  afterId?: number;
  limit: number;
}

/** The units that somebody administers, by id, with place in the tree and groups today; `q` also finds former names. */
export function listRegister(
  db: Db,
  mine: AdministeredUnits,
  today: Day,
  filter: RegisterFilter,
): Promise<RegisteredUnit[]> {
  const on = dayToColumn(today);
  const { q, groupId, placeIds, state, afterId, limit } = filter;
  const held = Prisma.sql`x.since <= ${on} AND (x.until IS NULL OR x.until > ${on})`;
  const parts = [Prisma.sql`TRUE`];
  if (mine !== null) parts.push(Prisma.sql`u.id IN (${idsOf([...mine])})`);
  if (state) parts.push(Prisma.sql`u.state = ${state}`);
  if (placeIds) parts.push(Prisma.sql`u.placeId IN (${idsOf(placeIds)})`);
  if (afterId) parts.push(Prisma.sql`u.id > ${afterId}`);
  if (groupId)
    parts.push(
      Prisma.sql`EXISTS (SELECT 1 FROM group_member x WHERE x.unitId = u.id AND x.groupId = ${groupId} AND ${held})`,
    );
  if (q) {
    const like = `%${q.replace(/[\\%_]/g, '\\$&')}%`;
    parts.push(Prisma.sql`(u.name LIKE ${like} OR u.nameEn LIKE ${like} OR u.code LIKE ${like}
      OR EXISTS (SELECT 1 FROM unit_alias a WHERE a.unitId = u.id AND a.alias LIKE ${like}))`);
  }
  return db.$queryRaw<RegisteredUnit[]>`
    SELECT u.id, u.code, u.name, u.nameEn, u.kind, u.state, u.canteen, u.employees, u.placeId,
      (SELECT p.name FROM unit_position x JOIN unit p ON p.id = x.parentId WHERE x.unitId = u.id AND ${held} LIMIT 1) AS parentName,
      (SELECT p.nameEn FROM unit_position x JOIN unit p ON p.id = x.parentId WHERE x.unitId = u.id AND ${held} LIMIT 1) AS parentNameEn,
      (SELECT GROUP_CONCAT(g.name ORDER BY g.id SEPARATOR '; ') FROM group_member x JOIN unit_group g ON g.id = x.groupId WHERE x.unitId = u.id AND ${held}) AS \`groups\`,
      (SELECT GROUP_CONCAT(g.nameEn ORDER BY g.id SEPARATOR '; ') FROM group_member x JOIN unit_group g ON g.id = x.groupId WHERE x.unitId = u.id AND ${held}) AS groupsEn,
      (SELECT GROUP_CONCAT(a.alias ORDER BY a.id SEPARATOR '; ') FROM unit_alias a WHERE a.unitId = u.id) AS aliases
    FROM unit u WHERE ${Prisma.join(parts, ' AND ')} ORDER BY u.id LIMIT ${limit}`;
}

function idsOf(ids: readonly number[]): Prisma.Sql {
  return Prisma.join(ids.length > 0 ? [...ids] : [0]);
}

const named = { select: { id: true, code: true, name: true, nameEn: true } };

/** One unit with everything dated about it, the newest first. */
export function findUnitFile(db: Db, code: string) {
  return db.unit.findUnique({
    where: { code },
    include: {
      successor: named,
      canteenUnit: named,
      guests: { ...named, where: { state: 'active' } },
      aliases: { orderBy: { id: 'desc' } },
      merger: true,
      positions: { orderBy: { since: 'desc' }, include: { parent: named } },
      memberships: { orderBy: { since: 'desc' }, include: { group: named } },
    },
  });
}

export type UnitFile = NonNullable<Awaited<ReturnType<typeof findUnitFile>>>;

/** What was done to a unit, from the audit trail, the newest first. */
export function unitHistory(db: Db, unitId: number, take: number) {
  return db.auditLine.findMany({ where: { subjectType: 'unit', subjectId: unitId }, orderBy: { id: 'desc' }, take });
}
