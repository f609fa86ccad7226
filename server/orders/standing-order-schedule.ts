import { z } from 'zod';
import { addDays, type Day } from '../shared/days.ts';
import type { Holidays } from './holidays.ts';

/** On which days: weekdays from 1 (Monday) to 7, or days of the month; a day that a month does not have is its last. */
export const schedule = z.union([
  z.strictObject({ weekdays: z.array(z.int().min(1).max(7)).min(1).max(7) }),
  z.strictObject({ days: z.array(z.int().min(1).max(31)).min(1).max(31) }),
]);
export type Schedule = z.infer<typeof schedule>;

const FARTHEST_DAYS = 800;

/** The first day after `after` that the schedule names and that is no holiday; null: none in two years. */
export function nextDue(wanted: Schedule, after: Day, holidays: Holidays): Day | null {
  for (let ahead = 1; ahead <= FARTHEST_DAYS; ahead += 1) {
    const day = addDays(after, ahead);
    if (isNamed(wanted, day) && !holidays.has(day)) return day;
  }
  return null;
}

/** The next few such days. */
export function nextDues(wanted: Schedule, first: Day, count: number, holidays: Holidays): Day[] {
  const days = [first];
  while (days.length < count) {
    const next = nextDue(wanted, days.at(-1) ?? first, holidays);
    if (next === null) break;
    days.push(next);
  }
  return days;
}

function isNamed(wanted: Schedule, day: Day): boolean {
  const date = new Date(`${day}T00:00:00Z`);
  if ('weekdays' in wanted) return wanted.weekdays.includes(date.getUTCDay() || 7);
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  return wanted.days.some((named) => Math.min(named, last) === date.getUTCDate());
}
