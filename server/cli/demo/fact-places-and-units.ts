import * as z from 'zod';
import { aliases, code, count, day, fen, shortText, text } from './fact-parts.ts';

const name = text.max(128);
const nameEn = text.max(191);

export const place = z.strictObject({
  code,
  name: shortText,
  nameEn: name,
  shortName: shortText.nullable().default(null),
  level: z.enum(['county', 'township', 'village']),
  parent: code.nullable(),
  placeClass: z.enum(['pioneer', 'key_city', 'key_county', 'active', 'steady']).nullable(),
  /** how the source words the class, where that says more */
  placeClassNote: text.nullable().default(null),
  aliases: aliases.default([]),
});

/** `employees`, `ingredientsFen` (a year's spending on ingredients) and `pacePercent` are made up for every unit. */
export const unit = z.strictObject({
  code,
  name,
  nameEn,
  aliases,
  kind: z.enum([
    'agency',
    'bank',
    'insurer',
    'hospital',
    'school',
    'institute',
    'state_firm',
    'association',
    'military',
    'prison',
  ]),
  /** null: the city itself */
  place: code.nullable(),
  parent: code.nullable(),
  parentSince: day.default('2022-01-01'),
  canteen: z.enum(['own', 'none', 'shared', 'outsourced']),
  canteenUnit: code.nullable(),
  contractor: name.nullable(),
  employees: count,
  ingredientsFen: fen,
  /** where it should stand by now, in percent of what the calendar expects */
  pacePercent: count,
  madeUp: z.boolean(),
  note: text.nullable().default(null),
});

export const group = z.strictObject({
  code,
  name,
  nameEn,
  lead: code,
  place: code,
  county: code,
  focus: text,
  members: z.array(z.strictObject({ unit: code, dual: z.boolean(), markedDual: z.boolean().default(false) })),
});

export const pairing = z.strictObject({ unit: code, place: code, since: day });

export type DemoPlace = z.infer<typeof place>;
export type DemoUnit = z.infer<typeof unit>;
export type DemoGroup = z.infer<typeof group>;
export type DemoPairing = z.infer<typeof pairing>;
