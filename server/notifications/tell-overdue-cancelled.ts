import { peopleServing } from '../accounts/people-serving.ts';
import type { PrismaClient } from '../db/client.ts';
import { parcelNumber } from '../orders/order-labels.ts';
import { pathTo } from '../paths.ts';
import type { Day } from '../shared/days.ts';
import { notify } from './notify.ts';

/** Tells whoever acts for the supplier, once, that a buyer no longer waits for an overdue parcel. */
export async function tellOverdueCancelled(
  db: PrismaClient,
  fulfilmentIds: readonly number[],
  today: Day,
): Promise<void> {
  const parcels = await db.fulfilment.findMany({
    where: { id: { in: [...fulfilmentIds] } },
    select: { id: true, supplierId: true },
  });
  const people = await peopleServing(
    db,
    parcels.map(({ supplierId }) => supplierId),
    today,
  );
  await notify(
    db,
    parcels.flatMap(({ id, supplierId }) =>
      (people.get(supplierId) ?? []).map((userId) => ({
        userId,
        kind: 'parcel_cancelled' as const,
        data: { number: parcelNumber({ id }) },
        link: pathTo('supplierFulfilment', { id }),
        dedupeKey: `parcel_cancelled ${id}`,
      })),
    ),
  );
}
