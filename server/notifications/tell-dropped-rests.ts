import type { PrismaClient } from '../db/client.ts';
import { pathTo } from '../paths.ts';
import { notify } from './notify.ts';

/** Tells the buyer, once, that a supplier does not deliver the rest of a parcel, and why. */
export async function tellDroppedRests(db: PrismaClient, receiptIds: readonly number[]): Promise<void> {
  const receipts = await db.receipt.findMany({
    where: { id: { in: [...receiptIds] }, kind: 'rest' },
    select: {
      id: true,
      reason: true,
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
    receipts.map(({ id, reason, fulfilment: { orderId, supplier, order } }) => ({
      userId: order.buyerId,
      kind: 'rest_dropped',
      data: { orderId, reason: reason ?? '', supplier: supplier.name, supplierEn: supplier.nameEn },
      link: pathTo('order', { id: orderId }),
      dedupeKey: `rest_dropped ${id}`,
    })),
  );
}
