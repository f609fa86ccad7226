import type { Tx } from '../../db/client.ts';
import { NotFound, RuleRefusal } from '../../shared/errors.ts';
import { noteChangedProducts } from '../product-changed.ts';

/** The most that a tree of categories is deep. */
export const MOST_DEEP = 4;

export interface LockedCategory {
  id: number;
  code: string;
  name: string;
  nameEn: string;
  parentId: number | null;
  path: string;
  sort: number;
  edible: boolean | number;
  illustration: string;
  retiredAt: Date | null;
}

export interface LockedCategories {
  all: LockedCategory[];
  /** Throws NotFound. */
  get: (id: number) => LockedCategory;
  /** in their order, retired ones left out */
  below: (id: number | null) => LockedCategory[];
}

/** The whole tree under one lock, so that two edits at once come one after the other and none makes a ring. */
export async function lockCategories(tx: Tx): Promise<LockedCategories> {
  const all = await tx.$queryRaw<LockedCategory[]>`
    SELECT id, code, name, nameEn, parentId, path, sort, edible, illustration, retiredAt FROM category ORDER BY sort, id FOR UPDATE`;
  return {
    all,
    get: (id) => {
      const found = all.find((category) => category.id === id);
      if (!found) throw new NotFound();
      return found;
    },
    below: (id) => all.filter(({ parentId, retiredAt }) => parentId === id && retiredAt === null),
  };
}

/**
 * Refuses what would change for which programme goods count, or by which target they were judged: both places must lie below the same
 * categories that programmes and targets name (rules 1, 5).
 */
export async function keepCounting(tx: Tx, fromPath: string, toPath: string, field: string): Promise<void> {
  const named = await tx.$queryRaw<{ path: string; name: string }[]>`
    SELECT c.path, c.name FROM category c WHERE EXISTS (SELECT 1 FROM programme_category p WHERE p.categoryId = c.id)
      OR EXISTS (SELECT 1 FROM target t WHERE t.categoryId = c.id)`;
  const other = named.find(({ path }) => fromPath.startsWith(path) !== toPath.startsWith(path));
  if (other) throw new RuleRefusal('badInput', [{ path: field, code: 'categoryCounts', values: { name: other.name } }]);
}

/** Lists and search follow: every product in the category or below it is looked at again. */
export async function noteCategoryProducts(tx: Tx, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const products = await tx.product.findMany({
      where: { category: { path: { startsWith: path } }, state: { not: 'draft' } },
      select: { id: true },
    });
    await noteChangedProducts(
      tx,
      products.map(({ id }) => id),
    );
  }
}
