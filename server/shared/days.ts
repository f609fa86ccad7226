/** A calendar day in Asia/Shanghai, `YYYY-MM-DD`. China has kept UTC+8 without summer time since 1992, so an offset is exact. */
export type Day = string;

const SHANGHAI_MS = 8 * 3_600_000;
const DAY_MS = 86_400_000;

/** The day in Shanghai on which an instant falls. */
export function dayOf(instant: Date): Day {
  return new Date(instant.getTime() + SHANGHAI_MS).toISOString().slice(0, 10);
}

/** A `@db.Date` column's value (midnight UTC) as a day. */
export function dayFromColumn(value: Date): Day {
  return value.toISOString().slice(0, 10);
}

/** A day as a `@db.Date` column wants it. */
export function dayToColumn(day: Day): Date {
  return new Date(`${day}T00:00:00.000Z`);
}

/** The instant at which a day begins in Shanghai. */
export function startOfDay(day: Day): Date {
  return new Date(dayToColumn(day).getTime() - SHANGHAI_MS);
}

export function addDays(day: Day, days: number): Day {
  return dayFromColumn(new Date(dayToColumn(day).getTime() + days * DAY_MS));
}

/** Whole days from one day to another; 0 for the same. */
export function daysBetween(from: Day, to: Day): number {
  return Math.round((dayToColumn(to).getTime() - dayToColumn(from).getTime()) / DAY_MS);
}

/** First day of the day's month. */
export function monthOf(day: Day): Day {
  return `${day.slice(0, 7)}-01`;
}

export function addMonths(month: Day, months: number): Day {
  const date = dayToColumn(monthOf(month));
  date.setUTCMonth(date.getUTCMonth() + months);
  return dayFromColumn(date);
}

/** Reads a day strictly; null when it is none (2026-02-30 is none). */
export function parseDay(text: string): Day | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return null;
  const date = dayToColumn(text);
  return Number.isNaN(date.getTime()) || dayFromColumn(date) !== text ? null : text;
}
