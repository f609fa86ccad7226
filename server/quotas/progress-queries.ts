import type { Db } from '../db/client.ts';
import { Prisma } from '../db/generated/client.ts';
import type { FundingSource, Measure, UnitKind } from '../db/generated/enums.ts';
import { addDays, type Day, dayToColumn, monthOf, startOfDay } from '../shared/days.ts';

export interface Amounts {
  placedFen: number;
  placedGrams: number;
  countedFen: number;
  countedGrams: number;
}

/** What entries can be summed by, beside the lineage. */
export type Dimension = 'fundingSource' | 'categoryId' | 'originPlaceId' | 'channel' | 'month';

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

export interface SumWish {
  programmeId: number;
  dimensions: readonly Dimension[];
  /** only entries up to this day; null: all */
  until: Day | null;
  /** only what this unit and those below it bought, by their places on the day of placing */
  unitIds?: readonly number[];
  groupId?: number;
  /** only units whose own place is one of these */
  unitPlaceIds?: readonly number[];
  originPlaceIds?: readonly number[];
}

/**
 * Progress at this moment: tally_total and the entries that it does not hold yet, in one statement and thus one snapshot, so that it
 * equals the sum of all entries however far folding has come (rule 11). For a past day the months before come from the totals and
 * the day's own month from the entries themselves.
 */
export async function loadSums(db: Db, wish: SumWish): Promise<Sum[]> {
  const { programmeId, until } = wish;
  const dimensions = [...new Set(wish.dimensions)];
  const columns = (month: Prisma.Sql) =>
    dimensions.map((name) => (name === 'month' ? Prisma.sql`, ${month} AS month` : Prisma.raw(`, ${name}`)));
  const names = dimensions.map((name) => Prisma.raw(`, x.${name}`));
  const origin = wish.originPlaceIds ? Prisma.sql`AND originPlaceId IN (${listOf(wish.originPlaceIds)})` : Prisma.empty;
  const fromTotals = columns(Prisma.sql`DATE_FORMAT(month, '%Y-%m-%d')`);
  const fromEntries = columns(Prisma.sql`DATE_FORMAT(onDay, '%Y-%m-01')`);
  const source = (table: string, chosen: Prisma.Sql[], where: Prisma.Sql) => Prisma.sql`
    SELECT lineageId, event, fen, grams ${joined(chosen)} FROM ${Prisma.raw(table)}
    WHERE programmeId = ${programmeId} ${origin} AND ${where}`;
  const month = until && dayToColumn(monthOf(until));
  const sources =
    until === null
      ? [
          source('tally_total', fromTotals, Prisma.sql`TRUE`),
          source('tally_entry', fromEntries, Prisma.sql`folded = 0`),
        ]
      : [
          source('tally_total', fromTotals, Prisma.sql`month < ${month}`),
          source('tally_entry', fromEntries, Prisma.sql`folded = 0 AND onDay < ${month}`),
          source('tally_entry', fromEntries, Prisma.sql`onDay >= ${month} AND onDay <= ${dayToColumn(until)}`),
        ];
  const rows = await db.$queryRaw<Sum[]>`
    SELECT l.unitId, l.path, l.groupIds ${joined(names)},
      SUM(IF(x.event = 'placed', x.fen, 0)) AS placedFen, SUM(IF(x.event = 'placed', x.grams, 0)) AS placedGrams,
      SUM(IF(x.event = 'counted', x.fen, 0)) AS countedFen, SUM(IF(x.event = 'counted', x.grams, 0)) AS countedGrams
    FROM (${Prisma.join(sources, ' UNION ALL ')}) x JOIN unit_lineage l ON l.id = x.lineageId
    WHERE ${lineageFilter(wish)}
    GROUP BY x.lineageId, l.unitId, l.path, l.groupIds ${joined(names)}`;
  return rows.map((row) => ({
    ...row,
    placedFen: Number(row.placedFen),
    placedGrams: Number(row.placedGrams),
    countedFen: Number(row.countedFen),
    countedGrams: Number(row.countedGrams),
  }));
}

/** Which lineages `l` a reader asked for. */
export function lineageFilter(wish: Pick<SumWish, 'unitIds' | 'groupId' | 'unitPlaceIds'>): Prisma.Sql {
  const parts = [Prisma.sql`TRUE`];
  if (wish.unitIds)
    parts.push(
      wish.unitIds.length === 0
        ? Prisma.sql`FALSE`
        : Prisma.sql`(${Prisma.join(
            wish.unitIds.map((id) => Prisma.sql`LOCATE(${`/${id}/`}, l.path) > 0`),
            ' OR ',
          )})`,
    );
  if (wish.groupId !== undefined) parts.push(Prisma.sql`LOCATE(${`,${wish.groupId},`}, l.groupIds) > 0`);
  if (wish.unitPlaceIds)
    parts.push(Prisma.sql`l.unitId IN (SELECT id FROM unit WHERE placeId IN (${listOf(wish.unitPlaceIds)}))`);
  return Prisma.join(parts, ' AND ');
}

function joined(parts: readonly Prisma.Sql[]): Prisma.Sql {
  return parts.length > 0 ? Prisma.join([...parts], ' ') : Prisma.empty;
}

/** Ids for IN (…); no id is 0, so an empty list finds nothing. */
export function listOf(ids: readonly number[]): Prisma.Sql {
  return Prisma.join(ids.length > 0 ? [...ids] : [0]);
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
  /** null: it is not exempt */
  exemptReason: string | null;
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
  const rows = await db.$queryRaw<(Omit<ListedUnit, 'groupIds'> & { groupIds: string | null })[]>`
    WITH RECURSIVE taking (unitId) AS (
      SELECT x.unitId FROM programme_participant t JOIN group_member x ON x.groupId = t.groupId
      WHERE t.programmeId = ${programmeId} AND ${held}
      UNION
      SELECT x.unitId FROM taking JOIN unit_position x ON x.parentId = taking.unitId WHERE ${held}
    ), listed (unitId) AS (
      SELECT unitId FROM taking
      UNION SELECT unitId FROM target WHERE programmeId = ${programmeId}
      UNION SELECT unitId FROM target_exemption WHERE programmeId = ${programmeId}
      UNION SELECT l.unitId FROM (SELECT DISTINCT lineageId FROM tally_total WHERE programmeId = ${programmeId}) t
        JOIN unit_lineage l ON l.id = t.lineageId
      UNION SELECT unitId FROM tally_entry WHERE programmeId = ${programmeId} AND folded = 0
    )
    SELECT u.id, u.code, u.name, u.nameEn, u.kind, u.placeId,
      (SELECT e.reason FROM target_exemption e WHERE e.programmeId = ${programmeId} AND e.unitId = u.id AND ${stands}
        ORDER BY e.id DESC LIMIT 1) AS exemptReason,
      (SELECT x.parentId FROM unit_position x WHERE x.unitId = u.id AND ${held} ORDER BY x.since DESC LIMIT 1) AS parentId,
      (SELECT GROUP_CONCAT(DISTINCT x.groupId ORDER BY x.groupId) FROM group_member x WHERE x.unitId = u.id AND ${held}) AS groupIds
    FROM listed JOIN unit u ON u.id = listed.unitId
    ORDER BY u.id`;
  return rows.map((row) => ({ ...row, groupIds: (row.groupIds ?? '').split(',').filter(Boolean).map(Number) }));
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
