import { z } from 'zod';
import { MarkKind } from '../../db/generated/enums.ts';
import { parseDay } from '../../shared/days.ts';

const day = z
  .string()
  .trim()
  .min(1, 'required')
  .refine((typed) => typed === '' || parseDay(typed) !== null, 'malformedDay');

/** A certificate as its supplier hands it in; the file comes beside. */
export const markForm = z
  .object({
    supplierId: z.coerce.number().int().positive(),
    /** empty: of all the supplier's goods */
    familyId: z
      .string()
      .trim()
      .regex(/^\d{0,9}$/, 'notAChoice')
      .default('')
      .transform((typed) => (typed === '' ? null : Number(typed))),
    kind: z.enum(MarkKind, 'notAChoice'),
    number: z
      .string()
      .trim()
      .transform((typed) => typed.normalize('NFKC').replace(/\s+/g, ''))
      .pipe(z.string().min(1, 'required').max(64)),
    issuer: z.string().trim().min(1, 'required').max(128),
    validFrom: day,
    validUntil: day,
  })
  .refine(({ validFrom, validUntil }) => !parseDay(validFrom) || !parseDay(validUntil) || validUntil >= validFrom, {
    path: ['validUntil'],
    message: 'endsBeforeStart',
  });

export type MarkInput = z.output<typeof markForm>;

export const MARK_KINDS = Object.values(MarkKind);

export const MARK_FIELDS = ['familyId', 'kind', 'number', 'issuer', 'validFrom', 'validUntil', 'file'] as const;

export const decisionForm = z.object({
  decision: z.enum(['confirm', 'refuse', 'end']),
  reason: z.string().trim().max(500).default(''),
});
export type MarkDecision = z.output<typeof decisionForm>;
