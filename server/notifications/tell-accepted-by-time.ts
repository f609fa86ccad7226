import type { PrismaClient } from '../db/client.ts';
import { parcelNumber } from '../orders/order-labels.ts';
import { orderNumber } from '../orders/order-queries.ts';
import { pathTo } from '../paths.ts';
import type { Day } from '../shared/days.ts';
import { notify } from './notify.ts';
import { peopleOf } from './tell-of-statements.ts';

/** Tells a unit's people and the supplier's, once, that a shipment was accepted as shipped because nobody said anything in time. */
export async function tellAcceptedByTime(db: PrismaClient, receiptIds: readonly number[], today: Day): Promise<void> {
  const receipts = await db.receipt.findMany({
    where: { id: { in: [...receiptIds] }, fulfilment: { order: { unitId: { not: null } } } },
    select: {
      id: true,
      fulfilment: {
        select: { id: true, supplierId: true, order: { select: { id: true, unitId: true, submittedAt: true } } },
      },
    },
  });
  for (const { id, fulfilment } of receipts) {
    const { order, supplierId } = fulfilment;
    const buyers = await peopleOf(db, { unitId: order.unitId ?? 0 }, today);
    const sellers = await peopleOf(db, { supplierId }, today);
    const notice = { kind: 'receipt_by_time' as const, dedupeKey: `receipt_by_time ${id}` };
    await notify(db, [
      ...[...new Set(buyers)].map((userId) => ({
        ...{ ...notice, userId, data: { number: orderNumber(order) } },
        link: pathTo('order', { id: order.id }),
      })),
      ...[...new Set(sellers)].map((userId) => ({
        ...{ ...notice, userId, data: { number: parcelNumber(fulfilment) } },
        link: pathTo('supplierFulfilment', { id: fulfilment.id }),
      })),
    ]);
  }
}
