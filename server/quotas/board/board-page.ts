import { pathTo } from '../../paths.ts';
import type { Day } from '../../shared/days.ts';
import { placeName } from '../../units/place-tree.ts';
import type { Participant, Programme } from '../programme-list.ts';
import { type BoardQuery, keptOf } from '../quota-schemas.ts';
import type { Board } from './board.ts';
import { activeFilters, filterFields } from './board-filters.ts';
import { boardPath, drillFrom, rowFilter, unitPath } from './board-links.ts';
import { type Overview, presentOverview } from './board-overview.ts';
import { exemptText, nameOf, presentProgramme, presentProgress, type Reader, rowName } from './board-presenter.ts';
import { type BoardRow, ROWS_BY, type RowsBy, SORTS, sortRows } from './board-rows.ts';
import { countiesOf } from './counties.ts';
import { PROGRESS_STATES, type ProgressState } from './progress.ts';
import type { Amounts, Part, Sum } from './progress-queries.ts';
import { amountsOf } from './roll-up.ts';
import { sparkline } from './sparkline.ts';

export interface BoardPage {
  board: Board;
  programmes: readonly Programme[];
  rows: readonly BoardRow[];
  /** the same rows by unit, for how many are behind */
  unitRows: readonly BoardRow[];
  /** what was bought by category, origin, funding source and channel */
  parts: readonly Part[];
  /** what counts for what the whole is judged by, by month */
  months: readonly Part[];
  /** what is summed now, where the board is of a past day */
  now: readonly Sum[] | null;
  /** what was helped to sell, its own figure (rule 16); null: not told of a past day or of a part */
  helped: { fen: number; grams: number } | null;
  /** the groups of a guest in somebody else's programme; null: it is the reader's */
  guest: readonly Participant[] | null;
  query: BoardQuery;
  at: Day;
  asOf: Date;
}

const PER_PAGE = 150;
const BEHIND: readonly ProgressState[] = ['behind', 'far_behind'];

type Change = Partial<BoardQuery>;

/** What views/quotas/board.hbs shows: the figures on top, the filters in the URL, the charts, the rows by who needs attention. */
export async function presentBoard(reader: Reader, page: BoardPage) {
  const { t } = reader;
  const { board, rows, unitRows, query } = page;
  const { programme } = board;
  const by = query.by ?? 'unit';
  const chosen = rowsShown(rows, query);
  const pages = Math.max(1, Math.ceil(chosen.length / PER_PAGE));
  const number = Math.min(query.page ?? 1, pages);
  const link = (change: Change) => boardPath(programme, { ...query, page: undefined, ...change });
  const targets = unitRows.filter(({ state }) => state !== 'no_target' && state !== 'exempt');
  const progress = board.roll.whole();
  const whole = presentProgress(reader, board, progress, drillFrom(programme, query));
  const overview: Overview = { page, progress, by, link };
  return {
    title: `${nameOf(reader, programme)} · ${t('quotas:board.title')}`,
    layout: 'work',
    currentPage: '/board',
    programme: presentProgramme(reader, programme),
    assistedPlace: placeName(board.places, programme.assistedPlaceId, reader.locale),
    at: page.at,
    asOf: page.asOf.toISOString(),
    isPast: query.at !== undefined,
    since: page.now && difference(board.sums, page.now),
    helped: page.helped?.fen ? page.helped : undefined,
    nowHref: link({ at: undefined }),
    guest: page.guest && {
      names: page.guest.map((group) => nameOf(reader, group)).join(t('board:guest.join')),
      links: page.guest
        .filter(({ code }) => code !== query.group)
        .map((group) => ({ name: nameOf(reader, group), href: link({ group: group.code, county: undefined }) })),
    },
    ...presentProgrammes(reader, page),
    filters: {
      fields: filterFields(reader, board, query),
      isOpen: Object.entries(keptOf(query)).some(([name, value]) => name !== 'at' && value !== undefined),
      hidden: (['by', 'state', 'sort'] as const).flatMap((name) => (query[name] ? [{ name, value: query[name] }] : [])),
      at: query.at,
    },
    active: activeFilters(reader, board, keptOf(query), (name) => link({ [name]: undefined })),
    clearHref: boardPath(programme, { by: query.by, sort: query.sort, at: query.at }),
    total: whole,
    behind: { count: targets.filter(({ state }) => BEHIND.includes(state)).length, of: targets.length },
    ...(await presentOverview(reader, overview)),
    tabs: ROWS_BY.filter((one) => one === by || isAlive(board, one)).map((one) => ({
      label: t(`board:by.${one}`),
      href: `${link({ by: one === 'unit' ? undefined : one, state: undefined, sort: undefined })}#rows`,
      current: one === by,
    })),
    byLabel: t(`quotas:by.${by}`),
    isJudged: isJudged(query),
    states: isJudged(query) ? presentStates(rows, query.state, link) : [],
    sortChoices: SORTS.map((sort) => ({
      label: t(`quotas:sort.${sort}`),
      href: `${link({ sort: sort === 'attention' ? undefined : sort })}#rows`,
      current: sort === (query.sort ?? 'attention'),
    })),
    sorts: Object.fromEntries(
      (['share', 'target', 'counted'] as const).map((sort) => [
        sort,
        {
          href: `${link({ sort })}#rows`,
          direction: query.sort === sort ? (sort === 'share' ? 'ascending' : 'descending') : undefined,
        },
      ]),
    ),
    rows: chosen.slice((number - 1) * PER_PAGE, number * PER_PAGE).map((row) => presentRow(reader, page, row)),
    exportHrefs: {
      xlsx: pathTo('boardExport', { ...query, assistedPlace: undefined, page: undefined, programme: programme.code }),
    },
    prevHref: number > 1 ? link({ page: number - 1 }) : undefined,
    nextHref: number < pages ? link({ page: number + 1 }) : undefined,
    where: pages > 1 ? `${number} / ${pages}` : undefined,
  };
}

