import { z } from 'zod';

const optional = (most: number) =>
  z
    .string()
    .trim()
    .max(most)
    .nullish()
    .transform((text) => text || null);

/** What anyone says against a certification under notice; name and contact are for the certifier alone. */
export const objectionForm = z.object({
  text: z.string().trim().min(5, 'required').max(2000),
  name: optional(64),
  contact: optional(128),
});

export const objectionAnswerForm = z.object({
  answer: z.string().trim().min(1, 'required').max(2000),
  upheld: z.enum(['yes', 'no'], 'required'),
});
