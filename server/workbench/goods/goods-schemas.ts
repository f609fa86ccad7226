import { z } from 'zod';
import { idText } from '../../cart/cart-schemas.ts';
import { MAX_QUANTITY } from '../../catalog/shelf-products.ts';
import { MAX_ORDER_FEN, parseYuan } from '../../shared/money.ts';

const line = (most: number) => z.string().trim().max(most);
const needed = (most: number) => line(most).min(1);
const whole = (most: number, code: string, least = 1) =>
  z
    .string()
    .trim()
    .regex(/^\d{1,9}$/, code)
    .transform(Number)
    .pipe(z.number().int().min(least, code).max(most));
const orNull = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (value === '' ? undefined : value), schema.optional()).transform((value) => value ?? null);
const ticked = z
  .string()
  .optional()
  .transform((value) => value !== undefined);

const MOST_ALIASES = 12;
const MOST_ALIAS = 32;

/** Words that buyers use for it, as one text; commas of both scripts and 、 part them. */
const aliases = line(400)
  .default('')
  .transform((text) => [...new Set(text.split(/[,，、;；\n]/).map((word) => word.trim()))].filter(Boolean))
  .refine(
    (words) => words.length <= MOST_ALIASES && words.every((word) => word.length <= MOST_ALIAS),
    'tooManyAliases',
  );

export const familyForm = z.object({
  name: needed(128),
  nameEn: line(191).default(''),
  description: needed(4000),
  descriptionEn: line(4000).default(''),
  storage: line(255).default(''),
  storageEn: line(255).default(''),
  aliases,
  brandId: orNull(idText),
});

export const ownerForm = z.object({ supplierId: idText });

export type FamilyInput = z.output<typeof familyForm>;

const MOST_GRAMS = 50_000_000;
const MOST_DAYS = 3650;
const MOST_TOLERANCE_BP = 3000;

/** A percentage of at most two decimals, in basis points. */
const percent = z
  .string()
  .trim()
  .regex(/^\d{1,2}(\.\d{1,2})?$/, 'malformedPercent')
  .transform((text) => {
    const [units = '0', decimals = ''] = text.split('.');
    return Number(units) * 100 + Number(decimals.padEnd(2, '0'));
  })
  .pipe(z.number().max(MOST_TOLERANCE_BP, 'toleranceTooWide'));

export const specificationForm = z
  .object({
    spec: needed(64),
    specEn: line(64).default(''),
    saleUnit: needed(16),
    saleUnitEn: line(16).default(''),
    categoryId: idText,
    placeId: idText,
    netGrams: whole(MOST_GRAMS, 'wholeGrams'),
    minQuantity: whole(MAX_QUANTITY, 'notAQuantity').default(1),
    orderMultiple: whole(100_000, 'notAQuantity').default(1),
    caseQuantity: whole(100_000, 'notAQuantity').default(1),
    shelfLifeDays: orNull(whole(MOST_DAYS, 'wholeDays')),
    seasonFrom: orNull(whole(12, 'notAChoice')),
    seasonTo: orNull(whole(12, 'notAChoice')),
    coldChain: ticked,
    saleMode: z.enum(['by_piece', 'by_weight']).default('by_piece'),
    tolerance: orNull(percent),
  })
  .refine((form) => (form.seasonFrom === null) === (form.seasonTo === null), {
    path: ['seasonTo'],
    message: 'seasonBoth',
  })
  .refine((form) => form.saleMode === 'by_piece' || form.tolerance, { path: ['tolerance'], message: 'toleranceNeeded' })
  .transform(({ tolerance, ...form }) => ({
    ...form,
    toleranceBp: form.saleMode === 'by_weight' ? (tolerance ?? 0) : 0,
  }));

export type SpecificationInput = z.output<typeof specificationForm>;

const yuan = z
  .string()
  .trim()
  .refine((value) => parseYuan(value) !== null, 'malformedAmount')
  .transform((value) => parseYuan(value) ?? 0)
  .pipe(z.number().int().min(1, 'malformedAmount').max(MAX_ORDER_FEN));

export const TIER_ROWS = [1, 2, 3, 4, 5] as const;

/** A price with up to five tiers in fields `tierFrom1`, `tierPrice1` …; an empty row is none. */
export const priceForm = z.object({ priceFen: yuan, ...tierFields() }).transform((form, context) => {
  const typed = form as unknown as Record<string, number | null>;
  const tiers: { fromQuantity: number; priceFen: number }[] = [];
  for (const row of TIER_ROWS) {
    const fromQuantity = typed[`tierFrom${row}`] ?? null;
    const priceFen = typed[`tierPrice${row}`] ?? null;
    if (fromQuantity === null && priceFen === null) continue;
    const fault = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    if (fromQuantity === null) fault(`tierFrom${row}`, 'required');
    else if (priceFen === null) fault(`tierPrice${row}`, 'required');
    else {
      const below = tiers.at(-1);
      if (below && fromQuantity <= below.fromQuantity) fault(`tierFrom${row}`, 'tierRises');
      if (priceFen >= (below?.priceFen ?? form.priceFen)) fault(`tierPrice${row}`, 'tierFalls');
      tiers.push({ fromQuantity, priceFen });
    }
  }
  return { priceFen: form.priceFen, tiers };
});

function tierFields(): object {
  return Object.fromEntries(
    TIER_ROWS.flatMap((row) => [
      [`tierFrom${row}`, orNull(whole(MAX_QUANTITY, 'notAQuantity', 2))],
      [`tierPrice${row}`, orNull(yuan)],
    ]),
  );
}

export type PriceInput = z.output<typeof priceForm>;

export const reasonForm = z.object({ reason: z.string().trim().min(1, 'reasonNeeded').max(500) });

export const FAMILY_FIELDS = [...Object.keys(familyForm.shape), 'supplierId'];
export const SPECIFICATION_FIELDS = [
  ...['spec', 'specEn', 'saleUnit', 'saleUnitEn', 'categoryId', 'placeId', 'netGrams', 'minQuantity', 'orderMultiple'],
  ...['caseQuantity', 'shelfLifeDays', 'seasonFrom', 'seasonTo', 'coldChain', 'saleMode', 'tolerance'],
];
export const PRICE_FIELDS = ['priceFen', ...TIER_ROWS.flatMap((row) => [`tierFrom${row}`, `tierPrice${row}`])];
export const answerForm = z.object({ answer: z.string().trim().min(1).max(500) });
