import { type Actor, unitsApprovedFor } from '../../accounts/actor.ts';
import type { OrderApprovals } from './order-approvals.ts';

/** Why somebody who may see a purchase does not decide it now; a message key of `faults`. */
export type WhyNot = 'ownPurchase' | 'decidedBefore' | 'atOtherLevel' | 'namedOthers';

/**
 * Why the actor may not decide a purchase that waits for approval; null: may. Never an own one, nor one that was amended from an own one;
 * never twice, so that each level is another person's; only for the unit whose turn it is; and where its rule names people, only these,
 * as long as one of them approves for the unit (rule 26).
 */
export function whyNotDecide(actor: Actor, { buyerIds, levels, waitsAt }: OrderApprovals): WhyNot | null {
  if (buyerIds.has(actor.id)) return 'ownPurchase';
  if (levels.some(({ approvedById }) => approvedById === actor.id)) return 'decidedBefore';
  if (!waitsAt || !unitsApprovedFor(actor).includes(waitsAt.unitId)) return 'atOtherLevel';
  const { namedIds } = waitsAt;
  return namedIds.length > 0 && !namedIds.includes(actor.id) ? 'namedOthers' : null;
}
