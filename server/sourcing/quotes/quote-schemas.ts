import { z } from 'zod';
import { id, idText, quantity } from '../../cart/cart-schemas.ts';
import { parseDay } from '../../shared/days.ts';
import { MAX_ORDER_FEN, parseYuan } from '../../shared/money.ts';
import { agreedOrderShape, hasOneAddress } from '../agreed-order-terms.ts';

export const day = z
  .string()
  .trim()
  .refine((text) => parseDay(text) !== null, 'malformedDay');
const dayOrNone = z.union([z.literal('').transform(() => null), day]).default('');
const text = (most: number) =>
  z
    .string()
    .trim()
    .max(most)
    .default('')
    .transform((value) => value || null);
const fen = z.int().min(0).max(MAX_ORDER_FEN);
/** yuan as typed, in fen */
export const yuan = z
  .string()
  .trim()
  .refine((value) => parseYuan(value) !== null, 'malformedAmount')
  .transform((value) => parseYuan(value) ?? 0)
  .pipe(fen);

/** The head of the request form; its lines are read by readLines. */
export const requestForm = z.object({
  suppliers: z.preprocess((value) => [value ?? []].flat(), z.array(idText).min(1, 'chooseSupplier')),
  neededOn: dayOrNone,
  answerOn: day,
  note: text(500),
});

export const offerForm = z.object({
  freightFen: yuan,
  deliverOn: day,
  validOn: day,
  wholeOnly: z
    .string()
    .optional()
    .transform((value) => value !== undefined),
  note: text(500),
});

export const offerLineForm = z.object({
  productId: idText,
  quantity,
  price: yuan,
  per: z.enum(['unit', 'kg']),
});

export const declineForm = z.object({ reason: z.string().trim().min(1, 'reasonNeeded').max(500) });

export const requestBody = z.strictObject({
  unitId: id,
  lines: z
    .array(z.strictObject({ productId: id, quantity, note: text(255) }))
    .min(1, 'quoteNeedsLines')
    .max(50),
  supplierIds: z.array(id).min(1, 'chooseSupplier').max(50),
  neededOn: day.nullish().transform((value) => value ?? null),
  answerOn: day,
  note: text(500),
});

export const offerBody = z.strictObject({
  supplierId: id,
  lines: z
    .array(
      z.strictObject({
        requestLineId: id,
        productId: id,
        quantity,
        priceFen: fen.min(1),
        per: z.enum(['unit', 'kg']).default('unit'),
      }),
    )
    .min(1, 'offerNeedsLines')
    .max(50),
  freightFen: fen,
  deliverOn: day,
  validOn: day,
  wholeOnly: z.boolean().default(false),
  note: text(500),
});

export const declineBody = z.strictObject({
  supplierId: id,
  reason: z.string().trim().min(1, 'reasonNeeded').max(500),
});

export const acceptanceBody = z
  .strictObject({
    ...agreedOrderShape,
    lines: z
      .array(z.strictObject({ requestLineId: id, offerLineId: id }))
      .min(1, 'chooseOffer')
      .max(50),
    fundingSource: z.enum(['canteen_budget', 'union_funds']),
  })
  .refine(hasOneAddress, { path: ['address'], message: 'oneAddress' });

export const quoteParams = z.object({ id: idText });
