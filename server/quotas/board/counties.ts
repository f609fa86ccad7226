import type { PlaceNode, PlaceTree } from '../../units/place-tree.ts';
import type { Programme } from '../programme-list.ts';

export interface County {
  place: PlaceNode;
  /** the groups that assist it or a place in it */
  groupIds: number[];
}

/**
 * The counties that a programme's groups assist, in the groups' order; a group without a place of its own assists the programme's
 * (rule 7). A county's figures are the union of its groups', so a unit in two of them is in it once, and one in groups of two counties
 * in both.
 */
export function countiesOf(
  { participants, assistedPlaceId }: Pick<Programme, 'participants' | 'assistedPlaceId'>,
  places: PlaceTree,
): County[] {
  const counties = new Map<number, County>();
  for (const { id, placeId } of participants) {
    const [place] = places.pathOf(placeId ?? assistedPlaceId);
    if (!place) continue;
    const known = counties.get(place.id);
    if (known) known.groupIds.push(id);
    else counties.set(place.id, { place, groupIds: [id] });
  }
  return [...counties.values()];
}
