import { z } from 'zod';
import { FUNDING_SOURCES } from '../offline/offline-schemas.ts';
import { WEIGHT_UNITS } from '../sheets/sheet-cells.ts';

/** What of a platform's list becomes what of a purchase. A part without a column has its fixed value. */
export const EXTERNAL_PARTS = [
  ...(['orderNumber', 'lineNumber', 'purchasedOn', 'unit', 'fundingSource', 'goods', 'category', 'origin'] as const),
  ...(['amount', 'weight'] as const),
];
export type ExternalPart = (typeof EXTERNAL_PARTS)[number];

/** The parts that one value may stand for in the whole list. */
export const FIXABLE = ['unit', 'fundingSource', 'category', 'origin'] as const;
/** The parts whose words are the platform's own and are remembered once they were told. */
export const WORDED = ['category', 'origin', 'fundingSource'] as const;
export type Worded = (typeof WORDED)[number];

const word = z.string().max(128);
const words = z.record(word, z.string().max(64)).default({});

/** A platform's saved column mapping, as its JSON column holds it (rule 15). */
export const externalMapping = z.object({
  /** the heads of a sample, to choose from */
  heads: z.array(word).default([]),
  columns: z.partialRecord(z.enum(EXTERNAL_PARTS), word).default({}),
  fixed: z.partialRecord(z.enum(FIXABLE), z.string().max(64)).default({}),
  weightUnit: z.enum(WEIGHT_UNITS).default('kilograms'),
  words: z.object({ category: words, origin: words, fundingSource: words }).prefault({}),
});
export type ExternalMapping = z.output<typeof externalMapping>;

export function mappingOf(json: unknown): ExternalMapping {
  const read = externalMapping.safeParse(typeof json === 'string' ? JSON.parse(json) : json);
  return read.success ? read.data : externalMapping.parse({});
}

/** The parts without which no list can be read, and that this mapping leaves open. */
export function openParts({ columns, fixed }: ExternalMapping): ExternalPart[] {
  return EXTERNAL_PARTS.filter((part) => part !== 'lineNumber' && !columns[part] && !(part in fixed));
}

export const platformForm = z.object({
  code: z
    .string()
    .trim()
    .regex(/^[a-z0-9][a-z0-9-]{1,63}$/, 'malformedPlatformCode'),
  name: z.string().trim().min(1, 'required').max(128),
});

export const mappingForm = z.object({
  name: z.string().trim().min(1, 'required').max(128),
  weightUnit: z.enum(WEIGHT_UNITS),
  ...Object.fromEntries(EXTERNAL_PARTS.map((part) => [`column-${part}`, word.trim().default('')])),
  ...Object.fromEntries(FIXABLE.map((part) => [`fixed-${part}`, z.string().trim().max(64).default('')])),
});

export const fundingSource = z.enum(FUNDING_SOURCES);
