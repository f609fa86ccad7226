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
import type { MovedDelivery } from './move-window.ts';

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
  deliverMovedFrom: Date | null;
  /** of a pre-order */
  harvestId: number | null;
  canteen: { name: string; note: string | null } | null;
}

/** Where and when an order is delivered, when that was chosen; what must be known at the door beside it. */
export function presentDelivery(reader: Reader, order: Delivered) {
  const { deliverOn, deliverFrom, deliverTo, deliverMovedFrom, harvestId, canteen } = order;
  const whyMoved = harvestId === null ? 'from' : 'fromHarvest';
  if (!deliverOn || deliverFrom === null || deliverTo === null) return undefined;
  const day = dayFromColumn(deliverOn);
  return {
    day,
    window: windowText(reader, day, { from: deliverFrom, to: deliverTo }),
    hours: `${clockText(deliverFrom)}–${clockText(deliverTo)}`,
    canteenName: canteen?.name,
    note: canteen?.note,
    movedFrom: deliverMovedFrom
      ? reader.t(`delivery:moved.${whyMoved}`, { day: dayFromColumn(deliverMovedFrom) })
      : undefined,
  };
}

/**
 * What an order that waits says of a day of delivery that has become too early, and by whose doing it moves: for approval, for payment, or
 * placed and for its harvest; undefined: none has.
 */
export function presentMoving(reader: Reader, moved: MovedDelivery | undefined, state: string) {
  if (!moved) return undefined;
  const { from, to, window } = moved;
  if (state === 'placed') {
    const text = reader.t('delivery:moved.harvestLate', { day: from });
    return { short: text, text };
  }
  if (!to || !window)
    return { short: reader.t('delivery:moved.never'), text: reader.t('delivery:moved.neverText', { day: from }) };
  const values = { day: from, window: windowText(reader, to, window) };
  return {
    short: reader.t('delivery:moved.short', values),
    text: reader.t(`delivery:moved.${state === 'awaiting_payment' ? 'ifPaid' : 'ifApproved'}`, values),
  };
}
