import { Prisma } from '../../db/generated/client.ts';
import type { Channel, FundingSource } from '../../db/generated/enums.ts';
import { addMonths, type Day, dayToColumn, monthOf } from '../../shared/days.ts';

/** What entries can be summed by, beside the lineage. */
export type Dimension = 'fundingSource' | 'categoryId' | 'originPlaceId' | 'channel' | 'month';

/** Which entries are summed. */
export interface SumFilter {
  programmeId: number;
  /** only entries up to this day; null: all */
  until: Day | null;
  /** only what this unit and those below it bought, by their places on the day of placing */
  unitIds?: readonly number[];
  groupId?: number;
  /** any of these groups: all that the reader may read */
  groupIds?: readonly number[];
  /** any of the groups of a county */
  countyGroupIds?: readonly number[];
  /** only units whose own place is one of these */
  unitPlaceIds?: readonly number[];
  originPlaceIds?: readonly number[];
  categoryIds?: readonly number[];
  fundingSource?: FundingSource;
  channel?: Channel;
  /** first day of the entries' own month */
  month?: Day;
}

type Cut = 'unit' | 'scope' | 'origin' | 'goods';

interface Wish {
  filter: SumFilter;
  dimensions: readonly Dimension[];
  byLineage: boolean;
}

/**
 * What adds up to a wish, each with lineageId (by lineage), the dimensions, placedFen, placedGrams, countedFen and countedGrams: sums of
 * folded entries in the cut that has the fewest rows, and the entries that no sum holds yet. Now, where no month matters, goods of a
 * category or origin come from the sums of the whole programme. Of a past day the months before it, then its own month by days or, where
 * a cut has none, from the entries themselves.
 */
export function sourcesOf(wish: Wish): Prisma.Sql[] {
  const { until } = wish.filter;
  const cut = cutFor(wish);
  const months = (where: Prisma.Sql) => (cut === null ? fromTotals(wish, where) : fromSums(wish, cut, 'month', where));
  if (until === null) {
    const folded = hasWhole(wish, cut) ? fromSums(wish, cut, 'whole', Prisma.sql`TRUE`) : months(Prisma.sql`TRUE`);
    return [folded, fromEntries(wish, Prisma.sql`folded = 0`)];
  }
  const month = dayToColumn(monthOf(until));
  const day = dayToColumn(until);
  const before = months(cut === null ? Prisma.sql`month < ${month}` : Prisma.sql`period < ${month}`);
  if (cut === null || cut === 'scope' || cut === 'origin')
    return [
      before,
      fromEntries(wish, Prisma.sql`folded = 0 AND onDay < ${month}`),
      fromEntries(wish, Prisma.sql`onDay >= ${month} AND onDay <= ${day}`),
    ];
  return [
    before,
    fromSums(wish, cut, 'day', Prisma.sql`period >= ${month} AND period <= ${day}`),
    fromEntries(wish, Prisma.sql`folded = 0 AND onDay <= ${day}`),
  ];
}

/** The smallest cut that keeps everything asked for apart; null: only tally_total does. */
function cutFor({ filter, dimensions, byLineage }: Wish): Cut | null {
  if (!byLineage && lineageFilter(filter) === null) return 'goods';
  if (dimensions.includes('channel') || filter.channel) return null;
  const byCategory = dimensions.includes('categoryId') || filter.categoryIds !== undefined;
  const byOrigin = dimensions.includes('originPlaceId') || filter.originPlaceIds !== undefined;
  if (byCategory && byOrigin) return null;
  return byCategory ? 'scope' : byOrigin ? 'origin' : 'unit';
}

function hasWhole({ filter, dimensions }: Wish, cut: Cut | null): cut is 'scope' | 'origin' {
  return (cut === 'scope' || cut === 'origin') && !dimensions.includes('month') && filter.month === undefined;
}

function fromSums(wish: Wish, cut: Cut, grain: 'month' | 'day' | 'whole', where: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`
    SELECT ${columns(wish, 'period')} placedFen, placedGrams, countedFen, countedGrams FROM tally_sum
    WHERE programmeId = ${wish.filter.programmeId} AND cut = ${cut} AND grain = ${grain} AND ${where} ${conditions(wish.filter, 'period')}`;
}

