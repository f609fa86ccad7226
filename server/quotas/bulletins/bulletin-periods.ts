import type { BulletinKind } from '../../db/generated/enums.ts';
import { addDays, addMonths, type Day, daysBetween, monthOf } from '../../shared/days.ts';

export const KINDS = ['month', 'quarter', 'half_year', 'mid_term', 'year'] as const satisfies readonly BulletinKind[];

export interface Period {
  kind: BulletinKind;
  /** "2026-09", "2026-Q3", "2026-H1", "2026"; of a mid-term "mid" */
  key: string;
  startsOn: Day;
  endsOn: Day;
}

const MONTHS: Record<'month' | 'quarter' | 'half_year' | 'year', number> = {
  month: 1,
  quarter: 3,
  half_year: 6,
  year: 12,
};

/** The periods of a kind in a programme that have begun, the newest first; the first and the last are cut to the programme. */
export function periodsOf(programme: { startsOn: Day; endsOn: Day }, kind: BulletinKind, today: Day): Period[] {
  const { startsOn, endsOn } = programme;
  if (kind === 'mid_term') {
    const half = addDays(startsOn, Math.floor(daysBetween(startsOn, endsOn) / 2));
    const last = addDays(addMonths(monthOf(half), 1), -1);
    const isOver = last > endsOn ? endsOn : last;
    return startsOn <= today ? [{ kind, key: 'mid', startsOn, endsOn: isOver }] : [];
  }
  const months = MONTHS[kind];
  const periods: Period[] = [];
  for (let from = firstMonth(startsOn, months); from <= endsOn && from <= today; from = addMonths(from, months)) {
    const last = addDays(addMonths(from, months), -1);
    const period = { startsOn: from < startsOn ? startsOn : from, endsOn: last > endsOn ? endsOn : last };
    if (period.startsOn <= today) periods.unshift({ kind, key: keyOf(kind, from), ...period });
  }
  return periods;
}

/** The newest that is over, else the one that runs. */
export function usualPeriod(periods: readonly Period[], today: Day): Period | undefined {
  return periods.find(({ endsOn }) => endsOn < today) ?? periods[0];
}

/** The month with which the calendar's month, quarter, half-year or year of a day begins. */
function firstMonth(day: Day, months: number): Day {
  const month = Number(day.slice(5, 7)) - 1;
  return addMonths(monthOf(day), -(month % months));
}

function keyOf(kind: BulletinKind, from: Day): string {
  const year = from.slice(0, 4);
  const month = Number(from.slice(5, 7));
  if (kind === 'month') return from.slice(0, 7);
  if (kind === 'quarter') return `${year}-Q${Math.ceil(month / 3)}`;
  return kind === 'half_year' ? `${year}-H${month <= 6 ? 1 : 2}` : year;
}

/** The words of a period in the messages `bulletins:period.<kind>`, with what they fill in. */
export function periodWords(kind: BulletinKind, startsOn: Day, endsOn: Day): [string, Record<string, unknown>] {
  const year = startsOn.slice(0, 4);
  const month = Number(startsOn.slice(5, 7));
  if (kind === 'month') return ['bulletins:period.month', { year, month }];
  if (kind === 'quarter') return ['bulletins:period.quarter', { year, quarter: Math.ceil(month / 3) }];
  if (kind === 'half_year')
    return [month <= 6 ? 'bulletins:period.firstHalf' : 'bulletins:period.secondHalf', { year }];
  if (kind === 'mid_term') return ['bulletins:period.midTerm', { from: startsOn, until: endsOn }];
  return ['bulletins:period.year', { year }];
}
