import { z } from 'zod';
import { actorOf } from '../accounts/who-acts.ts';
import type { PrismaClient } from '../db/client.ts';
import type { Clock } from '../shared/clock.ts';
import { decodeCursor, encodeCursor } from '../shared/pagination.ts';
import { type Endpoint, endpoint } from '../web/api.ts';
import { checkShipments } from './bulk/check-shipments.ts';
import { shipSeveral } from './bulk/ship-several.ts';
import { MOST_ROWS } from './bulk/shipment-rows.ts';
import { confirmFulfilment } from './confirm-fulfilment.ts';
import { dropRest } from './drop-rest.ts';
import { fulfilmentJson, toFulfilmentJson } from './order-json.ts';
import { mayDropRest } from './order-policy.ts';
import { findFulfilment, listFulfilments } from './order-queries.ts';
import {
  cancellationBody,
  fulfilmentListQuery,
  orderParams,
  receiptBody,
  restBody,
  reviewBody,
  shipmentBody,
} from './order-schemas.ts';
import { cancelOverdueParcel } from './overdue/cancel-overdue.ts';
import { receiveFulfilment } from './receive-fulfilment.ts';
import { reviewDelivery } from './review-delivery.ts';
import { shipFulfilment } from './ship-fulfilment.ts';

const typed = z.string().trim().max(100);
const shipmentsBody = z.object({
  shipments: z
    .array(
      z.strictObject({
        parcel: typed,
        carrier: typed,
        trackingNumber: typed,
        temperature: z.union([z.number().transform(String), typed]).default(''),
      }),
    )
    .min(1, 'nothingToShip')
    .max(MOST_ROWS),
});
const shipmentResultsJson = z.object({
  items: z.array(
    z.object({
      parcel: z.string(),
      fulfilmentId: z.int().nullable(),
      isShipped: z.boolean(),
      errors: z.array(z.object({ path: z.string(), code: z.string() })),
    }),
  ),
});

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

/** Parcels: the supplier confirms and ships, the buyer receives. */
export function fulfilmentEndpoints({ db, clock }: Parts): Endpoint[] {
  const common = { tag: 'fulfilments', access: 'signed_in', scope: 'fulfilments' } as const;
  const act = { ...common, method: 'post', params: orderParams, idempotent: true } as const;
  return [
    endpoint({
      ...common,
      method: 'get',
      path: '/fulfilments',
      summary: 'The parcels of the suppliers that one acts for, newest first',
      query: fulfilmentListQuery,
      response: z.object({ items: z.array(fulfilmentJson), nextCursor: z.string().nullable() }),
      handle: async ({ req, query }) => {
        const beforeId = decodeCursor(query.cursor, 1)?.[0];
        const parcels = await listFulfilments(
          db,
          actorOf(req),
          query.state ? [query.state] : null,
          beforeId ? Number(beforeId) : null,
          query.limit,
        );
        const last = parcels.length === query.limit ? parcels.at(-1) : undefined;
        return { items: parcels.map(toFulfilmentJson), nextCursor: last ? encodeCursor([last.id]) : null };
      },
    }),
    endpoint({
      ...act,
      path: '/fulfilments/:id/confirmation',
      summary: 'The supplier takes the parcel on',
      response: fulfilmentJson,
      handle: async ({ req, params }) => {
        await confirmFulfilment(db, actorOf(req), params.id, clock());
        return toFulfilmentJson(await findFulfilment(db, actorOf(req), params.id));
      },
    }),
    endpoint({
      ...act,
      path: '/fulfilments/:id/shipment',
      summary:
        'The supplier ships: batches, carrier, number, temperature for cold chain; no lines means everything as promised. Cold-chain goods and others go in two shipments, so that a parcel with both needs lines',
      body: shipmentBody,
      status: 201,
      response: fulfilmentJson,
      handle: async ({ req, params, body: { temperature, ...shipment } }) => {
        await shipFulfilment(db, actorOf(req), params.id, { ...shipment, temperatureDeci: temperature }, clock());
        return toFulfilmentJson(await findFulfilment(db, actorOf(req), params.id));
      },
    }),
    endpoint({
      ...common,
      method: 'post',
      path: '/shipments',
      summary:
        'The supplier ships many whole parcels, by the number of each or of its order; each by itself, with its result; none by weight or in part. Of a parcel with cold-chain goods and others, one with a temperature ships the former, one without the latter',
      idempotent: true,
      body: shipmentsBody,
      response: shipmentResultsJson,
      handle: async ({ req, body }) => {
        const actor = actorOf(req);
        const rows = body.shipments.map((row, index) => ({ ...row, line: index + 1 }));
        const results = await shipSeveral(db, actor, await checkShipments(db, actor, rows), clock());
        return {
          items: results.map(({ row, parcel, isShipped, faults }) => ({
            ...{ parcel: row.parcel, fulfilmentId: parcel?.id ?? null, isShipped },
            errors: faults.map(({ path, code }) => ({ path, code })),
          })),
        };
      },
    }),
    endpoint({
      ...act,
      path: '/fulfilments/:id/receipt',
      summary:
        'The buyer receives a shipment: accepted, short and damaged per line or batch, by weight where that is what is paid for; no lines means everything as shipped',
      body: receiptBody,
      status: 201,
      response: z.object({ receiptId: z.int() }),
      handle: async ({ req, params, body: { lines, shipmentId, temperature } }) => ({
        receiptId: await receiveFulfilment(db, actorOf(req), params.id, lines, clock(), {
          ...{ shipmentId, temperatureDeci: temperature },
        }),
      }),
    }),
    endpoint({
      ...act,
      path: '/fulfilments/:id/rest-cancellation',
      summary: 'The supplier, or the operator, gives up what a parcel that went in part still lacks, with a reason',
      body: restBody,
      status: 201,
      response: fulfilmentJson,
      handle: async ({ req, params, body }) => {
        await dropRest(db, actorOf(req), params.id, body, clock());
        return toFulfilmentJson(await findFulfilment(db, actorOf(req), params.id, mayDropRest));
      },
    }),
    endpoint({
      ...act,
      path: '/fulfilments/:id/cancellation',
      summary:
        'The buyer no longer waits for a parcel that is overdue: all of it that was not shipped is given back; of what went in part the rest',
      body: cancellationBody,
      response: z.object({ id: z.int(), state: z.string() }),
      handle: async ({ req, params, body }) => {
        const state = await cancelOverdueParcel(db, actorOf(req), params.id, body.reason, clock());
        return { id: params.id, state };
      },
    }),
    endpoint({
      ...act,
      path: '/fulfilments/:id/review',
      summary: 'The buyer reviews a received delivery, once; some programmes count by it',
      body: reviewBody,
      status: 201,
      response: z.object({ reviewId: z.int() }),
      handle: async ({ req, params, body }) => ({
        reviewId: await reviewDelivery(db, actorOf(req), params.id, body, clock()),
      }),
    }),
  ];
}
