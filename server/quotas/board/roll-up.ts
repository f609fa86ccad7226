import { groupBy } from '../../shared/group-by.ts';
import { type Measured, type Pace, PROGRESS_STATES, type Standing, standing } from './progress.ts';
import type { Amounts, ListedUnit, Part, Sum, TargetNow } from './progress-queries.ts';
import { scopeKind } from './scope-sums.ts';

/** One target (or several of the same scope and measure together) with what counts for it. */
export interface ScopedProgress extends Standing {
  scopeKey: string;
  measure: 'fen' | 'grams';
  categoryId: number | null;
  placeId: number | null;
  fundingSource: string | null;
  value: number;
  placed: number;
  counted: number;
}

/** What a row of a board says: all that was bought, and how the target stands that the row is judged by. */
export interface RowProgress extends Amounts, Omit<Standing, 'neededPerMonth'> {
  targetFen: number | null;
  targetGrams: number | null;
  neededPerMonthFen: number | null;
  neededPerMonthGrams: number | null;
  /** every target by scope and measure */
  targets: ScopedProgress[];
  /** that of the targets which share and state are of */
  headline: ScopedProgress | null;
}

export interface RollUpParts {
  /** those that a filter leaves */
  units: readonly ListedUnit[];
  /** all, for the chains of the former */
  byId: ReadonlyMap<number, ListedUnit>;
  targets: readonly TargetNow[];
  sums: readonly Sum[];
  /** for each kind of scope that a target has, the sums that it is judged by */
  scoped: ReadonlyMap<string, readonly Sum[]>;
  pace: Pace;
  /** whether a category or place lies in (or is) that of a target's scope */
  covers: (scope: { categoryId: number | null; placeId: number | null }, sum: Part) => boolean;
}

/** What a target is for; `all` is everything. */
type Scope = Pick<ScopedProgress, 'scopeKey' | 'categoryId' | 'placeId' | 'fundingSource'>;

/** Rolls sums and targets up over units, groups and the whole; each sum and target once in every union (rule 7). */
export function rollUp({ units, byId, targets, sums, scoped, pace, covers }: RollUpParts) {
  const all = indexed(sums);
  const byKind = new Map([...scoped].map(([kind, same]) => [kind, indexed(same)]));
  const targetsOfUnit = new Map<number, TargetNow[]>();
  // One of 0 has been withdrawn.
  for (const target of targets.filter(({ value }) => value > 0)) {
    const own = targetsOfUnit.get(target.unitId);
    if (own) own.push(target);
    else targetsOfUnit.set(target.unitId, [target]);
  }
  const subtrees = subtreesOf(units, byId);

  const progressOf = (members: readonly ListedUnit[], choose: Choice, exempt: boolean): RowProgress => {
    const mine = choose(all);
    const counting = (scope: Scope) =>
      scope.scopeKey === 'all' ? mine : within(scope, choose(byKind.get(scopeKind(scope)) ?? NONE));
    const due = members.flatMap((unit) => (unit.exemptReason === null ? (targetsOfUnit.get(unit.id) ?? []) : []));
    const scoped = [...groupBy(due, ({ scopeKey, measure }) => `${scopeKey} ${measure}`).values()].map((same) =>
      scopedProgress(same, counting(same[0] as TargetNow)),
    );
    return row(mine, scoped, exempt, pace);
  };

  const within = <T extends Part>(scope: Scope, mine: readonly T[]): T[] =>
    mine.filter(
      (sum) => (scope.fundingSource === null || scope.fundingSource === sum.fundingSource) && covers(scope, sum),
    );

  const scopedProgress = (same: readonly TargetNow[], counting: readonly Sum[]): ScopedProgress => {
    const { scopeKey, measure, categoryId, placeId, fundingSource } = same[0] as TargetNow;
    const value = same.reduce((sum, target) => sum + target.value, 0);
    const { placedFen, countedFen, placedGrams, countedGrams } = amountsOf(counting);
    const placed = measure === 'fen' ? placedFen : placedGrams;
    const counted = measure === 'fen' ? countedFen : countedGrams;
    const measured: Measured = { target: value, placed, counted, exempt: false };
    const told = { scopeKey, measure, categoryId, placeId, fundingSource, value, placed, counted };
    return { ...told, ...standing(measured, pace) };
  };

  return {
    /** a unit with everything below it */
    unit: (unit: ListedUnit) =>
      progressOf(
        subtrees.get(unit.id) ?? [unit],
        ({ ofUnit }) => ofUnit.get(unit.id) ?? [],
        unit.exemptReason !== null || unit.hasNoCanteen,
      ),
    /** the union of one or more groups' members' subtrees; who is in several of them is in it once */
    groups: (groupIds: readonly number[]) =>
      progressOf(
        units.filter((unit) => isInAny(groupIdsOf(unit, byId), groupIds)),
        (of) => of.sums.filter((sum) => groupIds.some((id) => sum.groupIds.includes(`,${id},`))),
        false,
      ),
    /** these units by themselves, without whoever is below them */
    alone: (members: readonly ListedUnit[]) => {
      const ids = new Set(members.map(({ id }) => id));
      return progressOf(members, (of) => of.sums.filter(({ unitId }) => ids.has(unitId)), false);
    },
    whole: () => progressOf(units, (of) => of.sums, false),
    /** a part of what was bought, judged by no target */
    part: (mine: readonly Amounts[]) => row(mine, [], false, pace),
    /** what a unit and all below it bought, by lineage and whatever else was asked for */
    sumsOf: (unit: ListedUnit): readonly Sum[] => all.ofUnit.get(unit.id) ?? [],
    /** which of sums by all parts of a scope count for it */
    counting: <T extends Part>(scope: Scope, mine: readonly T[]): readonly T[] =>
      scope.scopeKey === 'all' ? mine : within(scope, mine),
    below: (unit: ListedUnit) => (subtrees.get(unit.id) ?? [unit]).filter(({ id }) => id !== unit.id),
  };
}

