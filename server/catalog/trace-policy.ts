import { type Actor, hasRole, suppliersServedBy } from '../accounts/actor.ts';
import { isWithin, placesCertified } from '../suppliers/certification-policy.ts';
import type { PlaceTree } from '../units/place-tree.ts';

/** Its supplier, a certifier of the place that it comes from or an operator may recall a batch, follow the recall and close it. */
export function mayRecall(actor: Actor, places: PlaceTree, goods: { supplierId: number; placeId: number }): boolean {
  if (hasRole(actor, 'operator') || suppliersServedBy(actor).includes(goods.supplierId)) return true;
  return hasRole(actor, 'certifier') && isWithin(places, placesCertified(actor), goods.placeId);
}
