import type { Db } from '../../db/client.ts';
import type { Prisma } from '../../db/generated/client.ts';
import { addDays, type Day, dayToColumn } from '../../shared/days.ts';

const expected = {
  supplier: { select: { name: true, nameEn: true, phone: true } },
  shipments: { orderBy: { id: 'asc' }, select: { carrier: true, trackingNumber: true } },
  lines: {
    orderBy: { id: 'asc' },
    select: {
      ...{ name: true, nameEn: true, quantity: true, saleUnit: true, saleUnitEn: true },
      product: { select: { coldChain: true } },
    },
  },
  order: {
    select: {
      ...{ id: true, buyerId: true, unitId: true, fundingSource: true, submittedAt: true, canteenId: true },
      ...{ harvestId: true, harvest: { select: { expectedOn: true, state: true } } },
      ...{
        deliverOn: true,
        deliverFrom: true,
        deliverTo: true,
        deliverMovedFrom: true,
        canteen: { select: { name: true, note: true } },
      },
    },
  },
} satisfies Prisma.FulfilmentInclude;

export type ExpectedParcel = Prisma.FulfilmentGetPayload<{ include: typeof expected }>;

const LATE_DAYS = 14;
const MOST = 200;

/** Parcels that canteens await on a day, by their hours, and with `late` those of the fourteen days before that have not come. */
export async function expectedDeliveries(
  db: Db,
  canteenIds: readonly number[],
  day: Day,
  late: boolean,
): Promise<{ awaited: ExpectedParcel[]; late: ExpectedParcel[] }> {
  if (canteenIds.length === 0) return { awaited: [], late: [] };
  const of = (deliverOn: Prisma.DateTimeNullableFilter | Date, state: Prisma.FulfilmentWhereInput['state']) =>
    db.fulfilment.findMany({
      where: { state, order: { canteenId: { in: [...canteenIds] }, deliverOn, placedAt: { not: null } } },
      orderBy: [{ order: { deliverOn: 'asc' } }, { order: { deliverFrom: 'asc' } }, { id: 'asc' }],
      take: MOST,
      include: expected,
    });
  const before = { gte: dayToColumn(addDays(day, -LATE_DAYS)), lt: dayToColumn(day) };
  return {
    awaited: await of(dayToColumn(day), { not: 'cancelled' }),
    late: late ? await of(before, { notIn: ['cancelled', 'received'] }) : [],
  };
}
