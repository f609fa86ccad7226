import { z } from 'zod';
import { id, idText } from '../../cart/cart-schemas.ts';
import { MAX_ORDER_FEN } from '../../shared/money.ts';
import { day, yuan } from '../quotes/quote-schemas.ts';

const needed = (most: number) => z.string().trim().min(1, 'required').max(most);
const orNone = z.union([z.literal('').transform(() => null), idText]).default(null);
const someYuan = yuan.pipe(z.number().min(1, 'malformedAmount'));

export const eventForm = z.object({
  name: needed(128),
  heldOn: day,
  intentionsUntil: day,
  venue: needed(191),
  summary: needed(2000),
  placeId: orNone,
  groupId: orNone,
});

export const intentionForm = z.object({
  unitId: idText,
  supplierId: idText,
  goods: needed(255),
  amountFen: someYuan,
});

export const agreementForm = z.object({
  amountFen: someYuan,
  startsOn: day,
  endsOn: day,
  terms: needed(2000),
});

export const reasonForm = z.object({ reason: z.string().trim().min(1, 'reasonNeeded').max(500) });

const fen = z.int().min(1).max(MAX_ORDER_FEN);

export const intentionBody = z.strictObject({ unitId: id, supplierId: id, goods: needed(255), amountFen: fen });
export const agreementBody = z.strictObject({
  amountFen: fen,
  startsOn: day,
  endsOn: day,
  terms: needed(2000),
  prices: z
    .array(z.strictObject({ productId: id, unitPriceFen: fen }))
    .max(100)
    .default([]),
});
export const matchingParams = z.object({ id: idText });
