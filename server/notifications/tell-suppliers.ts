import type { PrismaClient } from '../db/client.ts';
import { pathTo } from '../paths.ts';
import { notify } from './notify.ts';

/** Puts a new parcel into the inbox of everyone who acts for its supplier; once, however often it is called. */
export async function tellSuppliers(db: PrismaClient, orderIds: readonly number[]): Promise<void> {
  const parcels = await db.fulfilment.findMany({
    where: { orderId: { in: [...orderIds] } },
    select: {
      id: true,
      orderId: true,
      _count: { select: { lines: true } },
      supplier: {
        select: { name: true, nameEn: true, grants: { where: { role: 'supplier' }, select: { userId: true } } },
      },
    },
  });
  await notify(
    db,
    parcels.flatMap(({ id, orderId, supplier, _count }) =>
      supplier.grants.map(({ userId }) => ({
        userId,
        kind: 'fulfilment_new' as const,
        data: { fulfilmentId: id, orderId, supplier: supplier.name, supplierEn: supplier.nameEn, lines: _count.lines },
        link: pathTo('supplierFulfilment', { id }),
        dedupeKey: `fulfilment.new ${id}`,
      })),
    ),
  );
}
