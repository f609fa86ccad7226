import type { Db } from '../../db/client.ts';
import type { Fault } from '../../shared/errors.ts';
import { idsBelow } from '../../shared/tree.ts';
import type { PlaceTree } from '../../units/place-tree.ts';

/** Where a supplier's goods may come from: its county and everything below it; which of these is true, the certification says. */
export function originsOf(places: PlaceTree, supplierPlaceId: number): number[] {
  const county = places.pathOf(supplierPlaceId)[0];
  return county ? idsBelow(places, county.id) : [supplierPlaceId];
}

/** What a specification may not be: of a category that is not there, or of an origin where the supplier does not sell. */
export async function originFaults(
  db: Db,
  places: PlaceTree,
  supplierPlaceId: number,
  { categoryId, placeId }: { categoryId: number; placeId: number },
): Promise<Fault[]> {
  const category = await db.category.findFirst({ where: { id: categoryId, retiredAt: null }, select: { id: true } });
  return [
    ...(category ? [] : [{ path: 'categoryId', code: 'notAChoice' }]),
    ...(originsOf(places, supplierPlaceId).includes(placeId) ? [] : [{ path: 'placeId', code: 'originNotYours' }]),
  ];
}
