import type { Db } from '../../db/client.ts';
import { Prisma } from '../../db/generated/client.ts';
import type { FundingSource, Measure, UnitKind } from '../../db/generated/enums.ts';
import { addDays, type Day, dayToColumn, startOfDay } from '../../shared/days.ts';
import { type Dimension, type SumFilter, sourcesOf } from '../tally/tally-sources.ts';

export { type Dimension, lineageFilter, listOf, type SumFilter } from '../tally/tally-sources.ts';

export interface Amounts {
  placedFen: number;
  placedGrams: number;
  countedFen: number;
  countedGrams: number;
}

/** Entries of one lineage summed; the dimensions that were asked for are set. */
export interface Sum extends Amounts {
  unitId: number;
  path: string;
  groupIds: string;
  fundingSource?: string;
  categoryId?: number;
  originPlaceId?: number;
  channel?: string;
  month?: Day;
}

export interface SumWish extends SumFilter {
  dimensions: readonly Dimension[];
}

/** What was bought of one part (of a category, origin, funding source, channel or month, or of several of these), by whomever. */
export type Part = Omit<Sum, 'unitId' | 'path' | 'groupIds'>;

/**
 * Progress at this moment: sums of folded entries and the entries that they do not hold yet, in one statement and thus one snapshot, so
 * that it equals the sum of all entries however far folding has come (rule 11).
 */
export async function loadSums(db: Db, wish: SumWish): Promise<Sum[]> {
  const sums = await loadSumsOf(db, new Map([['', wish]]));
  return sums.get('') ?? [];
}

/** Several such sums, by name, all of the same moment: one statement. */
export async function loadSumsOf(db: Db, wishes: ReadonlyMap<string, SumWish>): Promise<Map<string, Sum[]>> {
  const named = [...wishes];
  const dimensions = [...new Set(named.flatMap(([, wish]) => wish.dimensions))];
  const each = named.map(([, wish], at) => {
    const columns = dimensions.map((name) => (wish.dimensions.includes(name) ? `s.${name}` : `NULL AS ${name}`));
    const names = Prisma.raw(columns.map((column) => `, ${column}`).join(''));
    return Prisma.sql`SELECT ${at} AS wish, s.lineageId ${names}, ${AMOUNTS} FROM (${statement(wish, true)}) s`;
  });
  const rows = await db.$queryRaw<(Sum & { wish: number })[]>`
    SELECT l.unitId, l.path, l.groupIds, s.* FROM (${Prisma.join(each, ' UNION ALL ')}) s JOIN unit_lineage l ON l.id = s.lineageId`;
  const sums = new Map(named.map(([name]) => [name, [] as Sum[]]));
  for (const row of rows) sums.get(named[Number(row.wish)]?.[0] ?? '')?.push(inNumbers(row));
  return sums;
}

const AMOUNTS = Prisma.raw('s.placedFen, s.placedGrams, s.countedFen, s.countedGrams');

/** The same sums of all units together, by the dimensions alone; without any dimension one row, or none where nothing was bought. */
export async function loadParts(db: Db, wish: SumWish): Promise<Part[]> {
  return (await db.$queryRaw<Part[]>(statement(wish, false))).map(inNumbers);
}

function statement(wish: SumWish, byLineage: boolean): Prisma.Sql {
  const dimensions = [...new Set(wish.dimensions)];
  const keys = [...(byLineage ? ['x.lineageId'] : []), ...dimensions.map((name) => `x.${name}`)];
  const sources = Prisma.join(sourcesOf({ filter: wish, dimensions, byLineage }), ' UNION ALL ');
  return Prisma.sql`
    SELECT ${Prisma.raw(keys.map((key) => `${key}, `).join(''))}
      SUM(x.placedFen) AS placedFen, SUM(x.placedGrams) AS placedGrams, SUM(x.countedFen) AS countedFen, SUM(x.countedGrams) AS countedGrams
    FROM (${sources}) x ${keys.length > 0 ? Prisma.raw(`GROUP BY ${keys.join(', ')}`) : Prisma.sql`HAVING placedFen IS NOT NULL`}`;
}

/** A SUM comes as a decimal. */
function inNumbers<T extends Amounts>(row: T): T {
  row.placedFen = Number(row.placedFen);
  row.placedGrams = Number(row.placedGrams);
  row.countedFen = Number(row.countedFen);
  row.countedGrams = Number(row.countedGrams);
  return row;
}

export interface ListedUnit {
  id: number;
  code: string;
  name: string;
  nameEn: string;
  kind: UnitKind;
  placeId: number | null;
  /** its superior on the board's day */
  parentId: number | null;
  /** the groups that it is itself a member of on the board's day */
  groupIds: number[];
  /** null: nobody exempted it */
  exemptReason: string | null;
  /** exempt without anybody's word, unless it was set a target all the same (rule 9) */
  hasNoCanteen: boolean;
}

