import type { PrismaClient } from '../db/client.ts';
import { placeTree } from '../units/place-tree.ts';
import { brandsByCode } from './brand-list.ts';
import { categoryTree } from './category-tree.ts';
import { zoneList } from './zone-list.ts';

/** Makes this process read categories, places, brands and zones again: after they were edited here, where seconds matter. */
export function forgetCatalog(db: PrismaClient): void {
  for (const remembered of [categoryTree, placeTree, brandsByCode, zoneList]) remembered.forget(db);
}