interface Indexed {
  sums: readonly Sum[];
  /** what a unit and all below it bought */
  ofUnit: ReadonlyMap<number, readonly Sum[]>;
}

/** Those of a row among some sums. */
type Choice = (of: Indexed) => readonly Sum[];

const NONE: Indexed = { sums: [], ofUnit: new Map() };

function indexed(sums: readonly Sum[]): Indexed {
  return { sums, ofUnit: indexSums(sums) };
}

function row(sums: readonly Amounts[], targets: ScopedProgress[], exempt: boolean, pace: Pace): RowProgress {
  const amounts = amountsOf(sums);
  const total = (measure: string) => targets.find((one) => one.scopeKey === 'all' && one.measure === measure);
  const headline = total('fen') ?? total('grams') ?? worstOf(targets);
  const judged = headline ?? standing({ target: null, placed: 0, counted: 0, exempt }, pace);
  const { share, placedShare, expectedShare, state, neededPerMonth, projectedDate } = judged;
  const ofHeadline = (measure: string) => (headline?.measure === measure ? headline : null);
  return {
    ...amounts,
    targetFen: total('fen')?.value ?? ofHeadline('fen')?.value ?? null,
    targetGrams: total('grams')?.value ?? ofHeadline('grams')?.value ?? null,
    ...{ share, placedShare, expectedShare, state, projectedDate },
    neededPerMonthFen: ofHeadline('fen') && neededPerMonth,
    neededPerMonthGrams: ofHeadline('grams') && neededPerMonth,
    targets,
    headline,
  };
}

function worstOf(targets: readonly ScopedProgress[]): ScopedProgress | null {
  const rank = (one: ScopedProgress) => PROGRESS_STATES.indexOf(one.state);
  return [...targets].sort((a, b) => rank(a) - rank(b) || (a.share ?? 0) - (b.share ?? 0))[0] ?? null;
}

/** Every sum under each unit of its chain, so that a unit's list holds what it and all below it bought. */
function indexSums(sums: readonly Sum[]): Map<number, Sum[]> {
  const index = new Map<number, Sum[]>();
  for (const sum of sums) {
    for (const id of new Set(sum.path.split('/').filter(Boolean).map(Number))) {
      const list = index.get(id);
      if (list) list.push(sum);
      else index.set(id, [sum]);
    }
  }
  return index;
}

/** Each unit with itself and all below it, by their places in the tree on the board's day. */
function subtreesOf(units: readonly ListedUnit[], byId: ReadonlyMap<number, ListedUnit>): Map<number, ListedUnit[]> {
  const subtrees = new Map<number, ListedUnit[]>();
  for (const unit of units) {
    for (const id of chainOf(unit, byId)) {
      const list = subtrees.get(id);
      if (list) list.push(unit);
      else subtrees.set(id, [unit]);
    }
  }
  return subtrees;
}

/** The unit's id and those above it, nearest first; a circle ends the walk. */
export function chainOf(unit: ListedUnit, byId: ReadonlyMap<number, ListedUnit>): number[] {
  const chain: number[] = [];
  for (
    let next: ListedUnit | undefined = unit;
    next && !chain.includes(next.id);
    next = next.parentId === null ? undefined : byId.get(next.parentId)
  ) {
    chain.push(next.id);
  }
  return chain;
}

/** The groups that the unit or any above it belongs to. */
export function groupIdsOf(unit: ListedUnit, byId: ReadonlyMap<number, ListedUnit>): Set<number> {
  return new Set(chainOf(unit, byId).flatMap((id) => byId.get(id)?.groupIds ?? []));
}

export function isInAny(groupIds: ReadonlySet<number>, any: readonly number[]): boolean {
  return any.some((id) => groupIds.has(id));
}

export function amountsOf(sums: readonly Amounts[]): Amounts {
  const total = { placedFen: 0, placedGrams: 0, countedFen: 0, countedGrams: 0 };
  for (const sum of sums) {
    total.placedFen += sum.placedFen;
    total.placedGrams += sum.placedGrams;
    total.countedFen += sum.countedFen;
    total.countedGrams += sum.countedGrams;
  }
  return total;
}
