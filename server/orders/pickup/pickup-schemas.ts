import { z } from 'zod';
import { phone } from '../../accounts/account-schemas.ts';

const text = (most: number) => z.string().trim().min(1, 'required').max(most);

export const pickupPointForm = z.object({
  /** '': for everybody */
  unitId: z
    .string()
    .regex(/^\d{0,9}$/, 'notAChoice')
    .transform((value) => Number(value) || null)
    .default(null),
  name: text(64),
  nameEn: z.string().trim().max(128).default(''),
  region: text(128),
  address: text(255),
  contact: text(64),
  phone,
  hours: text(128),
  capacity: z
    .string()
    .trim()
    .regex(/^\d{1,6}$/, 'malformed')
    .transform(Number)
    .pipe(z.number().int().min(1).max(100_000)),
});

export type PickupPointInput = z.output<typeof pickupPointForm>;

export const handoverForm = z.object({
  code: z
    .string()
    .transform((value) => value.replace(/\D/g, ''))
    .pipe(z.string().regex(/^\d{6}$/, 'malformedPickupCode')),
});
