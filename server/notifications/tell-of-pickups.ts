import type { PrismaClient } from '../db/client.ts';
import { pathTo } from '../paths.ts';
import { type Notice, notify } from './notify.ts';

/** Tells buyers that a parcel waits at their pick-up point, with the code to show there; each once, however often it is called. */
export async function tellOfPickups(db: PrismaClient, fulfilmentIds: readonly number[]): Promise<void> {
  const pickups = await db.pickup.findMany({
    where: { fulfilmentId: { in: [...fulfilmentIds] }, arrivedAt: { not: null } },
    include: {
      point: { select: { name: true, nameEn: true, hours: true } },
      fulfilment: {
        select: {
          orderId: true,
          supplier: { select: { name: true, nameEn: true } },
          order: { select: { buyerId: true } },
        },
      },
    },
  });
  await notify(
    db,
    pickups.map(
      ({ fulfilmentId, code, point, fulfilment }): Notice => ({
        userId: fulfilment.order.buyerId,
        kind: 'pickup_arrived',
        data: {
          ...{ supplier: fulfilment.supplier.name, supplierEn: fulfilment.supplier.nameEn },
          ...{ point: point.name, pointEn: point.nameEn, hours: point.hours, code: code ?? '' },
        },
        link: pathTo('order', { id: fulfilment.orderId }),
        dedupeKey: `pickup.arrived ${fulfilmentId}`,
      }),
    ),
  );
}
