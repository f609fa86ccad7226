import { createHash, randomUUID } from 'node:crypto';
import type { Request } from 'express';
import type { z } from 'zod';
import { type Actor, ownUnitId, unitsBoughtFor } from '../accounts/actor.ts';
import { findAddressFor } from '../accounts/address-queries.ts';
import { actorOf } from '../accounts/who-acts.ts';
import type { OrderRequest } from '../checkout/submit-order.ts';
import type { PrismaClient } from '../db/client.ts';
import { RuleRefusal } from '../shared/errors.ts';
import type { agreedOrderBody } from './harvests/harvest-schemas.ts';

/** An order on agreed terms as the API asks for it, without what was agreed. The same Idempotency-Key is the same order. */
export async function agreedOrderTerms(
  db: PrismaClient,
  req: Request,
  body: Omit<z.infer<typeof agreedOrderBody>, 'quantity'>,
): Promise<Omit<OrderRequest, 'lines' | 'agreed'>> {
  const actor = actorOf(req);
  const kept = body.address ?? (body.addressId === undefined ? null : await findAddressFor(db, actor, body.addressId));
  if (!kept) throw new RuleRefusal('badInput', [{ path: 'addressId', code: 'noSuchAddress' }]);
  return {
    ...{ recipient: kept.recipient, phone: kept.phone, region: kept.region, address: kept.detail },
    ...({ channel: 'market', zoneId: null, fundingSource: body.fundingSource, paymentWay: body.payment } as const),
    unitId: unitOf(actor, body),
    note: body.note || null,
    expectedTotalFen: body.expectedTotalFen ?? null,
    checkoutKey: keyOf(req, actor),
  };
}

function unitOf(actor: Actor, body: { unitId?: number | null | undefined; fundingSource: string }): number | null {
  if (body.unitId !== undefined) return body.unitId;
  return body.fundingSource === 'individual' ? ownUnitId(actor) : (unitsBoughtFor(actor)[0] ?? null);
}

function keyOf(req: Request, actor: Actor): string {
  const key = req.get('Idempotency-Key');
  return key ? createHash('sha256').update(`${actor.id} ${req.path} ${key}`).digest('hex') : randomUUID();
}
