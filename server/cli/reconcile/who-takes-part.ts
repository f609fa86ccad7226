import type { Books } from './books.ts';

interface Dated {
  since: string;
  until: string | null;
}

/** Where a unit stood on a day: its chain from the root and every group of anyone in it. */
export interface Standing {
  path: string;
  groups: number[];
}

export type StandingOf = (unitId: number, day: string) => Standing;

/** Positions and memberships as they are dated, read once (rules 3, 7). */
export async function readStandings(books: Books): Promise<StandingOf> {
  const positions = byUnit(
    await books.all<Dated & { unitId: number; parentId: number | null }>(
      'SELECT unitId, parentId, since, until FROM unit_position',
    ),
  );
  const memberships = byUnit(
    await books.all<Dated & { unitId: number; groupId: number }>(
      'SELECT unitId, groupId, since, until FROM group_member',
    ),
  );
  const known = new Map<string, Standing>();
  return (unitId, day) => {
    const key = `${unitId} ${day}`;
    const standing = known.get(key) ?? standingOn(unitId, day, positions, memberships);
    if (known.size > 200_000) known.clear();
    known.set(key, standing);
    return standing;
  };
}

function standingOn(
  unitId: number,
  day: string,
  positions: ReadonlyMap<number, (Dated & { parentId: number | null })[]>,
  memberships: ReadonlyMap<number, (Dated & { groupId: number })[]>,
): Standing {
  const chain: number[] = [];
  for (let next: number | null = unitId; next !== null && !chain.includes(next); ) {
    chain.unshift(next);
    next = positions.get(next)?.find((position) => holds(position, day))?.parentId ?? null;
  }
  const groups = chain.flatMap((id) => memberships.get(id) ?? []).filter((membership) => holds(membership, day));
  return {
    path: `/${chain.join('/')}/`,
    groups: [...new Set(groups.map(({ groupId }) => groupId))].sort((a, b) => a - b),
  };
}

function holds({ since, until }: Dated, day: string): boolean {
  return since <= day && (until === null || day < until);
}

function byUnit<T extends { unitId: number }>(rows: readonly T[]): Map<number, T[]> {
  const units = new Map<number, T[]>();
  for (const row of rows) units.set(row.unitId, [...(units.get(row.unitId) ?? []), row]);
  return units;
}
