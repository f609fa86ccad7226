import { z } from 'zod';
import { actorOf } from '../accounts/who-acts.ts';
import type { FileStore } from '../clients/file-store.ts';
import type { PrismaClient } from '../db/client.ts';
import type { Clock } from '../shared/clock.ts';
import { type Endpoint, endpoint } from '../web/api.ts';
import { decideRefund } from './decide-refund.ts';
import { findOrder } from './order-queries.ts';
import { orderParams, refundBody, refundDecisionBody } from './order-schemas.ts';
import { findRefund, refundsOfOrder, tendersBack, type WholeRefund } from './refund-queries.ts';
import { requestRefund } from './request-refund.ts';

interface Parts {
  db: PrismaClient;
  files: FileStore;
  clock: Clock;
}

export const refundJson = z.object({
  id: z.int(),
  orderId: z.int(),
  fulfilmentId: z.int(),
  state: z.string(),
  reason: z.string(),
  goodsFen: z.int(),
  freightFen: z.int(),
  /** of both, to the welfare allowance; and points that come back beside them */
  allowanceFen: z.int(),
  pointsFen: z.int(),
  lines: z.array(
    z.object({
      lineId: z.int(),
      productId: z.int(),
      requestedQuantity: z.int(),
      quantity: z.int(),
      fen: z.int(),
      grams: z.int(),
      restockedQuantity: z.int(),
    }),
  ),
  requestedAt: z.date(),
  decidedAt: z.date().nullable(),
  decisionReason: z.string().nullable(),
});

export function toRefundJson(refund: WholeRefund): z.infer<typeof refundJson> {
  const { id, orderId, fulfilmentId, state, reason, goodsFen, freightFen, requestedAt, decidedAt, decisionReason } =
    refund;
  return {
    ...{ id, orderId, fulfilmentId, state, reason, goodsFen, freightFen, requestedAt, decidedAt, decisionReason },
    ...{ allowanceFen: tendersBack(refund).allowanceFen, pointsFen: tendersBack(refund).points },
    lines: refund.lines.map(({ lineId, line, requestedQuantity, quantity, fen, grams, restocked }) => ({
      lineId,
      productId: line.productId,
      requestedQuantity,
      quantity,
      fen,
      grams,
      restockedQuantity: restocked,
    })),
  };
}

/** Refunds by line: the buyer asks, the supplier or the operator decides. */
export function refundEndpoints({ db, files, clock }: Parts): Endpoint[] {
  const common = { tag: 'refunds', access: 'signed_in', params: orderParams } as const;
  return [
    endpoint({
      ...common,
      scope: 'orders',
      method: 'post',
      path: '/orders/:id/refunds',
      summary: 'The buyer asks for goods of one parcel back, by line and quantity, before or after it was received',
      body: refundBody,
      status: 201,
      response: refundJson,
      idempotent: true,
      handle: async ({ req, params, body }) => {
        const id = await requestRefund({ db, files }, actorOf(req), params.id, { ...body, photos: [] }, clock());
        return toRefundJson(await findRefund(db, actorOf(req), id));
      },
    }),
    endpoint({
      ...common,
      scope: 'orders',
      method: 'get',
      path: '/orders/:id/refunds',
      summary: 'What was asked back of an order, and what became of it',
      response: z.object({ items: z.array(refundJson), nextCursor: z.null() }),
      handle: async ({ req, params }) => {
        const { id } = await findOrder(db, actorOf(req), params.id);
        return { items: (await refundsOfOrder(db, id)).map(toRefundJson), nextCursor: null };
      },
    }),
    endpoint({
      ...common,
      scope: 'fulfilments',
      method: 'post',
      path: '/refunds/:id/decision',
      summary:
        'The supplier or the operator approves (no lines: all as asked for) or refuses; a reason is needed unless all is granted',
      body: refundDecisionBody,
      response: refundJson,
      idempotent: true,
      handle: async ({ req, params, body }) => {
        await decideRefund(db, actorOf(req), params.id, body, clock());
        return toRefundJson(await findRefund(db, actorOf(req), params.id));
      },
    }),
  ];
}
