import { z } from 'zod';
import { parseYuan } from '../shared/money.ts';
import { MOST_ALLOWANCE_FEN } from './allowance-sheet.ts';

export const unitForm = z.object({ unitId: z.coerce.number().int().positive().optional() });

export const pageQuery = unitForm.extend({ after: z.coerce.number().int().min(0).default(0) });

export const equalForm = z.object({
  amount: z
    .string()
    .trim()
    .min(1, 'required')
    .transform((typed, context) => {
      const fen = parseYuan(typed);
      if (fen === null || fen < 1 || fen > MOST_ALLOWANCE_FEN)
        context.addIssue({ code: 'custom', message: 'notAnAllowance' });
      return fen ?? 0;
    }),
});

const fen = z.coerce.number().int().min(0).max(MOST_ALLOWANCE_FEN);

/** What a preview showed, on its way back: the same fen to all, or `person:fen` each. */
export const grantForm = z.object({
  equalFen: z.union([z.literal('').transform(() => null), fen]),
  people: z
    .string()
    .regex(/^(\d{1,9}:\d{1,8}( |$))*$/, 'malformed')
    .transform((text) =>
      text
        .split(' ')
        .filter(Boolean)
        .map((pair): [number, number] => {
          const [userId, amount] = pair.split(':').map(Number);
          return [userId ?? 0, Math.min(amount ?? 0, MOST_ALLOWANCE_FEN)];
        }),
    ),
});

export const withdrawalForm = z.object({ reason: z.string().trim().min(1, 'required').max(500) });
