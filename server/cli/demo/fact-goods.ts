import * as z from 'zod';
import { addDays, type Day } from '../../shared/days.ts';
import { aliases, certification, code, count, fen, relativeDays, shortText, text } from './fact-parts.ts';
import { specification } from './fact-specifications.ts';

const name = text.max(128);
const nameEn = text.max(191);

export const category = z.strictObject({
  code,
  parent: code.nullable(),
  name: shortText,
  nameEn: shortText,
  aliases,
  edible: z.boolean(),
  illustration: code,
  sort: count,
});

export const brand = z.strictObject({
  code,
  name: shortText,
  nameEn: shortText,
  place: code,
  description: text,
  descriptionEn: text,
});

/** Every supplier is made up; only its place is real. */
export function supplier(today: Day) {
  return z.strictObject({
    code,
    name,
    nameEn,
    kind: z.enum(['village_collective', 'cooperative', 'firm', 'family_farm']),
    place: code,
    madeUp: z.literal(true),
    creditCode: z.string().length(18),
    contact: shortText,
    phone: z.string().max(32),
    story: text,
    storyEn: text,
    minOrderFen: fen,
    freightFen: fen,
    freeFreightFromFen: fen.nullable(),
    state: z.enum(['applying', 'active', 'suspended']),
    certification: certification(today),
    benefits: z.array(
      z
        .strictObject({
          mode: z.enum(['guaranteed_dividend', 'shares', 'profit_return', 'contract', 'jobs']),
          households: count,
          yearlyPayoutFen: count,
          yearOffset: z.int(),
        })
        .transform(({ yearOffset, ...rest }) => ({ ...rest, year: Number(today.slice(0, 4)) + yearOffset })),
    ),
  });
}

/** A family with its specifications; batches and their days are those on hand at `today`, none out of season. */
export function productFamily(today: Day) {
  const { ago } = relativeDays(today);
  const mark = z
    .strictObject({
      kind: z.enum(['green', 'organic', 'geographic']),
      number: shortText,
      validFromDaysAgo: ago,
      validDays: count,
    })
    .transform(({ kind, number, validFromDaysAgo, validDays }) => ({
      kind,
      number,
      validFrom: validFromDaysAgo,
      validUntil: addDays(validFromDaysAgo, validDays - 1),
    }));
  return z.strictObject({
    code,
    supplier: code,
    category: code,
    brand: code.nullable(),
    origin: code,
    name,
    nameEn,
    aliases,
    madeUp: z.literal(true),
    storage: text.max(255),
    storageEn: text.max(255),
    description: text,
    descriptionEn: text,
    marks: z.array(mark),
    specs: z.array(specification(today)).min(2),
  });
}

export type DemoCategory = z.infer<typeof category>;
export type DemoBrand = z.infer<typeof brand>;
export type DemoSupplier = z.infer<ReturnType<typeof supplier>>;
export type DemoProductFamily = z.infer<ReturnType<typeof productFamily>>;
