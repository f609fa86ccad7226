import { z } from 'zod';

/** How many labels stand on a page of each sort of sheet; `single` is one of 100 × 150 mm. */
export const LABEL_LAYOUTS = { a4_24: 24, a4_40: 40, single: 1 } as const;
export type LabelLayout = keyof typeof LABEL_LAYOUTS;

export const MOST_COPIES = 2000;

const count = (most: number) =>
  z
    .string()
    .trim()
    .regex(/^\d{1,6}$/, 'notAQuantity')
    .transform(Number)
    .pipe(z.number().int().min(1).max(most));

/** What is printed: the sort of sheet, how many, and on which label of the first page they begin (1 is the top left one). */
export const labelQuery = z
  .object({
    layout: z.enum(Object.keys(LABEL_LAYOUTS) as [LabelLayout, ...LabelLayout[]]),
    copies: count(MOST_COPIES),
    start: count(40).default(1),
  })
  .superRefine(({ layout, start }, context) => {
    const maximum = LABEL_LAYOUTS[layout];
    if (start > maximum)
      context.addIssue({ code: 'too_big', origin: 'number', maximum, inclusive: true, path: ['start'] });
  });

export type LabelWish = z.output<typeof labelQuery>;
