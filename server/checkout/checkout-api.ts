import { createHash, randomUUID } from 'node:crypto';
import type { Request } from 'express';
import { z } from 'zod';
import { type Actor, ownUnitId, unitsBoughtFor } from '../accounts/actor.ts';
import { findAddressFor } from '../accounts/address-queries.ts';
import { actorOf } from '../accounts/who-acts.ts';
import { LEAST_REST_FEN, NO_TENDERS } from '../cart/tenders.ts';
import type { PrismaClient } from '../db/client.ts';
import type { DeliveryAddress } from '../orders/create-order.ts';
import type { DeliveryWish } from '../orders/delivery/choose-window.ts';
import { orderJson, toOrderJson } from '../orders/order-json.ts';
import { mayBuyerSee } from '../orders/order-policy.ts';
import { findOrder } from '../orders/order-queries.ts';
import { orderParams } from '../orders/order-schemas.ts';
import { pointsFor } from '../orders/pickup/pickup-points.ts';
import { usableTenders } from '../orders/tenders/tender-queries.ts';
import { type PaymentDeps, startPayment } from '../payments/start-payment.ts';
import { readPointsRule } from '../promotions/points-rule.ts';
import { countsOfOrder } from '../quotas/tally/order-counts.ts';
import type { Clock } from '../shared/clock.ts';
import { NotFound, RuleRefusal } from '../shared/errors.ts';
import { type Endpoint, endpoint } from '../web/api.ts';
import { amendOrder, findReturned } from './amend-order.ts';
import { channelOfZone } from './channel-of-order.ts';
import { canteenAddress, pickupAddress } from './checkout-form.ts';
import { orderBody, resubmissionBody } from './checkout-schemas.ts';
import { submitOrder } from './submit-order.ts';

interface Parts extends PaymentDeps {
  clock: Clock;
}

const pickupPoint = z.object({
  id: z.int(),
  name: z.string(),
  unit: z.string().nullable(),
  region: z.string(),
  address: z.string(),
  hours: z.string(),
  phone: z.string(),
});

/** Where own purchases can be fetched. */
function pickupPointsEndpoint({ db }: Parts): Endpoint {
  return endpoint({
    method: 'get',
    path: '/pickup-points',
    summary: 'Where own purchases can be fetched: the own unit’s reception first, then the points for everybody',
    tag: 'orders',
    access: 'signed_in',
    scope: 'orders',
    response: z.object({ items: z.array(pickupPoint), total: z.int(), nextCursor: z.null() }),
    handle: async ({ req }) => {
      const points = await pointsFor(db, actorOf(req));
      const items = points.map(({ id, name, unit, region, address, hours, phone }) => ({
        ...{ id, name, region, address, hours, phone, unit: unit?.name ?? null },
      }));
      return { items, total: items.length, nextCursor: null };
    },
  });
}

/** What the own purchases can be paid with beside money. */
function tendersEndpoint({ db, clock }: Parts): Endpoint {
  return endpoint({
    method: 'get',
    path: '/tenders',
    summary: 'What own purchases can be paid with beside money now: the own unit’s allowance of the year, and points',
    tag: 'orders',
    access: 'signed_in',
    scope: 'orders',
    response: z.object({
      allowance: z.object({ leftFen: z.int(), until: z.string() }).nullable(),
      /** 1 point = 1 fen */
      points: z.int(),
      rule: z.object({ perYuan: z.int(), mostPercent: z.int() }),
      /** what tenders leave to pay is nothing or at least so much */
      leastRestFen: z.int(),
    }),
    handle: async ({ req }) => {
      const [{ allowance, points }, rule] = await Promise.all([
        usableTenders(db, actorOf(req), clock()),
        readPointsRule(db),
      ]);
      const own = allowance && { leftFen: allowance.leftFen, until: `${allowance.year}-12-31` };
      return { allowance: own, points, rule, leastRestFen: LEAST_REST_FEN };
    },
  });
}

