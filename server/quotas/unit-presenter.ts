import { pathTo } from '../paths.ts';
import { type Day, dayOf } from '../shared/days.ts';
import { groupBy } from '../shared/group-by.ts';
import { encodeCursor } from '../shared/pagination.ts';
import { placeName } from '../units/place-tree.ts';
import type { Board } from './board.ts';
import {
  nameOf,
  presentProgramme,
  presentProgress,
  presentTarget,
  type Reader,
  rowName,
  unitPath,
} from './board-presenter.ts';
import { type BoardRow, boardRows, sortRows } from './board-rows.ts';
import type { Entry, EntryPage } from './entry-queries.ts';
import type { Programme } from './programme-list.ts';
import type { Amounts, ListedUnit, TargetChange } from './progress-queries.ts';
import type { Purchases } from './quota-policy.ts';
import type { UnitPageQuery } from './quota-schemas.ts';
import { groupIdsOf } from './roll-up.ts';

export interface UnitPage {
  board: Board;
  unit: ListedUnit;
  programmes: readonly Programme[];
  query: UnitPageQuery;
  at: Day;
  asOf: Date;
  changes: readonly TargetChange[];
  entries: EntryPage;
  /** what the reader added as an employee of the unit; null: the reader is none */
  own: Amounts | null;
  purchases: Purchases;
  /** the reader sees the whole programme, and so the board above this page */
  isWhole: boolean;
  /** the reader may open the orders of unit purchases */
  linksOrders: boolean;
}

/** What views/quotas/unit.hbs shows of a unit, within what its reader may see (rule 31). */
export function presentUnitPage(reader: Reader, page: UnitPage) {
  const { t } = reader;
  const { board, unit, query, isWhole } = page;
  const { programme } = board;
  const progress = board.roll.unit(unit);
  const seesParts = page.purchases === 'units_and_sums';
  const parent = unit.parentId === null ? undefined : board.byId.get(unit.parentId);
  const groups = programme.participants.filter(({ id }) => groupIdsOf(unit, board.byId).has(id));
  const boardHref = pathTo('board', { programme: programme.code, at: query.at });
  return {
    title: `${nameOf(reader, unit)} · ${t('quotas:board.title')}`,
    layout: 'work',
    currentPage: '/board',
    breadcrumbs: isWhole
      ? [{ label: t('quotas:board.title'), href: boardHref }, { label: nameOf(reader, unit) }]
      : undefined,
    programme: presentProgramme(reader, programme),
    programmes: page.programmes.map((one) => ({
      label: nameOf(reader, one),
      href: unitPath(one, unit),
      current: one.id === programme.id,
    })),
    unit: {
      code: unit.code,
      name: nameOf(reader, unit),
      parentName: parent && nameOf(reader, parent),
      parentHref: parent && isWhole ? unitPath(programme, parent, query.at) : undefined,
      groups: groups.map((group) => nameOf(reader, group)),
      dual: unit.groupIds.length > 1,
      exemptReason: unit.exemptReason,
      hasBelow: board.roll.below(unit).length > 0,
    },
    at: page.at,
    asOf: page.asOf.toISOString(),
    isPast: query.at !== undefined,
    total: presentProgress(reader, board, progress),
    targets: presentTargets(reader, page),
    seesParts,
    tables: seesParts ? partTables(reader, page) : [],
    below: seesParts ? presentBelow(reader, page) : [],
    own: page.own,
    entries: presentEntries(reader, page),
  };
}

/** The unit's targets as judged (with those below it), each with the versions of its own value. */
function presentTargets(reader: Reader, { board, unit, changes, at, query }: UnitPage) {
  const own = board.targets.filter(({ unitId }) => unitId === unit.id);
  const versions = groupBy(changes, ({ targetId }) => targetId);
  return board.roll.unit(unit).targets.map((target) => {
    const mine = own.find(({ scopeKey, measure }) => scopeKey === target.scopeKey && measure === target.measure);
    const known = (mine && versions.get(mine.id)) ?? [];
    return {
      ...presentTarget(reader, board, target),
      ownValue: mine && mine.value !== target.value ? mine.value : undefined,
      versions: known
        .filter((change) => query.at === undefined || dayOf(change.at) <= at)
        .map((change) => ({ ...change, at: change.at.toISOString() })),
    };
  });
}

