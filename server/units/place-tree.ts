import type { PrismaClient } from '../db/client.ts';
import type { PlaceClass, PlaceLevel } from '../db/generated/enums.ts';
import { textsOf } from '../shared/json-texts.ts';
import { remember } from '../shared/remember.ts';
import { type Tree, treeOf } from '../shared/tree.ts';
import type { Locale } from '../web/i18n.ts';

export interface PlaceNode {
  id: number;
  code: string;
  name: string;
  nameEn: string;
  level: PlaceLevel;
  placeClass: PlaceClass | null;
  parentId: number | null;
  /** words that buyers use for it */
  aliases: string[];
}

export type PlaceTree = Tree<PlaceNode>;

/** All places, county > township > village; at most 10 seconds old. */
export const placeTree = remember(10_000, async (db: PrismaClient): Promise<PlaceTree> => {
  const rows = await db.place.findMany({
    select: {
      id: true,
      code: true,
      name: true,
      nameEn: true,
      level: true,
      placeClass: true,
      parentId: true,
      aliases: true,
    },
    orderBy: { id: 'asc' },
  });
  return treeOf(rows.map((row) => ({ ...row, aliases: textsOf(row.aliases) })));
});

/** Names from the county down: township and village alone when `short` and there is a township. */
export function placeName(tree: PlaceTree, id: number, locale: Locale, short = false): string {
  const path = tree.pathOf(id);
  const told = short && path.length > 1 ? path.slice(1) : path;
  if (locale === 'en')
    return told
      .map((place) => place.nameEn || place.name)
      .reverse()
      .join(', ');
  return told.map((place) => place.name).join('');
}
