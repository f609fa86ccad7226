import { z } from 'zod';
import { PROGRESS_STATES } from '../board/progress.ts';

const int = z.int();
const day = z.iso.date();
const amounts = z.object({ placedFen: int, placedGrams: int, countedFen: int, countedGrams: int });
const named = z.object({ code: z.string(), name: z.string(), nameEn: z.string().nullable() });

/** What a target is for; all null: everything. */
const scope = z.object({
  category: named.nullable(),
  place: named.nullable(),
  fundingSource: z.string().nullable(),
});

const measured = z.object({
  scope,
  measure: z.enum(['fen', 'grams']),
  target: int,
  placed: int,
  counted: int,
  share: z.number(),
  state: z.enum(PROGRESS_STATES),
});

/** How somebody stands, judged by the headline target in its own measure; `period`: in the bulletin's period alone. */
const judged = amounts.extend({
  period: amounts,
  headline: measured.nullable(),
  share: z.number().nullable(),
  expectedShare: z.number().nullable(),
  state: z.enum(PROGRESS_STATES),
  neededPerMonth: int.nullable(),
  projectedDate: day.nullable(),
  /** what is missing to the calendar, fen or g as the headline; 0 when nothing */
  gap: int,
  /** targets beside the headline */
  others: z.array(measured),
});

/** Why a unit is behind, as far as figures can tell. */
const reason = z.discriminatedUnion('code', [
  /** placed and not yet counted, in the headline's measure */
  z.object({ code: z.literal('awaiting'), amount: int }),
  z.object({ code: z.literal('never') }),
  /** the last month in which anything was placed, YYYY-MM */
  z.object({ code: z.literal('idle'), month: z.string() }),
  z.object({ code: z.literal('unused'), fundingSource: z.string() }),
  z.object({ code: z.literal('scope'), scope, measure: z.enum(['fen', 'grams']), missing: int }),
]);

const helped = z.object({ fen: int, grams: int });

/** Hundredths of a point, by part and together. */
const marks = z.object({
  completion: int,
  pace: int,
  helped: int,
  origin: int,
  total: int,
  grade: z.enum(['excellent', 'good', 'pass', 'fail']),
  rankInClass: int,
});

export const PLACE_CLASSES = ['pioneer', 'key_city', 'key_county', 'active', 'steady'] as const;
const placeClass = z.enum(PLACE_CLASSES);

const unit = named.extend({
  ...judged.shape,
  parent: named.nullable(),
  groups: z.array(z.string()),
  placeClass: placeClass.nullable(),
  exemptReason: z.string().nullable(),
  /** among units with a target, equal shares alike; null: not ranked */
  rank: int.nullable(),
  helped,
  /** the same period of the programme before */
  lastYear: z.object({ countedFen: int, countedGrams: int, share: z.number().nullable() }).nullable(),
  reasons: z.array(reason),
  marks: marks.nullable(),
});

const part = amounts.extend({ key: z.string(), name: z.string().nullable(), nameEn: z.string().nullable() });

const classTerms = z.object({
  /** the completion that earns the full marks, basis points */
  fullBp: int,
  excellent: int,
  good: int,
  pass: int,
});

/** How an assessment marks: points per part (together 100), and what each class of place must reach (差异化考核, rule 13). */
export const schemeSchema = z.object({
  weights: z.object({ completion: int, pace: int, helped: int, origin: int }),
  /** helped to sell, as a share of the target, that earns the full marks; basis points */
  helpedFullBp: int,
  classes: z.record(placeClass, classTerms),
});

/** Everything that a bulletin's figures are, as frozen in `bulletin.figures`; money fen, weight g. */
export const figuresSchema = z.object({
  version: z.literal(1),
  programme: named.extend({
    startsOn: day,
    endsOn: day,
    countUntil: day,
    countIndividualBy: z.string(),
    countPrepaidBy: z.string(),
    countOnAccountBy: z.string(),
  }),
  /** the day at whose end the calendar is judged; entries later than it are not in */
  day,
  total: z.object(judged.shape),
  helped,
  groups: z.array(named.extend(judged.shape)),
  units: z.array(unit),
  by: z.object({
    category: z.array(part),
    village: z.array(part),
    funding: z.array(part),
    channel: z.array(part),
    month: z.array(part),
  }),
  lastYear: z
    .object({ programme: named, day, placedFen: int, countedFen: int, share: z.number().nullable() })
    .nullable(),
  /** of the suppliers bought from, what they have registered (rule 19) */
  benefits: z.object({
    suppliers: int,
    withBenefit: int,
    modes: z.array(z.object({ mode: z.string(), suppliers: int, households: int, payoutFen: int })),
  }),
  /** certified goods of these origins on the shelf, by category */
  goods: z.array(z.object({ category: named, products: int, suppliers: int })),
  scheme: schemeSchema.nullable(),
});

export type Figures = z.output<typeof figuresSchema>;
export type UnitFigures = z.output<typeof unit>;
export type GroupFigures = Figures['groups'][number];
export type Judged = Pick<UnitFigures, keyof z.output<typeof judged>>;
export type Measured = z.output<typeof measured>;
export type Scope = z.output<typeof scope>;
export type Part = z.output<typeof part>;
export type Reason = z.output<typeof reason>;
export type Marks = z.output<typeof marks>;
export type Scheme = z.output<typeof schemeSchema>;
export type PlaceClass = (typeof PLACE_CLASSES)[number];

/** Frozen figures as they are read back. A row that does not hold them is a fault of ours and throws. */
export function readFigures(json: unknown): Figures {
  return figuresSchema.parse(typeof json === 'string' ? JSON.parse(json) : json);
}

export function isJudgedUnit({ state }: Pick<Judged, 'state'>): boolean {
  return state !== 'no_target' && state !== 'exempt';
}

export function isBehind({ state }: Pick<Judged, 'state'>): boolean {
  return state === 'behind' || state === 'far_behind';
}
