import type { Db } from '../../db/client.ts';
import { Prisma } from '../../db/generated/client.ts';
import type { Channel, FundingSource, TallyEvent, TallySource } from '../../db/generated/enums.ts';
import { addMonths, type Day, dayToColumn } from '../../shared/days.ts';
import { ALLOWANCE_LEG } from '../tally/tally-standing.ts';
import { type Amounts, lineageFilter, listOf, loadParts, type SumFilter } from './progress-queries.ts';
import { amountsOf } from './roll-up.ts';

/** Which entries are listed: those that a figure of the same filter sums, or a person's own among them. */
export interface EntryFilter extends SumFilter {
  event?: TallyEvent;
  /** only what this person bought */
  buyerId?: number;
}

export interface EntryWish extends EntryFilter {
  beforeId?: number;
  limit: number;
}

/** One tally entry, or of individuals the sum of alike entries, which then names neither order nor line. */
export interface Entry {
  id: number | null;
  event: TallyEvent;
  source: TallySource;
  onDay: Day;
  placedOn: Day | null;
  orderId: number | null;
  lineId: number | null;
  unitCode: string;
  unitName: string;
  unitNameEn: string;
  fundingSource: FundingSource;
  categoryId: number;
  originPlaceId: number;
  supplierCode: string | null;
  supplierName: string | null;
  supplierNameEn: string | null;
  channel: Channel;
  fen: number;
  grams: number;
  isAdjustment: boolean;
  /** bought by an individual, whatever paid it */
  isPersonal: boolean;
  /** how many entries it sums */
  entries: number;
}

type EntryRow = Omit<Entry, 'id' | 'isAdjustment' | 'isPersonal' | 'entries'> &
  Record<'isAdjustment' | 'isPersonal', number | bigint | boolean> & { id: number };

/** What an individual bought, also with a welfare allowance (rules 6, 31). */
const PERSONAL = Prisma.raw(
  `(e.fundingSource = 'individual' OR (e.orderId IS NOT NULL AND e.leg >= ${ALLOWANCE_LEG}))`,
);

export interface EntryPage {
  entries: Entry[];
  /** the key of the last row read; null on the last page */
  nextId: number | null;
}

/**
 * The tally lines behind a figure, newest first by key. With `mergeIndividuals` what individuals bought comes as sums of a day, event,
 * unit, funding source, category, origin, supplier and channel, each whole and once, where its oldest line stands, however short the pages are (rule
 * 31); a page can thus be shorter than asked for. The sum of all pages is the figure either way.
 */
export async function loadEntries(db: Db, wish: EntryWish, mergeIndividuals: boolean): Promise<EntryPage> {
  const page = await readEntries(db, wish);
  if (!mergeIndividuals) return page;
  const entries = await merged(db, wish, page);
  if (entries.length > 0 || page.nextId === null) return { ...page, entries };
  return loadEntries(db, { ...wish, beforeId: page.nextId }, true);
}

async function readEntries(db: Db, wish: EntryWish): Promise<EntryPage> {
  const { beforeId, limit } = wish;
  const rows = await db.$queryRaw<EntryRow[]>`
    SELECT e.id, e.event, e.source, DATE_FORMAT(e.onDay, '%Y-%m-%d') AS onDay, DATE_FORMAT(e.placedOn, '%Y-%m-%d') AS placedOn,
      e.orderId, e.lineId, u.code AS unitCode, u.name AS unitName, u.nameEn AS unitNameEn, e.fundingSource, e.categoryId, e.originPlaceId,
      s.code AS supplierCode, s.name AS supplierName, s.nameEn AS supplierNameEn, e.channel, e.fen, e.grams, e.isAdjustment,
      ${PERSONAL} AS isPersonal
    FROM ${entriesOf(wish)}
    JOIN unit u ON u.id = e.unitId
    LEFT JOIN supplier s ON s.id = e.supplierId
    WHERE ${conditionsOf(wish)} ${beforeId ? Prisma.sql`AND e.id < ${beforeId}` : Prisma.empty}
    ORDER BY e.id DESC LIMIT ${limit + 1}`;
  const shown = rows.slice(0, limit);
  return {
    entries: shown.map(
      (row): Entry => ({
        ...{
          ...row,
          isAdjustment: Boolean(Number(row.isAdjustment)),
          isPersonal: Boolean(Number(row.isPersonal)),
          entries: 1,
        },
      }),
    ),
    nextId: rows.length > limit ? (shown.at(-1)?.id ?? null) : null,
  };
}

/**
 * A whole programme's newest entries are read along the key, backwards, until a page is full; left to itself the server joins from
 * the lineages and sorts every entry of the programme. A unit's month it would read backwards too, past all that others bought since: it
 * is read from the unit's lineages, each month of theirs by index. A person's own it finds by the orders.
 */
function entriesOf({ unitIds, month, buyerId }: EntryFilter): Prisma.Sql {
  if (buyerId !== undefined) return Prisma.sql`tally_entry e JOIN unit_lineage l ON l.id = e.lineageId`;
  if (month === undefined && unitIds === undefined)
    return Prisma.sql`tally_entry e FORCE INDEX (PRIMARY) STRAIGHT_JOIN unit_lineage l ON l.id = e.lineageId`;
  if (month === undefined || unitIds === undefined)
    return Prisma.sql`tally_entry e JOIN unit_lineage l ON l.id = e.lineageId`;
  return Prisma.sql`unit_lineage l STRAIGHT_JOIN tally_entry e FORCE INDEX (tally_entry_lineageId_programmeId_onDay_idx) ON e.lineageId = l.id`;
}

