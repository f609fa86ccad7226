import type { PrismaClient } from '../db/client.ts';
import { placeTree } from '../units/place-tree.ts';
import { brandsByCode } from './brand-list.ts';
import { categoryTree } from './category-tree.ts';
import { homeFigures } from './home-queries.ts';
import { everyZone } from './zone-list.ts';

/** Makes this process read categories, places, brands, zones and the home page's figures again: after they were edited here, where seconds matter. */
export function forgetCatalog(db: PrismaClient): void {
  for (const remembered of [categoryTree, placeTree, brandsByCode, everyZone, homeFigures]) remembered.forget(db);
}
