import { returnStock } from '../catalog/stock.ts';
import type { Tx } from '../db/client.ts';
import { enqueue } from '../jobs/outbox.ts';
import { giveBackBudget } from '../promotions/campaign-budget.ts';
import { giveBackCaps } from '../quotas/caps/take-caps.ts';
import { releaseUnionCaps } from '../quotas/caps/union-cap.ts';
import { heldShares } from './held-shares.ts';
import { leavePool, type PooledOrder } from './order-pool.ts';

/** The outbox topic of orders that took up binding offers and were never placed. */
export const OFFERS_UNUSED = 'offers.unused';

/** Gives back all the stock and caps that an order's lines still hold, and its discount to the campaign's budget, once: on cancelling, rejecting or expiring before anything was shipped. */
export async function releaseHolds(
  tx: Tx,
  order: PooledOrder & { placedAt: Date | null; lines: { id: number; productId: number }[] },
  at: Date,
): Promise<void> {
  const lineIds = order.lines.map((line) => line.id);
  // Pool before caps, caps before stock, as an order takes them: the other way round two buyers would wait for one another.
  await giveBackBudget(tx, order.id);
  await leavePool(tx, order);
  await giveBackCaps(tx, order.id, at);
  await releaseUnionCaps(tx, order.id, at);
  const held = await heldShares(tx, lineIds);
  await returnStock(
    tx,
    held.map(({ lineId, batchId, quantity }) => ({
      batchId,
      quantity,
      event: 'released',
      source: 'line',
      sourceId: lineId,
    })),
    at,
  );
  if (order.placedAt === null && (await tx.quoteOfferLine.count({ where: { orderId: order.id } })) > 0)
    await enqueue(tx, OFFERS_UNUSED, [{ orderId: order.id }]);
  await enqueue(
    tx,
    'product.changed',
    order.lines.map((line) => ({ productId: line.productId })),
  );
}
