import { z } from 'zod';
import { addressInput, typedAddress } from '../accounts/account-schemas.ts';
import { type Actor, ownUnitId } from '../accounts/actor.ts';
import { type AddressRow, findAddressFor } from '../accounts/address-queries.ts';
import { addAddress } from '../accounts/save-address.ts';
import { productOfFault } from '../cart/cart-presenter.ts';
import { idText } from '../cart/cart-schemas.ts';
import type { Wish } from '../cart/quote.ts';
import type { Db, PrismaClient } from '../db/client.ts';
import type { DeliveryAddress } from '../orders/create-order.ts';
import type { DeliveryWish } from '../orders/delivery/choose-window.ts';
import { pointsFor } from '../orders/pickup/pickup-points.ts';
import { type Day, parseDay } from '../shared/days.ts';
import { BadInput, type Fault, Refusal } from '../shared/errors.ts';
import { findOpenCanteen } from '../units/canteens/canteen-queries.ts';
import { read } from '../web/forms.ts';
import type { OrderRequest } from './submit-order.ts';

const MOST_ADDRESS = 255;
const CANTEEN = /^canteen-(\d{1,9})$/;

/** What stands in the form's `addressId` for one of the unit's canteens. */
export const canteenChoice = (id: number) => `canteen-${id}`;

/** What stands in the form's `addressId` when the address is typed below it. */
export const NEW_ADDRESS = 'new';

export const CHECKOUT_FIELDS = [
  'addressId',
  'deliverOn',
  'recipient',
  'phone',
  'province',
  'city',
  'county',
  'detail',
  'pickupPointId',
  'pickupName',
  'pickupPhone',
  'countFor',
  'fundingSource',
  'payment',
  'note',
  'allowance',
  'points',
];

/** The field of the form that shows what is wrong with a part of the order request. */
const FIELD_OF: Record<string, string> = {
  unitId: 'countFor',
  canteenId: 'addressId',
  'tenders.allowanceFen': 'allowance',
  'tenders.pointsFen': 'points',
};

/** Faults by the form's fields; those of a line by the line of its product. */
export function checkoutFaults(faults: readonly Fault[], wishes: readonly Wish[]): Fault[] {
  return faults.map((fault) => {
    const productId = productOfFault(fault, wishes);
    return { ...fault, path: productId === undefined ? (FIELD_OF[fault.path] ?? fault.path) : lineField(productId) };
  });
}

/** The name under which the page shows what is wrong with a product. */
export function lineField(productId: number): string {
  return `line-${productId}`;
}

