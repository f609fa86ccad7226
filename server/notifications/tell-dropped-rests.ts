import type { PrismaClient } from '../db/client.ts';
import { parcelNumber } from '../orders/order-labels.ts';
import { pathTo } from '../paths.ts';
import { notify } from './notify.ts';

/**
 * Tells the buyer and whoever acts for the supplier, each once and not of what one did oneself, that the rest of a parcel does not come
 * any more; the buyer also why.
 */
export async function tellDroppedRests(db: PrismaClient, receiptIds: readonly number[]): Promise<void> {
  const receipts = await db.receipt.findMany({
    where: { id: { in: [...receiptIds] }, kind: 'rest' },
    select: {
      id: true,
      byId: true,
      reason: true,
      fulfilment: {
        select: {
          id: true,
          orderId: true,
          supplier: {
            select: { name: true, nameEn: true, grants: { where: { role: 'supplier' }, select: { userId: true } } },
          },
          order: { select: { buyerId: true } },
        },
      },
    },
  });
  await notify(
    db,
    receipts.flatMap(({ id, byId, reason, fulfilment: { orderId, supplier, order, ...parcel } }) => {
      const dedupeKey = `rest_dropped ${id}`;
      const { buyerId } = order;
      const toBuyer = {
        ...{ userId: buyerId, kind: byId === null ? ('rest_ended' as const) : ('rest_dropped' as const), dedupeKey },
        data: { orderId, reason: reason ?? '', supplier: supplier.name, supplierEn: supplier.nameEn },
        link: pathTo('order', { id: orderId }),
      };
      const own = supplier.grants.some(({ userId }) => userId === byId) ? [] : supplier.grants;
      return [
        ...(byId === buyerId ? [] : [toBuyer]),
        ...own.map(({ userId }) => ({
          ...{ userId, kind: 'rest_cancelled' as const, dedupeKey },
          data: { number: parcelNumber(parcel) },
          link: pathTo('supplierFulfilment', { id: parcel.id }),
        })),
      ];
    }),
  );
}
