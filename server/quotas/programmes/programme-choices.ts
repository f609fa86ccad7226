import { type Actor, hasRole } from '../../accounts/actor.ts';
import { type CategoryTree, categoryTree } from '../../catalog/category-tree.ts';
import type { PrismaClient } from '../../db/client.ts';
import { type Day, dayToColumn } from '../../shared/days.ts';
import { type PlaceTree, placeTree } from '../../units/place-tree.ts';
import type { ProgrammeChoices } from './programme-check.ts';
import { groupsToChoose } from './programme-policy.ts';
import { type GroupChoice, listGroupChoices } from './programme-queries.ts';

export interface LoadedChoices extends ProgrammeChoices {
  places: PlaceTree;
  categories: CategoryTree;
  groups: ReadonlyMap<string, GroupChoice>;
}

/** Everything that the actor may put into a programme. */
export async function loadChoices(db: PrismaClient, actor: Actor, today: Day): Promise<LoadedChoices> {
  const [places, categories, groups] = await Promise.all([
    placeTree(db),
    categoryTree(db),
    listGroupChoices(db, groupsToChoose(actor), dayToColumn(today)),
  ]);
  return {
    places,
    categories,
    groups: new Map(groups.map((group) => [group.code, group])),
    groupNeeded: !hasRole(actor, 'operator'),
  };
}
