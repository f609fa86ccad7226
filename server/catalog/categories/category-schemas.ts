import { z } from 'zod';
import { idOrNone, wordsText } from '../form-words.ts';

export const categoryForm = z.object({
  name: z.string().trim().min(1, 'required').max(64),
  nameEn: z.string().trim().min(1, 'required').max(64),
  aliases: wordsText,
  illustration: z.string().regex(/^[a-z-]{1,64}$/, 'notAChoice'),
  edible: z
    .string()
    .optional()
    .transform((value) => value === 'yes'),
});
export type CategoryText = z.output<typeof categoryForm>;

/** With the category above; none: at the top. */
export const newCategoryForm = categoryForm.extend({ parentId: idOrNone });
export type NewCategory = z.output<typeof newCategoryForm>;

export const moveForm = z.object({ parentId: idOrNone });
export const orderForm = z.object({ direction: z.enum(['up', 'down']) });
export const retireForm = z.object({
  intoId: z
    .string()
    .regex(/^\d{1,9}$/, 'notAChoice')
    .transform(Number),
  retireReason: z.string().trim().min(1, 'reasonNeeded').max(500),
});
