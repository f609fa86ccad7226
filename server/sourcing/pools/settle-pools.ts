import { audit } from '../../db/audit.ts';
import type { PrismaClient } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { enqueue } from '../../jobs/outbox.ts';
import { cancelByMarket } from '../../orders/cancel-order.ts';
import { lockOrder } from '../../orders/lock-order.ts';
import { POOL_CHANGED } from '../../orders/order-pool.ts';
import { placeOrder } from '../../orders/place-order.ts';
import { nextPoolState } from './pool-states.ts';

const BATCH = 200;
const WAITING = ['awaiting_approval', 'awaiting_payment', 'awaiting_pool'] as const;

/** The reason in the market's own name; `reasonText` puts it into words. */
export const UNFILLED = 'market.poolUnfilled';

/**
 * Places the orders of full pools and gives back those of pools that closed unfilled, each under its own order's lock and each step
 * again after a crash without doing it twice. Returns how many pools had something to do.
 */
export async function settlePools(db: PrismaClient, now: Date): Promise<number> {
  const due = await db.pool.findMany({
    where: { state: 'open', closesAt: { lte: now } },
    select: { id: true },
    orderBy: { id: 'asc' },
    take: BATCH,
  });
  for (const { id } of due) await runOut(db, id, now);
  const full = await db.pool.findMany({ where: { state: 'full' }, select: { id: true }, orderBy: { id: 'asc' } });
  for (const { id } of full) await placeAll(db, id, now);
  const failed = await db.pool.findMany({
    where: { state: 'failed', orders: { some: { state: { in: [...WAITING] } } } },
    select: { id: true },
    orderBy: { id: 'asc' },
  });
  for (const { id } of failed) await giveBackAll(db, id, now);
  return due.length + full.length + failed.length;
}

async function runOut(db: PrismaClient, id: number, at: Date): Promise<void> {
  await inTransaction(db, async (tx) => {
    await tx.$queryRaw`SELECT id FROM pool WHERE id = ${id} FOR UPDATE`;
    const pool = await tx.pool.findUniqueOrThrow({ where: { id } });
    if (pool.state !== 'open' || pool.closesAt > at) return;
    const state = nextPoolState(pool.state, 'run_out');
    await tx.pool.update({ where: { id }, data: { state, endedAt: at }, select: { id: true } });
    await audit(tx, {
      ...{ at, actorId: null, action: 'pool.fail', subjectType: 'pool', subjectId: id },
      after: { state, committedQuantity: pool.committedQuantity, caseQuantity: pool.caseQuantity },
    });
    await enqueue(tx, POOL_CHANGED, [{ poolId: id }]);
  });
}

async function placeAll(db: PrismaClient, id: number, at: Date): Promise<void> {
  const orders = await ordersOf(db, id, ['awaiting_pool']);
  for (const orderId of orders)
    await inTransaction(db, async (tx) => {
      const order = await lockOrder(tx, orderId);
      if (order.state !== 'awaiting_pool') return;
      await placeOrder(tx, order, 'fill_pool', at);
      await audit(tx, {
        ...{ at, actorId: null, action: 'order.fill_pool', subjectType: 'order', subjectId: orderId },
        ...{ unitId: order.unitId, before: { state: order.state }, after: { poolId: id, totalFen: order.totalFen } },
      });
    });
  await db.pool.updateMany({
    where: { id, state: 'full', orders: { none: { state: 'awaiting_pool' } } },
    data: { state: nextPoolState('full', 'place') },
  });
}

async function giveBackAll(db: PrismaClient, id: number, at: Date): Promise<void> {
  for (const orderId of await ordersOf(db, id, WAITING))
    await inTransaction(db, async (tx) => {
      const order = await lockOrder(tx, orderId);
      if (!order.placedAt) await cancelByMarket(tx, order, UNFILLED, at);
    });
}

async function ordersOf(db: PrismaClient, poolId: number, states: readonly (typeof WAITING)[number][]) {
  const orders = await db.order.findMany({
    where: { poolId, state: { in: [...states] } },
    select: { id: true },
    orderBy: { id: 'asc' },
  });
  return orders.map(({ id }) => id);
}
