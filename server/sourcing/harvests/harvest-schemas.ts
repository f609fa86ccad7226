import { z } from 'zod';
import { id, idText, quantity, quantityOrNone } from '../../cart/cart-schemas.ts';
import { MAX_ORDER_FEN } from '../../shared/money.ts';
import { agreedOrderShape, hasOneAddress } from '../agreed-order-terms.ts';
import { day, yuan } from '../quotes/quote-schemas.ts';

const note = z
  .string()
  .trim()
  .max(255)
  .default('')
  .transform((value) => value || null);
const orNone = z.union([z.literal('').transform(() => 0), quantityOrNone]).default(0);

export const announcementForm = z.object({
  productId: idText,
  expectedQuantity: quantity,
  expectedOn: day,
  closesOn: day,
  priceFen: yuan.pipe(z.number().min(1, 'malformedAmount')),
  minimumQuantity: orNone,
  note,
});

export const announcementBody = z.strictObject({
  productId: id,
  expectedQuantity: quantity,
  expectedOn: day,
  closesOn: day,
  priceFen: z.int().min(1).max(MAX_ORDER_FEN),
  minimumQuantity: quantityOrNone.default(0),
  note,
});

export const resultForm = z.object({ quantity, harvestedOn: day });
export const resultBody = z.strictObject({ quantity, harvestedOn: day });
export const failureForm = z.object({ reason: z.string().trim().min(1, 'reasonNeeded').max(500) });
export const quantityQuery = z.object({ quantity });

export const preOrderBody = z
  .strictObject({
    ...agreedOrderShape,
    quantity,
    fundingSource: z.enum(['canteen_budget', 'union_funds', 'individual']),
    unitId: z.union([id, z.null()]).optional(),
  })
  .refine(hasOneAddress, { path: ['address'], message: 'oneAddress' });
