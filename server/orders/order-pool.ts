import type { OrderState, PoolState } from '../db/generated/enums.ts';
import type { Sql } from '../db/sql.ts';
import { enqueue } from '../jobs/outbox.ts';
import { StateConflict } from '../shared/errors.ts';
import { nextOrderState } from './order-states.ts';

/** The outbox topic of pools that became full or failed. */
export const POOL_CHANGED = 'pool.changed';

export interface PooledOrder {
  id: number;
  state: OrderState;
  poolId?: number | null;
}

interface PoolRow {
  state: PoolState;
  caseQuantity: number;
  committedQuantity: number;
}

/** Takes the row of a pool, after its order's own and before caps and stock: who joins, commits, leaves or closes waits here. */
async function lockPool(tx: Sql, poolId: number): Promise<PoolRow> {
  const [pool] = await tx.$queryRaw<PoolRow[]>`
    SELECT state, caseQuantity, committedQuantity FROM pool WHERE id = ${poolId} FOR UPDATE`;
  if (!pool) throw new Error(`no pool ${poolId}`);
  return pool;
}

/** Whether a payment can still go into the order's pool; true for an order of none. */
export async function mayCommitToPool(tx: Sql, poolId: number | null): Promise<boolean> {
  return poolId === null || (await lockPool(tx, poolId)).state === 'open';
}

/**
 * An order that was paid or approved waits for its pool; with the last piece the case is full, and nobody can leave any more. Refuses
 * with 409 `poolOver` when the pool closed meanwhile.
 */
export async function commitToPool(tx: Sql, order: PooledOrder & { poolId: number }, at: Date): Promise<void> {
  const pool = await lockPool(tx, order.poolId);
  if (pool.state !== 'open') throw new StateConflict('poolOver');
  const state = nextOrderState(order.state, 'join_pool');
  const changed = await tx.$executeRaw`
    UPDATE \`order\` SET state = ${state}, heldUntil = NULL WHERE id = ${order.id} AND state = ${order.state}`;
  if (changed === 0) throw new StateConflict('wrongOrderState', { state: order.state });
  const committed = pool.committedQuantity + (await quantityOf(tx, order.id));
  const isFull = committed >= pool.caseQuantity;
  await tx.$executeRaw`
    UPDATE pool SET committedQuantity = ${committed}, state = ${isFull ? 'full' : 'open'}, endedAt = ${isFull ? at : null} WHERE id = ${order.poolId}`;
  if (isFull) await enqueue(tx, POOL_CHANGED, [{ poolId: order.poolId }]);
}

/** Makes room again for the pieces of an order that ends. Refuses with 409 `poolFilled` once the case is full. */
export async function leavePool(tx: Sql, order: PooledOrder): Promise<void> {
  if (!order.poolId) return;
  const pool = await lockPool(tx, order.poolId);
  if (pool.state === 'full' || pool.state === 'placed') throw new StateConflict('poolFilled');
  const quantity = await quantityOf(tx, order.id);
  const committed = order.state === 'awaiting_pool' ? quantity : 0;
  await tx.$executeRaw`
    UPDATE pool SET takenQuantity = takenQuantity - ${quantity}, committedQuantity = committedQuantity - ${committed} WHERE id = ${order.poolId}`;
}

async function quantityOf(tx: Sql, orderId: number): Promise<number> {
  const [sum] = await tx.$queryRaw<{ quantity: number | bigint }[]>`
    SELECT SUM(quantity) AS quantity FROM order_line WHERE orderId = ${orderId}`;
  return Number(sum?.quantity ?? 0);
}
