import type { FulfilmentState } from '../db/generated/enums.ts';
import { addDays, type Day, dayOf } from '../shared/days.ts';
import carriers from './carriers.json' with { type: 'json' };
import { presentDelivery } from './delivery/delivery-text.ts';
import type { Holidays } from './holidays.ts';
import { ACCEPTED_AFTER_DAYS, expectedArrival, TRAVELS_DAYS } from './late-receipts.ts';
import { inReaderLanguage, type Reader } from './order-labels.ts';
import type { ListedOrder, WholeOrder } from './order-queries.ts';
import { expectedToShipOn, isOverdue } from './overdue/due-dates.ts';
import { RECEIVED_AFTER_DAYS } from './receive-by-time.ts';

const SHIPPED: readonly FulfilmentState[] = ['partly_shipped', 'shipped', 'received'];

type Part = WholeOrder['fulfilments'][number];

/** Where a parcel's number can be looked up, for carriers whose name is known; a supplier's own car has no such page. */
export function trackingHref(carrier: string, trackingNumber: string): string | undefined {
  const name = carrier.toUpperCase();
  const known = carriers.find(({ words }) => words.some((word) => name.includes(word)));
  if (!known || !/^[0-9A-Za-z-]{6,40}$/.test(trackingNumber)) return undefined;
  return `https://www.kuaidi100.com/chaxun?${new URLSearchParams({ com: known.code, nu: trackingNumber })}`;
}

/** When a page is looked at, and the market’s holidays from then on. */
export interface Seen {
  now: Date;
  holidays: Holidays;
}

/** What has happened to one parcel, with its instants, and what comes next, by when. None for a parcel that was cancelled. */
export function trackParcel(reader: Reader, order: WholeOrder, part: Part, seen: Seen) {
  if (!order.placedAt || part.state === 'cancelled') return undefined;
  const { t } = reader;
  const shipped = part.shippedAt ?? part.shipments[0]?.shippedAt ?? null;
  const steps = [
    { key: 'placed', at: order.placedAt },
    { key: 'confirmed', at: part.confirmedAt ?? shipped ?? part.receivedAt },
    { key: 'shipped', at: shipped ?? part.receivedAt },
    ...(part.pickup ? [{ key: 'atPoint', at: part.pickup.arrivedAt ?? part.receivedAt }] : []),
    { key: order.fundingSource === 'individual' ? 'receivedByPerson' : 'received', at: part.receivedAt },
  ];
  const current = steps.findIndex((step) => step.at === null);
  const expected = expectedOf(reader, order, part, { shipped, ...seen });
  return {
    isOpen: order.fulfilments.length > 1 && (part.state === 'shipped' || part.state === 'partly_shipped'),
    expected: current < 0 ? undefined : expected,
    steps: steps.map(({ key, at }, index) => ({
      label: t(`tracking:step.${key}`),
      at: at?.toISOString(),
      state: at ? 'done' : index === current ? 'current' : 'todo',
    })),
  };
}

function expectedOf(
  reader: Reader,
  { fundingSource, ...order }: WholeOrder,
  part: Part,
  { shipped, now, holidays }: Seen & { shipped: Date | null },
) {
  const { t } = reader;
  const delivery = presentDelivery(reader, order);
  if (delivery && part.state !== 'received') {
    const arrives = t('delivery:arrives', { window: delivery.window });
    const day = acceptedByItselfOn(order, part);
    return day ? t('tracking:acceptedByItself', { arrives, day }) : arrives;
  }
  if (!shipped) {
    if (isOverdue(part, now)) return undefined;
    const day = expectedToShipOn(part, part.supplier.shipWithinDays, holidays);
    return day ? t('tracking:shipsBy', { day }) : undefined;
  }
  if (part.pickup?.arrivedAt) return t('tracking:fetchIt');
  const arrives = t('tracking:arrivesBy', { day: addDays(dayOf(shipped), TRAVELS_DAYS) });
  const acceptedOn =
    fundingSource !== 'individual' && part.state !== 'received' ? acceptedByItselfOn(order, part) : null;
  if (acceptedOn) return t('tracking:acceptedByItself', { arrives, day: acceptedOn });
  if (fundingSource !== 'individual' || part.pickup) return arrives;
  return t('tracking:andByItself', { arrives, day: addDays(dayOf(shipped), RECEIVED_AFTER_DAYS) });
}

/** The day on which a unit's oldest shipment without a receipt is accepted by itself; null where none is on its way. */
export function acceptedByItselfOn(
  { deliverOn }: { deliverOn: Date | null },
  part: { shipments: readonly { shippedAt: Date; receivedAt: Date | null }[]; pickup?: unknown },
): Day | null {
  const open = part.shipments.find((shipment) => shipment.receivedAt === null);
  if (!open) return null;
  const isFetched = Boolean(part.pickup);
  return addDays(expectedArrival({ shippedAt: open.shippedAt, deliverOn, isFetched }), ACCEPTED_AFTER_DAYS);
}

/** What the buyer waits for or has to do next, in a line of the list; none once an order has ended. */
export function nextStepOf(reader: Reader, order: ListedOrder): string | undefined {
  const { t } = reader;
  if (order.state === 'awaiting_payment') return t('tracking:next.pay');
  if (order.state === 'awaiting_approval') return t('tracking:next.approval');
  if (order.state !== 'placed') return undefined;
  const open = order.fulfilments.filter((part) => part.state !== 'cancelled');
  const waiting = open.find((part) => part.state === 'shipped' && part.pickup?.arrivedAt);
  if (waiting?.pickup) {
    const { name, nameEn } = waiting.pickup.point;
    return t('tracking:next.fetch', { point: inReaderLanguage(reader, name, nameEn) });
  }
  const shipped = open.filter((part) => SHIPPED.includes(part.state)).length;
  if (shipped === 0) return t('tracking:next.ship');
  return t(shipped < open.length ? 'tracking:next.partly' : 'tracking:next.coming', { shipped, count: open.length });
}
