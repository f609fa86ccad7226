import { type CategoryTree, categoryTree } from '../catalog/category-tree.ts';
import type { PrismaClient } from '../db/client.ts';
import type { Day } from '../shared/days.ts';
import { idsBelow, type Tree, type TreeRow } from '../shared/tree.ts';
import { type PlaceTree, placeTree } from '../units/place-tree.ts';
import type { Programme } from './programme-list.ts';
import { type Pace, paceAt } from './progress.ts';
import {
  type Dimension,
  type ListedUnit,
  loadSums,
  loadTargets,
  loadUnits,
  type Sum,
  type TargetNow,
} from './progress-queries.ts';
import { chainOf, groupIdsOf, rollUp } from './roll-up.ts';

/** Which part of a programme is asked for. The assisted place is the programme's own; these two are the others (rule 7). */
export interface BoardFilter {
  /** chooses units, each with those below it, once the programme's are known; undefined: all. May refuse by throwing */
  units?: (byId: ReadonlyMap<number, ListedUnit>) => readonly number[] | undefined;
  groupId?: number;
  /** the units' own place */
  unitPlaceId?: number;
  /** the goods' origin */
  originPlaceId?: number;
}

export interface Board {
  programme: Programme;
  pace: Pace;
  /** the units that the filter leaves */
  units: ListedUnit[];
  /** every unit of the programme by id, for names and chains */
  byId: Map<number, ListedUnit>;
  sums: Sum[];
  targets: TargetNow[];
  roll: ReturnType<typeof rollUp>;
  categories: CategoryTree;
  places: PlaceTree;
}

export interface BoardWish {
  programme: Programme;
  filter: BoardFilter;
  /** what rows are asked by, beside units and groups */
  dimensions?: readonly Dimension[];
  today: Day;
  /** a past day as it was recorded by then; null: now */
  at: Day | null;
}

/** Everything of a programme that a board or page is made of: three statements, the sums in one snapshot (rules 7, 11). */
export async function loadBoard(db: PrismaClient, wish: BoardWish): Promise<Board> {
  const { programme, filter, today, at } = wish;
  const day = at ?? today;
  const [categories, places, listed, targets] = await Promise.all([
    categoryTree(db),
    placeTree(db),
    loadUnits(db, programme.id, within(programme, day), at),
    loadTargets(db, programme.id, at),
  ]);
  const byId = new Map(listed.map((unit) => [unit.id, unit]));
  const unitIds = filter.units?.(byId);
  const below = (id: number | undefined) => (id === undefined ? undefined : idsBelow(places, id));
  const sums = await loadSums(db, {
    programmeId: programme.id,
    dimensions: [...(wish.dimensions ?? []), ...dimensionsOf(targets)],
    until: at,
    unitIds,
    groupId: filter.groupId,
    unitPlaceIds: below(filter.unitPlaceId),
    originPlaceIds: below(filter.originPlaceId),
  });
  const units = filteredUnits(listed, byId, { unitIds, groupId: filter.groupId, placeIds: below(filter.unitPlaceId) });
  const pace = paceAt(programme, day);
  // Goods of one origin are no measure of a target for goods of any.
  const comparable =
    filter.originPlaceId === undefined
      ? targets
      : targets.filter(({ placeId }) => placeId !== null && lies(places, placeId, filter.originPlaceId ?? 0));
  const roll = rollUp({
    units,
    byId,
    targets: comparable,
    sums,
    pace,
    covers: ({ categoryId, placeId }, sum) =>
      (categoryId === null || lies(categories, sum.categoryId ?? 0, categoryId)) &&
      (placeId === null || lies(places, sum.originPlaceId ?? 0, placeId)),
  });
  return { programme, pace, units, byId, sums, targets: comparable, roll, categories, places };
}

/** Tree and groups as on the day, but never as before the programme began or after it ended. */
function within({ startsOn, endsOn }: Programme, day: Day): Day {
  return day < startsOn ? startsOn : day > endsOn ? endsOn : day;
}

function dimensionsOf(targets: readonly TargetNow[]): Dimension[] {
  return [
    ...(targets.some(({ categoryId }) => categoryId !== null) ? (['categoryId'] as const) : []),
    ...(targets.some(({ placeId }) => placeId !== null) ? (['originPlaceId'] as const) : []),
    ...(targets.some(({ fundingSource }) => fundingSource !== null) ? (['fundingSource'] as const) : []),
  ];
}

interface UnitFilter {
  unitIds: readonly number[] | undefined;
  groupId: number | undefined;
  placeIds: readonly number[] | undefined;
}

function filteredUnits(
  listed: readonly ListedUnit[],
  byId: ReadonlyMap<number, ListedUnit>,
  { unitIds, groupId, placeIds }: UnitFilter,
): ListedUnit[] {
  const chosen = unitIds && new Set(unitIds);
  const inPlaces = placeIds && new Set(placeIds);
  return listed.filter((unit) => {
    if (groupId !== undefined && !groupIdsOf(unit, byId).has(groupId)) return false;
    if (inPlaces && (unit.placeId === null || !inPlaces.has(unit.placeId))) return false;
    return !chosen || chainOf(unit, byId).some((id) => chosen.has(id));
  });
}

/** Whether a node is another or lies below it. */
function lies<T extends TreeRow>(tree: Tree<T>, id: number, above: number): boolean {
  return tree.pathOf(id).some((node) => node.id === above);
}
