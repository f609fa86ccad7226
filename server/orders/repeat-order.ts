import type { Actor } from '../accounts/actor.ts';
import { setCartLine } from '../cart/cart-lines.ts';
import type { PrismaClient } from '../db/client.ts';
import { findOrder } from './order-queries.ts';

/** Puts an order's goods into the cart that they came from; what left the shelf is shown there as such. Returns the unit's code. */
export async function repeatOrder(db: PrismaClient, actor: Actor, orderId: number): Promise<string | undefined> {
  const order = await findOrder(db, actor, orderId);
  const forUnit = order.fundingSource !== 'individual' ? order.unit : null;
  for (const { productId, quantity } of order.lines)
    await setCartLine(db, actor, forUnit?.id ?? null, { productId, quantity });
  return forUnit?.code;
}
