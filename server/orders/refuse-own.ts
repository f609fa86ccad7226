import type { Actor } from '../accounts/actor.ts';
import type { Tx } from '../db/client.ts';
import { NotAllowed } from '../shared/errors.ts';
import { mayApprove } from './order-policy.ts';

interface Decided {
  buyerId: number;
  unitId: number | null;
  fundingSource: string;
  amendsId: number | null;
}

/** Refuses with NotAllowed `ownPurchase` to decide an own purchase (rule 26), also one that a colleague has amended and resubmitted. */
export async function refuseOwn(tx: Tx, actor: Actor, order: Decided): Promise<void> {
  const buyers = order.amendsId === null ? [] : [await buyerOf(tx, order.amendsId)];
  if (!mayApprove(actor, order) || buyers.includes(actor.id)) throw new NotAllowed('ownPurchase');
}

async function buyerOf(tx: Tx, orderId: number): Promise<number> {
  return (await tx.order.findUniqueOrThrow({ where: { id: orderId }, select: { buyerId: true } })).buyerId;
}
