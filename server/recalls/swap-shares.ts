import { type BatchShare, chooseBatches, returnStock, takeStock } from '../catalog/stock.ts';
import type { Tx } from '../db/client.ts';
import type { Day } from '../shared/days.ts';

/** The source of the stock movements of a swap; its id is the recall's line. */
export const RECALL_LINE_SOURCE = 'recall_line';

/** Batches, first to expire first, that can take a recalled one's place; less than wanted where there are no more. */
export async function chooseOthers(tx: Tx, productId: number, quantity: number, today: Day): Promise<BatchShare[]> {
  return (await chooseBatches(tx, [{ productId, quantity }], today)).shares;
}

/**
 * Promises a line the others instead of the recalled batch, which gets back what was held of it and stays off sale. Throws StockMoved
 * where one of the others has less by now.
 */
export async function swapShares(
  tx: Tx,
  { recallLineId, lineId, batchId }: { recallLineId: number; lineId: number; batchId: number },
  others: readonly BatchShare[],
  at: Date,
): Promise<void> {
  const quantity = others.reduce((sum, share) => sum + share.quantity, 0);
  await takeStock(tx, others);
  await tx.stockMovement.createMany({
    data: others.map((share) => ({
      ...{ batchId: share.batchId, event: 'held' as const, source: RECALL_LINE_SOURCE, sourceId: recallLineId },
      ...{ quantity: -share.quantity, at },
    })),
  });
  await returnStock(
    tx,
    [{ batchId, quantity, event: 'returned', source: RECALL_LINE_SOURCE, sourceId: recallLineId }],
    at,
  );
  const key = { lineId_batchId: { lineId, batchId } };
  const { quantity: left } = await tx.lineAllocation.update({
    where: key,
    data: { quantity: { decrement: quantity } },
    select: { quantity: true },
  });
  if (left === 0) await tx.lineAllocation.delete({ where: key, select: { lineId: true } });
  for (const share of others) await promise(tx, lineId, share);
}

async function promise(tx: Tx, lineId: number, { batchId, quantity }: BatchShare): Promise<void> {
  const { count } = await tx.lineAllocation.updateMany({
    where: { lineId, batchId },
    data: { quantity: { increment: quantity } },
  });
  if (count === 0) await tx.lineAllocation.create({ data: { lineId, batchId, quantity }, select: { lineId: true } });
}
