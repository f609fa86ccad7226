import { z } from 'zod';
import { audit } from '../../db/audit.ts';
import type { Db, Tx } from '../../db/client.ts';
import { enqueue } from '../../jobs/outbox.ts';
import { addDays, type Day, dayFromColumn, dayOf, dayToColumn, startOfDay } from '../../shared/days.ts';
import { canteenHours, type Window, windowOn } from '../../units/canteens/canteen-hours.ts';
import { holidaysFrom } from '../holidays.ts';
import { earliestDelivery, slowestShipping } from './choose-window.ts';

/** The outbox topic of orders whose day of delivery was moved, when they were placed or when their harvest came. */
export const DELIVERY_MOVED = 'order.delivery_moved';

export const deliveryMoved = z.object({ orderId: z.number().int(), why: z.literal('harvest').optional() });

/** What an order asks for of its canteen. */
export interface AwaitedAt {
  id: number;
  canteenId: number | null;
  deliverOn: Date | null;
  deliverFrom: number | null;
  deliverTo: number | null;
}

export interface MovedDelivery {
  /** the day that it was to come */
  from: Day;
  /** the one that it can come instead, within these hours; null: none within 60 days, so that it stays and must be agreed upon */
  to: Day | null;
  window: Window | null;
}

/**
 * Which of these orders would no longer come on the day that they ask for, were they placed now, and when they would come instead: the next
 * day that the lead times of their suppliers, the canteen's hours as they are now and the holidays allow, within the hours that were asked
 * for where the canteen receives in them on that day too, else in all of its (rule 24). Four statements for all of them.
 */
export async function movedDeliveries(
  db: Db,
  orders: readonly AwaitedAt[],
  now: Date,
): Promise<ReadonlyMap<number, MovedDelivery>> {
  const awaited = orders.filter(({ canteenId, deliverOn }) => canteenId !== null && deliverOn !== null);
  if (awaited.length === 0) return new Map();
  const parcels = await db.fulfilment.findMany({
    where: { orderId: { in: awaited.map(({ id }) => id) } },
    select: { orderId: true, supplier: { select: { confirmWithinHours: true, shipWithinDays: true } } },
  });
  const canteens = await db.canteen.findMany({
    where: { id: { in: awaited.flatMap(({ canteenId }) => canteenId ?? []) } },
    select: { id: true, hours: true },
  });
  const holidays = await holidaysFrom(db, dayOf(now));
  const hoursOf = new Map(canteens.map(({ id, hours }) => [id, canteenHours.parse(hours)]));
  return new Map(
    awaited.flatMap((order): [number, MovedDelivery][] => {
      const hours = hoursOf.get(order.canteenId ?? 0);
      if (!hours || !order.deliverOn) return [];
      const from = dayFromColumn(order.deliverOn);
      const suppliers = parcels.filter(({ orderId }) => orderId === order.id).map(({ supplier }) => supplier);
      const shippedBy = slowestShipping(suppliers, now, holidays);
      const dayBefore = addDays(from, -1);
      const to = earliestDelivery(hours, shippedBy > dayBefore ? shippedBy : dayBefore, holidays);
      if (to === from) return [];
      return [[order.id, { from, to, window: to ? hoursWithin(windowOn(hours, to), order) : null }]];
    }),
  );
}

function hoursWithin(whole: Window | null, { deliverFrom, deliverTo }: AwaitedAt): Window | null {
  if (!whole || deliverFrom === null || deliverTo === null) return whole;
  return deliverFrom >= whole.from && deliverTo <= whole.to ? { from: deliverFrom, to: deliverTo } : whole;
}

interface LockedOrder extends AwaitedAt {
  unitId: number | null;
  deliverMovedFrom: Date | null;
}

/**
 * Moves the delivery of a locked order that is about to be placed to the next day that is still possible, where the one that was chosen is not any
 * more, and has buyer and suppliers told: an order is not refused because it was decided or paid late.
 */
export async function moveDeliveryIfLate(tx: Tx, order: LockedOrder, at: Date): Promise<void> {
  const moved = (await movedDeliveries(tx, [order], at)).get(order.id);
  await move(tx, order, moved, { orderId: order.id }, at);
}

/**
 * The same of a locked pre-order whose harvest has come, so late that its supplier cannot ship it in the promised time for the day that
 * was chosen, counted from the harvest as when it was chosen, or that this day is over.
 */
export async function moveDeliveryAfterHarvest(tx: Tx, order: LockedOrder, harvestedOn: Day, at: Date): Promise<void> {
  if (!order.deliverOn || (await canCome(tx, order.id, dayFromColumn(order.deliverOn), harvestedOn, at))) return;
  const moved = (await movedDeliveries(tx, [order], at)).get(order.id);
  await move(tx, order, moved, { orderId: order.id, why: 'harvest' }, at);
}

async function canCome(tx: Tx, orderId: number, deliverOn: Day, harvestedOn: Day, at: Date): Promise<boolean> {
  const parcels = await tx.fulfilment.findMany({
    where: { orderId },
    select: { supplier: { select: { confirmWithinHours: true, shipWithinDays: true } } },
  });
  const suppliers = parcels.map(({ supplier }) => supplier);
  const shippedBy = slowestShipping(suppliers, startOfDay(harvestedOn), await holidaysFrom(tx, harvestedOn));
  return deliverOn > dayOf(at) && deliverOn > shippedBy;
}

async function move(
  tx: Tx,
  order: LockedOrder,
  moved: MovedDelivery | undefined,
  fact: z.infer<typeof deliveryMoved>,
  at: Date,
): Promise<void> {
  if (!moved?.to || !moved.window) return;
  const { from, to, window } = moved;
  await tx.order.update({
    where: { id: order.id },
    data: {
      ...{ deliverOn: dayToColumn(to), deliverFrom: window.from, deliverTo: window.to },
      // Moved again, it still is the day that was chosen.
      deliverMovedFrom: order.deliverMovedFrom ?? dayToColumn(from),
    },
    select: { id: true },
  });
  await audit(tx, {
    ...{ at, actorId: null, action: 'order.move_delivery', subjectType: 'order', subjectId: order.id },
    ...{ unitId: order.unitId, before: { deliverOn: from }, after: { deliverOn: to } },
  });
  await enqueue(tx, DELIVERY_MOVED, [fact]);
}
