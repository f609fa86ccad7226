import type { CategoryTree } from '../../catalog/category-tree.ts';
import { groupBy } from '../../shared/group-by.ts';
import { idsBelow, type Tree, type TreeRow } from '../../shared/tree.ts';
import type { PlaceTree } from '../../units/place-tree.ts';
import type { Dimension, SumFilter, SumWish, TargetNow } from './progress-queries.ts';

/** What a target is for; all null: everything. */
export interface ScopeParts {
  categoryId: number | null;
  placeId: number | null;
  fundingSource: string | null;
}

interface ScopeTrees {
  categories: CategoryTree;
  places: PlaceTree;
}

/** By which dimensions the goods and the money of a scope are told apart, as one word; empty for everything. */
export function scopeKind(scope: ScopeParts): string {
  return dimensionsOf(scope).join(' ');
}

/** For each kind of scope that targets have, which sums they are judged by: those of their own categories and origins alone. */
export function scopeWishes(
  targets: readonly TargetNow[],
  summed: SumFilter,
  { categories, places }: ScopeTrees,
): Map<string, SumWish> {
  const kinds = groupBy(targets, scopeKind);
  kinds.delete('');
  return new Map(
    [...kinds].map(([kind, same]) => {
      const dimensions = dimensionsOf(same[0] as TargetNow);
      const wish: SumWish = { ...summed, dimensions };
      if (dimensions.includes('categoryId'))
        wish.categoryIds = below(
          same.map((one) => one.categoryId),
          categories,
        );
      if (dimensions.includes('originPlaceId'))
        wish.originPlaceIds = below(
          same.map((one) => one.placeId),
          places,
        );
      return [kind, wish];
    }),
  );
}

function below<T extends TreeRow>(ids: readonly (number | null)[], tree: Tree<T>): number[] {
  return [...new Set(ids.flatMap((id) => (id === null ? [] : idsBelow(tree, id))))];
}

function dimensionsOf({ categoryId, placeId, fundingSource }: ScopeParts): Dimension[] {
  return [
    ...(categoryId === null ? [] : (['categoryId'] as const)),
    ...(placeId === null ? [] : (['originPlaceId'] as const)),
    ...(fundingSource === null ? [] : (['fundingSource'] as const)),
  ];
}
