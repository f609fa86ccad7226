import { peopleServing } from '../accounts/people-serving.ts';
import type { PrismaClient } from '../db/client.ts';
import { orderNumber } from '../orders/order-queries.ts';
import { pathTo } from '../paths.ts';
import { type Day, dayFromColumn } from '../shared/days.ts';
import { type Notice, notify } from './notify.ts';

/**
 * Tells the buyer and whoever acts for the suppliers, once a new day, that an order comes later than it was chosen, because it was placed
 * late or its harvest came late.
 */
export async function tellMovedDeliveries(
  db: PrismaClient,
  moves: readonly { orderId: number; why?: 'harvest' | undefined }[],
  today: Day,
): Promise<void> {
  const late = new Set(moves.filter(({ why }) => why === 'harvest').map(({ orderId }) => orderId));
  const orders = await db.order.findMany({
    where: { id: { in: moves.map(({ orderId }) => orderId) } },
    select: {
      ...{ id: true, submittedAt: true, buyerId: true, deliverOn: true, deliverMovedFrom: true },
      canteen: { select: { name: true } },
      fulfilments: { select: { id: true, supplierId: true } },
    },
  });
  const people = await peopleServing(
    db,
    orders.flatMap(({ fulfilments }) => fulfilments.map(({ supplierId }) => supplierId)),
    today,
  );
  await notify(
    db,
    orders.flatMap(({ id, buyerId, deliverOn, deliverMovedFrom, canteen, fulfilments, ...order }): Notice[] => {
      if (!deliverOn || !deliverMovedFrom) return [];
      const to = dayFromColumn(deliverOn);
      const told = {
        kind: late.has(id) ? ('delivery_moved_by_harvest' as const) : ('delivery_moved' as const),
        data: {
          ...{ number: orderNumber({ id, ...order }), canteen: canteen?.name ?? '' },
          ...{ from: dayFromColumn(deliverMovedFrom), to },
        },
        dedupeKey: `delivery_moved ${id} ${to}`,
      };
      const suppliers = fulfilments.flatMap((parcel) =>
        (people.get(parcel.supplierId) ?? []).map((userId) => ({
          ...{ ...told, userId, link: pathTo('supplierFulfilment', { id: parcel.id }) },
          dedupeKey: `delivery_moved ${id} ${to} parcel ${parcel.id}`,
        })),
      );
      return [{ ...told, userId: buyerId, link: pathTo('order', { id }) }, ...suppliers];
    }),
  );
}