/** Placing an order and paying it. */
export function checkoutEndpoints(parts: Parts): Endpoint[] {
  const { db, clock } = parts;
  const common = {
    tag: 'orders',
    access: 'signed_in',
    scope: 'orders',
    method: 'post',
    status: 201,
    response: orderJson,
    idempotent: true,
  } as const;
  return [
    pickupPointsEndpoint(parts),
    tendersEndpoint(parts),
    endpoint({
      ...common,
      path: '/orders',
      summary: 'Submits an order; an individual’s answer carries the address at which it is paid',
      body: orderBody,
      handle: async ({ req, body }) => {
        const actor = actorOf(req);
        const orderId = await submitOrder(
          db,
          actor,
          {
            ...(await deliveryAddress(db, actor, unitOf(actor, body), body)),
            ...(await channelOfZone(db, body.zone ?? null)),
            lines: body.lines,
            unitId: unitOf(actor, body),
            fundingSource: body.fundingSource,
            paymentWay: body.payment,
            note: body.note || null,
            tenders: { ...NO_TENDERS, ...body.tenders },
            expectedTotalFen: body.expectedTotalFen ?? null,
            checkoutKey: checkoutKey(req, actor),
          },
          clock(),
        );
        return withPayment(parts, actor, orderId);
      },
    }),
    endpoint({
      ...common,
      path: '/orders/:id/resubmission',
      summary: 'Resubmits a returned order as amended: a new order at today’s prices that names it, once',
      params: orderParams,
      body: resubmissionBody,
      handle: async ({ req, params, body }) => {
        const actor = actorOf(req);
        const order = await findReturned(db, actor, params.id);
        const { recipient, phone, region, address } = body.address
          ? { ...body.address, address: body.address.detail }
          : order;
        const note = body.note ?? order.note;
        const amendment = { recipient, phone, region, address, note, lines: body.lines };
        return withPayment(parts, actor, await amendOrder(db, actor, params.id, amendment, clock()));
      },
    }),
    endpoint({
      ...common,
      path: '/orders/:id/payment',
      summary: 'A fresh address at which the order is paid',
      params: orderParams,
      handle: async ({ req, params }) => {
        const order = await findOrder(db, actorOf(req), params.id);
        if (!mayBuyerSee(actorOf(req), order)) throw new NotFound();
        const url = await startPayment(parts, order.id, clock());
        return toOrderJson(order, await countsOfOrder(db, order.id), url);
      },
    }),
  ];
}

async function withPayment(parts: Parts, actor: Actor, orderId: number): Promise<z.infer<typeof orderJson>> {
  const { db, clock } = parts;
  const [order, counts] = await Promise.all([findOrder(db, actor, orderId), countsOfOrder(db, orderId)]);
  if (order.state !== 'awaiting_payment') return toOrderJson(order, counts);
  const url = await startPayment(parts, orderId, clock());
  return toOrderJson(order, counts, url);
}

/** The unit asked for; left out, an employee's own unit, or the one that a buyer buys for (rule 6). */
function unitOf(actor: Actor, body: z.infer<typeof orderBody>): number | null {
  if (body.unitId !== undefined) return body.unitId;
  if (body.fundingSource === 'individual') return ownUnitId(actor);
  const units = unitsBoughtFor(actor);
  if (units.length !== 1) throw new RuleRefusal('whichUnit', [{ path: 'unitId', code: 'whichUnit' }]);
  return units[0] ?? null;
}

async function deliveryAddress(
  db: PrismaClient,
  actor: Actor,
  unitId: number | null,
  body: z.infer<typeof orderBody>,
): Promise<DeliveryAddress & DeliveryWish & { pickupPointId?: number }> {
  const { canteenId, deliverOn, deliverFrom, deliverTo } = body;
  if (canteenId !== undefined) return canteenAddress(db, canteenId, unitId, { deliverOn, deliverFrom, deliverTo });
  if (body.pickup) {
    const { pointId: pickupPointId, recipient: pickupName, phone: pickupPhone } = body.pickup;
    return pickupAddress(db, actor, { pickupPointId, pickupName, pickupPhone });
  }
  const kept = body.address ?? (body.addressId === undefined ? null : await findAddressFor(db, actor, body.addressId));
  if (!kept) throw new RuleRefusal('badInput', [{ path: 'addressId', code: 'noSuchAddress' }]);
  return { recipient: kept.recipient, phone: kept.phone, region: kept.region, address: kept.detail };
}

/** The same Idempotency-Key of one person is the same order, even when the first answer was lost in a crash. */
function checkoutKey(req: Request, actor: Actor): string {
  const key = req.get('Idempotency-Key');
  return key ? createHash('sha256').update(`${actor.id} ${key}`).digest('hex') : randomUUID();
}
