import { z } from 'zod';
import { ROLES } from './right-policy.ts';

const login = z.string().trim().min(1, 'required').max(64);

/** An operator says which right and of what by its code or name. */
export const rightForm = z.object({
  login,
  role: z.enum(ROLES),
  scope: z.string().trim().max(191).default(''),
});

/** Units and suppliers choose among the rights that they decide on: `buyer:<code of the unit>`. */
export const ownRightForm = z.object({
  login,
  right: z
    .string()
    .regex(/^(buyer|approver|supplier):[^\s]{1,64}$/, 'notAChoice')
    .transform((text) => {
      const at = text.indexOf(':');
      return { role: z.enum(ROLES).parse(text.slice(0, at)), scope: text.slice(at + 1) };
    }),
});

export const endingForm = z.object({ reason: z.string().trim().min(1, 'required').max(200) });

export const peopleQuery = z.object({ q: z.string().trim().max(64).default('') });
