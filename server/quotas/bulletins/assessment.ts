import type { Figures, Marks, PlaceClass, Scheme } from './bulletin-figures.ts';

/**
 * The common scheme. Of 100 points half are for completion, a fifth for keeping pace with the calendar, and 15 each for helping to
 * sell and for goods of the assisted place itself; that all counted goods are certified goes without saying (rule 1). A pioneering
 * place must go beyond its target, a key assisted one earns full marks below it.
 */
export const COMMON_SCHEME: Scheme = {
  weights: { completion: 50, pace: 20, helped: 15, origin: 15 },
  helpedFullBp: 1000,
  classes: {
    pioneer: { fullBp: 11_000, excellent: 90, good: 80, pass: 65 },
    active: { fullBp: 10_000, excellent: 88, good: 76, pass: 60 },
    steady: { fullBp: 10_000, excellent: 85, good: 75, pass: 60 },
    key_county: { fullBp: 9500, excellent: 85, good: 72, pass: 58 },
    key_city: { fullBp: 9000, excellent: 85, good: 70, pass: 55 },
  },
};

/** Of several classes a unit is marked by that which asks least, so that assisting a harder place beside another costs nothing. */
export function mildestOf(classes: readonly PlaceClass[], { classes: terms }: Scheme): PlaceClass | null {
  return [...classes].sort((a, b) => terms[a].fullBp - terms[b].fullBp || terms[a].pass - terms[b].pass)[0] ?? null;
}

export interface Performance {
  placeClass: PlaceClass | null;
  /** fen or g alike */
  target: number;
  counted: number;
  helped: number;
  /** month ends up to the day at which it was within the calendar's band, of how many */
  monthsInTime: number;
  months: number;
  /** counted of goods from the assisted place, of all counted; fen */
  assistedFen: number;
  countedFen: number;
}

/** Marks of one unit in hundredths of a point, every part rounded down; a unit of no class is marked as a steady one. */
export function marksOf(done: Performance, { weights, helpedFullBp, classes }: Scheme): Omit<Marks, 'rankInClass'> {
  const terms = classes[done.placeClass ?? 'steady'];
  const completion = partOf(weights.completion, done.counted * 10_000, done.target * terms.fullBp);
  const pace = partOf(weights.pace, done.monthsInTime, done.months);
  const helped = partOf(weights.helped, done.helped * 10_000, done.target * helpedFullBp);
  const origin = partOf(weights.origin, done.assistedFen, done.countedFen);
  const total = completion + pace + helped + origin;
  const reached = (points: number) => total >= points * 100;
  const grade = reached(terms.excellent)
    ? 'excellent'
    : reached(terms.good)
      ? 'good'
      : reached(terms.pass)
        ? 'pass'
        : 'fail';
  return { completion, pace, helped, origin, total, grade };
}

function partOf(points: number, num: number, den: number): number {
  if (den <= 0 || num <= 0) return 0;
  const hundredths = (BigInt(points) * 100n * BigInt(num)) / BigInt(den);
  return Number(hundredths > BigInt(points * 100) ? BigInt(points * 100) : hundredths);
}

/** Ranks by `total`, equal ones alike, within each class. */
export function rankInClasses(units: Figures['units']): void {
  for (const unit of units) {
    const { marks } = unit;
    if (!marks) continue;
    const better = units.filter(
      (other) => other.placeClass === unit.placeClass && (other.marks?.total ?? -1) > marks.total,
    );
    marks.rankInClass = better.length + 1;
  }
}
