import { type Actor, hasRole } from '../../accounts/actor.ts';
import type { Tx } from '../../db/client.ts';
import type { DisputeSide } from '../../db/generated/enums.ts';
import { NotFound } from '../../shared/errors.ts';
import { lockFulfilment } from '../lock-order.ts';
import { mayBuyerSee, mayLookAfter } from '../order-policy.ts';

/** A dispute with its receipt, order and parcel, under the order's lock, and whose side the actor is on. A stranger gets NotFound. */
export async function lockDispute(tx: Tx, actor: Actor, disputeId: number) {
  const found = await tx.receiptDispute.findUnique({
    where: { id: disputeId },
    select: { receipt: { select: { fulfilmentId: true } } },
  });
  if (!found) throw new NotFound();
  const fulfilled = await lockFulfilment(tx, found.receipt.fulfilmentId);
  const side = sideOf(actor, fulfilled);
  if (!side) throw new NotFound();
  const dispute = await tx.receiptDispute.findUniqueOrThrow({
    where: { id: disputeId },
    include: { receipt: { include: { lines: true } }, messages: { orderBy: { id: 'asc' } } },
  });
  return { ...fulfilled, dispute, side };
}

export type LockedDispute = Awaited<ReturnType<typeof lockDispute>>;

interface Sides {
  order: Parameters<typeof mayBuyerSee>[1];
  fulfilment: { supplierId: number };
}

/** Buyer, supplier, or the operator between them; null: a stranger. */
export function sideOf(actor: Actor, { order, fulfilment }: Sides): DisputeSide | null {
  if (mayLookAfter(actor, fulfilment)) return 'supplier';
  if (mayBuyerSee(actor, order)) return 'buyer';
  return hasRole(actor, 'operator') ? 'operator' : null;
}