/** Where it came from, by month, category and funding source; every figure leads to its tally lines. */
function partTables(reader: Reader, page: UnitPage) {
  return (['month', 'category', 'funding'] as const).map((by) => {
    const rows = boardRows(page.board, by);
    const most = Math.max(1, ...rows.map(({ placedFen }) => placedFen));
    return {
      id: by,
      title: reader.t(`quotas:unit.${by}`),
      label: reader.t(`quotas:by.${by}`),
      rows: rows.map((row) => ({
        name: rowName(reader, row, by),
        href: `${pageHref(page, { [by]: row.key, cursor: undefined })}#entries`,
        ...amountsIn(row),
        placedWidth: Math.max(0, row.placedFen) / most,
        countedWidth: Math.max(0, row.countedFen) / most,
      })),
    };
  });
}

function amountsIn({ placedFen, placedGrams, countedFen, countedGrams }: BoardRow): Amounts {
  return { placedFen, placedGrams, countedFen, countedGrams };
}

function presentBelow(reader: Reader, { board, unit, query }: UnitPage) {
  const below = new Set(board.roll.below(unit).map(({ id }) => id));
  const rows = boardRows(board, 'unit').filter((row) => row.unit && below.has(row.unit.id));
  return sortRows(rows, 'attention').map((row) => ({
    ...presentProgress(reader, board, row),
    name: rowName(reader, row, 'unit'),
    href: row.unit ? unitPath(board.programme, row.unit, query.at) : undefined,
    exemptReason: row.unit?.exemptReason,
  }));
}

function presentEntries(reader: Reader, page: UnitPage) {
  const { query, board, entries } = page;
  const { t, locale } = reader;
  const category = query.category === undefined ? undefined : board.categories.byCode.get(query.category);
  const active = [
    category && { label: nameOf(reader, category), removeHref: anchored(page, { category: undefined }) },
    query.funding && {
      label: t(`quotas:funding.${query.funding}`),
      removeHref: anchored(page, { funding: undefined }),
    },
    query.month && { label: query.month, removeHref: anchored(page, { month: undefined }) },
    query.event && { label: t(`quotas:event.${query.event}`), removeHref: anchored(page, { event: undefined }) },
  ].filter(Boolean);
  return {
    isOwn: page.purchases === 'own',
    active,
    rows: entries.entries.map((entry) => ({
      ...entry,
      eventLabel: t(`quotas:event.${entry.event}`),
      sourceLabel: t(`quotas:source.${entry.source}`),
      fundingLabel: t(`quotas:funding.${entry.fundingSource}`),
      channelLabel: t(`quotas:channel.${entry.channel}`),
      goods: categoryName(reader, board, entry.categoryId),
      origin: placeName(board.places, entry.originPlaceId, locale, true),
      supplier: entry.supplierName && nameOf(reader, { name: entry.supplierName, nameEn: entry.supplierNameEn }),
      unitName: nameOf(reader, { name: entry.unitName, nameEn: entry.unitNameEn }),
      isOther: entry.unitCode !== page.unit.code,
      orderHref: orderHref(page, entry),
      moveHref: page.purchases === 'units_and_sums' ? moveHref(entry) : undefined,
    })),
    prevHref: query.cursor === undefined ? undefined : anchored(page, { cursor: undefined }),
    nextHref: entries.nextId === null ? undefined : anchored(page, { cursor: encodeCursor([entries.nextId]) }),
  };
}

function orderHref({ linksOrders, unit }: UnitPage, { orderId, unitCode, source }: Entry): string | undefined {
  const isOwn = unitCode === unit.code && source !== 're_attribution';
  return linksOrders && orderId !== null && isOwn ? pathTo('order', { id: orderId }) : undefined;
}

/** Where to ask that a unit's purchase count for another one; an individual's buyer asks on the order's page. */
function moveHref({ event, fundingSource, orderId, lineId, channel, fen }: Entry): string | undefined {
  if (event !== 'placed' || fen <= 0 || fundingSource === 'individual') return undefined;
  if (orderId !== null) return pathTo('newReAttribution', { order: orderId });
  return pathTo('newReAttribution', { [channel === 'external' ? 'external' : 'offlineLine']: lineId ?? undefined });
}

function categoryName(reader: Reader, { categories }: Board, id: number): string {
  const category = categories.byId.get(id);
  return category ? nameOf(reader, category) : String(id);
}

function anchored(page: UnitPage, change: Partial<UnitPageQuery>): string {
  return `${pageHref(page, change)}#entries`;
}

function pageHref({ board, unit, query }: UnitPage, change: Partial<UnitPageQuery>): string {
  const wanted = Object.entries({ ...query, ...change }).filter(([, value]) => value !== undefined);
  return pathTo('boardUnit', {
    ...Object.fromEntries(wanted),
    programmeCode: board.programme.code,
    unitCode: unit.code,
  });
}
