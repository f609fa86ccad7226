import { randomBytes } from 'node:crypto';
import { type Actor, actsOnBehalfOf, suppliersServedBy } from '../../accounts/actor.ts';
import { noteChangedProducts } from '../../catalog/product-changed.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient, Tx } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { type Fault, NotFound, RuleRefusal } from '../../shared/errors.ts';
import { type PlaceTree, placeTree } from '../../units/place-tree.ts';
import { setFirstPrice } from '../prices/change-price.ts';
import type { FamilyInput, PriceInput, SpecificationInput } from './goods-schemas.ts';
import { addSpecification, isFixed } from './save-specification.ts';
import { originFaults } from './where-sold.ts';

export interface NewGoods {
  supplierId: number;
  family: FamilyInput;
  specification: SpecificationInput;
  price: PriceInput;
}

/** Makes a product family with its first specification, both as drafts. Refuses another's supplier with 404, and what it may not sell by field. */
export async function createFamily(db: PrismaClient, actor: Actor, goods: NewGoods, at: Date): Promise<number> {
  const places = await placeTree(db);
  return inTransaction(db, (tx) => addFamily(tx, places, actor, goods, at));
}

/** The same within a transaction. */
export async function addFamily(tx: Tx, places: PlaceTree, actor: Actor, goods: NewGoods, at: Date): Promise<number> {
  const { supplierId, family, specification, price } = goods;
  const supplier = await ownSupplier(tx, actor, supplierId);
  const faults = await originFaults(tx, places, supplier.placeId, specification);
  if (!(await mayHaveBrand(tx, family.brandId, null))) faults.push({ path: 'brandId', code: 'notAChoice' });
  if (faults.length > 0) throw new RuleRefusal('badInput', faults);
  const { id } = await tx.productFamily.create({
    data: { ...family, supplierId, code: newCode(supplierId) },
    select: { id: true },
  });
  await audit(tx, {
    ...{ at, actorId: actor.id, onBehalfOf: actsOnBehalfOf(actor, supplier) },
    ...{ action: 'family.create', subjectType: 'family', subjectId: id, after: { ...family, supplierId } },
  });
  const productId = await addSpecification(tx, actor, { id, supplier }, specification, price.priceFen, at);
  await setFirstPrice(tx, actor, productId, price, at);
  return id;
}

/** By what its certificates and orders know a family. */
const CERTIFIED_NAMES = ['name', 'brandId'] as const;

/**
 * Changes what a family says of its goods; search hears of it. Once any of it was certified or ordered, its name and brand stay, by
 * field `nameFixedByCertificate`. Refuses another's with 404.
 */
export async function editFamily(db: PrismaClient, actor: Actor, id: number, input: FamilyInput, at: Date) {
  await inTransaction(db, (tx) => changeFamily(tx, actor, id, input, at));
}

/** The same within a transaction. */
export async function changeFamily(tx: Tx, actor: Actor, id: number, input: FamilyInput, at: Date): Promise<void> {
  await tx.$queryRaw`SELECT id FROM product_family WHERE id = ${id} FOR UPDATE`;
  // An application for one of them takes its row as well: nothing is renamed while it is submitted.
  await tx.$queryRaw`SELECT id FROM product WHERE familyId = ${id} ORDER BY id FOR UPDATE`;
  const before = await tx.productFamily.findUnique({
    where: { id },
    include: { supplier: { select: { id: true, name: true } }, products: { select: { id: true } } },
  });
  if (!before || !suppliersServedBy(actor).includes(before.supplierId)) throw new NotFound();
  const faults: Fault[] = (await mayHaveBrand(tx, input.brandId, before.brandId))
    ? []
    : [{ path: 'brandId', code: 'notAChoice' }];
  const renamed = CERTIFIED_NAMES.filter((fact) => before[fact] !== input[fact]);
  if (
    renamed.length > 0 &&
    (await isFixed(
      tx,
      before.products.map((product) => product.id),
    ))
  )
    faults.push(...renamed.map((path) => ({ path, code: 'nameFixedByCertificate' })));
  if (faults.length > 0) throw new RuleRefusal('badInput', faults);
  await tx.productFamily.update({ where: { id }, data: input, select: { id: true } });
  const { name, nameEn, description, descriptionEn, storage, storageEn, aliases, brandId } = before;
  await audit(tx, {
    ...{ at, actorId: actor.id, onBehalfOf: actsOnBehalfOf(actor, before.supplier) },
    ...{ action: 'family.edit', subjectType: 'family', subjectId: id, after: { ...input } },
    before: { name, nameEn, description, descriptionEn, storage, storageEn, aliases, brandId },
  });
  await noteChangedProducts(
    tx,
    before.products.map((product) => product.id),
  );
}

/** A supplier that the actor looks after. Throws NotFound. */
export async function ownSupplier(tx: Tx, actor: Actor, id: number) {
  const supplier = suppliersServedBy(actor).includes(id)
    ? await tx.supplier.findUnique({ where: { id }, select: { id: true, name: true, placeId: true } })
    : null;
  if (!supplier) throw new NotFound();
  return supplier;
}

/** One that has not ended, or the one that it has. */
async function mayHaveBrand(tx: Tx, brandId: number | null, heldId: number | null): Promise<boolean> {
  if (brandId === null || brandId === heldId) return true;
  return (await tx.brand.count({ where: { id: brandId, endedAt: null } })) > 0;
}

export function newCode(supplierId: number): string {
  return `g${supplierId}-${randomBytes(6).toString('hex')}`;
}
