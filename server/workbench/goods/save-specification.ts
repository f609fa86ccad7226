import { type Actor, actsOnBehalfOf, suppliersServedBy } from '../../accounts/actor.ts';
import { noteChangedProducts } from '../../catalog/product-changed.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient, Tx } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { type Fault, NotFound, RuleRefusal } from '../../shared/errors.ts';
import { type PlaceTree, placeTree } from '../../units/place-tree.ts';
import { lockOwnProduct } from '../own-goods.ts';
import { setFirstPrice } from '../prices/change-price.ts';
import type { PriceInput, SpecificationInput } from './goods-schemas.ts';
import { newCode } from './save-family.ts';
import { originFaults } from './where-sold.ts';

interface OwnFamily {
  id: number;
  supplier: { id: number; name: string };
}

/** Adds a specification to an own family, as a draft with its first price. Refusals as in createFamily. */
export async function createSpecification(
  db: PrismaClient,
  actor: Actor,
  familyId: number,
  input: NewSpecification,
  at: Date,
): Promise<number> {
  const places = await placeTree(db);
  return inTransaction(db, (tx) => addOwnSpecification(tx, places, actor, familyId, input, at));
}

export interface NewSpecification {
  specification: SpecificationInput;
  price: PriceInput;
}

/** The same within a transaction. */
export async function addOwnSpecification(
  tx: Tx,
  places: PlaceTree,
  actor: Actor,
  familyId: number,
  { specification, price }: NewSpecification,
  at: Date,
): Promise<number> {
  const family = await tx.productFamily.findUnique({
    where: { id: familyId },
    select: { id: true, supplier: { select: { id: true, name: true, placeId: true } } },
  });
  if (!family || !suppliersServedBy(actor).includes(family.supplier.id)) throw new NotFound();
  const faults = await originFaults(tx, places, family.supplier.placeId, specification);
  if (faults.length > 0) throw new RuleRefusal('badInput', faults);
  const id = await addSpecification(tx, actor, family, specification, price.priceFen, at);
  await setFirstPrice(tx, actor, id, price, at);
  return id;
}

/** Writes a specification as a draft; the caller has checked it. */
export async function addSpecification(
  tx: Tx,
  actor: Actor,
  { id: familyId, supplier }: OwnFamily,
  specification: SpecificationInput,
  priceFen: number,
  at: Date,
): Promise<number> {
  const { id } = await tx.product.create({
    data: { ...specification, familyId, supplierId: supplier.id, code: newCode(supplier.id), priceFen, createdAt: at },
    select: { id: true },
  });
  await audit(tx, {
    ...{ at, actorId: actor.id, onBehalfOf: actsOnBehalfOf(actor, supplier) },
    ...{ action: 'product.create', subjectType: 'product', subjectId: id, after: { ...specification, priceFen } },
  });
  return id;
}

/** What a certificate speaks of; it stays as it was certified and as it was ordered. */
const CERTIFIED_FACTS = ['spec', 'categoryId', 'placeId', 'netGrams', 'saleMode'] as const;

/**
 * Changes an own specification; price and tiers are changePrice's. Once it was certified or ordered, its name, category, origin, net
 * weight and way of sale stay, by field `fixedByCertificate`. Refuses another's with 404.
 */
export async function editSpecification(
  db: PrismaClient,
  actor: Actor,
  id: number,
  input: SpecificationInput,
  at: Date,
): Promise<void> {
  const places = await placeTree(db);
  await inTransaction(db, (tx) => changeSpecification(tx, places, actor, id, input, at));
}

/** The same within a transaction. */
export async function changeSpecification(
  tx: Tx,
  places: PlaceTree,
  actor: Actor,
  id: number,
  input: SpecificationInput,
  at: Date,
): Promise<void> {
  const before = await lockOwnProduct(tx, actor, id);
  const supplier = await tx.supplier.findUniqueOrThrow({
    where: { id: before.supplierId },
    select: { placeId: true },
  });
  const faults: Fault[] = [];
  const changed = CERTIFIED_FACTS.filter((fact) => before[fact] !== input[fact]);
  if (changed.length > 0 && (await isFixed(tx, [id])))
    faults.push(...changed.map((path) => ({ path, code: 'fixedByCertificate' })));
  else faults.push(...(await originFaults(tx, places, supplier.placeId, input)));
  if (faults.length > 0) throw new RuleRefusal('badInput', faults);
  await tx.product.update({ where: { id }, data: input, select: { id: true } });
  await audit(tx, {
    ...{ at, actorId: actor.id, onBehalfOf: actsOnBehalfOf(actor, before.supplier) },
    ...{ action: 'product.edit', subjectType: 'product', subjectId: id },
    before: Object.fromEntries(Object.keys(input).map((key) => [key, before[key as keyof SpecificationInput]])),
    after: { ...input },
  });
  await noteChangedProducts(tx, [id]);
}

/** Whether a certification speaks of any of them, or an order has it. */
export async function isFixed(tx: Tx | PrismaClient, productIds: readonly number[]): Promise<boolean> {
  const productId = { in: [...productIds] };
  const [certified, ordered] = [
    await tx.certification.findFirst({
      where: { productId, state: { notIn: ['refused', 'withdrawn'] } },
      select: { id: true },
    }),
    await tx.orderLine.findFirst({ where: { productId }, select: { id: true } }),
  ];
  return certified !== null || ordered !== null;
}
