import { type Actor, hasRole, suppliersServedBy } from '../accounts/actor.ts';

/** Its supplier, a certifier or an operator may recall a batch, follow the recall and close it. */
export function mayRecall(actor: Actor, supplierId: number): boolean {
  return hasRole(actor, 'operator') || hasRole(actor, 'certifier') || suppliersServedBy(actor).includes(supplierId);
}
