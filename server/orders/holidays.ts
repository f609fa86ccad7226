import type { Db } from '../db/client.ts';
import { addDays, type Day, dayFromColumn, dayToColumn } from '../shared/days.ts';

/** The days off that the operator keeps, and the weekend days that are worked to make up for them (调休上班). */
export interface Holidays {
  has(day: Day): boolean;
  worked(day: Day): boolean;
}

export const NO_HOLIDAYS: Holidays = { has: () => false, worked: () => false };

/** The operator's days from a month before `from` on. */
export async function holidaysFrom(db: Db, from: Day): Promise<Holidays> {
  const rows = await db.holiday.findMany({
    where: { day: { gte: dayToColumn(addDays(from, -31)) } },
    select: { day: true, worked: true },
  });
  const kept = new Map(rows.map(({ day, worked }) => [dayFromColumn(day), worked]));
  return { has: (day) => kept.get(day) === false, worked: (day) => kept.get(day) === true };
}

/** Monday to Friday unless it is a holiday, and weekend days that are worked. */
export function isWorkingDay(day: Day, holidays: Holidays): boolean {
  return holidays.worked(day) || !(isWeekend(day) || holidays.has(day));
}

export function isWeekend(day: Day): boolean {
  return [0, 6].includes(new Date(`${day}T00:00:00Z`).getUTCDay());
}
