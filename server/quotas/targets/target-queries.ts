import type { Db, PrismaClient } from '../../db/client.ts';
import { Prisma } from '../../db/generated/client.ts';
import type { CanteenKind } from '../../db/generated/enums.ts';
import { addDays, type Day, startOfDay } from '../../shared/days.ts';
import { groupBy } from '../../shared/group-by.ts';
import { type ListedUnit, loadUnits, type TargetNow } from '../board/progress-queries.ts';
import type { Programme } from '../programme-list.ts';

/** A target with its newest version. */
export interface NewestTarget extends TargetNow {
  reason: string;
  at: Date;
  declarationId: number | null;
}

export interface NewestWish {
  unitId?: number;
  /** the newest that was recorded by the end of this day; null: now */
  by?: Day | null;
}

/** Every target of a programme, or of one unit, with its newest version; withdrawn ones (0) too (rules 3, 9). */
export async function loadNewest(db: Db, programmeId: number, wish: NewestWish = {}): Promise<NewestTarget[]> {
  const { unitId, by = null } = wish;
  const known = by === null ? Prisma.empty : Prisma.sql`AND n.at < ${startOfDay(addDays(by, 1))}`;
  const ofUnit = unitId === undefined ? Prisma.empty : Prisma.sql`AND t.unitId = ${unitId}`;
  const rows = await db.$queryRaw<NewestTarget[]>`
    SELECT t.id, t.unitId, t.scopeKey, t.measure, t.categoryId, t.placeId, t.fundingSource,
      v.version, v.value, v.reason, v.at, v.declarationId
    FROM target t JOIN target_version v ON v.targetId = t.id
    WHERE t.programmeId = ${programmeId} ${ofUnit}
      AND v.version = (SELECT MAX(n.version) FROM target_version n WHERE n.targetId = t.id ${known})
    ORDER BY t.unitId, t.scopeKey <> 'all', t.measure, t.id`;
  return rows.map((row) => ({ ...row, value: Number(row.value) }));
}

/** One version of one of a unit's targets. */
export interface TargetHistoryRow extends TargetNow {
  /** null: there was no target before */
  before: number | null;
  reason: string;
  at: Date;
  byName: string | null;
  declarationId: number | null;
}

/** Every version of a unit's targets, the newest first: who, when, why, before and after (rule 9). */
export async function loadHistory(db: Db, programmeId: number, unitId: number): Promise<TargetHistoryRow[]> {
  const rows = await db.$queryRaw<TargetHistoryRow[]>`
    SELECT t.id, t.unitId, t.scopeKey, t.measure, t.categoryId, t.placeId, t.fundingSource, v.version, v.value, v.reason, v.at,
      v.declarationId, p.value AS \`before\`, u.name AS byName
    FROM target t JOIN target_version v ON v.targetId = t.id
    LEFT JOIN target_version p ON p.targetId = v.targetId AND p.version = v.version - 1
    LEFT JOIN user u ON u.id = v.byId
    WHERE t.programmeId = ${programmeId} AND t.unitId = ${unitId}
    ORDER BY v.at DESC, v.id DESC`;
  return rows.map((row) => ({
    ...row,
    value: Number(row.value),
    before: row.before === null ? null : Number(row.before),
  }));
}

/** The units of a programme as its tree has them today, or on its first or last day where today is outside of it. */
export async function unitsOf(db: Db, programme: Programme, today: Day): Promise<ListedUnit[]> {
  const { id, startsOn, endsOn } = programme;
  const day = today < startsOn ? startsOn : today > endsOn ? endsOn : today;
  return inTree(await loadUnits(db, id, day, null));
}

/** Superiors before those below them. */
export function inTree(units: readonly ListedUnit[]): ListedUnit[] {
  const ids = new Set(units.map(({ id }) => id));
  const below = groupBy(units, ({ parentId }) => (parentId !== null && ids.has(parentId) ? parentId : null));
  const sorted = new Set<ListedUnit>();
  const add = (unit: ListedUnit) => {
    if (sorted.has(unit)) return;
    sorted.add(unit);
    for (const child of below.get(unit.id) ?? []) add(child);
  };
  for (const unit of below.get(null) ?? []) add(unit);
  for (const unit of units) add(unit);
  return [...sorted];
}

/** How a unit eats, and how many it employs. */
export interface CanteenFacts {
  id: number;
  canteen: CanteenKind;
  canteenUnitId: number | null;
  contractor: string | null;
  employees: number;
}

export async function loadCanteens(db: Db, unitIds: readonly number[]): Promise<Map<number, CanteenFacts>> {
  const rows = await db.unit.findMany({
    where: { id: { in: [...unitIds] } },
    select: { id: true, canteen: true, canteenUnitId: true, contractor: true, employees: true },
  });
  return new Map(rows.map((row) => [row.id, row]));
}

export interface DeclarationTerms {
  ingredientRatioBp: number;
  perEmployeeFen: number;
  originPlaceIds: number[];
}

/** What a programme asks of declarations, and where its goods come from. */
export async function loadTerms(db: PrismaClient, programmeId: number): Promise<DeclarationTerms> {
  const found = await db.programme.findUniqueOrThrow({
    where: { id: programmeId },
    select: { ingredientRatioBp: true, perEmployeeFen: true, origins: { select: { placeId: true } } },
  });
  const { origins, ...terms } = found;
  return { ...terms, originPlaceIds: origins.map(({ placeId }) => placeId) };
}

export interface ExemptionRow {
  id: number;
  unitId: number;
  reason: string;
  at: Date;
  endedAt: Date | null;
  endReason: string | null;
}

export function loadExemptions(db: Db, programmeId: number, unitId: number): Promise<ExemptionRow[]> {
  return db.targetExemption.findMany({
    where: { programmeId, unitId },
    select: { id: true, unitId: true, reason: true, at: true, endedAt: true, endReason: true },
    orderBy: { id: 'desc' },
  });
}
