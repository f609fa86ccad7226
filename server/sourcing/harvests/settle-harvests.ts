import { noteChangedProducts } from '../../catalog/product-changed.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { cancelByMarket } from '../../orders/cancel-order.ts';
import { moveDeliveryAfterHarvest } from '../../orders/delivery/move-window.ts';
import { lockOrder } from '../../orders/lock-order.ts';
import { takeBackAllBut } from '../../orders/take-back.ts';
import { addDays, dayFromColumn, dayOf, dayToColumn } from '../../shared/days.ts';
import { allocate } from '../../shared/money.ts';
import { tellLater } from './harvest-changed.ts';
import { nextHarvestState } from './harvest-states.ts';
import { lockHarvest } from './lock-harvest.ts';
import { orderedQuantities, sumOf } from './ordered-quantities.ts';

/** Reasons in the market's own name; `reasonText` puts them into words. */
export const SHORT = 'market.harvestShort';
export const FAILED = 'market.harvestFailed';

/**
 * Shares out what was harvested, each order under its own lock and each step again after a crash without doing it twice: when it is
 * short, orders that still wait for payment or approval end first, then every placed order keeps its proportional part by largest
 * remainder (ties to the earlier) and gets the rest back. Then what can no longer come on the day that its canteen chose gets another.
 * Last the batch becomes stock with the true quantity. Returns how many settled.
 */
export async function settleHarvests(db: PrismaClient, now: Date): Promise<number> {
  const due = await db.harvest.findMany({ where: { state: 'sharing' }, select: { id: true }, orderBy: { id: 'asc' } });
  for (const { id } of due) await settle(db, id, now);
  return due.length;
}

async function settle(db: PrismaClient, id: number, now: Date): Promise<void> {
  const { harvestedQuantity } = await db.harvest.findUniqueOrThrow({ where: { id } });
  const quantity = harvestedQuantity ?? 0;
  const ordered = await orderedQuantities(db, id);
  if (sumOf(ordered) > quantity) {
    for (const { orderId, isPlaced } of ordered) if (!isPlaced) await endWaiting(db, id, orderId, quantity, now);
    await fixShares(db, id, quantity);
    const open = await db.harvestShare.findMany({
      where: { harvestId: id, settledAt: null },
      orderBy: { orderId: 'asc' },
    });
    for (const share of open) await settleShare(db, share, quantity, now);
  }
  if (quantity > 0) await moveDeliveries(db, id, now);
  await finish(db, id, now);
}

/** What canteens chose a day for that the harvest came too late for; what is placed meanwhile looks at its day by itself. */
async function moveDeliveries(db: PrismaClient, harvestId: number, at: Date): Promise<void> {
  const { harvestedOn } = await db.harvest.findUniqueOrThrow({
    where: { id: harvestId },
    select: { harvestedOn: true },
  });
  const orders = await db.order.findMany({
    where: { harvestId, state: 'placed', canteenId: { not: null } },
    select: { id: true },
    orderBy: { id: 'asc' },
  });
  for (const { id } of orders)
    await inTransaction(db, async (tx) => {
      const order = await lockOrder(tx, id);
      if (order.state !== 'placed' || !harvestedOn) return;
      await moveDeliveryAfterHarvest(tx, order, dayFromColumn(harvestedOn), at);
    });
}

async function endWaiting(db: PrismaClient, harvestId: number, orderId: number, quantity: number, at: Date) {
  await inTransaction(db, async (tx) => {
    const order = await lockOrder(tx, orderId);
    if (order.placedAt || !(await cancelByMarket(tx, order, quantity === 0 ? FAILED : SHORT, at))) return;
    await tellLater(tx, { what: 'failed', harvestId, orderId, quantity: 0 });
  });
}

/** Nothing new can be ordered and nothing waits any more, so the shares of what is placed can be fixed, once. */
async function fixShares(db: PrismaClient, harvestId: number, quantity: number): Promise<void> {
  await inTransaction(db, async (tx) => {
    await lockHarvest(tx, harvestId);
    if ((await tx.harvestShare.count({ where: { harvestId } })) > 0) return;
    const ordered = (await orderedQuantities(tx, harvestId)).filter((one) => one.isPlaced && one.quantity > 0);
    const given =
      sumOf(ordered) > quantity
        ? allocate(
            quantity,
            ordered.map((one) => one.quantity),
          )
        : ordered.map((one) => one.quantity);
    await tx.harvestShare.createMany({
      data: ordered.map((one, index) => ({
        ...{ harvestId, orderId: one.orderId, orderedQuantity: one.quantity, givenQuantity: given[index] ?? 0 },
      })),
    });
  });
}

type OpenShare = { harvestId: number; orderId: number; givenQuantity: number };

async function settleShare(db: PrismaClient, share: OpenShare, quantity: number, at: Date): Promise<void> {
  const { harvestId, orderId, givenQuantity } = share;
  await inTransaction(db, async (tx) => {
    const order = await lockOrder(tx, orderId);
    const { count } = await tx.harvestShare.updateMany({
      where: { harvestId, orderId, settledAt: null },
      data: { settledAt: at },
    });
    if (count === 0) return;
    const missing = await takeBackAllBut(tx, order, givenQuantity, quantity === 0 ? FAILED : SHORT, at);
    if (missing > 0)
      await tellLater(tx, {
        what: givenQuantity === 0 ? 'failed' : 'short',
        harvestId,
        orderId,
        quantity: givenQuantity,
      });
  });
}

async function finish(db: PrismaClient, id: number, at: Date): Promise<void> {
  await inTransaction(db, async (tx) => {
    const harvest = await lockHarvest(tx, id);
    if (harvest.state !== 'sharing') return;
    const ordered = await orderedQuantities(tx, id);
    const quantity = harvest.harvestedQuantity ?? 0;
    // Somebody was placed between two steps: the next run shares out again.
    if (sumOf(ordered) > quantity) return;
    const state = nextHarvestState(harvest.state, quantity === 0 ? 'settle_failed' : 'settle');
    await tx.harvest.update({ where: { id }, data: { state, settledAt: at }, select: { id: true } });
    const { shelfLifeDays } = harvest.product;
    const producedOn = harvest.harvestedOn ? dayFromColumn(harvest.harvestedOn) : dayOf(at);
    const change = quantity - harvest.expectedQuantity;
    await audit(tx, {
      ...{ at, actorId: null, action: 'harvest.settle', subjectType: 'harvest', subjectId: id },
      ...{ before: { expectedQuantity: harvest.expectedQuantity }, after: { state, harvestedQuantity: quantity } },
    });
    await tellLater(
      tx,
      ...ordered
        .filter((one) => one.isPlaced && one.quantity > 0)
        .map((one) => ({ what: 'ready' as const, harvestId: id, orderId: one.orderId, quantity: one.quantity })),
    );
    await noteChangedProducts(tx, [harvest.productId]);
    if (change !== 0)
      await tx.stockMovement.create({
        data: {
          ...({ batchId: harvest.batchId, event: 'adjusted', source: 'harvest', sourceId: id } as const),
          ...{ quantity: change, at },
        },
        select: { id: true },
      });
    await tx.$executeRaw`
      UPDATE batch SET coming = FALSE, quantity = ${quantity}, available = available + ${change}, producedOn = ${dayToColumn(producedOn)},
        expiresOn = ${shelfLifeDays === null ? null : dayToColumn(addDays(producedOn, shelfLifeDays))}
      WHERE id = ${harvest.batchId}`;
  });
}
