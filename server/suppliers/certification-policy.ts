import { type Actor, hasRole } from '../accounts/actor.ts';
import type { PlaceTree } from '../units/place-tree.ts';

/** Places whose certifications somebody may see or act on, with all below them; `null`: everywhere. */
export type CertifiedPlaces = readonly number[] | null;

/** Where the actor certifies: a right without a place is one for the whole market. Empty: nowhere. */
export function placesCertified(actor: Actor): CertifiedPlaces {
  const rights = actor.grants.filter((grant) => grant.role === 'certifier');
  if (rights.some((grant) => grant.placeId === null)) return null;
  return rights.flatMap((grant) => grant.placeId ?? []);
}

/** Where the actor may look into the register: operators everywhere, certifiers where they certify. */
export function placesOfRegister(actor: Actor): CertifiedPlaces {
  return hasRole(actor, 'operator') ? null : placesCertified(actor);
}

/** Whether a place is one of them or below one. */
export function isWithin(tree: PlaceTree, places: CertifiedPlaces, placeId: number): boolean {
  return places === null || tree.pathOf(placeId).some((place) => places.includes(place.id));
}
