import { z } from 'zod';

/** Other words for a thing as one text, parted by commas of both scripts, 、 or spaces. */
export const wordsText = z
  .string()
  .max(500)
  .default('')
  .transform((text) => [...new Set(text.split(/[、，,\s]+/).filter(Boolean))])
  .pipe(z.array(z.string().max(32)).max(30));

/** A chosen id; '' is none. */
export const idOrNone = z
  .union([
    z.literal('').transform(() => null),
    z
      .string()
      .regex(/^\d{1,9}$/, 'malformed')
      .transform(Number),
  ])
  .prefault('');
