import { z } from 'zod';
import { parseDay } from '../../shared/days.ts';
import { MOST_TARGET } from './target-amounts.ts';

const code = z.string().trim().min(1).max(64);
const reason = z.string().trim().min(1).max(500);
const fundingSource = z.enum(['canteen_budget', 'union_funds', 'individual']);
const value = z.int().min(0).max(MOST_TARGET);
const id = z.int().min(1);

const scope = {
  category: code.nullish(),
  originPlace: code.nullish(),
  fundingSource: fundingSource.nullish(),
};

const setting = z
  .strictObject({
    unit: code,
    ...scope,
    targetFen: value.optional(),
    targetGrams: value.optional(),
    reason: reason.optional(),
    seenVersion: z.int().min(0).optional(),
  })
  .refine(({ targetFen, targetGrams }) => (targetFen === undefined) !== (targetGrams === undefined), {
    message: 'oneAmount',
    path: ['targetFen'],
  });

/** PUT /programmes/{id}/targets: 0 withdraws a target; what is not named stays as it is. */
export const targetsBody = z.strictObject({ reason, targets: z.array(setting).min(1).max(5000) });
export type TargetsBody = z.output<typeof targetsBody>;

export const targetsQuery = z.strictObject({
  unit: code.optional(),
  at: z
    .string()
    .refine((text) => parseDay(text) !== null, 'malformed')
    .optional(),
});

export const targetJson = z.object({
  id: z.int(),
  unit: z.string(),
  unitName: z.string(),
  scopeKey: z.string(),
  category: z.string().nullable(),
  originPlace: z.string().nullable(),
  fundingSource: z.string().nullable(),
  measure: z.enum(['fen', 'grams']),
  targetFen: z.int().nullable(),
  targetGrams: z.int().nullable(),
  version: z.int(),
  reason: z.string(),
  at: z.date(),
  declarationId: z.int().nullable(),
});

export const DECLARATION_STATES = ['submitted', 'accepted', 'returned', 'withdrawn'] as const;

/** POST /target-declarations: the sums are the programme's, the arithmetic is the market's. */
export const declarationBody = z
  .strictObject({
    programmeId: z.union([id, code]),
    unitId: id.optional(),
    unit: code.optional(),
    basis: z.enum(['ingredients', 'employees']),
    ingredientsFen: z.int().min(1).max(MOST_TARGET).optional(),
    employees: z.int().min(1).max(1_000_000).optional(),
    contractor: z.string().trim().min(1).max(128).optional(),
  })
  .superRefine((body, context) => {
    if (body.unit === undefined && body.unitId === undefined)
      context.addIssue({ code: 'custom', path: ['unit'], message: 'required' });
    const needed = body.basis === 'ingredients' ? 'ingredientsFen' : 'employees';
    if (body[needed] === undefined) context.addIssue({ code: 'custom', path: [needed], message: 'required' });
  });

export const declarationsQuery = z.strictObject({
  programme: code.optional(),
  unit: code.optional(),
  state: z.enum(DECLARATION_STATES).optional(),
});

export const declarationParams = z.object({ id: z.string().regex(/^[1-9]\d{0,8}$/) });

export const reviewBody = z.strictObject({ decision: z.enum(['accept', 'return']), reason: reason.optional() });

export const declarationJson = z.object({
  id: z.int(),
  programmeId: z.int(),
  programme: z.string(),
  unit: z.string(),
  unitName: z.string(),
  basis: z.enum(['ingredients', 'employees']),
  /** the yearly spending, or the sum per employee */
  basisFen: z.int(),
  ratioBp: z.int().nullable(),
  employees: z.int().nullable(),
  contractor: z.string().nullable(),
  valueFen: z.int(),
  state: z.enum(DECLARATION_STATES),
  submittedAt: z.date(),
  reviewedAt: z.date().nullable(),
  reason: z.string().nullable(),
});

function chosen<T extends z.ZodType>(schema: T) {
  return z.preprocess((text) => (text === '' ? undefined : text), schema.optional()).catch(undefined);
}

/** Queries of pages: what cannot be read is left out. */
export const targetPageQuery = z.object({
  programme: chosen(code),
  target: chosen(z.coerce.number().int().min(1)),
  category: chosen(code),
  place: chosen(code),
  funding: chosen(fundingSource),
  unit: chosen(z.enum(['yuan', 'tenThousandYuan', 'kilograms', 'jin', 'tonnes'])),
  page: chosen(z.coerce.number().int().min(1).max(1000)),
  state: chosen(z.enum(['waiting', 'missing', 'returned', 'accepted'])),
});