function fromTotals(wish: Wish, where: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`
    SELECT ${columns(wish, 'month')} ${BY_EVENT} FROM tally_total
    WHERE programmeId = ${wish.filter.programmeId} AND ${where} ${conditions(wish.filter, 'month')}`;
}

function fromEntries(wish: Wish, where: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`
    SELECT ${columns(wish, 'onDay')} ${BY_EVENT} FROM tally_entry
    WHERE programmeId = ${wish.filter.programmeId} AND ${where} ${conditions(wish.filter, 'onDay')}`;
}

const BY_EVENT = Prisma.raw(`IF(event = 'placed', fen, 0) AS placedFen, IF(event = 'placed', grams, 0) AS placedGrams,
  IF(event = 'counted', fen, 0) AS countedFen, IF(event = 'counted', grams, 0) AS countedGrams`);

type DayColumn = 'period' | 'month' | 'onDay';

function columns({ dimensions, byLineage }: Wish, day: DayColumn): Prisma.Sql {
  const names = dimensions.map((name) =>
    name === 'month' ? `DATE_FORMAT(${day}, '${day === 'month' ? '%Y-%m-%d' : '%Y-%m-01'}') AS month` : name,
  );
  return Prisma.raw([...(byLineage ? ['lineageId'] : []), ...names].map((name) => `${name}, `).join(''));
}

function conditions(filter: SumFilter, day: DayColumn): Prisma.Sql {
  const parts = [Prisma.empty];
  const ofLineages = lineageFilter(filter);
  if (ofLineages) parts.push(Prisma.sql`AND lineageId IN (SELECT l.id FROM unit_lineage l WHERE ${ofLineages})`);
  if (filter.originPlaceIds) parts.push(Prisma.sql`AND originPlaceId IN (${listOf(filter.originPlaceIds)})`);
  if (filter.categoryIds) parts.push(Prisma.sql`AND categoryId IN (${listOf(filter.categoryIds)})`);
  if (filter.fundingSource) parts.push(Prisma.sql`AND fundingSource = ${filter.fundingSource}`);
  if (filter.channel) parts.push(Prisma.sql`AND channel = ${filter.channel}`);
  if (filter.month) {
    const [from, to] = [dayToColumn(filter.month), dayToColumn(addMonths(filter.month, 1))];
    parts.push(Prisma.sql`AND ${Prisma.raw(day)} >= ${from} AND ${Prisma.raw(day)} < ${to}`);
  }
  return Prisma.join(parts, ' ');
}

export type LineageFilter = Pick<SumFilter, 'unitIds' | 'groupId' | 'groupIds' | 'countyGroupIds' | 'unitPlaceIds'>;

/** Which lineages `l` a reader asked for; null: any. */
export function lineageFilter({
  unitIds,
  groupId,
  groupIds,
  countyGroupIds,
  unitPlaceIds,
}: LineageFilter): Prisma.Sql | null {
  const parts: Prisma.Sql[] = [];
  if (unitIds) parts.push(anyOf(unitIds.map((id) => Prisma.sql`LOCATE(${`/${id}/`}, l.path) > 0`)));
  for (const any of [groupIds, countyGroupIds])
    if (any) parts.push(anyOf(any.map((id) => Prisma.sql`LOCATE(${`,${id},`}, l.groupIds) > 0`)));
  if (groupId !== undefined) parts.push(Prisma.sql`LOCATE(${`,${groupId},`}, l.groupIds) > 0`);
  if (unitPlaceIds)
    parts.push(Prisma.sql`l.unitId IN (SELECT id FROM unit WHERE placeId IN (${listOf(unitPlaceIds)}))`);
  return parts.length > 0 ? Prisma.join(parts, ' AND ') : null;
}

function anyOf(parts: readonly Prisma.Sql[]): Prisma.Sql {
  return parts.length === 0 ? Prisma.sql`FALSE` : Prisma.sql`(${Prisma.join([...parts], ' OR ')})`;
}

/** Ids for IN (…); no id is 0, so an empty list finds nothing. */
export function listOf(ids: readonly number[]): Prisma.Sql {
  return Prisma.join(ids.length > 0 ? [...ids] : [0]);
}