const checkoutForm = z.object({
  addressId: z.union([z.literal(NEW_ADDRESS), z.string().regex(CANTEEN), idText], 'chooseAddress'),
  deliverOn: z
    .string()
    .trim()
    .refine((text) => text === '' || parseDay(text) !== null, 'malformedDay')
    .default(''),
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

const pickupForm = checkoutForm.omit({ addressId: true, deliverOn: true }).extend({
  pickupPointId: z
    .string('choosePickupPoint')
    .regex(/^\d{1,9}$/, 'choosePickupPoint')
    .transform(Number),
  pickupName: addressInput.shape.recipient,
  pickupPhone: addressInput.shape.phone,
});

/** Whether the form asks for the goods to be brought to a pick-up point; a unit's purchases are always delivered. */
export function isFetched(unitId: number | null, body: unknown): boolean {
  return unitId === null && (body as Record<string, unknown> | undefined)?.delivery === 'pickup';
}

/** Reads the posted form into an order request. Throws BadInput with every fault by its field. */
export async function readCheckout(
  db: PrismaClient,
  actor: Actor,
  unitId: number | null,
  lines: Wish[],
  body: unknown,
): Promise<OrderRequest> {
  const fetched = isFetched(unitId, body) ? read(pickupForm, body) : null;
  const form = fetched ?? read(checkoutForm, body);
  const delivery = fetched
    ? await pickupAddress(db, actor, fetched)
    : await deliveryAddress(db, actor, unitId, { ...(form as z.output<typeof checkoutForm>), body });
  return requestOf(actor, unitId, lines, form, delivery);
}

const settledForm = checkoutForm.omit({ addressId: true, deliverOn: true });

/** The same where it is settled beforehand where the goods go. */
export function readSettled(
  actor: Actor,
  unitId: number | null,
  lines: Wish[],
  delivery: DeliveryAddress,
  body: unknown,
): OrderRequest {
  return requestOf(actor, unitId, lines, read(settledForm, body), delivery);
}

function requestOf(
  actor: Actor,
  unitId: number | null,
  lines: Wish[],
  form: z.output<typeof settledForm>,
  delivery: DeliveryAddress & DeliveryWish,
): OrderRequest {
  return {
    ...delivery,
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

/** Keeps a typed address for the next time, when that was asked for; an order that was made does not fail for a full address book. */
export async function keepAddress(
  db: PrismaClient,
  actor: Actor,
  unitId: number | null,
  body: Record<string, unknown>,
): Promise<void> {
  if (isFetched(unitId, body) || body.addressId !== NEW_ADDRESS || !body.saveAddress) return;
  const address = read(typedAddress, body);
  try {
    await addAddress(db, actor, { ...address, unitId: unitId ?? undefined, isDefault: false });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
  }
}

/** The point's address in the name of who fetches it, which is what the supplier writes on the parcel. */
export async function pickupAddress(
  db: PrismaClient,
  actor: Actor,
  { pickupPointId, pickupName, pickupPhone }: { pickupPointId: number; pickupName: string; pickupPhone: string },
): Promise<DeliveryAddress & { pickupPointId: number }> {
  const point = (await pointsFor(db, actor)).find(({ id }) => id === pickupPointId);
  if (!point) throw new BadInput([{ path: 'pickupPointId', code: 'noSuchPickupPoint' }]);
  const address = `${point.address} ${point.name}`.slice(0, MOST_ADDRESS);
  return { recipient: pickupName, phone: pickupPhone, region: point.region, address, pickupPointId };
}

interface ChosenAddress {
  addressId: number | string;
  deliverOn: Day;
  body: unknown;
}

function deliveryAddress(
  db: PrismaClient,
  actor: Actor,
  unitId: number | null,
  { addressId, deliverOn, body }: ChosenAddress,
): Promise<DeliveryAddress & DeliveryWish> | DeliveryAddress {
  if (addressId === NEW_ADDRESS) return newAddress(body);
  const canteenId = CANTEEN.exec(String(addressId))?.[1];
  if (canteenId) return canteenAddress(db, Number(canteenId), unitId, { deliverOn: deliverOn || null });
  return keptAddress(db, actor, Number(addressId));
}

/** The canteen's own address and whoever receives there, with the wish for a day. Throws BadInput for none of the unit's. */
export async function canteenAddress(
  db: Db,
  canteenId: number,
  unitId: number | null,
  wish: DeliveryWish,
): Promise<DeliveryAddress & DeliveryWish> {
  const canteen = await findOpenCanteen(db, canteenId, unitId);
  if (!canteen) throw new BadInput([{ path: 'canteenId', code: 'noSuchCanteen' }]);
  const { recipient, phone, region, detail } = canteen;
  return { ...wish, recipient, phone, region, address: detail, canteenId };
}

function newAddress(body: unknown): DeliveryAddress {
  const { detail, ...address } = read(typedAddress, body);
  return { ...address, address: detail };
}

async function keptAddress(db: PrismaClient, actor: Actor, id: number): Promise<DeliveryAddress> {
  const kept: AddressRow | null = await findAddressFor(db, actor, id);
  if (!kept) throw new BadInput([{ path: 'addressId', code: 'noSuchAddress' }]);
  return { recipient: kept.recipient, phone: kept.phone, region: kept.region, address: kept.detail };
}
