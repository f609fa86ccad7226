import type { PrismaClient } from '../db/client.ts';
import { textsOf } from '../shared/json-texts.ts';
import { remember } from '../shared/remember.ts';
import { type Tree, treeOf } from '../shared/tree.ts';

export interface CategoryNode {
  id: number;
  code: string;
  name: string;
  nameEn: string;
  parentId: number | null;
  illustration: string;
  edible: boolean;
  /** words that buyers use for it */
  aliases: string[];
  /** takes no more goods, and is not offered to choose from */
  isRetired: boolean;
}

export type CategoryTree = Tree<CategoryNode>;

/** The categories in the operators' order; at most 10 seconds old. */
export const categoryTree = remember(10_000, async (db: PrismaClient): Promise<CategoryTree> => {
  const rows = await db.category.findMany({
    select: {
      id: true,
      code: true,
      name: true,
      nameEn: true,
      parentId: true,
      illustration: true,
      edible: true,
      aliases: true,
      retiredAt: true,
    },
    orderBy: [{ sort: 'asc' }, { id: 'asc' }],
  });
  return treeOf(
    rows.map(({ retiredAt, ...row }) => ({ ...row, aliases: textsOf(row.aliases), isRetired: retiredAt !== null })),
  );
});
