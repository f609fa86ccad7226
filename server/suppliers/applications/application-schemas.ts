import { z } from 'zod';
import { VALID_YEARS } from './certify-application.ts';

const reason = z.string().trim().min(1, 'reasonNeeded').max(500);

/** How a draft begins; what is no choice is refused. */
export const startForm = z.object({
  subject: z.enum(['supplier', 'product']),
  onBehalf: z.literal('on').optional(),
  renewsId: z.coerce.number().int().positive().optional(),
  againOf: z.coerce.number().int().positive().optional(),
});

export const listQuery = z.object({
  list: z.enum(['own', 'recommend', 'review']).optional().catch(undefined),
  cursor: z.string().max(200).optional().catch(undefined),
});

/** Each act has a field of its own: they stand beside one another on the same page. */
export const recommendForm = z.object({ recommendation: z.string().trim().min(1, 'required').max(500) });
export const refuseForm = z.object({ refusalReason: reason });
export const reopenForm = z.object({ reopenReason: reason });
export const questionForm = z.object({ question: z.string().trim().min(1, 'required').max(1000) });
export const answerForm = z.object({ answer: z.string().trim().min(1, 'required').max(2000) });
export const noticeForm = z.object({
  issuer: z.string().trim().min(1, 'required').max(128),
  noticeText: z.string().trim().min(10, 'required').max(2000),
});
export const certifyForm = z.object({
  years: z.coerce
    .number()
    .refine((years): years is (typeof VALID_YEARS)[number] => VALID_YEARS.some((one) => one === years), 'notAChoice'),
});

/** The ids of ticked boxes, one or several. */
export const ticked = z.preprocess(
  (value) => (value === undefined ? [] : Array.isArray(value) ? value : [value]),
  z.array(z.coerce.number().int().positive()).max(100),
);

/** A checked item: sound, or at fault with what is wrong. */
export const checkOutcome = z.enum(['ok', 'fault']);
