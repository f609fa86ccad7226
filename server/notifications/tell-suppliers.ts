import { peopleServing } from '../accounts/people-serving.ts';
import type { PrismaClient } from '../db/client.ts';
import { pathTo } from '../paths.ts';
import type { Day } from '../shared/days.ts';
import { notify } from './notify.ts';

/** Puts a new parcel into the inbox of everyone who looks after its supplier; once, however often it is called. */
export async function tellSuppliers(db: PrismaClient, orderIds: readonly number[], today: Day): Promise<void> {
  const parcels = await db.fulfilment.findMany({
    where: { orderId: { in: [...orderIds] } },
    select: {
      id: true,
      orderId: true,
      _count: { select: { lines: true } },
      supplierId: true,
      supplier: { select: { name: true, nameEn: true } },
    },
  });
  const people = await peopleServing(
    db,
    parcels.map(({ supplierId }) => supplierId),
    today,
  );
  await notify(
    db,
    parcels.flatMap(({ id, orderId, supplierId, supplier, _count }) =>
      (people.get(supplierId) ?? []).map((userId) => ({
        userId,
        kind: 'fulfilment_new' as const,
        data: { fulfilmentId: id, orderId, supplier: supplier.name, supplierEn: supplier.nameEn, lines: _count.lines },
        link: pathTo('supplierFulfilment', { id }),
        dedupeKey: `fulfilment.new ${id}`,
      })),
    ),
  );
}
