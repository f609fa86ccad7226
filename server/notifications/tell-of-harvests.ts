import { peopleServingOne } from '../accounts/people-serving.ts';
import type { PrismaClient } from '../db/client.ts';
import { pathTo } from '../paths.ts';
import { type Day, dayFromColumn } from '../shared/days.ts';
import { unitWord } from '../shared/unit-words.ts';
import type { HarvestChanged } from '../sourcing/harvests/harvest-changed.ts';
import { type Notice, notify } from './notify.ts';

/** Tells buyers what became of their pre-orders, and suppliers that theirs have closed; each once. */
export async function tellOfHarvests(db: PrismaClient, changes: readonly HarvestChanged[], today: Day): Promise<void> {
  for (const { what, harvestId, orderId, quantity } of changes) {
    const harvest = await db.harvest.findUnique({
      where: { id: harvestId },
      select: {
        expectedOn: true,
        product: { select: { saleUnit: true, saleUnitEn: true, family: { select: { name: true, nameEn: true } } } },
        supplierId: true,
      },
    });
    const order =
      orderId === null ? null : await db.order.findUnique({ where: { id: orderId }, select: { buyerId: true } });
    if (!harvest || (orderId !== null && !order)) continue;
    const { product, supplierId } = harvest;
    const people = order ? [order.buyerId] : await peopleServingOne(db, supplierId, today);
    await notify(
      db,
      [...new Set(people)].map(
        (userId): Notice => ({
          userId,
          kind: `harvest_${what}`,
          data: {
            ...{ name: product.family.name, nameEn: product.family.nameEn, quantity },
            ...{
              unit: product.saleUnit,
              unitEn: unitWord(quantity, product.saleUnitEn),
              day: dayFromColumn(harvest.expectedOn),
            },
          },
          link: orderId === null ? pathTo('supplierHarvest', { id: harvestId }) : pathTo('order', { id: orderId }),
          dedupeKey: `harvest.${what} ${harvestId} ${orderId ?? 0}`,
        }),
      ),
    );
  }
}
