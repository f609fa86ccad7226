import { audit } from '../../db/audit.ts';
import type { PrismaClient } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { enqueue } from '../../jobs/outbox.ts';
import { mustPrepayNow } from '../../orders/approval/must-prepay.ts';
import { cancelByMarket } from '../../orders/cancel-order.ts';
import { lockOrder } from '../../orders/lock-order.ts';
import { POOL_CHANGED } from '../../orders/order-pool.ts';
import { placeOrder } from '../../orders/place-order.ts';
import { type Day, dayOf } from '../../shared/days.ts';
import { certificationHeldBy } from '../../suppliers/certification-held.ts';
import { nextPoolState } from './pool-states.ts';

const BATCH = 200;
const WAITING = ['awaiting_approval', 'awaiting_payment', 'awaiting_pool'] as const;

/** The reasons in the market's own name; `reasonText` puts them into words. */
export const UNFILLED = 'market.poolUnfilled';
const UNCERTIFIED = 'market.goodsUncertified';
const PREPAYS = 'market.payerPrepays';

/**
 * Takes out of pools, full or not, what is on account of payers that must prepay by now, which makes room again (rule 27); then places
 * the orders of full pools and gives back those of pools that closed unfilled, each under its own order's lock and each step
 * again after a crash without doing it twice. Returns how many pools had something to do.
 */
export async function settlePools(db: PrismaClient, now: Date): Promise<number> {
  const today = dayOf(now);
  for (const id of await poolsOfLostGoods(db, today)) await loseGoods(db, id, today, now);
  for (const id of await ordersOfPrepaying(db)) await leaveAsPrepaying(db, id, now);
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
    select: { id: true, committedQuantity: true, caseQuantity: true, closesAt: true },
    orderBy: { id: 'asc' },
  });
  for (const pool of failed) {
    const isUnfilled = pool.committedQuantity < pool.caseQuantity && pool.closesAt <= now;
    await giveBackAll(db, pool.id, isUnfilled ? UNFILLED : UNCERTIFIED, now);
  }
  return due.length + full.length + failed.length;
}

/** Pools of which nothing was placed yet, of goods that are not certified today: what is not certified is not sold (rules 1, 17). */
async function poolsOfLostGoods(db: PrismaClient, today: Day): Promise<number[]> {
  const rows = await db.$queryRaw<{ id: number }[]>`
    SELECT q.id FROM pool q JOIN product p ON p.id = q.productId JOIN supplier s ON s.id = p.supplierId
    WHERE q.state IN ('open', 'full') AND NOT EXISTS (SELECT 1 FROM \`order\` o WHERE o.poolId = q.id AND o.placedAt IS NOT NULL)
      AND (${certificationHeldBy('product', today)} IS NULL OR ${certificationHeldBy('supplier', today)} IS NULL) ORDER BY q.id`;
  return rows.map(({ id }) => id);
}

async function loseGoods(db: PrismaClient, id: number, today: Day, at: Date): Promise<void> {
  await inTransaction(db, async (tx) => {
    await tx.$queryRaw`SELECT id FROM pool WHERE id = ${id} FOR UPDATE`;
    const pool = await tx.pool.findUniqueOrThrow({ where: { id } });
    if (pool.state !== 'open' && pool.state !== 'full') return;
    const state = nextPoolState(pool.state, 'lose_goods');
    await tx.pool.update({ where: { id }, data: { state, endedAt: at }, select: { id: true } });
    await audit(tx, {
      ...{ at, actorId: null, action: 'pool.lose_goods', subjectType: 'pool', subjectId: id },
      ...{ before: { state: pool.state }, after: { state, day: today } },
    });
    await enqueue(tx, POOL_CHANGED, [{ poolId: id }]);
  });
}

async function ordersOfPrepaying(db: PrismaClient): Promise<number[]> {
  const rows = await db.$queryRaw<{ id: number }[]>`
    SELECT o.id FROM \`order\` o JOIN unit_payer p ON p.unitId = o.unitId AND p.fundingSource = o.fundingSource AND p.mustPrepay
    WHERE o.state = 'awaiting_pool' AND o.paymentWay = 'on_account' ORDER BY o.id LIMIT ${BATCH}`;
  return rows.map(({ id }) => id);
}

/** A full case of which nothing is placed yet is open again without it; of one that is being placed nobody leaves any more. */
async function leaveAsPrepaying(db: PrismaClient, orderId: number, at: Date): Promise<void> {
  await inTransaction(db, async (tx) => {
    const order = await lockOrder(tx, orderId);
    if (order.state !== 'awaiting_pool' || order.poolId === null || !(await mustPrepayNow(tx, order))) return;
    await tx.$queryRaw`SELECT id FROM pool WHERE id = ${order.poolId} FOR UPDATE`;
    const pool = await tx.pool.findUniqueOrThrow({ where: { id: order.poolId } });
    if (pool.state === 'full') {
      if ((await tx.order.count({ where: { poolId: pool.id, placedAt: { not: null } } })) > 0) return;
      const state = nextPoolState(pool.state, 'lose_part');
      await tx.pool.update({ where: { id: pool.id }, data: { state, endedAt: null }, select: { id: true } });
      await audit(tx, {
        ...{ at, actorId: null, action: 'pool.lose_part', subjectType: 'pool', subjectId: pool.id },
        ...{ before: { state: pool.state }, after: { state, orderId } },
      });
    }
    await cancelByMarket(tx, order, PREPAYS, at);
  });
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

async function giveBackAll(db: PrismaClient, id: number, reason: string, at: Date): Promise<void> {
  for (const orderId of await ordersOf(db, id, WAITING))
    await inTransaction(db, async (tx) => {
      const order = await lockOrder(tx, orderId);
      if (!order.placedAt) await cancelByMarket(tx, order, reason, at);
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
