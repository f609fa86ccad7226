import { load } from 'cheerio';
import { describe, expect, it } from 'vitest';
import { drawCalendar, monthFigures } from '../../../server/quotas/board/calendar-chart.ts';
import { scaleFor, tick } from '../../../server/quotas/board/chart-scale.ts';
import { drawMonths } from '../../../server/quotas/board/month-chart.ts';
import { sparkline } from '../../../server/quotas/board/sparkline.ts';
import type { Programme } from '../../../server/quotas/programme-list.ts';
import { createMessages, translator } from '../../../server/web/i18n.ts';

const reader = { t: translator(createMessages('views'), 'zh'), locale: 'zh' as const };
const programme = {
  startsOn: '2026-01-01',
  endsOn: '2026-12-31',
  milestones: [{ dueOn: '2026-06-30', shareBp: 4000 }],
} as unknown as Programme;
const sums = [
  { month: '2026-01-01', placed: 3_000_000, counted: 2_000_000 },
  { month: '2026-03-01', placed: 1_000_000, counted: 1_500_000 },
  { month: '2026-01-01', placed: 500_000, counted: 0 },
];
const wish = { programme, at: '2026-04-10', measure: 'fen' as const, target: 10_000_000, sums };

describe('the months of a programme', () => {
  it('run from its start to the day, those without entries too, and add up', () => {
    const months = monthFigures(wish);
    expect(months.map(({ month }) => month)).toEqual(['2026-01', '2026-02', '2026-03', '2026-04']);
    expect(months.map(({ countedSoFar }) => countedSoFar)).toEqual([2_000_000, 2_000_000, 3_500_000, 3_500_000]);
    expect(months.map(({ placedSoFar }) => placedSoFar)).toEqual([3_500_000, 3_500_000, 4_500_000, 4_500_000]);
    expect(months.at(-1)?.until).toBe('2026-04-10');
  });

  it('expect what the calendar expects by each month’s end, by the milestones', () => {
    const [january] = monthFigures(wish);
    expect(january?.expected).toBe(Math.floor((10_000_000 * 0.4 * 31) / 181));
    expect(monthFigures({ ...wish, at: '2026-06-30' }).at(-1)?.expected).toBe(4_000_000);
    expect(monthFigures({ ...wish, target: null })[0]?.expected).toBeNull();
  });

  it('go on after the end where something was counted then', () => {
    const late = [...sums, { month: '2027-01-01', placed: 0, counted: 100 }];
    expect(monthFigures({ ...wish, at: '2027-02-05', sums: late }).at(-1)?.month).toBe('2027-01');
  });
});

describe('a chart', () => {
  it('that was drawn before is the same again, and another of another amount or in another language', async () => {
    const english = { t: translator(createMessages('views'), 'en'), locale: 'en' as const };
    const first = await drawCalendar(reader, 'c', wish, 'text');
    expect(await drawCalendar(reader, 'c', wish, 'text')).toEqual(first);
    expect((await drawCalendar(english, 'c', wish, 'text')).wide).toContain('Apr');
    expect((await drawCalendar(reader, 'c', { ...wish, target: 9_000_000 }, 'text')).wide).not.toBe(first.wide);
  });

  it('is a well-formed SVG without any style, script or colour of its own, with title and text', async () => {
    for (const picture of [
      await drawCalendar(reader, 'c', wish, 'A & B < C'),
      await drawMonths(reader, 'm', monthFigures(wish), 'fen', '各月'),
    ]) {
      for (const svg of [picture.wide, picture.narrow]) {
        const $ = load(svg, { xml: true });
        expect($('svg')).toHaveLength(1);
        expect(svg).not.toMatch(/style|script|class=|#[0-9a-f]{6}|NaN|undefined|sans-serif|\son\w+=/);
        expect($('title').text()).not.toBe('');
        expect($('desc').text()).not.toBe('');
        expect($('text').length).toBeGreaterThan(5);
        for (const text of $('text').toArray()) expect($(text).attr('font-size')).toMatch(/^\d+$/);
        expect($('svg').attr('aria-labelledby')).toBe($('title').attr('id'));
        expect(
          new Set(
            $('[id]')
              .toArray()
              .map((node) => $(node).attr('id')),
          ).size,
        ).toBe($('[id]').length);
      }
    }
  });

  it('draws each month’s bar as high as its figure', async () => {
    const months = monthFigures(wish);
    const { wide } = await drawMonths(reader, 'm', months, 'fen', '各月');
    const $ = load(wide, { xml: true });
    const heights = $('path[fill="var(--green-700)"]')
      .toArray()
      .map((bar) => Math.abs(Number(/l0 (-?[\d.]+)/.exec($(bar).attr('d') ?? '')?.[1] ?? 0)))
      .filter((height) => height > 0);
    expect(heights).toHaveLength(2);
    const [first = 0, second = 0] = heights;
    expect(first / second).toBeCloseTo(2_000_000 / 1_500_000, 1);
  });

  it('draws expectation, target and projection only where there is a target', async () => {
    const strokes = async (target: number | null) => {
      const { wide } = await drawCalendar(reader, 'c', { ...wish, target }, '文');
      return load(wide, { xml: true })('[stroke-dasharray]').length;
    };
    expect(await strokes(10_000_000)).toBe(2);
    expect(await strokes(null)).toBe(0);
  });

  it('tells amounts in the unit that reads best', () => {
    expect(tick(6_108_000_00, scaleFor(6_108_000_00, 'fen', reader.t))).toBe('610.8');
    expect(scaleFor(500_00, 'fen', reader.t).label).toBe('元');
    expect(scaleFor(25_000_000, 'grams', reader.t)).toEqual({ of: 1_000_000, label: '吨' });
  });
});

describe('a sparkline', () => {
  it('has a bar for every month that passed, the best one full', () => {
    const line = sparkline(programme, '2026-03-15', [
      { month: '2026-01-01', countedFen: 50 },
      { month: '2026-03-01', countedFen: 100 },
    ]);
    expect(line?.months).toBe(3);
    expect(line?.bars.match(/v-?[\d.]+/g)).toEqual(['v-0.50', 'v-0.04', 'v-1.00']);
    expect(sparkline(programme, '2026-03-15', [])).toBeUndefined();
  });
});