/** The assisted places of the reader's programmes, and of these the ones of the place that is looked at (rule 7). */
function presentProgrammes(reader: Reader, { board, programmes, query }: BoardPage) {
  const { programme, places } = board;
  // Groups and their counties are a programme's own, origins and units' places a county's.
  const { group: _, county: __, originPlace, unitPlace, ...elsewhere } = keptOf(query);
  const everywhere = { ...elsewhere, by: query.by };
  const countyOf = ({ assistedPlaceId }: Programme) => places.pathOf(assistedPlaceId)[0];
  const counties = new Map(programmes.flatMap((one) => countyOf(one) ?? []).map((county) => [county.code, county]));
  return {
    assistedPlaces: [...counties.values()].map((county) => ({
      label: nameOf(reader, county),
      href: pathTo('board', { ...everywhere, assistedPlace: county.code }),
      current: county.id === countyOf(programme)?.id,
    })),
    programmes: programmes
      .filter((one) => countyOf(one)?.id === countyOf(programme)?.id)
      .map((one) => ({
        label: nameOf(reader, one),
        href: boardPath(one, { ...everywhere, originPlace, unitPlace }),
        current: one.id === programme.id,
      })),
  };
}

/** A single county's row would say the whole again, and so would that of units of which none has a place. */
function isAlive({ programme, places, units }: Board, by: RowsBy): boolean {
  if (by === 'unit_place') return units.some(({ placeId }) => placeId !== null);
  return by !== 'county' || countiesOf(programme, places).length > 1;
}

const JUDGED: readonly RowsBy[] = ['unit', 'group', 'county', 'unit_place'];

export function isJudged({ by = 'unit' }: BoardQuery): boolean {
  return JUDGED.includes(by);
}

/** The rows that the chosen state leaves, in the chosen order; a tree only where nothing is left out of it. */
export function rowsShown(rows: readonly BoardRow[], query: BoardQuery): BoardRow[] {
  const { sort, state } = query;
  const inState = state && isJudged(query) ? rows.filter((row) => row.state === state) : rows;
  return sortRows(inState, sort ?? (isJudged(query) ? 'attention' : 'tree'));
}

/** What came in since a past day. */
function difference(then: readonly Amounts[], now: readonly Amounts[]) {
  const [before, after] = [amountsOf(then), amountsOf(now)];
  return { placedFen: after.placedFen - before.placedFen, countedFen: after.countedFen - before.countedFen };
}

function presentStates(
  rows: readonly BoardRow[],
  current: ProgressState | undefined,
  link: (change: Change) => string,
) {
  return PROGRESS_STATES.flatMap((code) => {
    const count = rows.filter(({ state }) => state === code).length;
    const href = `${link({ state: code === current ? undefined : code })}#rows`;
    return count > 0 || code === current ? [{ code, count, current: code === current, href }] : [];
  });
}

function presentRow(reader: Reader, page: BoardPage, row: BoardRow) {
  const { board, query, at } = page;
  const { unit } = row;
  const by = query.by ?? 'unit';
  const parent = unit?.parentId ? board.byId.get(unit.parentId) : undefined;
  const isTree = query.sort === 'tree';
  const drill = row.key === '' ? undefined : drillFrom(board.programme, query, rowFilter(board, row, by));
  return {
    ...presentProgress(reader, board, row, drill),
    name: rowName(reader, row, by),
    href: unit ? unitPath(board.programme, unit, query) : partPath(board, row, query),
    depth: isTree ? Math.min(2, row.depth) : 0,
    parentName: parent && !isTree ? nameOf(reader, parent) : undefined,
    dual: (unit?.groupIds.length ?? 0) > 1,
    exemptReason: unit && exemptText(reader, unit, row.state),
    since:
      unit && page.now ? difference(board.roll.sumsOf(unit), boughtBelow(page.now, unit.id)).countedFen : undefined,
    sparkline: unit ? sparkline(board.programme, at, board.roll.sumsOf(unit)) : undefined,
  };
}

function boughtBelow(sums: readonly Sum[], unitId: number): Sum[] {
  return sums.filter(({ path }) => path.includes(`/${unitId}/`));
}

/** The units' board of one part; a month is no filter of units, and a branch alone none either. */
function partPath(board: Board, row: BoardRow, query: BoardQuery): string | undefined {
  const by = query.by ?? 'unit';
  const { only, month, event: _, unit: __, ...filter } = rowFilter(board, row, by);
  if (only || month || by === 'unit' || row.key === '') return undefined;
  return boardPath(board.programme, { ...keptOf(query), ...filter });
}
