import type { EChartsCoreOption } from 'echarts/core';
import { addDays, addMonths, type Day, daysBetween, dayToColumn, monthOf } from '../../shared/days.ts';
import { chartColour, drawChart } from '../../web/chart.ts';
import type { Programme } from '../programme-list.ts';
import type { Reader } from './board-presenter.ts';
import { type Scale, scaleFor, tick } from './chart-scale.ts';
import { expectedAt } from './progress.ts';

/** A month of a programme with what happened in it, and all until its end (or until the day of the board within it). */
export interface MonthFigures {
  /** YYYY-MM */
  month: string;
  /** the last day of it that is counted in */
  until: Day;
  placed: number;
  counted: number;
  placedSoFar: number;
  countedSoFar: number;
  /** what the calendar expects by `until`, in fen or grams */
  expected: number | null;
}

export interface CalendarWish {
  programme: Programme;
  at: Day;
  measure: 'fen' | 'grams';
  /** null: no target, and so no expectation */
  target: number | null;
  sums: readonly { month?: Day; placed: number; counted: number }[];
}

/** Figures (fen or g) for every month from the programme's start to the board's day or the last month with entries. */
export function monthFigures({ programme, at, target, sums }: CalendarWish): MonthFigures[] {
  const byMonth = new Map<string, { placed: number; counted: number }>();
  for (const { month = '', placed, counted } of sums) {
    const key = month.slice(0, 7);
    const known = byMonth.get(key) ?? { placed: 0, counted: 0 };
    byMonth.set(key, { placed: known.placed + placed, counted: known.counted + counted });
  }
  const last =
    [...byMonth.keys(), monthOf(at < programme.endsOn ? at : programme.endsOn).slice(0, 7)].sort().at(-1) ?? '';
  const first = [...byMonth.keys(), programme.startsOn.slice(0, 7)].sort()[0] ?? '';
  const figures: MonthFigures[] = [];
  let [placedSoFar, countedSoFar] = [0, 0];
  for (let month = `${first}-01`; month.slice(0, 7) <= last; month = addMonths(month, 1)) {
    const { placed, counted } = byMonth.get(month.slice(0, 7)) ?? { placed: 0, counted: 0 };
    placedSoFar += placed;
    countedSoFar += counted;
    const end = addDays(addMonths(month, 1), -1);
    const until = at >= month && at < end ? at : end;
    const expected = target === null ? null : shareOf(target, expectedAt(programme, until));
    figures.push({ month: month.slice(0, 7), until, placed, counted, placedSoFar, countedSoFar, expected });
  }
  return figures;
}

function shareOf(target: number, { num, den }: { num: number; den: number }): number {
  return Number((BigInt(target) * BigInt(num)) / BigInt(den));
}

const SIZES = { wide: { width: 760, height: 330 }, narrow: { width: 350, height: 260 } } as const;

/** Progress against the calendar: what is counted and placed so far, the expected line with its milestones, the target, and where it leads. */
export async function drawCalendar(reader: Reader, id: string, wish: CalendarWish, description: string) {
  const months = monthFigures(wish);
  const draw = (size: keyof typeof SIZES) =>
    drawChart({
      id: `${id}-${size}`,
      title: reader.t('board:chart.calendar'),
      description,
      ...SIZES[size],
      option: optionOf(reader, wish, months, size === 'narrow'),
    });
  return { wide: await draw('wide'), narrow: await draw('narrow') };
}

function optionOf(
  reader: Reader,
  wish: CalendarWish,
  months: readonly MonthFigures[],
  narrow: boolean,
): EChartsCoreOption {
  const { programme, target, measure, at } = wish;
  const start = { day: addDays(programme.startsOn, -1), value: 0 };
  const line = (of: (month: MonthFigures) => number) =>
    points([start, ...months.map((month) => ({ day: month.until, value: of(month) }))]);
  const largest = Math.max(target ?? 0, ...months.map(({ placedSoFar }) => placedSoFar), 1);
  const scale = scaleFor(largest, measure, reader.t);
  return {
    ...frame(scale, narrow),
    xAxis: monthAxis(reader, programme, narrow),
    series: [
      lineSeries(
        'green-300',
        2,
        line(({ placedSoFar }) => placedSoFar),
        { areaStyle: { color: chartColour('green-100'), opacity: 1 } },
      ),
      lineSeries(
        'green-700',
        3,
        line(({ countedSoFar }) => countedSoFar),
      ),
      ...(target === null ? [] : [expectedSeries(reader, wish, target, scale)]),
      ...projectionSeries(wish, months, at),
    ],
  };
}

interface Point {
  day: Day;
  value: number;
}

