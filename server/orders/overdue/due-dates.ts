import type { Db } from '../../db/client.ts';
import { addDays, type Day, dayFromColumn, dayOf, startOfDay } from '../../shared/days.ts';
import { holidaysFrom } from '../standing-order-queries.ts';

/** Monday to Friday, unless it is a holiday. */
export function isWorkingDay(day: Day, holidays: ReadonlySet<Day>): boolean {
  const weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
  return weekday !== 0 && weekday !== 6 && !holidays.has(day);
}

/** The last of so many working days after an instant's day; that day itself for none. */
export function workingDayAfter(from: Date, workingDays: number, holidays: ReadonlySet<Day>): Day {
  let day = dayOf(from);
  for (let left = workingDays; left > 0; ) {
    day = addDays(day, 1);
    if (isWorkingDay(day, holidays)) left -= 1;
  }
  return day;
}

/**
 * The end of the last of the working days within which a supplier ships what it took on at `from`; of what a canteen awaits on a day,
 * when its hours begin.
 */
export async function shipDueAt(db: Db, supplierId: number, from: Date, awaited: AwaitedOrder): Promise<Date> {
  if (awaited.deliverOn && awaited.deliverFrom !== null)
    return new Date(startOfDay(dayFromColumn(awaited.deliverOn)).getTime() + awaited.deliverFrom * 60_000);
  const { shipWithinDays } = await db.supplier.findUniqueOrThrow({
    where: { id: supplierId },
    select: { shipWithinDays: true },
  });
  return startOfDay(addDays(workingDayAfter(from, shipWithinDays, await holidaysFrom(db, dayOf(from))), 1));
}

interface AwaitedOrder {
  deliverOn: Date | null;
  deliverFrom: number | null;
}

interface DueParcel {
  state: string;
  dueAt: Date | null;
}

/** A parcel whose supplier has let its time for the next step pass, and of which nothing was shipped. */
export function isOverdue({ state, dueAt }: DueParcel, now: Date): boolean {
  return (state === 'to_confirm' || state === 'confirmed') && dueAt !== null && dueAt < now;
}

/** The day by which a parcel that has not gone yet is expected to; null while nobody can say. */
export function expectedToShipOn(
  { state, dueAt }: DueParcel,
  shipWithinDays: number,
  holidays: ReadonlySet<Day>,
): Day | null {
  if (dueAt === null) return null;
  if (state === 'to_confirm') return workingDayAfter(dueAt, shipWithinDays, holidays);
  return state === 'confirmed' ? dayOf(new Date(dueAt.getTime() - 1)) : null;
}
