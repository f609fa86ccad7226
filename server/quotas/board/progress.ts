import { addDays, type Day, daysBetween } from '../../shared/days.ts';

/** Where a target stands, the one that needs attention most first (rule 12). */
export const PROGRESS_STATES = ['far_behind', 'behind', 'on_track', 'ahead', 'met', 'no_target', 'exempt'] as const;
export type ProgressState = (typeof PROGRESS_STATES)[number];

/** On track reaches this many points to both sides of the calendar; beyond the second, behind is far behind. */
export const ON_TRACK_POINTS = 5;
export const FAR_BEHIND_POINTS = 20;

const DAYS_A_MONTH = 30;
const FARTHEST_DAYS = 36_500;

/** A period with what is expected when: linear, or straight lines between the milestones (basis points by a day's end). */
export interface Calendar {
  startsOn: Day;
  endsOn: Day;
  milestones: readonly { dueOn: Day; shareBp: number }[];
}

/** An exact share, `num` of `den`. */
export interface Fraction {
  num: number;
  den: number;
}

/** The share that the calendar expects at the end of a day. */
export function expectedAt({ startsOn, endsOn, milestones }: Calendar, day: Day): Fraction {
  const points = [
    { on: addDays(startsOn, -1), bp: 0 },
    ...[...milestones]
      .sort((a, b) => a.dueOn.localeCompare(b.dueOn))
      .map(({ dueOn, shareBp }) => ({ on: dueOn, bp: shareBp })),
  ];
  if (points.every(({ on }) => on < endsOn)) points.push({ on: endsOn, bp: 10_000 });
  let from = { on: addDays(startsOn, -1), bp: 0 };
  for (const to of points) {
    if (day <= to.on) {
      const days = Math.max(1, daysBetween(from.on, to.on));
      const passed = Math.max(0, daysBetween(from.on, day));
      return { num: from.bp * days + (to.bp - from.bp) * passed, den: 10_000 * days };
    }
    from = to;
  }
  return { num: from.bp, den: 10_000 };
}

/** A calendar as it is seen on one day. */
export interface Pace {
  expected: Fraction;
  startsOn: Day;
  /** days from the start to that day, both included */
  elapsedDays: number;
  /** days from that day to the end, both included; 0 or less when over */
  remainingDays: number;
}

export function paceAt(calendar: Calendar, day: Day): Pace {
  return {
    expected: expectedAt(calendar, day),
    startsOn: calendar.startsOn,
    elapsedDays: daysBetween(calendar.startsOn, day) + 1,
    remainingDays: daysBetween(day, calendar.endsOn) + 1,
  };
}

/** How a target stands; amounts are fen or grams alike. Null where there is nothing to say. */
export interface Standing {
  share: number | null;
  placedShare: number | null;
  expectedShare: number | null;
  state: ProgressState;
  /** what a month (30 days) must bring from now on */
  neededPerMonth: number | null;
  /** the day on which the pace since the start reaches the target */
  projectedDate: Day | null;
}

export interface Measured {
  target: number | null;
  placed: number;
  counted: number;
  exempt: boolean;
}

/** Judges counted against target and calendar (rules 8, 12). Without a target: exempt or no target. */
export function standing({ target, placed, counted, exempt }: Measured, pace: Pace): Standing {
  if (!target) {
    const state = exempt ? 'exempt' : 'no_target';
    return { share: null, placedShare: null, expectedShare: null, state, neededPerMonth: null, projectedDate: null };
  }
  return {
    share: counted / target,
    placedShare: placed / target,
    expectedShare: pace.expected.num / pace.expected.den,
    state: stateOf(counted, target, pace.expected),
    neededPerMonth: neededPerMonth(target - counted, pace.remainingDays),
    projectedDate: projectedDate(counted, target, pace),
  };
}

/** The bands in exact arithmetic: a share of exactly 5 points less is on track, of exactly 20 points less behind. */
export function stateOf(counted: number, target: number, expected: Fraction): ProgressState {
  if (counted >= target) return 'met';
  const whole = BigInt(target) * BigInt(expected.den);
  const ahead = BigInt(counted) * BigInt(expected.den) - BigInt(expected.num) * BigInt(target);
  const points = (count: number) => whole * BigInt(count);
  if (ahead * 100n > points(ON_TRACK_POINTS)) return 'ahead';
  if (ahead * 100n >= -points(ON_TRACK_POINTS)) return 'on_track';
  return ahead * 100n >= -points(FAR_BEHIND_POINTS) ? 'behind' : 'far_behind';
}

/** The rest over the days that remain, by 30 days, rounded up; the whole rest when fewer remain, nothing to say when none do. */
function neededPerMonth(rest: number, remainingDays: number): number | null {
  if (rest <= 0) return 0;
  if (remainingDays <= 0) return null;
  return ceilDivide(BigInt(rest) * BigInt(DAYS_A_MONTH), BigInt(Math.max(DAYS_A_MONTH, remainingDays)));
}

function projectedDate(counted: number, target: number, { startsOn, elapsedDays, remainingDays }: Pace): Day | null {
  if (counted <= 0 || counted >= target || elapsedDays <= 0 || remainingDays <= 0) return null;
  const days = ceilDivide(BigInt(target) * BigInt(elapsedDays), BigInt(counted));
  return days > FARTHEST_DAYS ? null : addDays(startsOn, days - 1);
}

function ceilDivide(a: bigint, b: bigint): number {
  return Number((a + b - 1n) / b);
}
