import type { PrismaClient } from '../db/client.ts';
import { pathTo } from '../paths.ts';
import { type Notice, notify } from './notify.ts';

/** Tells everybody in a pool that the case is full, or that it closed unfilled and their money goes back; each once. */
export async function tellOfPools(db: PrismaClient, poolIds: readonly number[]): Promise<void> {
  const pools = await db.pool.findMany({
    where: { id: { in: [...poolIds] }, state: { not: 'open' } },
    select: {
      ...{ id: true, code: true, state: true, endedAt: true, openedById: true },
      product: { select: { family: { select: { name: true, nameEn: true } } } },
      orders: { select: { id: true, buyerId: true, closedAt: true, placedAt: true, state: true } },
    },
  });
  await notify(
    db,
    pools.flatMap(({ id, code, state, endedAt, openedById, product, orders }): Notice[] => {
      const kind = state === 'failed' ? 'pool_failed' : 'pool_filled';
      // Who had left before it ended has nothing to be told.
      const stayed = orders.filter(({ closedAt }) => closedAt === null || (endedAt !== null && closedAt >= endedAt));
      const told = new Set([openedById, ...stayed.map(({ buyerId }) => buyerId)]);
      return [...told].map((userId) => ({
        ...{ userId, kind, data: { name: product.family.name, nameEn: product.family.nameEn } },
        ...{ link: pathTo('pool', { code }), dedupeKey: `pool.${kind} ${id}` },
      }));
    }),
  );
}
