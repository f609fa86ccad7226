import type { AgreedDays } from '../../cart/agreed-terms.ts';
import type { PrismaClient } from '../../db/client.ts';
import { addDays, type Day, dayOf, dayToColumn, startOfDay } from '../../shared/days.ts';
import { RuleRefusal } from '../../shared/errors.ts';
import { type CanteenHours, clockText, type Window, windowOn } from '../../units/canteens/canteen-hours.ts';
import { type CanteenRow, findOpenCanteen } from '../../units/canteens/canteen-queries.ts';
import { type Holidays, holidaysFrom } from '../holidays.ts';
import { workingDayAfter } from '../overdue/due-dates.ts';

/** So many days ahead at most a delivery can be asked for. */
export const FARTHEST_DAYS = 60;

/** What an order asks for: a canteen of its unit, and the day and hours within the canteen's; left out, the earliest and all of them. */
export interface DeliveryWish {
  canteenId?: number | null;
  deliverOn?: Day | null;
  deliverFrom?: number | null;
  deliverTo?: number | null;
  /** a day that is too early by now becomes the earliest */
  orLater?: boolean;
}

/** As it is written into the order. */
export interface ChosenWindow {
  canteenId: number;
  deliverOn: Date;
  deliverFrom: number;
  deliverTo: number;
}

/**
 * When goods of these suppliers can be received: the first day after the one by which the slowest promises to have shipped, on which the
 * canteen receives and that is no holiday; null when there is none within 60 days.
 */
export function earliestDelivery(hours: CanteenHours, shippedBy: Day, holidays: Holidays): Day | null {
  for (let ahead = 1; ahead <= FARTHEST_DAYS; ahead += 1) {
    const day = addDays(shippedBy, ahead);
    if (windowOn(hours, day) && !holidays.has(day)) return day;
  }
  return null;
}

/** The first days of canteens for goods of these suppliers, ordered now or harvested on a coming day, and not before an agreed one. */
export async function canteenDays(
  db: PrismaClient,
  supplierIds: readonly number[],
  now: Date,
  { readyOn, notBefore }: AgreedDays = {},
) {
  const holidays = await holidaysFrom(db, dayOf(now));
  const since = readyOn && readyOn > dayOf(now) ? startOfDay(readyOn) : now;
  const shippedBy = await shippedByAll(db, supplierIds, since, holidays);
  const eve = notBefore && addDays(notBefore, -1);
  const after = eve && eve > shippedBy ? eve : shippedBy;
  return {
    holidays,
    earliest: (hours: CanteenHours) => earliestDelivery(hours, after, holidays),
    /** so far ahead at most a day can be chosen */
    farthest: addDays(after > dayOf(now) && (readyOn || notBefore) ? after : dayOf(now), FARTHEST_DAYS),
  };
}

/** The day by which the slowest of these suppliers promises to have shipped what is ordered now. */
export async function shippedByAll(
  db: PrismaClient,
  supplierIds: readonly number[],
  now: Date,
  holidays: Holidays,
): Promise<Day> {
  const suppliers = await db.supplier.findMany({
    where: { id: { in: [...supplierIds] } },
    select: { confirmWithinHours: true, shipWithinDays: true },
  });
  return slowestShipping(suppliers, now, holidays);
}

interface LeadTimes {
  confirmWithinHours: number;
  shipWithinDays: number;
}

/** The last of the days by which suppliers with these lead times have shipped what they are given now. */
export function slowestShipping(suppliers: readonly LeadTimes[], now: Date, holidays: Holidays): Day {
  const days = suppliers.map(({ confirmWithinHours, shipWithinDays }) =>
    workingDayAfter(new Date(now.getTime() + confirmWithinHours * 3_600_000), shipWithinDays, holidays),
  );
  return days.sort().at(-1) ?? dayOf(now);
}

/**
 * Checks the wish against the canteen's hours, the suppliers' lead times and the holidays, and fills in what was left out; null for an
 * order of no canteen. Refuses by field: another unit's or a closed canteen, a day too early (telling the earliest) or too far, one on
 * which the canteen receives nothing or that is a holiday, and hours outside the canteen's (rule 24).
 */
export async function chooseWindow(
  db: PrismaClient,
  unitId: number | null,
  wish: DeliveryWish,
  supplierIds: readonly number[],
  now: Date,
  agreed?: AgreedDays,
): Promise<ChosenWindow | null> {
  const { canteenId, deliverOn, orLater } = wish;
  if (!canteenId) {
    if (deliverOn) refuse('canteenId', 'chooseCanteen');
    return null;
  }
  const [canteen, days] = await Promise.all([
    findOpenCanteen(db, canteenId, unitId),
    canteenDays(db, supplierIds, now, agreed),
  ]);
  if (!canteen) return refuse('canteenId', 'noSuchCanteen');
  const { holidays, farthest } = days;
  const earliest = days.earliest(canteen.hours);
  if (earliest === null) return refuse('deliverOn', 'canteenReceivesNever');
  const day = !deliverOn || (orLater && deliverOn < earliest) ? earliest : deliverOn;
  if (day < earliest) refuse('deliverOn', 'deliverTooEarly', { day: earliest });
  if (day > farthest && day !== earliest) refuse('deliverOn', 'deliverTooFar', { day: farthest });
  if (holidays.has(day)) refuse('deliverOn', 'deliverOnHoliday', { day: earliest });
  const window = windowIn(canteen, day, wish);
  return { canteenId, deliverOn: dayToColumn(day), deliverFrom: window.from, deliverTo: window.to };
}

function windowIn({ hours }: CanteenRow, day: Day, { deliverFrom, deliverTo }: DeliveryWish): Window {
  const whole = windowOn(hours, day);
  if (!whole) return refuse('deliverOn', 'canteenClosedThatDay');
  const window = { from: deliverFrom ?? whole.from, to: deliverTo ?? whole.to };
  if (window.from < whole.from || window.to > whole.to || window.from >= window.to)
    return refuse(deliverFrom === null || deliverFrom === undefined ? 'deliverTo' : 'deliverFrom', 'outsideHours', {
      from: clockText(whole.from),
      to: clockText(whole.to),
    });
  return window;
}

function refuse(path: string, code: string, values: Record<string, string | number> = {}): never {
  throw new RuleRefusal('badInput', [{ path, code, values }]);
}
