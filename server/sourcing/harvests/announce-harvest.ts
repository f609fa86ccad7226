import { type Actor, suppliersServedBy } from '../../accounts/actor.ts';
import { noteChangedProducts } from '../../catalog/product-changed.ts';
import { MAX_QUANTITY } from '../../catalog/shelf-products.ts';
import { newTraceCode } from '../../catalog/trace-code.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { onBehalf } from '../../orders/on-behalf.ts';
import { addDays, type Day, dayOf, dayToColumn, startOfDay } from '../../shared/days.ts';
import { type Fault, NotFound, RuleRefusal } from '../../shared/errors.ts';

export interface Announcement {
  productId: number;
  expectedQuantity: number;
  expectedOn: Day;
  /** the last day for pre-orders */
  closesOn: Day;
  priceFen: number;
  /** 0: any quantity will do */
  minimumQuantity: number;
  note: string | null;
}

const FARTHEST_DAYS = 400;

/**
 * Announces a coming batch of one's own product, so that it can be ordered ahead at a fixed price up to what is expected of it. Refuses
 * another's product with 404 and wrong days and quantities by field. Returns the announcement's id.
 */
export async function announceHarvest(db: PrismaClient, actor: Actor, wish: Announcement, at: Date): Promise<number> {
  const product = await db.product.findUnique({
    where: { id: wish.productId },
    select: { id: true, supplierId: true, state: true, shelfLifeDays: true },
  });
  if (!product || !suppliersServedBy(actor).includes(product.supplierId)) throw new NotFound('noSuchProduct');
  const faults = faultsIn(wish, dayOf(at));
  if (product.state !== 'on_sale') faults.push({ path: 'productId', code: 'notYourProduct' });
  if (faults.length > 0) throw new RuleRefusal('badInput', faults);
  const { expectedQuantity, expectedOn, closesOn, priceFen, minimumQuantity, note } = wish;
  return inTransaction(db, async (tx) => {
    const batch = await tx.batch.create({
      data: {
        ...{ productId: product.id, traceCode: newTraceCode(expectedOn, product.id), coming: true, note },
        producedOn: dayToColumn(expectedOn),
        expiresOn: product.shelfLifeDays === null ? null : dayToColumn(addDays(expectedOn, product.shelfLifeDays)),
        ...{ quantity: expectedQuantity, available: expectedQuantity, createdAt: at },
      },
      select: { id: true },
    });
    const harvest = await tx.harvest.create({
      data: {
        ...{ batchId: batch.id, productId: product.id, supplierId: product.supplierId, expectedQuantity, priceFen },
        ...{ minimumQuantity, note, announcedById: actor.id, announcedAt: at, expectedOn: dayToColumn(expectedOn) },
        closesAt: startOfDay(addDays(closesOn, 1)),
      },
      select: { id: true },
    });
    await audit(tx, {
      ...{ at, actorId: actor.id, action: 'harvest.announce', subjectType: 'harvest', subjectId: harvest.id },
      onBehalfOf: await onBehalf(tx, actor, product.supplierId),
      after: { ...wish, supplierId: product.supplierId },
    });
    await noteChangedProducts(tx, [product.id]);
    await tx.stockMovement.create({
      data: {
        ...({ batchId: batch.id, event: 'produced', source: 'harvest', sourceId: harvest.id } as const),
        ...{ quantity: expectedQuantity, byId: actor.id, at },
      },
      select: { id: true },
    });
    return harvest.id;
  });
}

function faultsIn(wish: Announcement, today: Day): Fault[] {
  const { expectedQuantity, expectedOn, closesOn, minimumQuantity } = wish;
  const faults: Fault[] = [];
  if (expectedQuantity > MAX_QUANTITY)
    faults.push({ path: 'expectedQuantity', code: 'quantityTooLarge', values: { maximum: MAX_QUANTITY } });
  if (expectedOn <= today || expectedOn > addDays(today, FARTHEST_DAYS))
    faults.push({ path: 'expectedOn', code: 'harvestDayRange', values: { days: FARTHEST_DAYS } });
  if (closesOn < today || closesOn > expectedOn) faults.push({ path: 'closesOn', code: 'closesBeforeHarvest' });
  if (minimumQuantity > expectedQuantity) faults.push({ path: 'minimumQuantity', code: 'minimumAboveExpected' });
  return faults;
}
