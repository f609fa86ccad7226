import { z } from 'zod';
import type { Day } from '../../shared/days.ts';

/** Minutes after midnight in Asia/Shanghai. */
export interface Window {
  from: number;
  to: number;
}

const DAY_MINUTES = 24 * 60;

const window = z
  .strictObject({ from: z.int().min(0).max(DAY_MINUTES), to: z.int().min(0).max(DAY_MINUTES) })
  .refine(({ from, to }) => from < to, { path: ['to'], message: 'endsBeforeItBegins' });

/** By weekday, Monday first; null: nothing is received. */
export const canteenHours = z.array(z.union([z.null(), window])).length(7);
export type CanteenHours = z.output<typeof canteenHours>;

/** Within which minutes a canteen receives on a day; null: it does not. */
export function windowOn(hours: CanteenHours, day: Day): Window | null {
  return hours[weekdayOf(day) - 1] ?? null;
}

/** From 1, Monday, to 7. */
export function weekdayOf(day: Day): number {
  return new Date(`${day}T00:00:00Z`).getUTCDay() || 7;
}

/** 390 is 06:30. */
export function clockText(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}

/** Minutes after midnight of a time of day such as 6:30; null when it is none. */
export function minutesIn(text: string): number | null {
  const [, hour, minute] = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(text.trim()) ?? [];
  if (text.trim() === '24:00') return DAY_MINUTES;
  return hour === undefined ? null : Number(hour) * 60 + Number(minute);
}

/** Weekdays that follow one another with the same hours are told together: [1, 5, 06:00–09:00]. */
export function hoursInRuns(hours: CanteenHours): { first: number; last: number; window: Window }[] {
  const runs: { first: number; last: number; window: Window }[] = [];
  hours.forEach((one, index) => {
    if (one === null) return;
    const before = runs.at(-1);
    if (before?.last === index && before.window.from === one.from && before.window.to === one.to)
      before.last = index + 1;
    else runs.push({ first: index + 1, last: index + 1, window: one });
  });
  return runs;
}
