import { createHash, randomUUID } from 'node:crypto';
import type { Request } from 'express';
import { z } from 'zod';
import { addressInput } from '../accounts/account-schemas.ts';
import { type Actor, ownUnitId, unitsBoughtFor } from '../accounts/actor.ts';
import { findAddressFor } from '../accounts/address-queries.ts';
import { actorOf } from '../accounts/who-acts.ts';
import { id } from '../cart/cart-schemas.ts';
import { canteenAddress } from '../checkout/checkout-form.ts';
import { canteenWish } from '../checkout/checkout-schemas.ts';
import type { OrderRequest } from '../checkout/submit-order.ts';
import type { PrismaClient } from '../db/client.ts';
import type { FundingSource } from '../db/generated/enums.ts';
import type { DeliveryAddress } from '../orders/create-order.ts';
import type { DeliveryWish } from '../orders/delivery/choose-window.ts';
import { RuleRefusal } from '../shared/errors.ts';

/** An order on agreed terms as the API takes it, beside what is agreed: an address by id or in full, or a canteen of the unit's. */
export const agreedOrderShape = {
  addressId: id.optional(),
  address: addressInput.optional(),
  ...canteenWish,
  payment: z.enum(['stripe', 'on_account']),
  note: z.string().trim().max(500).optional(),
  expectedTotalFen: z.int().min(0).optional(),
};

type AgreedOrder = z.infer<z.ZodObject<typeof agreedOrderShape>> & {
  fundingSource: FundingSource;
  unitId?: number | null | undefined;
};

/** Goods come to one place. */
export const hasOneAddress = ({ addressId, address, canteenId }: z.infer<z.ZodObject<typeof agreedOrderShape>>) =>
  [addressId, address, canteenId].filter((way) => way !== undefined).length === 1;

/** An order on agreed terms as the API asks for it, without what was agreed. The same Idempotency-Key is the same order. */
export async function agreedOrderTerms(
  db: PrismaClient,
  req: Request,
  body: AgreedOrder,
): Promise<Omit<OrderRequest, 'lines' | 'agreed'>> {
  const actor = actorOf(req);
  const unitId = unitOf(actor, body);
  return {
    ...(await addressOf(db, actor, unitId, body)),
    ...({ channel: 'market', zoneId: null, fundingSource: body.fundingSource, paymentWay: body.payment } as const),
    unitId,
    note: body.note || null,
    expectedTotalFen: body.expectedTotalFen ?? null,
    checkoutKey: keyOf(req, actor),
  };
}

async function addressOf(
  db: PrismaClient,
  actor: Actor,
  unitId: number | null,
  { canteenId, deliverOn, deliverFrom, deliverTo, address, addressId }: AgreedOrder,
): Promise<DeliveryAddress & DeliveryWish> {
  if (canteenId !== undefined) return canteenAddress(db, canteenId, unitId, { deliverOn, deliverFrom, deliverTo });
  const kept = address ?? (addressId === undefined ? null : await findAddressFor(db, actor, addressId));
  if (!kept) throw new RuleRefusal('badInput', [{ path: 'addressId', code: 'noSuchAddress' }]);
  return { recipient: kept.recipient, phone: kept.phone, region: kept.region, address: kept.detail };
}

function unitOf(actor: Actor, body: { unitId?: number | null | undefined; fundingSource: string }): number | null {
  if (body.unitId !== undefined) return body.unitId;
  return body.fundingSource === 'individual' ? ownUnitId(actor) : (unitsBoughtFor(actor)[0] ?? null);
}

function keyOf(req: Request, actor: Actor): string {
  const key = req.get('Idempotency-Key');
  return key ? createHash('sha256').update(`${actor.id} ${req.path} ${key}`).digest('hex') : randomUUID();
}
