import { type Actor, requireRole } from '../../accounts/actor.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient, Tx } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { type Fault, NotFound, RuleRefusal, StateConflict } from '../../shared/errors.ts';
import { noteChangedProducts } from '../product-changed.ts';
import type { BrandText } from './brand-schemas.ts';

/** New words for a brand, and the place that it is of; lists and search follow. Refuses a name that another has, and a place that is not there. */
export async function editBrand(db: PrismaClient, actor: Actor, id: number, text: BrandText, at: Date): Promise<void> {
  requireRole(actor, 'operator');
  await inTransaction(db, async (tx) => {
    const { name, nameEn, placeId, story, storyEn } = await lockBrand(tx, id);
    const faults = await brandFaults(tx, id, text);
    if (faults.length > 0) throw new RuleRefusal('badInput', faults);
    await tx.brand.update({ where: { id }, data: text, select: { id: true } });
    await audit(tx, {
      ...{ at, actorId: actor.id, action: 'brand.edit', subjectType: 'brand', subjectId: id },
      ...{ before: { name, nameEn, placeId, story, storyEn }, after: { ...text } },
    });
    await noteGoodsOf(tx, id);
  });
}

/** Ends a brand: goods are given it no more and lists leave it out; what has it keeps it, and so does what was bought. Ended already: 409. */
export async function endBrand(db: PrismaClient, actor: Actor, id: number, reason: string, at: Date): Promise<void> {
  requireRole(actor, 'operator');
  await inTransaction(db, async (tx) => {
    const { endedAt } = await lockBrand(tx, id);
    if (endedAt) throw new StateConflict('brandEnded');
    await tx.brand.update({ where: { id }, data: { endedAt: at }, select: { id: true } });
    await audit(tx, {
      ...{ at, actorId: actor.id, action: 'brand.end', subjectType: 'brand', subjectId: id, reason },
      ...{ before: { endedAt: null }, after: { endedAt: at.toISOString() } },
    });
  });
}

/** Takes an ending back. */
export async function resumeBrand(db: PrismaClient, actor: Actor, id: number, at: Date): Promise<void> {
  requireRole(actor, 'operator');
  await inTransaction(db, async (tx) => {
    const { endedAt } = await lockBrand(tx, id);
    if (!endedAt) throw new StateConflict('brandNotEnded');
    await tx.brand.update({ where: { id }, data: { endedAt: null }, select: { id: true } });
    await audit(tx, {
      ...{ at, actorId: actor.id, action: 'brand.resume', subjectType: 'brand', subjectId: id },
      ...{ before: { endedAt: endedAt.toISOString() }, after: { endedAt: null } },
    });
  });
}

async function lockBrand(tx: Tx, id: number) {
  await tx.$queryRaw`SELECT id FROM brand WHERE id = ${id} FOR UPDATE`;
  const brand = await tx.brand.findUnique({ where: { id } });
  if (!brand) throw new NotFound();
  return brand;
}

async function brandFaults(tx: Tx, id: number, { name, placeId }: BrandText): Promise<Fault[]> {
  const named = await tx.brand.findFirst({ where: { name, id: { not: id } }, select: { id: true } });
  const isPlace = placeId === null || (await tx.place.count({ where: { id: placeId } })) > 0;
  return [
    ...(named ? [{ path: 'name', code: 'brandNameTaken' }] : []),
    ...(isPlace ? [] : [{ path: 'placeId', code: 'notAChoice' }]),
  ];
}

async function noteGoodsOf(tx: Tx, brandId: number): Promise<void> {
  const products = await tx.product.findMany({
    where: { family: { brandId }, state: { not: 'draft' } },
    select: { id: true },
  });
  await noteChangedProducts(
    tx,
    products.map(({ id }) => id),
  );
}
