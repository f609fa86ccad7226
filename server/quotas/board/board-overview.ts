import type { Day } from '../../shared/days.ts';
import { formatYuan } from '../../shared/money.ts';
import { weightText } from '../../web/handlebars.ts';
import { type BoardQuery, type KeptQuery, keptOf } from '../quota-schemas.ts';
import type { Board } from './board.ts';
import { boardPath, drillFrom, rowFilter, scopeFilter, unitPath } from './board-links.ts';
import type { BoardPage } from './board-page.ts';
import { hrefs, type Reader, rowName } from './board-presenter.ts';
import { type BoardRow, boardRows, type RowsBy, sortRows } from './board-rows.ts';
import { drawCalendar, monthFigures } from './calendar-chart.ts';
import { drawMonths } from './month-chart.ts';
import { PROGRESS_STATES } from './progress.ts';
import type { Amounts, Part } from './progress-queries.ts';
import type { RowProgress } from './roll-up.ts';

export interface Overview {
  page: BoardPage;
  progress: RowProgress;
  by: RowsBy;
  link: (change: Partial<BoardQuery>) => string;
}

const PARTS = ['category', 'village', 'funding', 'channel'] as const;
const SHOWN = 8;

/** The pictures above the rows: the calendar and the months, the units by state, and where it came from. Only above the units' rows. */
export async function presentOverview(reader: Reader, { page, progress, by, link }: Overview) {
  const { board, unitRows, query, at, parts } = page;
  if (by !== 'unit') return { hasOverview: false };
  const drill = drillFrom(board.programme, query);
  return {
    hasOverview: true,
    tiles: presentTiles(reader, page, unitRows),
    ...(await presentCalendar(reader, board, { progress, at, counting: page.months, drill })),
    parts: PARTS.map((part) => ({
      ...presentPart(reader, board, part, parts, query),
      allHref: `${link({ by: part })}#rows`,
    })),
  };
}

/** Every unit once, by state, the ones that need attention first; within a state as the rows are sorted. */
function presentTiles(reader: Reader, { board, query }: BoardPage, rows: readonly BoardRow[]) {
  const sorted = sortRows(rows, 'attention');
  return PROGRESS_STATES.flatMap((code) => {
    const units = sorted.filter(({ state }) => state === code);
    if (units.length === 0) return [];
    const told = units.map((row) => ({
      name: rowName(reader, row, 'unit'),
      share: row.share,
      href: row.unit ? unitPath(board.programme, row.unit, query) : undefined,
    }));
    return [{ code, count: units.length, units: told }];
  });
}

interface CalendarParts {
  progress: RowProgress;
  at: Day;
  /** what counts for what is judged, by month */
  counting: readonly Part[];
  drill: ReturnType<typeof drillFrom>;
}

/** The calendar and the months as charts with their table, in the measure and scope of what is judged. */
export async function presentCalendar(reader: Reader, board: Board, { progress, at, counting, drill }: CalendarParts) {
  const { t } = reader;
  const { headline } = progress;
  const measure = headline?.measure ?? 'fen';
  const scope = headline ? scopeFilter(board, headline) : {};
  const wish = {
    programme: board.programme,
    at,
    measure,
    target: headline?.value ?? null,
    sums: counting.map((sum) => ({ month: sum.month, ...amountIn(sum, measure) })),
  } as const;
  const text = (amount: number) => (measure === 'grams' ? weightText(amount, t) : `¥${formatYuan(amount)}`);
  const months = monthFigures(wish);
  const last = months.at(-1);
  const described = t(headline ? 'board:chart.calendarText' : 'board:chart.calendarTextNoTarget', {
    day: at,
    counted: text(last?.countedSoFar ?? 0),
    placed: text(last?.placedSoFar ?? 0),
    target: text(headline?.value ?? 0),
    expected: text(last?.expected ?? 0),
  });
  return {
    isWeight: measure === 'grams',
    hasTarget: headline !== null,
    calendarChart: await drawCalendar(reader, 'calendar', wish, described),
    calendarText: described,
    monthsChart: await drawMonths(reader, 'months', months, measure, t('board:chart.monthsText')),
    months: months.map((month) => ({ ...month, ...hrefs(drill, { ...scope, month: month.month }) })).reverse(),
  };
}

function amountIn(sum: Amounts, measure: 'fen' | 'grams') {
  return measure === 'fen'
    ? { placed: sum.placedFen, counted: sum.countedFen }
    : { placed: sum.placedGrams, counted: sum.countedGrams };
}

/** A part of what was bought as bars in a table: the eight largest, and what is left as one row without entries of its own. */
export function presentPart(
  reader: Reader,
  board: Board,
  by: (typeof PARTS)[number],
  sums: readonly Part[],
  query: KeptQuery,
  unit?: string,
) {
  const rows = boardRows(board, by, sums);
  const shown = rows.length > SHOWN + 1 ? rows.slice(0, SHOWN) : rows;
  const rest = rows.slice(shown.length);
  const most = Math.max(1, ...rows.flatMap(({ placedFen, countedFen }) => [placedFen, countedFen]));
  const whole = rows.reduce((sum, { countedFen }) => sum + countedFen, 0);
  const told = (row: Amounts) => ({
    placedFen: row.placedFen,
    countedFen: row.countedFen,
    countedGrams: row.countedGrams,
    placedWidth: Math.max(0, row.placedFen) / most,
    countedWidth: Math.max(0, row.countedFen) / most,
    portion: whole > 0 ? row.countedFen / whole : null,
  });
  const restSum = rest.length > 0 ? told(board.roll.part(rest)) : undefined;
  return {
    by,
    title: reader.t(`board:part.${by}`),
    label: reader.t(`quotas:by.${by}`),
    rows: shown.map((row) => {
      const filter = rowFilter(board, row, by);
      const { only, event: _, ...name } = filter;
      return {
        ...told(row),
        ...hrefs(drillFrom(board.programme, query, { ...filter, unit }), {}),
        name: rowName(reader, row, by),
        href: only || unit ? undefined : boardPath(board.programme, { ...keptOf(query), ...name }),
      };
    }),
    rest: restSum && { ...restSum, count: rest.length },
  };
}
