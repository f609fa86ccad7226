import type { Db } from '../../db/client.ts';

export interface OrderedQuantity {
  orderId: number;
  isPlaced: boolean;
  /** units that still stand */
  quantity: number;
}

/** What the orders of a coming batch still stand for, in the order in which they came; ended ones are left out. One statement. */
export async function orderedQuantities(db: Db, harvestId: number): Promise<OrderedQuantity[]> {
  const rows = await db.$queryRaw<{ orderId: number; isPlaced: number | bigint; quantity: number | bigint }[]>`
    SELECT o.id AS orderId, o.placedAt IS NOT NULL AS isPlaced, l.quantity - l.refundedQuantity AS quantity
    FROM \`order\` o JOIN order_line l ON l.orderId = o.id
    WHERE o.harvestId = ${harvestId} AND o.state IN ('awaiting_approval', 'awaiting_payment', 'placed', 'completed') ORDER BY o.id`;
  return rows.map((row) => ({ ...row, isPlaced: Number(row.isPlaced) === 1, quantity: Number(row.quantity) }));
}

export function sumOf(ordered: readonly OrderedQuantity[]): number {
  return ordered.reduce((sum, { quantity }) => sum + quantity, 0);
}
