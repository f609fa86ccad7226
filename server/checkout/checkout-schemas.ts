import { z } from 'zod';
import { addressInput } from '../accounts/account-schemas.ts';
import { id, quantity } from '../cart/cart-schemas.ts';
import { parseDay } from '../shared/days.ts';
import { minutesIn } from '../units/canteens/canteen-hours.ts';

/** A returned order as it is resubmitted; the address is given in full or stays as it was. */
export const resubmissionBody = z.strictObject({
  lines: z
    .array(z.strictObject({ productId: id, quantity, note: z.string().trim().max(255).optional() }))
    .min(1, 'emptyOrder')
    .max(500),
  address: addressInput.optional(),
  note: z.string().trim().max(500).optional(),
});

/** 06:30 in Asia/Shanghai, as minutes after midnight. */
const timeOfDay = z
  .string()
  .refine((text) => minutesIn(text) !== null, 'malformedTime')
  .transform((text) => minutesIn(text) ?? 0);

/** Received at one of the unit's canteens; the day left out is the earliest, the hours all of the canteen's on that day. */
export const canteenWish = {
  canteenId: id.optional(),
  deliverOn: z
    .string()
    .refine((text) => parseDay(text) !== null, 'malformedDay')
    .optional(),
  deliverFrom: timeOfDay.optional(),
  deliverTo: timeOfDay.optional(),
};

/** An order as the API takes it: an address by id or in full, or a canteen. */
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
    ...canteenWish,
    /** fetched at a pick-up point, for half the freight; own purchases only */
    pickup: z
      .strictObject({ pointId: id, recipient: addressInput.shape.recipient, phone: addressInput.shape.phone })
      .optional(),
    payment: z.enum(['stripe', 'on_account']),
    /** own purchases only: what the unit's welfare allowance pays, and what points take off (1 point = 1 fen) */
    tenders: z
      .strictObject({ allowanceFen: z.int().min(0).optional(), pointsFen: z.int().min(0).optional() })
      .optional(),
    zone: z.string().trim().max(64).optional(),
    note: z.string().trim().max(500).optional(),
    expectedTotalFen: z.int().min(0).optional(),
  })
  .refine(
    ({ addressId, address, canteenId, pickup }) =>
      [addressId, address, canteenId, pickup].filter((way) => way !== undefined).length === 1,
    {
      path: ['address'],
      message: 'oneAddress',
    },
  )
  .refine(({ pickup, fundingSource }) => pickup === undefined || fundingSource === 'individual', {
    path: ['pickup'],
    message: 'unitsAreDelivered',
  });
