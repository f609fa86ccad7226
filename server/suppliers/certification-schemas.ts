import { z } from 'zod';
import { parseDay } from '../shared/days.ts';
import { STANDINGS } from './certification-register.ts';

const day = z.string().refine((text) => parseDay(text) !== null, 'malformed');
const reason = z.string().trim().min(1, 'required').max(500);

/** Filters of the register; what is no choice is as if it were not there. */
export const registerQuery = z.object({
  standing: z.enum(STANDINGS).optional().catch(undefined),
  of: z.enum(['supplier', 'product']).optional().catch(undefined),
  q: z.string().trim().max(64).optional().catch(undefined),
  cursor: z.string().max(200).optional().catch(undefined),
});

export const suspensionForm = z.object({ reason });

/** Its own field: it stands beside the other form on the same page. */
export const revocationForm = z.object({ revocationReason: reason });

export const disqualificationForm = z.object({ disqualifySince: day, disqualifyReason: reason });

export const disqualificationDecision = z.object({ note: z.string().trim().max(500).default('') });

/** Refusing needs a reason. */
export const disqualificationRefusal = z.object({ refusalReason: reason });
