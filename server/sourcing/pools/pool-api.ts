import { createHash, randomUUID } from 'node:crypto';
import type { Request } from 'express';
import { z } from 'zod';
import { ownUnitId, unitsBoughtFor } from '../../accounts/actor.ts';
import { actorOf } from '../../accounts/who-acts.ts';
import { orderJson, toOrderJson } from '../../orders/order-json.ts';
import { findOrder } from '../../orders/order-queries.ts';
import { type PaymentDeps, startPayment } from '../../payments/start-payment.ts';
import { countsOfOrder } from '../../quotas/tally/order-counts.ts';
import type { Clock } from '../../shared/clock.ts';
import { type Endpoint, endpoint } from '../../web/api.ts';
import { joinPool } from './join-pool.ts';
import { openPool } from './open-pool.ts';
import { findPool, openPools, type ShownPool } from './pool-queries.ts';
import { joinBody, poolBody, poolParams, poolQuery } from './pool-schemas.ts';

interface Parts extends PaymentDeps {
  clock: Clock;
}

const poolJson = z.object({
  ...{ code: z.string(), productId: z.int(), name: z.string(), state: z.string(), caseQuantity: z.int() },
  ...{ takenQuantity: z.int(), committedQuantity: z.int(), unitPriceFen: z.int(), unitFreightFen: z.int() },
  ...{ closesAt: z.date(), contact: z.string(), phone: z.string(), region: z.string(), address: z.string() },
});

function toJson(pool: ShownPool): z.infer<typeof poolJson> {
  const { code, productId, state, caseQuantity, takenQuantity, committedQuantity, unitPriceFen, unitFreightFen } = pool;
  const { closesAt, contact, phone, region, address } = pool;
  return {
    ...{ code, productId, name: pool.product.family.name, state, caseQuantity, takenQuantity, committedQuantity },
    ...{ unitPriceFen, unitFreightFen, closesAt, contact, phone, region, address },
  };
}

/** Cases that small buyers fill together. */
export function poolEndpoints(parts: Parts): Endpoint[] {
  const { db, clock } = parts;
  const common = { tag: 'pools', access: 'signed_in', scope: 'orders' } as const;
  return [
    endpoint({
      ...common,
      method: 'get',
      path: '/pools',
      summary:
        'Pools that can be joined now, of one product or of one’s own unit when asked, the earliest to close first',
      query: poolQuery,
      response: z.object({ items: z.array(poolJson), nextCursor: z.null() }),
      handle: async ({ req, query }) => {
        const unitId = query.mine === undefined ? null : ownUnitId(actorOf(req));
        const pools = await openPools(db, clock(), {
          productId: query.product,
          take: 100,
          ...(unitId ? { unitId } : {}),
        });
        return { items: pools.map(toJson), nextCursor: null };
      },
    }),
    endpoint({
      ...common,
      method: 'get',
      path: '/pools/:code',
      summary: 'A pool by the code of its link',
      params: poolParams,
      response: poolJson,
      handle: async ({ params }) => toJson(await findPool(db, params.code)),
    }),
    endpoint({
      ...common,
      method: 'post',
      path: '/pools',
      summary: 'Opens a pool for one case of a product at the case’s price',
      body: poolBody,
      status: 201,
      response: poolJson,
      idempotent: true,
      handle: async ({ req, body }) => toJson(await findPool(db, await openPool(db, actorOf(req), body, clock()))),
    }),
    endpoint({
      ...common,
      method: 'post',
      path: '/pools/:code/orders',
      summary:
        'Joins a pool: paid or approved at once, placed when the case is full, given back when it closes unfilled',
      params: poolParams,
      body: joinBody,
      status: 201,
      response: orderJson,
      idempotent: true,
      handle: async ({ req, params, body }) => {
        const actor = actorOf(req);
        const { quantity, fundingSource, payment, note, expectedTotalFen } = body;
        const own = fundingSource === 'individual' ? ownUnitId(actor) : (unitsBoughtFor(actor)[0] ?? null);
        const terms = {
          ...{ quantity, fundingSource, paymentWay: payment, note: note || null, checkoutKey: keyOf(req, actor.id) },
          ...{ unitId: body.unitId === undefined ? own : body.unitId, expectedTotalFen: expectedTotalFen ?? null },
        };
        const id = await joinPool(db, actor, params.code, terms, clock());
        const [order, counts] = await Promise.all([findOrder(db, actor, id), countsOfOrder(db, id)]);
        const url = order.state === 'awaiting_payment' ? await startPayment(parts, id, clock()) : undefined;
        return toOrderJson(order, counts, url);
      },
    }),
  ];
}

function keyOf(req: Request, actorId: number): string {
  const key = req.get('Idempotency-Key');
  return key ? createHash('sha256').update(`${actorId} ${req.path} ${key}`).digest('hex') : randomUUID();
}
