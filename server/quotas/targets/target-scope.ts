import { type CategoryTree, categoryTree } from '../../catalog/category-tree.ts';
import type { PrismaClient } from '../../db/client.ts';
import { type PlaceTree, placeName, placeTree } from '../../units/place-tree.ts';
import { nameOf, type Reader } from '../board/board-presenter.ts';
import type { TargetScope } from './set-target.ts';

/** What scopes are named by. */
export interface ScopeTrees {
  categories: CategoryTree;
  places: PlaceTree;
}

export async function scopeTrees(db: PrismaClient): Promise<ScopeTrees> {
  const [categories, places] = await Promise.all([categoryTree(db), placeTree(db)]);
  return { categories, places };
}

/** A scope in the reader's words: everything, or category, origin and funding source. */
export function scopeLabel(reader: Reader, { categories, places }: ScopeTrees, scope: TargetScope): string {
  const category = scope.categoryId === null ? undefined : categories.byId.get(scope.categoryId);
  const parts = [
    category && nameOf(reader, category),
    scope.placeId === null ? undefined : placeName(places, scope.placeId, reader.locale, true),
    scope.fundingSource === null ? undefined : reader.t(`quotas:funding.${scope.fundingSource}`),
  ].filter((part) => part !== undefined);
  return parts.length > 0 ? parts.join(' · ') : reader.t('quotas:board.everything');
}

/** The choices of a form for the parts of a scope. */
export function scopeChoices(reader: Reader, { categories, places }: ScopeTrees, programmePlaceIds: readonly number[]) {
  const indent = (depth: number, name: string) => `${'\u3000'.repeat(depth)}${name}`;
  const inProgramme = (id: number) =>
    programmePlaceIds.length === 0 || places.pathOf(id).some((node) => programmePlaceIds.includes(node.id));
  return {
    categories: walk(categories.roots, (id) => categories.childrenOf(id)).map(({ node, depth }) => ({
      value: node.code,
      label: indent(depth, nameOf(reader, node)),
    })),
    places: walk(places.roots, (id) => places.childrenOf(id))
      .filter(({ node }) => inProgramme(node.id))
      .map(({ node, depth }) => ({ value: node.code, label: indent(depth, nameOf(reader, node)) })),
    fundingSources: (['canteen_budget', 'union_funds', 'individual'] as const).map((value) => ({
      value,
      label: reader.t(`quotas:funding.${value}`),
    })),
  };
}

function walk<T extends { id: number }>(
  nodes: readonly T[],
  below: (id: number) => readonly T[],
  depth = 0,
): { node: T; depth: number }[] {
  return nodes.flatMap((node) => [{ node, depth }, ...walk(below(node.id), below, depth + 1)]);
}
