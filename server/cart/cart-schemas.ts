import { z } from 'zod';
import { MAX_QUANTITY } from '../catalog/shelf-products.ts';

const digits = z
  .string()
  .trim()
  .regex(/^\d{1,10}$/, 'notAQuantity')
  .transform(Number);

/** A whole number, typed into a form or sent as JSON. */
export const quantity = z
  .union([z.int(), digits], 'notAQuantity')
  .pipe(z.number().int().min(1, 'notAQuantity').max(MAX_QUANTITY, 'quantityTooLarge'));
export const quantityOrNone = z
  .union([z.int(), digits], 'notAQuantity')
  .pipe(z.number().int().min(0, 'notAQuantity').max(MAX_QUANTITY, 'quantityTooLarge'));
export const idText = z
  .string()
  .regex(/^\d{1,9}$/, 'malformed')
  .transform(Number);
export const id = z.union([z.int().positive(), idText], 'malformed');

/** Of the zone on whose pages it was chosen. */
const zoneCode = z.string().trim().max(64).optional();

/** `unit`: a unit's code, or none for one's own cart. */
export const cartQuery = z.object({ unit: z.string().trim().max(64).optional() });
/** Buying one product at once: what is checked out instead of the cart. */
export const buyNowQuery = z.object({
  product: idText,
  quantity: digits.pipe(z.number().int().min(1).max(MAX_QUANTITY)),
  zone: zoneCode,
});
export const cartLineBody = z.strictObject({ quantity: quantityOrNone });
export const cartBody = z.strictObject({ lines: z.array(z.strictObject({ productId: id, quantity })).max(500) });
export const addForm = z.object({
  productId: idText,
  quantity,
  unit: z.string().trim().max(64).optional(),
  returnTo: z.string().optional(),
  /** `checkout`: buy just this, past the cart */
  next: z.enum(['checkout']).optional(),
  zone: zoneCode,
});
export const lineForm = z.object({ quantity: quantityOrNone });
export const lineParams = z.object({ productId: idText });