function conditionsOf(wish: EntryFilter): Prisma.Sql {
  const parts = [Prisma.sql`e.programmeId = ${wish.programmeId}`, lineageFilter(wish) ?? Prisma.sql`TRUE`];
  if (wish.originPlaceIds) parts.push(Prisma.sql`e.originPlaceId IN (${listOf(wish.originPlaceIds)})`);
  if (wish.categoryIds) parts.push(Prisma.sql`e.categoryId IN (${listOf(wish.categoryIds)})`);
  if (wish.fundingSource) parts.push(Prisma.sql`e.fundingSource = ${wish.fundingSource}`);
  if (wish.event) parts.push(Prisma.sql`e.event = ${wish.event}`);
  if (wish.channel) parts.push(Prisma.sql`e.channel = ${wish.channel}`);
  if (wish.until) parts.push(Prisma.sql`e.onDay <= ${dayToColumn(wish.until)}`);
  if (wish.month) {
    const [from, to] = [dayToColumn(wish.month), dayToColumn(addMonths(wish.month, 1))];
    parts.push(Prisma.sql`e.onDay >= ${from} AND e.onDay < ${to}`);
  }
  if (wish.buyerId !== undefined)
    parts.push(Prisma.sql`EXISTS (SELECT 1 FROM \`order\` o WHERE o.id = e.orderId AND o.buyerId = ${wish.buyerId})`);
  return Prisma.join(parts, ' AND ');
}

/** The page with each sum of alike individuals' entries in the place of its oldest one; those that are summed elsewhere left out. */
async function merged(db: Db, wish: EntryWish, { entries }: EntryPage): Promise<Entry[]> {
  const individuals = entries.filter(({ isPersonal }) => isPersonal);
  if (individuals.length === 0) return [...entries];
  const days = [...new Set(individuals.map(({ onDay }) => onDay))];
  const codes = [...new Set(individuals.map(({ unitCode }) => unitCode))];
  const sums = await db.$queryRaw<{ oldest: number; fen: unknown; grams: unknown; entries: unknown }[]>`
    SELECT MIN(e.id) AS oldest, SUM(e.fen) AS fen, SUM(e.grams) AS grams, COUNT(*) AS entries
    FROM tally_entry e JOIN unit_lineage l ON l.id = e.lineageId
    WHERE ${conditionsOf(wish)} AND ${PERSONAL}
      AND e.onDay IN (${Prisma.join(days.map(dayToColumn))}) AND e.unitId IN (SELECT id FROM unit WHERE code IN (${Prisma.join(codes)}))
    GROUP BY e.onDay, e.event, e.source, e.unitId, e.fundingSource, e.categoryId, e.originPlaceId, e.supplierId, e.channel, e.isAdjustment`;
  const byOldest = new Map(sums.map((sum) => [sum.oldest, sum]));
  return entries.flatMap((entry) => {
    if (!entry.isPersonal) return [entry];
    const sum = byOldest.get(Number(entry.id));
    if (!sum) return [];
    const { fen, grams, entries: count } = sum;
    const unnamed = { id: null, placedOn: null, orderId: null, lineId: null };
    return [{ ...entry, ...unnamed, fen: Number(fen), grams: Number(grams), entries: Number(count) }];
  });
}

/**
 * The figure that a filter's entries add up to, in fen and grams. A person's own are summed one by one; everything else comes from the
 * totals and the rest that they do not hold, as on the board, so that a year's figure costs no more than a day's.
 */
export async function sumEntries(db: Db, filter: EntryFilter): Promise<Amounts> {
  const { buyerId } = filter;
  if (buyerId === undefined) return amountsOf(await loadParts(db, { ...filter, dimensions: [] }));
  const rows = await db.$queryRaw<Amounts[]>`
    SELECT SUM(IF(e.event = 'placed', e.fen, 0)) AS placedFen, SUM(IF(e.event = 'placed', e.grams, 0)) AS placedGrams,
      SUM(IF(e.event = 'counted', e.fen, 0)) AS countedFen, SUM(IF(e.event = 'counted', e.grams, 0)) AS countedGrams
    FROM \`order\` own JOIN tally_entry e ON e.orderId = own.id JOIN unit_lineage l ON l.id = e.lineageId
    WHERE own.buyerId = ${buyerId} AND ${conditionsOf({ ...filter, buyerId: undefined })}
    HAVING placedFen IS NOT NULL`;
  return amountsOf(rows.map(inNumbers));
}

/** What one person added to a programme as an employee of units: sums over the own entries (rule 31: nobody else's). */
export async function ownContribution(db: Db, programmeId: number, buyerId: number, unitId: number, until: Day | null) {
  const known = until === null ? Prisma.empty : Prisma.sql`AND e.onDay <= ${dayToColumn(until)}`;
  const [row] = await db.$queryRaw<Record<keyof Amounts, unknown>[]>`
    SELECT SUM(IF(e.event = 'placed', e.fen, 0)) AS placedFen, SUM(IF(e.event = 'placed', e.grams, 0)) AS placedGrams,
      SUM(IF(e.event = 'counted', e.fen, 0)) AS countedFen, SUM(IF(e.event = 'counted', e.grams, 0)) AS countedGrams
    FROM \`order\` o JOIN tally_entry e ON e.orderId = o.id
    WHERE o.buyerId = ${buyerId} AND e.programmeId = ${programmeId} AND e.unitId = ${unitId} ${known}`;
  return amountsOf(row === undefined || row.placedFen === null ? [] : [inNumbers(row)]);
}

/** A SUM comes as a decimal. */
function inNumbers({ placedFen, placedGrams, countedFen, countedGrams }: Record<keyof Amounts, unknown>): Amounts {
  return {
    placedFen: Number(placedFen),
    placedGrams: Number(placedGrams),
    countedFen: Number(countedFen),
    countedGrams: Number(countedGrams),
  };
}