/**
 * The units of a programme's board on a day: the members of its groups with all below them, whoever has a target or an exemption, and
 * whoever bought for it while it still took part. Exemptions as they stood at the end of the day `by`; null: as they stand now.
 */
export async function loadUnits(db: Db, programmeId: number, day: Day, by: Day | null): Promise<ListedUnit[]> {
  const on = dayToColumn(day);
  const end = by && startOfDay(addDays(by, 1));
  const stands =
    end === null
      ? Prisma.sql`e.endedAt IS NULL`
      : Prisma.sql`e.at < ${end} AND (e.endedAt IS NULL OR e.endedAt >= ${end})`;
  const held = Prisma.sql`x.since <= ${on} AND (x.until IS NULL OR x.until > ${on})`;
  const rows = await db.$queryRaw<
    (Omit<ListedUnit, 'groupIds' | 'hasNoCanteen'> & { groupIds: string | null; hasNoCanteen: unknown })[]
  >`
    WITH RECURSIVE taking (unitId) AS (
      SELECT x.unitId FROM programme_participant t JOIN group_member x ON x.groupId = t.groupId
      WHERE t.programmeId = ${programmeId} AND ${held}
      UNION
      SELECT x.unitId FROM taking JOIN unit_position x ON x.parentId = taking.unitId WHERE ${held}
    ), listed (unitId) AS (
      SELECT unitId FROM taking
      UNION SELECT unitId FROM target WHERE programmeId = ${programmeId}
      UNION SELECT unitId FROM target_exemption WHERE programmeId = ${programmeId}
      UNION SELECT l.unitId FROM (SELECT DISTINCT lineageId FROM tally_sum WHERE programmeId = ${programmeId} AND cut = 'unit' AND grain = 'month') t
        JOIN unit_lineage l ON l.id = t.lineageId
      UNION SELECT unitId FROM tally_entry FORCE INDEX (tally_entry_folded_id_idx) WHERE programmeId = ${programmeId} AND folded = 0
    )
    SELECT u.id, u.code, u.name, u.nameEn, u.kind, u.placeId, u.canteen = 'none' AS hasNoCanteen,
      (SELECT e.reason FROM target_exemption e WHERE e.programmeId = ${programmeId} AND e.unitId = u.id AND ${stands}
        ORDER BY e.id DESC LIMIT 1) AS exemptReason,
      (SELECT x.parentId FROM unit_position x WHERE x.unitId = u.id AND ${held} ORDER BY x.since DESC LIMIT 1) AS parentId,
      (SELECT GROUP_CONCAT(DISTINCT x.groupId ORDER BY x.groupId) FROM group_member x WHERE x.unitId = u.id AND ${held}) AS groupIds
    FROM listed JOIN unit u ON u.id = listed.unitId
    ORDER BY u.id`;
  return rows.map((row) => ({
    ...row,
    hasNoCanteen: Number(row.hasNoCanteen) === 1,
    groupIds: (row.groupIds ?? '').split(',').filter(Boolean).map(Number),
  }));
}

export interface TargetNow {
  id: number;
  unitId: number;
  scopeKey: string;
  measure: Measure;
  categoryId: number | null;
  placeId: number | null;
  fundingSource: FundingSource | null;
  version: number;
  /** fen or grams, by the measure */
  value: number;
}

/** Every target with the value of its newest version, or of the newest that was recorded by the end of a past day (rules 3, 9). */
export async function loadTargets(db: Db, programmeId: number, by: Day | null): Promise<TargetNow[]> {
  const known = by === null ? Prisma.empty : Prisma.sql`AND n.at < ${startOfDay(addDays(by, 1))}`;
  const rows = await db.$queryRaw<TargetNow[]>`
    SELECT t.id, t.unitId, t.scopeKey, t.measure, t.categoryId, t.placeId, t.fundingSource, v.version, v.value
    FROM target t JOIN target_version v ON v.targetId = t.id
    WHERE t.programmeId = ${programmeId} AND v.version = (SELECT MAX(n.version) FROM target_version n WHERE n.targetId = t.id ${known})
    ORDER BY t.unitId, t.scopeKey <> 'all', t.measure, t.id`;
  return rows.map((row) => ({ ...row, value: Number(row.value) }));
}

export interface TargetChange {
  targetId: number;
  version: number;
  value: number;
  reason: string;
  at: Date;
}

/** Every version of a unit's targets, the newest first (rule 9). */
export async function loadTargetChanges(db: Db, programmeId: number, unitId: number): Promise<TargetChange[]> {
  const rows = await db.$queryRaw<TargetChange[]>`
    SELECT v.targetId, v.version, v.value, v.reason, v.at
    FROM target t JOIN target_version v ON v.targetId = t.id
    WHERE t.programmeId = ${programmeId} AND t.unitId = ${unitId} ORDER BY v.targetId, v.version DESC`;
  return rows.map((row) => ({ ...row, value: Number(row.value) }));
}
