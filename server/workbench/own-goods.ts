import { type Actor, hasRole, suppliersServedBy } from '../accounts/actor.ts';
import type { Tx } from '../db/client.ts';
import { NotAllowed, NotFound } from '../shared/errors.ts';

/** Throws NotAllowed unless the actor sells, or is of a work team that looks after sellers (rule 34). */
export function requireSeller(actor: Actor): void {
  if (!hasRole(actor, 'supplier') && !hasRole(actor, 'work_team')) throw new NotAllowed();
}

/** Takes a product's row, under which its price, shelf and specification change. Throws NotFound, also for another's. */
export async function lockOwnProduct(tx: Tx, actor: Actor, id: number) {
  await tx.$queryRaw`SELECT id FROM product WHERE id = ${id} FOR UPDATE`;
  const product = await tx.product.findUnique({
    where: { id },
    include: { tiers: { orderBy: { fromQuantity: 'asc' } }, supplier: { select: { id: true, name: true } } },
  });
  if (!product || !suppliersServedBy(actor).includes(product.supplierId)) throw new NotFound();
  return product;
}

export type LockedProduct = Awaited<ReturnType<typeof lockOwnProduct>>;
