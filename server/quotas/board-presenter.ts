import { pathTo } from '../paths.ts';
import type { Day } from '../shared/days.ts';
import { placeName } from '../units/place-tree.ts';
import type { Locale, Translate } from '../web/i18n.ts';
import type { Board } from './board.ts';
import { type BoardRow, ROWS_BY, type RowsBy, SORTS, type Sort, sortRows } from './board-rows.ts';
import type { Programme } from './programme-list.ts';
import { PROGRESS_STATES, type ProgressState } from './progress.ts';
import type { ListedUnit } from './progress-queries.ts';
import type { BoardQuery } from './quota-schemas.ts';
import type { RowProgress, ScopedProgress } from './roll-up.ts';

export interface Reader {
  t: Translate;
  locale: Locale;
}

export interface BoardPage {
  board: Board;
  programmes: readonly Programme[];
  rows: readonly BoardRow[];
  /** the same rows by unit, for how many are behind */
  unitRows: readonly BoardRow[];
  query: BoardQuery;
  at: Day;
  asOf: Date;
}

const PER_PAGE = 100;
const BEHIND: readonly ProgressState[] = ['behind', 'far_behind'];

/** What views/quotas/board.hbs shows: the figures on top, the filters in the URL, the rows by who needs attention. */
export function presentBoard(reader: Reader, page: BoardPage) {
  const { t } = reader;
  const { board, rows, unitRows, query } = page;
  const { programme } = board;
  const by = query.by ?? 'unit';
  const isJudged = by === 'unit' || by === 'group';
  const chosen = rowsShown(rows, query);
  const [number, pages] = [Math.min(query.page ?? 1, pagesOf(chosen)), pagesOf(chosen)];
  const link = (change: Partial<Record<keyof BoardQuery, string | number | undefined>>) =>
    boardPath({ ...query, programme: programme.code, page: undefined, ...change });
  const targets = unitRows.filter(({ state }) => state !== 'no_target' && state !== 'exempt');
  const whole = presentProgress(reader, board, board.roll.whole());
  return {
    title: `${nameOf(reader, programme)} · ${t('quotas:board.title')}`,
    layout: 'work',
    currentPage: '/board',
    programme: presentProgramme(reader, programme),
    at: page.at,
    asOf: page.asOf.toISOString(),
    isPast: query.at !== undefined,
    programmes: page.programmes.map((one) => ({
      label: nameOf(reader, one),
      href: boardPath({ programme: one.code }),
      current: one.id === programme.id,
    })),
    filters: { fields: filterFields(reader, page), at: query.at, state: query.state },
    total: whole,
    behind: { count: targets.filter(({ state }) => BEHIND.includes(state)).length, of: targets.length },
    states: isJudged ? presentStates(rows, query.state, link) : [],
    byLabel: t(`quotas:by.${by}`),
    isJudged,
    sorts: {
      share: { href: link({ sort: 'share' }), direction: query.sort === 'share' ? 'ascending' : undefined },
      target: { href: link({ sort: 'target' }), direction: query.sort === 'target' ? 'descending' : undefined },
      counted: { href: link({ sort: 'counted' }), direction: query.sort === 'counted' ? 'descending' : undefined },
    },
    rows: chosen.slice((number - 1) * PER_PAGE, number * PER_PAGE).map((row) => presentRow(reader, page, row)),
    exportHrefs: { xlsx: pathTo('boardExport', queryOf({ ...query, programme: programme.code, page: undefined })) },
    prevHref: number > 1 ? link({ page: number - 1 }) : undefined,
    nextHref: number < pages ? link({ page: number + 1 }) : undefined,
    where: pages > 1 ? `${number} / ${pages}` : undefined,
  };
}

/** The rows that the chosen state leaves, in the chosen order; a tree only where nothing is left out of it. */
export function rowsShown(rows: readonly BoardRow[], { by, sort, state }: BoardQuery): BoardRow[] {
  const inState = state ? rows.filter((row) => row.state === state) : rows;
  const isJudged = by === undefined || by === 'unit' || by === 'group';
  return sortRows(inState, sort ?? (isJudged ? 'attention' : 'tree'));
}

function pagesOf(rows: readonly unknown[]): number {
  return Math.max(1, Math.ceil(rows.length / PER_PAGE));
}

function queryOf(query: Partial<Record<keyof BoardQuery, string | number | undefined>>) {
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined));
}

function boardPath(query: Parameters<typeof queryOf>[0]): string {
  return pathTo('board', queryOf(query));
}

/** A programme with the rule by which purchases count, in words (rule 2). */
export function presentProgramme(reader: Reader, programme: Programme) {
  const { t } = reader;
  const { countIndividualBy, countPrepaidBy, countOnAccountBy, countUntil } = programme;
  return {
    ...programme,
    name: nameOf(reader, programme),
    rule: {
      placed: t('quotas:rule.placed'),
      counted: t('quotas:rule.counted', {
        individual: t(`quotas:rule.by.${countIndividualBy}`),
        prepaid: t(`quotas:rule.by.${countPrepaidBy}`),
        onAccount: t(`quotas:rule.by.${countOnAccountBy === 'payment' ? 'settlement' : countOnAccountBy}`),
      }),
      until: t('quotas:rule.until', { day: countUntil }),
    },
  };
}

