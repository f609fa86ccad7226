import { z } from 'zod';
import { MAX_QUANTITY } from '../../catalog/shelf-products.ts';
import { parseDay } from '../../shared/days.ts';

const text = (most: number) =>
  z
    .string()
    .trim()
    .max(most)
    .default('')
    .transform((value) => value || null);
const day = z
  .string()
  .trim()
  .refine((value) => parseDay(value) !== null, 'malformedDay');
const dayOrNone = z
  .preprocess((value) => (value === '' ? undefined : value), day.optional())
  .transform((value) => value ?? null);
const quantity = z
  .string()
  .trim()
  .regex(/^\d{1,7}$/, 'notAQuantity')
  .transform(Number)
  .pipe(z.number().int().min(1, 'notAQuantity').max(MAX_QUANTITY, 'quantityTooLarge'));

export const RESULTS = ['passed', 'failed'] as const;

export const batchForm = z.object({
  producedOn: day,
  quantity,
  expiresOn: dayOrNone,
  conformityNumber: text(64),
  note: text(255),
});

const result = z
  .preprocess((value) => (value === '' ? undefined : value), z.enum(RESULTS).optional())
  .transform((value) => value ?? null);

/** An inspection report; all of it or nothing. */
export const inspectionForm = z
  .object({ lab: text(128), reportNumber: text(64), issuedOn: dayOrNone, result, summary: text(500) })
  .transform(({ lab, reportNumber, issuedOn, result, summary }, context) => {
    if (!lab && !reportNumber && !issuedOn && !result && !summary) return null;
    const told = { lab, reportNumber, issuedOn, result };
    for (const [path, value] of Object.entries(told))
      if (!value) context.addIssue({ code: 'custom', path: [path], message: 'required' });
    return {
      ...{ lab: lab ?? '', number: reportNumber ?? '', issuedOn: issuedOn ?? '', summary: summary ?? '' },
      passed: result === 'passed',
    };
  });

export const papersForm = z.object({ conformityNumber: text(64) });

export const correctionForm = z
  .object({
    event: z.enum(['adjusted', 'spoiled']),
    change: z
      .string()
      .trim()
      .regex(/^[+-]?\d{1,7}$/, 'signedQuantity')
      .transform(Number)
      .pipe(z.number().int().min(-MAX_QUANTITY).max(MAX_QUANTITY, 'quantityTooLarge')),
    reason: z.string().trim().min(1, 'reasonNeeded').max(500),
  })
  .refine((form) => form.change !== 0, { path: ['change'], message: 'signedQuantity' })
  // A loss is told as what is lost, with or without its sign.
  .transform((form) => (form.event === 'spoiled' ? { ...form, change: -Math.abs(form.change) } : form));

export const BATCH_FIELDS = ['producedOn', 'quantity', 'expiresOn', 'conformityNumber', 'note', 'conformity'];
export const PAPER_FIELDS = [
  'conformityNumber',
  'conformity',
  'lab',
  'reportNumber',
  'issuedOn',
  'result',
  'summary',
  'report',
];
