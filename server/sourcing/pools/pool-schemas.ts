import { z } from 'zod';
import { addressInput } from '../../accounts/account-schemas.ts';
import { id, idText, quantity } from '../../cart/cart-schemas.ts';
import { day } from '../quotes/quote-schemas.ts';

const { recipient, phone, region, detail } = addressInput.shape;
const note = z
  .string()
  .trim()
  .max(255)
  .default('')
  .transform((value) => value || null);
const place = { contact: recipient, phone, region, address: detail, note, closesOn: day };

export const poolForm = z.object({ productId: idText, ...place });
export const poolBody = z.strictObject({ productId: id, ...place });
export const poolParams = z.object({ code: z.string().max(16) });
export const poolQuery = z.object({ product: idText.optional(), mine: z.string().optional() });

export const joinBody = z.strictObject({
  quantity,
  fundingSource: z.enum(['canteen_budget', 'union_funds', 'individual']),
  unitId: z.union([id, z.null()]).optional(),
  payment: z.enum(['stripe', 'on_account']),
  note: z.string().trim().max(500).optional(),
  expectedTotalFen: z.int().min(0).optional(),
});