function filterFields({ t, locale }: Reader, { board, query }: BoardPage) {
  const { programme, places, byId } = board;
  const named = (row: { code: string; name: string; nameEn: string }) => ({
    value: row.code,
    label: nameOf({ locale }, row),
  });
  const all = { value: '', label: t('quotas:board.all') };
  const placeIds = [...new Set([...byId.values()].flatMap(({ placeId }) => (placeId === null ? [] : [placeId])))];
  const placed = placeIds.flatMap((id) => {
    const place = places.byId.get(id);
    return place ? [{ value: place.code, label: placeName(places, id, locale, true) }] : [];
  });
  const field = (name: string, value: string | undefined, choices: { value: string; label: string }[]) => ({
    ...{ name, value: value ?? '', choices },
    label: t(`quotas:filter.${name}`),
  });
  return [
    field('by', query.by ?? 'unit', wordsOf(t, 'by', ROWS_BY)),
    ...(programme.participants.length > 1
      ? [field('group', query.group, [all, ...programme.participants.map(named)])]
      : []),
    ...(placed.length > 1 ? [field('unitPlace', query.unitPlace, [all, ...placed])] : []),
    field('sort', query.sort ?? 'attention', wordsOf(t, 'sort', SORTS)),
  ];
}

function wordsOf(t: Translate, prefix: 'by' | 'sort', words: readonly (RowsBy | Sort)[]) {
  return words.map((value) => ({ value, label: t(`quotas:${prefix}.${value}`) }));
}

function presentStates(
  rows: readonly BoardRow[],
  current: ProgressState | undefined,
  link: (change: { state: string | undefined }) => string,
) {
  return PROGRESS_STATES.flatMap((code) => {
    const count = rows.filter(({ state }) => state === code).length;
    const href = link({ state: code === current ? undefined : code });
    return count > 0 || code === current ? [{ code, count, current: code === current, href }] : [];
  });
}

function presentRow(reader: Reader, { board, query }: BoardPage, row: BoardRow) {
  const { unit } = row;
  const parent = unit?.parentId ? board.byId.get(unit.parentId) : undefined;
  const isTree = query.sort === 'tree';
  return {
    ...presentProgress(reader, board, row),
    name: rowName(reader, row, query.by ?? 'unit'),
    href: unit ? unitPath(board.programme, unit, query.at) : groupLink(board.programme, row, query),
    depth: isTree ? Math.min(2, row.depth) : 0,
    parentName: parent && !isTree ? nameOf(reader, parent) : undefined,
    dual: (unit?.groupIds.length ?? 0) > 1,
    exemptReason: unit?.exemptReason,
  };
}

function groupLink(programme: Programme, row: BoardRow, { by, at }: BoardQuery): string | undefined {
  return by === 'group' ? boardPath({ programme: programme.code, group: row.key, at }) : undefined;
}

export function unitPath({ code }: Programme, unit: Pick<ListedUnit, 'code'>, at?: Day): string {
  return pathTo('boardUnit', { programmeCode: code, unitCode: unit.code, at });
}

/** A row's name in the reader's language; funding sources and channels are words of the messages, months speak for themselves. */
export function rowName(reader: Reader, { key, name, nameEn }: BoardRow, by: RowsBy): string {
  if (name !== null) return nameOf(reader, { name, nameEn });
  return by === 'funding' || by === 'channel' ? reader.t(`quotas:${by}.${key}`) : key;
}

export function nameOf({ locale }: { locale: Locale }, row: { name: string; nameEn: string | null }): string {
  return (locale === 'en' && row.nameEn) || row.name;
}

/**
 * Figures as partials/progress-bar and the tables want them. What is judged stands first, in its own measure and scope; `rest` is what
 * was bought altogether, where that is something else.
 */
export function presentProgress(reader: Reader, board: Board, progress: RowProgress) {
  const { targets, headline, share, ...told } = progress;
  const isScoped = headline !== null && headline.scopeKey !== 'all';
  const isWeight = headline?.measure === 'grams';
  return {
    ...told,
    countedShare: share,
    isWeight,
    target: headline?.value,
    placed: headline?.placed ?? told.placedFen,
    counted: headline?.counted ?? told.countedFen,
    neededPerMonth: headline?.neededPerMonth || undefined,
    rest: isWeight || isScoped ? { placedFen: told.placedFen, countedFen: told.countedFen } : undefined,
    targetLabel: isScoped ? scopeName(reader, board, headline) : undefined,
    scoped: targets.filter((target) => target !== headline).map((target) => presentTarget(reader, board, target)),
  };
}

export function presentTarget(reader: Reader, board: Board, target: ScopedProgress) {
  const { share, ...told } = target;
  return {
    ...told,
    countedShare: share,
    isWeight: target.measure === 'grams',
    label: scopeName(reader, board, target),
  };
}

/** What a target is for: everything, or a category, an origin, a funding source, or several of these. */
export function scopeName(reader: Reader, { categories, places }: Board, target: ScopedProgress): string {
  const category = target.categoryId === null ? undefined : categories.byId.get(target.categoryId);
  const parts = [
    category && nameOf(reader, category),
    target.placeId === null ? undefined : placeName(places, target.placeId, reader.locale, true),
    target.fundingSource === null ? undefined : reader.t(`quotas:funding.${target.fundingSource}`),
  ].filter((part) => part !== undefined);
  return parts.length > 0 ? parts.join(' · ') : reader.t('quotas:board.everything');
}
