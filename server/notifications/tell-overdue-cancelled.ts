import type { PrismaClient } from '../db/client.ts';
import { parcelNumber } from '../orders/order-labels.ts';
import { pathTo } from '../paths.ts';
import { notify } from './notify.ts';

/** Tells whoever acts for the supplier, once, that a buyer no longer waits for an overdue parcel. */
export async function tellOverdueCancelled(db: PrismaClient, fulfilmentIds: readonly number[]): Promise<void> {
  const parcels = await db.fulfilment.findMany({
    where: { id: { in: [...fulfilmentIds] } },
    select: { id: true, supplier: { select: { grants: { where: { role: 'supplier' }, select: { userId: true } } } } },
  });
  await notify(
    db,
    parcels.flatMap(({ id, supplier }) =>
      supplier.grants.map(({ userId }) => ({
        userId,
        kind: 'parcel_cancelled' as const,
        data: { number: parcelNumber({ id }) },
        link: pathTo('supplierFulfilment', { id }),
        dedupeKey: `parcel_cancelled ${id}`,
      })),
    ),
  );
}