function points(list: readonly Point[]): [number, number][] {
  return list.map(({ day, value }) => [dayToColumn(day).getTime(), value]);
}

const MONTHS = {
  en: new Intl.DateTimeFormat('en-GB', { month: 'short', timeZone: 'UTC' }),
  zh: new Intl.DateTimeFormat('zh-CN', { month: 'short', timeZone: 'UTC' }),
};

/** 1月 or Jan: a month of which the axis says the year by its place. */
export function monthLabel({ locale }: Pick<Reader, 'locale'>, day: Date): string {
  return MONTHS[locale === 'en' ? 'en' : 'zh'].format(day);
}

export function frame(scale: Scale, narrow: boolean): EChartsCoreOption {
  return {
    grid: {
      ...{ left: 8, right: narrow ? 8 : 16, top: 34, bottom: 8 },
      ...{ outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    },
    yAxis: {
      type: 'value',
      name: scale.label,
      nameGap: 12,
      nameTextStyle: { color: chartColour('ink-3'), fontSize: narrow ? 11 : 12, align: 'left' },
      splitNumber: narrow ? 4 : 5,
      axisLabel: {
        color: chartColour('ink-3'),
        fontSize: narrow ? 11 : 12,
        formatter: (value: number) => tick(value, scale),
      },
      splitLine: { lineStyle: { color: chartColour('line') } },
    },
  };
}

function monthAxis(reader: Reader, { startsOn: from, endsOn: to }: Programme, narrow: boolean) {
  const months = Math.round(daysBetween(from, to) / 30);
  const step = Math.ceil(months / (narrow ? 6 : 12));
  return {
    type: 'time',
    min: dayToColumn(from).getTime(),
    max: dayToColumn(to).getTime(),
    minInterval: 27 * 86_400_000,
    splitNumber: Math.ceil(months / step),
    axisLabel: {
      color: chartColour('ink-3'),
      fontSize: narrow ? 11 : 12,
      hideOverlap: true,
      formatter: (time: number) => monthLabel(reader, new Date(time)),
    },
    axisLine: { lineStyle: { color: chartColour('line-strong') } },
    axisTick: { show: false },
    splitLine: { show: false },
  };
}

function lineSeries(colour: Parameters<typeof chartColour>[0], width: number, data: [number, number][], more = {}) {
  return {
    ...{ type: 'line', data, silent: true, symbol: 'none', clip: true },
    lineStyle: { color: chartColour(colour), width },
    ...more,
  };
}

function expectedSeries({ t }: Reader, { programme }: CalendarWish, target: number, scale: Scale) {
  const stations = programme.milestones.length > 0 ? programme.milestones.map(({ dueOn }) => dueOn).sort() : [];
  const days = [...new Set([addDays(programme.startsOn, -1), ...stations, programme.endsOn])];
  const data = points(days.map((day) => ({ day, value: shareOf(target, expectedAt(programme, day)) })));
  return lineSeries('ink', 1.5, data, {
    lineStyle: { color: chartColour('ink'), width: 1.5, type: [6, 4] },
    ...(stations.length > 0
      ? { symbol: 'diamond', symbolSize: 9, showAllSymbol: true, itemStyle: { color: chartColour('ink') } }
      : {}),
    markLine: {
      ...{ silent: true, symbol: 'none' },
      data: [{ yAxis: target }],
      lineStyle: { color: chartColour('line-strong'), width: 1, type: 'solid' },
      label: {
        ...{ position: 'insideStartTop', color: chartColour('ink-2'), fontSize: 12 },
        formatter: t('board:chart.targetAt', { amount: tick(target, scale), unit: scale.label }),
      },
    },
  });
}

/** The pace since the start, drawn on from the board's day until the target is reached or the programme ends. */
function projectionSeries({ programme, target }: CalendarWish, months: readonly MonthFigures[], at: Day) {
  const counted = months.at(-1)?.countedSoFar ?? 0;
  const elapsed = daysBetween(programme.startsOn, at) + 1;
  if (target === null || counted <= 0 || counted >= target || elapsed <= 0 || at >= programme.endsOn) return [];
  const reached = addDays(programme.startsOn, Math.ceil((target * elapsed) / counted) - 1);
  const day = reached < programme.endsOn ? reached : programme.endsOn;
  const value = (counted * (daysBetween(programme.startsOn, day) + 1)) / elapsed;
  return [
    lineSeries(
      'green-700',
      2,
      points([
        { day: at, value: counted },
        { day, value },
      ]),
      {
        lineStyle: { color: chartColour('green-700'), width: 2, type: [2, 4] },
      },
    ),
  ];
}
