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

/** Refuses with NotAllowed `ownPurchase` to decide an own purchase (rule 26), also one that colleagues have amended and resubmitted since. */
export async function refuseOwn(tx: Tx, actor: Actor, order: Decided): Promise<void> {
  if (!mayApprove(actor, order) || (await hasBought(tx, actor, order.amendsId))) throw new NotAllowed('ownPurchase');
}

/** Whether the actor bought the order or any that it was amended from. */
async function hasBought(tx: Tx, actor: Actor, orderId: number | null): Promise<boolean> {
  for (let id = orderId; id !== null; ) {
    const { buyerId, amendsId }: { buyerId: number; amendsId: number | null } = await tx.order.findUniqueOrThrow({
      where: { id },
      select: { buyerId: true, amendsId: true },
    });
    if (buyerId === actor.id) return true;
    id = amendsId;
  }
  return false;
}
