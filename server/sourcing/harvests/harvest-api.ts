import { z } from 'zod';
import { actorOf } from '../../accounts/who-acts.ts';
import { orderJson, toOrderJson } from '../../orders/order-json.ts';
import { findOrder } from '../../orders/order-queries.ts';
import { type PaymentDeps, startPayment } from '../../payments/start-payment.ts';
import { countsOfOrder } from '../../quotas/tally/order-counts.ts';
import type { Clock } from '../../shared/clock.ts';
import { dayFromColumn } from '../../shared/days.ts';
import { type Endpoint, endpoint } from '../../web/api.ts';
import { agreedOrderTerms } from '../agreed-order-terms.ts';
import { quoteParams as harvestParams } from '../quotes/quote-schemas.ts';
import { announceHarvest } from './announce-harvest.ts';
import { giveUpHarvest, recordHarvest } from './decide-harvest.ts';
import { findHarvest, openHarvests, type ShownHarvest } from './harvest-queries.ts';
import { announcementBody, failureForm, preOrderBody, resultBody } from './harvest-schemas.ts';
import { preOrder } from './pre-order.ts';

interface Parts extends PaymentDeps {
  clock: Clock;
}

const harvestJson = z.object({
  ...{ id: z.int(), productId: z.int(), supplierId: z.int(), state: z.string(), name: z.string(), spec: z.string() },
  ...{ priceFen: z.int(), expectedQuantity: z.int(), availableQuantity: z.int(), minimumQuantity: z.int() },
  ...{ expectedOn: z.string(), closesAt: z.date(), harvestedQuantity: z.int().nullable() },
});

function toJson(harvest: ShownHarvest): z.infer<typeof harvestJson> {
  const { id, productId, supplierId, state, priceFen, expectedQuantity, minimumQuantity, closesAt } = harvest;
  return {
    ...{ id, productId, supplierId, state, priceFen, expectedQuantity, minimumQuantity, closesAt },
    ...{ name: harvest.product.family.name, spec: harvest.product.spec },
    availableQuantity: state === 'open' ? harvest.batch.available : 0,
    expectedOn: dayFromColumn(harvest.expectedOn),
    harvestedQuantity: harvest.harvestedQuantity,
  };
}

/** Pre-orders on coming batches. */
export function harvestEndpoints(parts: Parts): Endpoint[] {
  const { db, clock } = parts;
  const own = {
    tag: 'pre-orders',
    access: 'signed_in',
    scope: 'fulfilments',
    method: 'post',
    idempotent: true,
  } as const;
  return [
    endpoint({
      ...({ tag: 'pre-orders', access: 'any', method: 'get', path: '/harvests' } as const),
      summary: 'Coming batches that can be ordered ahead now, the earliest to close first',
      response: z.object({ items: z.array(harvestJson), nextCursor: z.null() }),
      handle: async () => ({ items: (await openHarvests(db, clock(), { take: 100 })).map(toJson), nextCursor: null }),
    }),
    endpoint({
      ...({ tag: 'pre-orders', access: 'any', method: 'get', path: '/harvests/:id' } as const),
      summary: 'A coming batch, open or over',
      params: harvestParams,
      response: harvestJson,
      handle: async ({ params }) => toJson(await findHarvest(db, params.id)),
    }),
    endpoint({
      ...own,
      path: '/harvests',
      summary: 'A supplier announces a coming batch of an own product',
      body: announcementBody,
      status: 201,
      response: harvestJson,
      handle: async ({ req, body }) =>
        toJson(await findHarvest(db, await announceHarvest(db, actorOf(req), body, clock()))),
    }),
    endpoint({
      ...own,
      path: '/harvests/:id/result',
      summary:
        'The supplier records what was harvested; too little is shared out among the orders and the rest given back',
      params: harvestParams,
      body: resultBody,
      response: harvestJson,
      handle: async ({ req, params, body }) => {
        await recordHarvest(db, actorOf(req), params.id, body, clock());
        return toJson(await findHarvest(db, params.id));
      },
    }),
    endpoint({
      ...own,
      path: '/harvests/:id/failure',
      summary: 'The supplier says that there is nothing to harvest; every order is given back',
      params: harvestParams,
      body: failureForm,
      response: harvestJson,
      handle: async ({ req, params, body }) => {
        await giveUpHarvest(db, actorOf(req), params.id, body.reason, clock());
        return toJson(await findHarvest(db, params.id));
      },
    }),
    endpoint({
      ...own,
      scope: 'orders',
      path: '/harvests/:id/orders',
      summary: 'Orders ahead from a coming batch, for oneself or a unit',
      params: harvestParams,
      body: preOrderBody,
      status: 201,
      response: orderJson,
      handle: async ({ req, params, body }) => {
        const actor = actorOf(req);
        const { quantity, ...rest } = body;
        const terms = await agreedOrderTerms(db, req, rest);
        const id = await preOrder(db, actor, params.id, { ...terms, quantity }, clock());
        const [order, counts] = await Promise.all([findOrder(db, actor, id), countsOfOrder(db, id)]);
        const url = order.state === 'awaiting_payment' ? await startPayment(parts, id, clock()) : undefined;
        return toOrderJson(order, counts, url);
      },
    }),
  ];
}
