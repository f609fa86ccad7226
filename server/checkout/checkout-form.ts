import { z } from 'zod';
import { addressInput } from '../accounts/account-schemas.ts';
import { type Actor, ownUnitId } from '../accounts/actor.ts';
import { type AddressRow, findAddressFor } from '../accounts/address-queries.ts';
import { idText } from '../cart/cart-schemas.ts';
import type { Wish } from '../cart/quote.ts';
import type { PrismaClient } from '../db/client.ts';
import type { DeliveryAddress } from '../orders/create-order.ts';
import { BadInput } from '../shared/errors.ts';
import { read } from '../web/forms.ts';
import type { OrderRequest } from './submit-order.ts';

/** What stands in the form's `addressId` when the address is typed below it. */
export const NEW_ADDRESS = 'new';

export const CHECKOUT_FIELDS = [
  'addressId',
  'recipient',
  'phone',
  'region',
  'detail',
  'countFor',
  'fundingSource',
  'payment',
  'note',
];

const checkoutForm = z.object({
  addressId: z.union([z.literal(NEW_ADDRESS), idText], 'chooseAddress'),
  countFor: z.union([z.literal('').transform(() => null), idText]).optional(),
  fundingSource: z.enum(['canteen_budget', 'union_funds', 'individual']),
  payment: z.enum(['stripe', 'on_account']),
  note: z.string().trim().max(500).default(''),
  checkoutKey: z.uuid(),
  expectedTotalFen: z
    .string()
    .regex(/^\d{1,12}$/)
    .transform(Number),
});

/** Reads the posted form into an order request. Throws BadInput with every fault by its field. */
export async function readCheckout(
  db: PrismaClient,
  actor: Actor,
  unitId: number | null,
  lines: Wish[],
  body: unknown,
): Promise<OrderRequest> {
  const form = read(checkoutForm, body);
  return {
    ...(form.addressId === NEW_ADDRESS ? typedAddress(body) : await keptAddress(db, actor, form.addressId)),
    lines,
    unitId: unitId ?? (form.countFor === undefined ? ownUnitId(actor) : form.countFor),
    fundingSource: form.fundingSource,
    paymentWay: form.payment,
    channel: 'market',
    zoneId: null,
    note: form.note || null,
    checkoutKey: form.checkoutKey,
    expectedTotalFen: form.expectedTotalFen,
  };
}

function typedAddress(body: unknown): DeliveryAddress {
  const { recipient, phone, region, detail } = body as Record<string, unknown>;
  const address = read(addressInput, { recipient, phone, region, detail });
  return { recipient: address.recipient, phone: address.phone, region: address.region, address: address.detail };
}

async function keptAddress(db: PrismaClient, actor: Actor, id: number): Promise<DeliveryAddress> {
  const kept: AddressRow | null = await findAddressFor(db, actor, id);
  if (!kept) throw new BadInput([{ path: 'addressId', code: 'noSuchAddress' }]);
  return { recipient: kept.recipient, phone: kept.phone, region: kept.region, address: kept.detail };
}
