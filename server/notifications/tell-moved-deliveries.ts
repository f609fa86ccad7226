import type { PrismaClient } from '../db/client.ts';
import { orderNumber } from '../orders/order-queries.ts';
import { pathTo } from '../paths.ts';
import { dayFromColumn } from '../shared/days.ts';
import { type Notice, notify } from './notify.ts';

/** Tells the buyer and whoever acts for the suppliers, once, that an order comes later than it was chosen because it was placed late. */
export async function tellMovedDeliveries(db: PrismaClient, orderIds: readonly number[]): Promise<void> {
  const orders = await db.order.findMany({
    where: { id: { in: [...orderIds] } },
    select: {
      ...{ id: true, submittedAt: true, buyerId: true, deliverOn: true, deliverMovedFrom: true },
      canteen: { select: { name: true } },
      fulfilments: {
        select: {
          id: true,
          supplier: { select: { grants: { where: { role: 'supplier' }, select: { userId: true } } } },
        },
      },
    },
  });
  await notify(
    db,
    orders.flatMap(({ id, buyerId, deliverOn, deliverMovedFrom, canteen, fulfilments, ...order }): Notice[] => {
      if (!deliverOn || !deliverMovedFrom) return [];
      const told = {
        kind: 'delivery_moved' as const,
        data: {
          ...{ number: orderNumber({ id, ...order }), canteen: canteen?.name ?? '' },
          ...{ from: dayFromColumn(deliverMovedFrom), to: dayFromColumn(deliverOn) },
        },
        dedupeKey: `delivery_moved ${id}`,
      };
      const suppliers = fulfilments.flatMap((parcel) =>
        parcel.supplier.grants.map(({ userId }) => ({
          ...{ ...told, userId, link: pathTo('supplierFulfilment', { id: parcel.id }) },
          dedupeKey: `delivery_moved ${id} parcel ${parcel.id}`,
        })),
      );
      return [{ ...told, userId: buyerId, link: pathTo('order', { id }) }, ...suppliers];
    }),
  );
}
