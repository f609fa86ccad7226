import { type PathName, pathTo } from '../paths.ts';
import { type Actor, hasRole } from './actor.ts';

/** Where each role's work begins; of several roles of one person the first here decides. */
const firstPages = [
  ['operator', 'admin'],
  ['certifier', 'certifications'],
  ['organizer', 'board'],
  ['approver', 'approvals'],
  ['supplier', 'supplierFulfilments'],
  ['work_team', 'workTeam'],
] as const satisfies readonly (readonly [Actor['grants'][number]['role'], PathName])[];

/** Where a person is led after signing in. A buyer goes on with the cart, or with nothing in it to the goods; anybody else to the shop. */
export function firstPageOf(actor: Actor): string {
  const found = firstPages.find(([role]) => hasRole(actor, role));
  if (found) return pathTo(found[1]);
  if (hasRole(actor, 'buyer')) return pathTo(actor.cartCount > 0 ? 'cart' : 'products');
  return pathTo('home');
}
