import type { Day } from '../../shared/days.ts';
import { dayFromColumn } from '../../shared/days.ts';
import {
  type CanteenHours,
  clockText,
  hoursInRuns,
  type Window,
  weekdayOf,
} from '../../units/canteens/canteen-hours.ts';
import type { Reader } from '../order-labels.ts';

/** A canteen's hours in a line: Mon–Fri 06:00–09:00, Sat 07:00–08:00. */
export function hoursText({ t, locale }: Reader, hours: CanteenHours): string {
  const runs = hoursInRuns(hours).map(({ first, last, window }) => {
    const days =
      first === last
        ? t(`delivery:weekday.${first}`)
        : `${t(`delivery:weekday.${first}`)}–${t(`delivery:weekday.${last}`)}`;
    return `${days} ${clockText(window.from)}–${clockText(window.to)}`;
  });
  return runs.join(locale === 'en' ? ', ' : '，');
}

/** A day and its window: 2026-12-02 (Wed) 06:00–09:00. */
export function windowText({ t }: Reader, day: Day, { from, to }: Window): string {
  const weekday = t(`delivery:weekday.${weekdayOf(day)}`);
  return t('delivery:window', { day, weekday, from: clockText(from), to: clockText(to) });
}

interface Delivered {
  deliverOn: Date | null;
  deliverFrom: number | null;
  deliverTo: number | null;
  canteen: { name: string; note: string | null } | null;
}

/** Where and when an order is delivered, when that was chosen; what must be known at the door beside it. */
export function presentDelivery(reader: Reader, { deliverOn, deliverFrom, deliverTo, canteen }: Delivered) {
  if (!deliverOn || deliverFrom === null || deliverTo === null) return undefined;
  const day = dayFromColumn(deliverOn);
  return {
    day,
    window: windowText(reader, day, { from: deliverFrom, to: deliverTo }),
    hours: `${clockText(deliverFrom)}–${clockText(deliverTo)}`,
    canteenName: canteen?.name,
    note: canteen?.note,
  };
}
