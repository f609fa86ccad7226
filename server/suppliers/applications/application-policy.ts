import { type Actor, suppliersActedFor } from '../../accounts/actor.ts';
import type { CertificationState } from '../../db/generated/enums.ts';
import type { PlaceTree } from '../../units/place-tree.ts';
import { isWithin, placesCertified, placesOfRegister } from '../certification-policy.ts';

/** What decides who may do what with a case. */
export interface Handled {
  applicantId: number;
  supplierId: number | null;
  /** of the supplier, or the product's origin; null: a draft without one */
  placeId: number | null;
  /** null: a draft */
  state: CertificationState | null;
}

/** Who made it, and whoever acts for the supplier that it is about. */
export function isApplicant(actor: Actor, { applicantId, supplierId }: Handled): boolean {
  return actor.id === applicantId || (supplierId !== null && suppliersActedFor(actor).includes(supplierId));
}

/** The places for which the actor's work team speaks, with all below them. */
export function placesRecommended(actor: Actor): number[] {
  return actor.grants.flatMap((grant) => (grant.role === 'work_team' && grant.placeId !== null ? [grant.placeId] : []));
}

/** The place recommends: a work team of the village, township or county, but nobody an application of their own (rule 17). */
export function mayRecommend(actor: Actor, handled: Handled, tree: PlaceTree): boolean {
  return !isApplicant(actor, handled) && handled.state !== null && isOf(tree, placesRecommended(actor), handled);
}

/** Certifiers review what is of their place, but nobody an application of their own. */
export function mayReview(actor: Actor, handled: Handled, tree: PlaceTree): boolean {
  return !isApplicant(actor, handled) && handled.state !== null && isOf(tree, placesCertified(actor), handled);
}

/** A draft is its applicant's alone; a case also the recommending place's, the certifiers' and the operators'. */
export function maySeeApplication(actor: Actor, handled: Handled, tree: PlaceTree): boolean {
  if (isApplicant(actor, handled)) return true;
  if (handled.state === null) return false;
  return isOf(tree, placesRecommended(actor), handled) || isOf(tree, placesOfRegister(actor), handled);
}

function isOf(tree: PlaceTree, places: readonly number[] | null, { placeId }: Handled): boolean {
  return placeId !== null && isWithin(tree, places, placeId);
}
