import { z } from 'zod';
import { addressInput } from '../accounts/account-schemas.ts';
import { id, quantity } from '../cart/cart-schemas.ts';

/** An order as the API takes it: an address by id or in full. */
export const orderBody = z
  .strictObject({
    lines: z
      .array(z.strictObject({ productId: id, quantity }))
      .min(1, 'emptyOrder')
      .max(500),
    fundingSource: z.enum(['canteen_budget', 'union_funds', 'individual']),
    unitId: z.union([id, z.null()]).optional(),
    addressId: id.optional(),
    address: addressInput.optional(),
    payment: z.enum(['stripe', 'on_account']),
    zone: z.string().trim().max(64).optional(),
    note: z.string().trim().max(500).optional(),
    expectedTotalFen: z.int().min(0).optional(),
  })
  .refine((body) => (body.addressId === undefined) !== (body.address === undefined), {
    path: ['address'],
    message: 'oneAddress',
  });
