import { z } from 'zod';
import type { Actor } from '../accounts/actor.ts';
import { actorOf } from '../accounts/who-acts.ts';
import type { PrismaClient } from '../db/client.ts';
import { countsOfOrder } from '../quotas/tally/order-counts.ts';
import type { Clock } from '../shared/clock.ts';
import { decodeCursor, encodeCursor } from '../shared/pagination.ts';
import { type Endpoint, endpoint } from '../web/api.ts';
import { approveOrder } from './approval/approve-order.ts';
import { rejectOrder, returnOrder } from './approval/reject-order.ts';
import { cancelOrder } from './cancel-order.ts';
import { canteenEndpoint } from './delivery/canteen-api.ts';
import { orderJson, toOrderJson } from './order-json.ts';
import { findOrder, listOrders, orderNumber } from './order-queries.ts';
import { cancellationBody, orderListQuery, orderParams, reasonBody } from './order-schemas.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

const listedJson = z.object({
  items: z.array(
    z.object({
      id: z.int(),
      number: z.string(),
      status: z.string(),
      fundingSource: z.string(),
      unit: z.string().nullable(),
      totalFen: z.int(),
      lines: z.int(),
      submittedAt: z.date(),
    }),
  ),
  nextCursor: z.string().nullable(),
});

async function orderOf(db: PrismaClient, actor: Actor, id: number) {
  const [order, counts] = await Promise.all([findOrder(db, actor, id), countsOfOrder(db, id)]);
  return toOrderJson(order, counts);
}

/** Orders as their buyers and approvers see and decide them. Placing one is in checkout. */
export function orderEndpoints({ db, clock }: Parts): Endpoint[] {
  const common = { tag: 'orders', access: 'signed_in', scope: 'orders' } as const;
  const decision = { ...common, method: 'post', params: orderParams, response: orderJson, idempotent: true } as const;
  return [
    canteenEndpoint(db),
    endpoint({
      ...common,
      method: 'get',
      path: '/orders',
      summary: 'Own orders and those of units bought for, newest first',
      query: orderListQuery,
      response: listedJson,
      handle: async ({ req, query }) => {
        const beforeId = decodeCursor(query.cursor, 1)?.[0];
        const filter = {
          states: query.status ? [query.status] : null,
          beforeId: beforeId ? Number(beforeId) : null,
          take: query.limit,
        };
        const orders = await listOrders(db, actorOf(req), filter);
        const last = orders.length === query.limit ? orders.at(-1) : undefined;
        return {
          items: orders.map((order) => ({
            id: order.id,
            number: orderNumber(order),
            status: order.state,
            fundingSource: order.fundingSource,
            unit: order.unit?.code ?? null,
            totalFen: order.totalFen,
            lines: order._count.lines,
            submittedAt: order.submittedAt,
          })),
          nextCursor: last ? encodeCursor([last.id]) : null,
        };
      },
    }),
    endpoint({
      ...common,
      method: 'get',
      path: '/orders/:id',
      summary: 'One order with its parcels and what it counts',
      params: orderParams,
      response: orderJson,
      handle: ({ req, params }) => orderOf(db, actorOf(req), params.id),
    }),
    endpoint({
      ...decision,
      path: '/orders/:id/approval',
      summary: 'The unit’s approver approves a purchase; never an own one',
      handle: async ({ req, params }) => {
        await approveOrder(db, actorOf(req), params.id, clock());
        return orderOf(db, actorOf(req), params.id);
      },
    }),
    endpoint({
      ...decision,
      path: '/orders/:id/rejection',
      summary: 'The unit’s approver refuses a purchase with a reason',
      body: reasonBody,
      handle: async ({ req, params, body }) => {
        await rejectOrder(db, actorOf(req), params.id, body.reason, clock());
        return orderOf(db, actorOf(req), params.id);
      },
    }),
    endpoint({
      ...decision,
      path: '/orders/:id/return',
      summary: 'The unit’s approver gives a purchase back to be amended, with a reason',
      body: reasonBody,
      handle: async ({ req, params, body }) => {
        await returnOrder(db, actorOf(req), params.id, body.reason, clock());
        return orderOf(db, actorOf(req), params.id);
      },
    }),
    endpoint({
      ...decision,
      path: '/orders/:id/cancellation',
      summary: 'The buyer cancels before a supplier has confirmed; stock, caps and counts are given back',
      body: cancellationBody,
      handle: async ({ req, params, body }) => {
        await cancelOrder(db, actorOf(req), params.id, body.reason, clock());
        return orderOf(db, actorOf(req), params.id);
      },
    }),
  ];
}
