import { type CategoryTree, categoryTree } from '../../catalog/category-tree.ts';
import type { PrismaClient } from '../../db/client.ts';
import type { Channel, FundingSource } from '../../db/generated/enums.ts';
import type { Day } from '../../shared/days.ts';
import { idsBelow, type Tree, type TreeRow } from '../../shared/tree.ts';
import { type PlaceTree, placeTree } from '../../units/place-tree.ts';
import type { Programme } from '../programme-list.ts';
import { type Pace, paceAt } from './progress.ts';
import {
  type Dimension,
  type ListedUnit,
  loadSumsOf,
  loadTargets,
  loadUnits,
  type Sum,
  type SumFilter,
  type TargetNow,
} from './progress-queries.ts';
import { chainOf, groupIdsOf, isInAny, rollUp } from './roll-up.ts';
import { scopeWishes } from './scope-sums.ts';

/** Which part of a programme is asked for. The assisted place is the programme's own; these two are the others (rule 7). */
export interface BoardFilter {
  /** chooses units, each with those below it, once the programme's are known; undefined: all. May refuse by throwing */
  units?: (byId: ReadonlyMap<number, ListedUnit>) => readonly number[] | undefined;
  groupId?: number;
  /** the groups that assist one county */
  countyGroupIds?: readonly number[];
  /** the units' own place */
  unitPlaceId?: number;
  /** the goods' origin */
  originPlaceId?: number;
  categoryId?: number;
  fundingSource?: FundingSource;
  channel?: Channel;
}

export interface Board {
  programme: Programme;
  pace: Pace;
  /** the units that the filter leaves */
  units: ListedUnit[];
  /** every unit of the programme by id, for names and chains */
  byId: Map<number, ListedUnit>;
  sums: Sum[];
  /** which entries they are of */
  summed: SumFilter;
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
  const summed: SumFilter = {
    programmeId: programme.id,
    until: at,
    unitIds,
    groupId: filter.groupId,
    countyGroupIds: filter.countyGroupIds,
    unitPlaceIds: below(filter.unitPlaceId),
    originPlaceIds: below(filter.originPlaceId),
    categoryIds: filter.categoryId === undefined ? undefined : idsBelow(categories, filter.categoryId),
    fundingSource: filter.fundingSource,
    channel: filter.channel,
  };
  const comparable = targets.filter((target) => liesWithin({ categories, places }, target, filter));
  const judging = scopeWishes(comparable, summed, { categories, places });
  const scoped = await loadSumsOf(db, judging.set('', { ...summed, dimensions: wish.dimensions ?? [] }));
  const sums = scoped.get('') ?? [];
  const units = filteredUnits(listed, byId, summed);
  const pace = paceAt(programme, day);
  const roll = rollUp({
    units,
    byId,
    targets: comparable,
    sums,
    scoped,
    pace,
    covers: ({ categoryId, placeId }, sum) =>
      (categoryId === null || lies(categories, sum.categoryId ?? 0, categoryId)) &&
      (placeId === null || lies(places, sum.originPlaceId ?? 0, placeId)),
  });
  return { programme, pace, units, byId, sums, summed, targets: comparable, roll, categories, places };
}

/** Goods of one origin, category, funding source or channel are no measure of a target for any: only of one within the same. */
function liesWithin(
  { categories, places }: Pick<Board, 'categories' | 'places'>,
  target: TargetNow,
  { originPlaceId, categoryId, fundingSource, channel }: BoardFilter,
): boolean {
  return (
    (originPlaceId === undefined || (target.placeId !== null && lies(places, target.placeId, originPlaceId))) &&
    (categoryId === undefined || (target.categoryId !== null && lies(categories, target.categoryId, categoryId))) &&
    (fundingSource === undefined || target.fundingSource === fundingSource) &&
    channel === undefined
  );
}

/** Tree and groups as on the day, but never as before the programme began or after it ended. */
export function within({ startsOn, endsOn }: Programme, day: Day): Day {
  return day < startsOn ? startsOn : day > endsOn ? endsOn : day;
}

function filteredUnits(
  listed: readonly ListedUnit[],
  byId: ReadonlyMap<number, ListedUnit>,
  { unitIds, groupId, countyGroupIds, unitPlaceIds }: SumFilter,
): ListedUnit[] {
  const chosen = unitIds && new Set(unitIds);
  const inPlaces = unitPlaceIds && new Set(unitPlaceIds);
  return listed.filter((unit) => {
    if (groupId !== undefined && !groupIdsOf(unit, byId).has(groupId)) return false;
    if (countyGroupIds && !isInAny(groupIdsOf(unit, byId), countyGroupIds)) return false;
    if (inPlaces && (unit.placeId === null || !inPlaces.has(unit.placeId))) return false;
    return !chosen || chainOf(unit, byId).some((id) => chosen.has(id));
  });
}

/** Whether a node is another or lies below it. */
function lies<T extends TreeRow>(tree: Tree<T>, id: number, above: number): boolean {
  return tree.pathOf(id).some((node) => node.id === above);
}
