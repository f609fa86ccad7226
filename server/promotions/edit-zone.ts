import { type Actor, requireRole } from '../accounts/actor.ts';
import { noteChangedProducts } from '../catalog/product-changed.ts';
import { audit } from '../db/audit.ts';
import type { PrismaClient, Tx } from '../db/client.ts';
import { isDuplicate } from '../db/faults.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { type Fault, NotFound, RuleRefusal } from '../shared/errors.ts';
import { mayFillZone } from './zone-policy.ts';
import type { NewZone, ZoneText } from './zone-schemas.ts';

/** The most goods that a zone shows. */
export const MOST_IN_ZONE = 500;

/** A new pavilion, zone or cabinet. Refuses all but operators, a code that is taken, and a pavilion without its place or a unit zone without its unit. */
export async function openZone(db: PrismaClient, actor: Actor, wish: NewZone, at: Date): Promise<number> {
  requireRole(actor, 'operator');
  const { place: placeCode, unit: unitCode, ...told } = wish;
  const [place, unit] = await Promise.all([
    placeCode ? db.place.findUnique({ where: { code: placeCode }, select: { id: true } }) : null,
    unitCode ? db.unit.findUnique({ where: { code: unitCode }, select: { id: true } }) : null,
  ]);
  const faults: Fault[] = [
    ...((wish.kind === 'pavilion' || placeCode) && !place ? [{ path: 'place', code: 'notAChoice' }] : []),
    ...((wish.kind === 'unit_zone' || unitCode) && !unit ? [{ path: 'unit', code: 'notAChoice' }] : []),
  ];
  if (faults.length > 0) throw new RuleRefusal('badInput', faults);
  try {
    return await inTransaction(db, async (tx) => {
      const { _max } = await tx.zone.aggregate({ _max: { sort: true } });
      const { id } = await tx.zone.create({
        data: { ...told, placeId: place?.id ?? null, unitId: unit?.id ?? null, sort: (_max.sort ?? 0) + 10 },
        select: { id: true },
      });
      await note(tx, actor, 'zone.open', id, { ...wish }, at);
      return id;
    });
  } catch (error) {
    if (isDuplicate(error)) throw new RuleRefusal('badInput', [{ path: 'code', code: 'codeTaken' }]);
    throw error;
  }
}

/** What a zone is called and says of itself. Refuses whoever may not fill it with 404. */
export async function describeZone(
  db: PrismaClient,
  actor: Actor,
  id: number,
  text: ZoneText,
  at: Date,
): Promise<void> {
  await inTransaction(db, async (tx) => {
    await lockZone(tx, actor, id);
    await tx.zone.update({ where: { id }, data: text, select: { id: true } });
    await note(tx, actor, 'zone.describe', id, { ...text }, at);
  });
}

/** Puts a product into a zone, at its end; one that is in it stays where it is. Refuses what is not on sale, and more than 500. */
export async function addToZone(
  db: PrismaClient,
  actor: Actor,
  id: number,
  productId: number,
  at: Date,
): Promise<void> {
  await inTransaction(db, async (tx) => {
    await lockZone(tx, actor, id);
    const product = await tx.product.findFirst({ where: { id: productId, state: 'on_sale' }, select: { id: true } });
    if (!product) throw new RuleRefusal('badInput', [{ path: 'productId', code: 'notAChoice' }]);
    const held = await tx.zoneProduct.findMany({ where: { zoneId: id }, orderBy: { sort: 'asc' } });
    if (held.some((one) => one.productId === productId)) return;
    if (held.length >= MOST_IN_ZONE)
      throw new RuleRefusal('badInput', [{ path: 'productId', code: 'zoneFull', values: { most: MOST_IN_ZONE } }]);
    const sort = (held.at(-1)?.sort ?? 0) + 1;
    await tx.zoneProduct.create({ data: { zoneId: id, productId, sort }, select: { productId: true } });
    await note(tx, actor, 'zone.add', id, { productId }, at);
    await noteChangedProducts(tx, [productId]);
  });
}

/** Takes a product out of a zone; one that is not in it changes nothing. */
export async function takeFromZone(
  db: PrismaClient,
  actor: Actor,
  id: number,
  productId: number,
  at: Date,
): Promise<void> {
  await inTransaction(db, async (tx) => {
    await lockZone(tx, actor, id);
    const { count } = await tx.zoneProduct.deleteMany({ where: { zoneId: id, productId } });
    if (count === 0) return;
    await note(tx, actor, 'zone.take_out', id, { productId }, at);
    await noteChangedProducts(tx, [productId]);
  });
}

/** Changes places with the product before or after it. */
export async function moveInZone(
  db: PrismaClient,
  actor: Actor,
  id: number,
  { productId, direction }: { productId: number; direction: 'up' | 'down' },
): Promise<void> {
  await inTransaction(db, async (tx) => {
    await lockZone(tx, actor, id);
    const held = await tx.zoneProduct.findMany({
      where: { zoneId: id },
      orderBy: [{ sort: 'asc' }, { productId: 'asc' }],
    });
    const from = held.findIndex((one) => one.productId === productId);
    const to = direction === 'up' ? from - 1 : from + 1;
    const [mine, other] = [held[from], held[to]];
    if (!mine || !other) return;
    held[from] = other;
    held[to] = mine;
    for (const [index, one] of held.entries())
      if (one.sort !== index + 1)
        await tx.zoneProduct.update({
          where: { zoneId_productId: { zoneId: id, productId: one.productId } },
          data: { sort: index + 1 },
          select: { productId: true },
        });
  });
}

async function lockZone(tx: Tx, actor: Actor, id: number): Promise<void> {
  const [zone] = await tx.$queryRaw<{ kind: string; unitId: number | null }[]>`
    SELECT kind, unitId FROM zone WHERE id = ${id} FOR UPDATE`;
  if (!zone || !mayFillZone(actor, zone)) throw new NotFound();
}

async function note(
  tx: Tx,
  actor: Actor,
  action: string,
  id: number,
  after: Record<string, string | number | null>,
  at: Date,
): Promise<void> {
  await audit(tx, { at, actorId: actor.id, action, subjectType: 'zone', subjectId: id, after });
}
