import type { Db } from '../../db/client.ts';
import type { FulfilmentState } from '../../db/generated/enums.ts';
import { addDays, type Day, dayFromColumn, dayOf, startOfDay } from '../../shared/days.ts';
import { type Holidays, holidaysFrom, isWorkingDay } from '../holidays.ts';

/** The last of so many working days after an instant's day; that day itself for none. */
export function workingDayAfter(from: Date, workingDays: number, holidays: Holidays): Day {
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

/** The states in which a supplier has a step of its own to do, in time; after a part went, to ship the rest. */
export const SUPPLIERS_TURN = [
  'to_confirm',
  'confirmed',
  'partly_shipped',
] as const satisfies readonly FulfilmentState[];

/** A parcel whose supplier has let its time for the next step pass: it has not gone, or not all of it. */
export function isOverdue({ state, dueAt }: DueParcel, now: Date): boolean {
  return SUPPLIERS_TURN.some((one) => one === state) && dueAt !== null && dueAt < now;
}

/**
 * By when the rest is to go of a parcel that goes in part at `at`: in time, within the working days that its supplier promises, once; what
 * was late stays late, and nothing is hurried. Null while the parcel waits for a harvest.
 */
export async function restDueAt(
  db: Db,
  { supplierId, state, dueAt }: DueParcel & { supplierId: number },
  at: Date,
  awaited: AwaitedOrder,
): Promise<Date | null> {
  if (dueAt === null || dueAt < at || state === 'partly_shipped') return dueAt;
  const another = await shipDueAt(db, supplierId, at, awaited);
  return another > dueAt ? another : dueAt;
}

/** The day by which a parcel that has not gone yet is expected to; null while nobody can say. */
export function expectedToShipOn({ state, dueAt }: DueParcel, shipWithinDays: number, holidays: Holidays): Day | null {
  if (dueAt === null) return null;
  if (state === 'to_confirm') return workingDayAfter(dueAt, shipWithinDays, holidays);
  return state === 'confirmed' ? dayOf(new Date(dueAt.getTime() - 1)) : null;
}
