import { z } from 'zod';
import { parseDay } from '../shared/days.ts';
import { PUBLIC_STANDINGS, STANDINGS } from './certification-register.ts';

const day = z.string().refine((text) => parseDay(text) !== null, 'malformed');
const reason = z.string().trim().min(1, 'required').max(500);

/** Filters of the register; what is no choice is as if it were not there. */
export const registerQuery = z.object({
  standing: z.enum(STANDINGS).optional().catch(undefined),
  of: z.enum(['supplier', 'product']).optional().catch(undefined),
  q: z.string().trim().max(64).optional().catch(undefined),
  cursor: z.string().max(200).optional().catch(undefined),
});

/** Filters of the public register; what is no choice is refused, so that it never reads as “all”. */
export const publicRegisterQuery = z.object({
  standing: z.enum(['', ...PUBLIC_STANDINGS]).optional(),
  of: z.enum(['', 'supplier', 'product']).optional(),
  place: z.string().max(64).optional(),
  q: z.string().trim().max(64).optional(),
  cursor: z.string().max(200).optional(),
});

/** Telephone and identity card numbers, however they are grouped. */
const PERSONAL_NUMBER = /(?<!\d)1[3-9](?:[\s-]?\d){9}(?!\d)|(?<!\d)\d{17}[\dXx](?!\d)/;
const publicReason = z
  .string()
  .trim()
  .max(200)
  .refine((text) => !PERSONAL_NUMBER.test(text.normalize('NFKC')), 'personalNumber')
  .default('');

export const suspensionForm = z.object({ reason, publicReason });

export const liftingForm = z.object({ reason });

/** Their own fields: they stand beside the other form on the same page. */
export const revocationForm = z.object({ revocationReason: reason, revocationPublicReason: publicReason });

export const disqualificationForm = z.object({ disqualifySince: day, disqualifyReason: reason });

export const disqualificationDecision = z.object({ note: z.string().trim().max(500).default('') });

/** Refusing needs a reason. */
export const disqualificationRefusal = z.object({ refusalReason: reason });
