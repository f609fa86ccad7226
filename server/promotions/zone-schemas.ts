import { z } from 'zod';

const text = (most: number) => z.string().trim().min(1, 'required').max(most);
const note = (most: number) => z.string().trim().max(most).default('');

export const zoneTextForm = z.object({ name: text(64), nameEn: text(128), intro: note(1000), introEn: note(1000) });
export type ZoneText = z.output<typeof zoneTextForm>;

const codeOrNone = z
  .string()
  .trim()
  .max(64)
  .default('')
  .transform((code) => code || null);

export const newZoneForm = zoneTextForm.extend({
  kind: z.enum(['pavilion', 'unit_zone', 'theme', 'cabinet']),
  code: z
    .string()
    .trim()
    .regex(/^[a-z0-9][a-z0-9-]{1,62}$/, 'malformedCode'),
  place: codeOrNone,
  unit: codeOrNone,
});
export type NewZone = z.output<typeof newZoneForm>;

export const zoneProductForm = z.object({
  productId: z
    .string()
    .regex(/^\d{1,9}$/, 'malformed')
    .transform(Number),
});
export const zoneMoveForm = zoneProductForm.extend({ direction: z.enum(['up', 'down']) });

export const zoneOrderForm = z.object({ direction: z.enum(['up', 'down']) });
/** Anyone reads it on the zone's page. */
export const zoneClosingForm = z.object({ closedReason: text(200) });
