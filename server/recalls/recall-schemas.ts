import { z } from 'zod';
import { parseDay } from '../shared/days.ts';

/** Classes of the state's rules for recalling food (食品召回管理办法 §13): begun within 24, 48 and 72 hours. */
export const SEVERITIES = ['class_one', 'class_two', 'class_three'] as const;

export const recallForm = z.object({
  severity: z.enum(SEVERITIES),
  reason: z.string().trim().min(1, 'reasonNeeded').max(500),
  advice: z
    .string()
    .trim()
    .max(500)
    .default('')
    .transform((text) => text || null),
});
export type RecallRequest = z.output<typeof recallForm>;

export const recallBody = recallForm.extend({ traceCode: z.string().trim().min(1).max(64) }).strict();

const digits = z
  .string()
  .trim()
  .regex(/^\d{1,9}$/, 'notAQuantity')
  .transform(Number);

const quantity = z.union([z.int(), digits], 'notAQuantity').pipe(z.number().int().min(1, 'notAQuantity'));
/** How many there were when the person looked. */
const seen = z.union([z.int(), digits]).pipe(z.number().int().min(0));

/** Units of sale that come back; `returned`: what had come back before, as the buyer saw it. */
export const returnForm = z.object({ quantity, returned: seen.optional() });

export const CONDITIONS = ['intact', 'opened', 'spoiled'] as const;

/** What came back to the supplier. */
export const arrivalForm = z.object({
  quantity,
  arrived: seen,
  arrivedOn: z.string().refine((text) => parseDay(text) !== null, 'malformed'),
  condition: z.enum(CONDITIONS),
  note: z
    .string()
    .trim()
    .max(200)
    .default('')
    .transform((text) => text || null),
});

export const closingForm = z.object({ result: z.string().trim().min(1, 'resultNeeded').max(1000) });
