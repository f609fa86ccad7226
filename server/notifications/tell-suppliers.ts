import type { PrismaClient } from '../db/client.ts';

/** Puts a new parcel into the inbox of everyone who acts for its supplier; once, however often it is called. */
export async function tellSuppliers(db: PrismaClient, orderIds: readonly number[]): Promise<void> {
  const parcels = await db.fulfilment.findMany({
    where: { orderId: { in: [...orderIds] } },
    select: {
      id: true,
      orderId: true,
      supplier: { select: { grants: { where: { role: 'supplier' }, select: { userId: true } } } },
    },
  });
  const wanted = parcels.flatMap((parcel) =>
    parcel.supplier.grants.map(({ userId }) => ({
      userId,
      kind: 'fulfilment.new',
      data: { fulfilmentId: parcel.id, orderId: parcel.orderId },
      link: `/supplier/fulfilments/${parcel.id}`,
    })),
  );
  const told = await db.notification.findMany({
    where: { kind: 'fulfilment.new', link: { in: wanted.map((notice) => notice.link) } },
    select: { userId: true, link: true },
  });
  const known = new Set(told.map((notice) => `${notice.userId} ${notice.link}`));
  await db.notification.createMany({ data: wanted.filter((notice) => !known.has(`${notice.userId} ${notice.link}`)) });
}
