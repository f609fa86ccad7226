import type { Db } from '../../db/client.ts';
import type { Prisma } from '../../db/generated/client.ts';
import { NotFound } from '../../shared/errors.ts';

const shown = {
  unit: { select: { name: true, nameEn: true } },
  product: {
    select: {
      ...{ id: true, spec: true, specEn: true, saleUnit: true, saleUnitEn: true, priceFen: true },
      category: { select: { illustration: true } },
      family: { select: { name: true, nameEn: true } },
      supplier: { select: { id: true, name: true, nameEn: true } },
    },
  },
} satisfies Prisma.PoolInclude;

export type ShownPool = Prisma.PoolGetPayload<{ include: typeof shown }>;

/** Pools that can be joined now, the earliest to close first; of one product, of one unit's people, when given. */
export function openPools(
  db: Db,
  now: Date,
  { productId, unitId, take }: { productId?: number; unitId?: number; take: number },
): Promise<ShownPool[]> {
  return db.pool.findMany({
    where: {
      ...{ state: 'open', closesAt: { gt: now } },
      ...(productId ? { productId } : {}),
      ...(unitId ? { unitId } : {}),
    },
    orderBy: [{ closesAt: 'asc' }, { id: 'asc' }],
    take,
    include: shown,
  });
}

/** A pool by the code of its link, for whoever has it. Throws NotFound. */
export async function findPool(db: Db, code: string): Promise<ShownPool> {
  const pool = await db.pool.findUnique({ where: { code }, include: shown });
  if (!pool) throw new NotFound();
  return pool;
}

/** One's own orders in a pool, newest first. */
export function ownOrdersIn(db: Db, poolId: number, buyerId: number) {
  return db.order.findMany({
    where: { poolId, buyerId },
    orderBy: { id: 'desc' },
    select: { id: true, state: true, totalFen: true, lines: { select: { quantity: true } } },
  });
}

/** How many orders stand in a pool, without whose they are (rule 31). */
export function countOrdersIn(db: Db, poolId: number): Promise<number> {
  return db.order.count({ where: { poolId, state: { notIn: ['cancelled', 'expired', 'rejected'] } } });
}
