import type { Tx } from '../db/client.ts';
import type { LockedOrder } from './lock-order.ts';
import { nextOrderState } from './order-states.ts';

/** An order whose last open parcel this was is done. */
export async function completeWhenAllReceived(
  tx: Tx,
  order: LockedOrder,
  fulfilmentId: number,
  at: Date,
): Promise<void> {
  const others = order.fulfilments.filter((candidate) => candidate.id !== fulfilmentId);
  if (others.some((candidate) => candidate.state !== 'received' && candidate.state !== 'cancelled')) return;
  await tx.order.update({
    where: { id: order.id },
    data: { state: nextOrderState(order.state, 'complete'), closedAt: at },
    select: { id: true },
  });
}
