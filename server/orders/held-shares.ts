import type { Db } from '../db/client.ts';
import { groupBy } from '../shared/group-by.ts';

export interface HeldShare {
  lineId: number;
  batchId: number;
  quantity: number;
}

export const REFUND_LINE = 'refund_line';

/**
 * What lines still hold of their batches, in batch order: what was shipped, or until the whole parcel is what was promised, less what
 * refunds put back. `promised`: whatever was shipped of it.
 */
export async function heldShares(db: Db, lineIds: readonly number[], only?: 'promised'): Promise<HeldShare[]> {
  const lines = { lineId: { in: [...lineIds] } };
  const select = { lineId: true, batchId: true, quantity: true } as const;
  const [promised, shipped, refunds] = [
    await db.lineAllocation.findMany({ where: lines, select }),
    only
      ? []
      : await db.shipmentLine.findMany({
          where: { ...lines, line: { fulfilment: { state: { in: ['shipped', 'received'] } } } },
          select,
        }),
    await db.refundLine.findMany({ where: { ...lines, restocked: { gt: 0 } }, select: { id: true, lineId: true } }),
  ];
  const returned = await db.stockMovement.findMany({
    where: {
      batchId: { in: [...promised, ...shipped].map((share) => share.batchId) },
      event: 'returned',
      source: REFUND_LINE,
      sourceId: { in: refunds.map((refund) => refund.id) },
    },
    select: { sourceId: true, batchId: true, quantity: true },
  });
  const lineOf = new Map(refunds.map((refund) => [refund.id, refund.lineId]));
  const gone = new Set(shipped.map((share) => share.lineId));
  const held = [...summed(shipped), ...promised.filter((share) => !gone.has(share.lineId))].map((share) => ({
    ...share,
    quantity: returned
      .filter(({ batchId, sourceId }) => batchId === share.batchId && lineOf.get(sourceId) === share.lineId)
      .reduce((left, { quantity }) => left - quantity, share.quantity),
  }));
  return held.filter((share) => share.quantity > 0).sort((a, b) => a.batchId - b.batchId);
}

/** A batch that went in several shipments once. */
function summed(shares: readonly HeldShare[]): HeldShare[] {
  return [...groupBy(shares, ({ lineId, batchId }) => `${lineId}/${batchId}`).values()].map((same) => ({
    ...(same[0] as HeldShare),
    quantity: same.reduce((sum, { quantity }) => sum + quantity, 0),
  }));
}

/** So many units of each line out of what it holds, the batch that keeps longest first. */
export function takeFrom(held: readonly HeldShare[], wanted: ReadonlyMap<number, number>): HeldShare[] {
  return [...groupBy(held, (share) => share.lineId)].flatMap(([lineId, shares]) => {
    let missing = wanted.get(lineId) ?? 0;
    return [...shares].reverse().flatMap((share) => {
      const quantity = Math.min(missing, share.quantity);
      missing -= quantity;
      return quantity > 0 ? [{ ...share, quantity }] : [];
    });
  });
}
