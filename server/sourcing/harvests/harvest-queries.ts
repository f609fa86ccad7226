import { type Actor, suppliersServedBy } from '../../accounts/actor.ts';
import type { Db } from '../../db/client.ts';
import type { Prisma } from '../../db/generated/client.ts';
import { NotFound } from '../../shared/errors.ts';

const shown = {
  batch: { select: { available: true, traceCode: true } },
  supplier: { select: { id: true, name: true, nameEn: true } },
  product: {
    select: {
      ...{ id: true, spec: true, specEn: true, saleUnit: true, saleUnitEn: true, netGrams: true, priceFen: true },
      ...{ placeId: true, coldChain: true, category: { select: { illustration: true } } },
      family: { select: { name: true, nameEn: true } },
    },
  },
} satisfies Prisma.HarvestInclude;

export type ShownHarvest = Prisma.HarvestGetPayload<{ include: typeof shown }>;

/** Coming batches that can be ordered ahead now, the earliest to close first. */
export function openHarvests(db: Db, now: Date, { take }: { take: number }) {
  return db.harvest.findMany({
    where: { state: 'open', closesAt: { gt: now } },
    orderBy: [{ closesAt: 'asc' }, { id: 'asc' }],
    take,
    include: shown,
  });
}

/** An announcement, open or over, which anybody may read. Throws NotFound. */
export async function findHarvest(db: Db, id: number): Promise<ShownHarvest> {
  const harvest = await db.harvest.findUnique({ where: { id }, include: shown });
  if (!harvest) throw new NotFound();
  return harvest;
}

/** The same for who acts for its supplier; everybody else gets NotFound. */
export async function findOwnHarvest(db: Db, actor: Actor, id: number): Promise<ShownHarvest> {
  const harvest = await findHarvest(db, id);
  if (!suppliersServedBy(actor).includes(harvest.supplierId)) throw new NotFound();
  return harvest;
}

/** A supplier's announcements, newest first, beyond the key of the last one seen. */
export function listOwnHarvests(db: Db, supplierIds: readonly number[], beforeId: number | null, take: number) {
  return db.harvest.findMany({
    where: { supplierId: { in: [...supplierIds] }, ...(beforeId ? { id: { lt: beforeId } } : {}) },
    orderBy: { id: 'desc' },
    take,
    include: shown,
  });
}

/** Products of suppliers that are on sale, to announce a harvest of. */
export function productsToAnnounce(db: Db, supplierIds: readonly number[]) {
  return db.product.findMany({
    where: { supplierId: { in: [...supplierIds] }, state: 'on_sale' },
    orderBy: { id: 'asc' },
    take: 300,
    select: { id: true, spec: true, specEn: true, family: { select: { name: true, nameEn: true } } },
  });
}
