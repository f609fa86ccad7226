import type { Judged, Measured, Scope } from '../bulletins/bulletin-figures.ts';
import type { Board } from './board.ts';
import type { Amounts, Sum } from './progress-queries.ts';
import { amountsOf, type RowProgress, type ScopedProgress } from './roll-up.ts';

interface Named {
  code: string;
  name: string;
  nameEn: string | null;
}

export function namedOf({ code, name, nameEn }: Named): Named {
  return { code, name, nameEn };
}

/** A row of the board as a bulletin keeps it, with what the period alone brought. */
export function judgedIn(board: Board, row: RowProgress, period: Amounts): Judged {
  const { headline, targets } = row;
  const { placedFen, placedGrams, countedFen, countedGrams } = row;
  return {
    ...{ placedFen, placedGrams, countedFen, countedGrams, period },
    headline: headline && measured(board, headline),
    share: row.share,
    expectedShare: row.expectedShare,
    state: row.state,
    neededPerMonth: headline?.neededPerMonth ?? null,
    projectedDate: row.projectedDate,
    gap: headline ? gapToCalendar(board, headline) : 0,
    others: targets.filter((target) => target !== headline).map((target) => measured(board, target)),
  };
}

function measured(board: Board, target: ScopedProgress): Measured {
  const { measure, value, placed, counted, share, state } = target;
  return { scope: scopeOf(board, target), measure, target: value, placed, counted, share: share ?? 0, state };
}

export function scopeOf({ categories, places }: Board, target: ScopedProgress): Scope {
  const category = target.categoryId === null ? undefined : categories.byId.get(target.categoryId);
  const place = target.placeId === null ? undefined : places.byId.get(target.placeId);
  return {
    category: category ? namedOf(category) : null,
    place: place ? namedOf(place) : null,
    fundingSource: target.fundingSource,
  };
}

/** What counted lacks to what the calendar expects, rounded up; 0 when nothing. */
export function gapToCalendar({ pace }: Board, { value, counted }: Pick<ScopedProgress, 'value' | 'counted'>): number {
  const { num, den } = pace.expected;
  const due = (BigInt(value) * BigInt(num) + BigInt(den) - 1n) / BigInt(den);
  return Math.max(0, Number(due) - counted);
}

/** What was bought from the first day of a period on, by everything that a bulletin lists; the sums are by month. */
export function periodSums(sums: readonly Sum[], startsOn: string) {
  const since = sums.filter(({ month }) => (month ?? '') >= startsOn.slice(0, 8));
  const byUnit = sumsByUnit(since);
  return {
    whole: () => amountsOf(since),
    group: (id: number) => amountsOf(since.filter(({ groupIds }) => groupIds.includes(`,${id},`))),
    unit: (id: number) => amountsOf(byUnit.get(id) ?? []),
  };
}

/** The sums of each unit with all below it, by their places on the day of placing (rule 7). */
export function sumsByUnit(sums: readonly Sum[]): Map<number, Sum[]> {
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
