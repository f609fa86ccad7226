import type { Actor } from '../../accounts/actor.ts';
import type { PrismaClient } from '../../db/client.ts';
import { Refusal } from '../../shared/errors.ts';
import { approveOrder } from './approve-order.ts';

export interface Approvals {
  approved: number[];
  refused: { orderId: number; refusal: Refusal }[];
}

/** Approves purchases one after the other, each by itself as in approve-order.ts: one that is refused keeps none of the others back. With a level: only if it still waits there. */
export async function approveSeveral(
  db: PrismaClient,
  actor: Actor,
  orders: readonly { orderId: number; level?: number }[],
  at: Date,
): Promise<Approvals> {
  const result: Approvals = { approved: [], refused: [] };
  for (const { orderId, level } of new Map(orders.map((one) => [one.orderId, one])).values()) {
    try {
      await approveOrder(db, actor, orderId, at, level);
      result.approved.push(orderId);
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal;
      result.refused.push({ orderId, refusal });
    }
  }
  return result;
}
