import { z } from 'zod';
import { actorOf } from '../accounts/who-acts.ts';
import type { PrismaClient } from '../db/client.ts';
import type { Clock } from '../shared/clock.ts';
import { NotFound } from '../shared/errors.ts';
import { type Endpoint, endpoint } from '../web/api.ts';
import { recallBatch } from './recall-batch.ts';
import { findRecall, listRecalls, type ShownRecall } from './recall-queries.ts';
import { recallBody, returnForm, SEVERITIES } from './recall-schemas.ts';
import { returnRecalled } from './return-recalled.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

const PER_PAGE = 50;
const idParam = z.coerce.number().int().min(1).max(2_147_483_647);

const recallJson = z.object({
  ...{ id: z.int(), traceCode: z.string(), productId: z.int(), name: z.string(), nameEn: z.string() },
  severity: z.enum(SEVERITIES),
  state: z.enum(['running', 'handled', 'closed']),
  ...{ reason: z.string(), advice: z.string().nullable(), at: z.date() },
  ...{ result: z.string().nullable(), closedAt: z.date().nullable() },
});

function toJson({ id, severity, state, reason, advice, at, result, closedAt, batch }: ShownRecall) {
  const { id: productId, family } = batch.product;
  return {
    ...{ id, traceCode: batch.traceCode, productId, name: family.name, nameEn: family.nameEn },
    ...{ severity, state, reason, advice, at, result, closedAt },
  };
}

/** Recalls for anyone to read, for suppliers, certifiers and operators to begin, for buyers to return goods. */
export function recallEndpoints({ db, clock }: Parts): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/recalls',
      summary: 'Recalls, newest first',
      tag: 'recalls',
      access: 'any',
      query: z.object({ cursor: idParam.optional() }),
      response: z.object({ items: z.array(recallJson), nextCursor: z.string().nullable() }),
      handle: async ({ query }) => {
        const found = await listRecalls(db, query.cursor ?? null, PER_PAGE + 1);
        const items = found.slice(0, PER_PAGE).map(toJson);
        return { items, nextCursor: found.length > PER_PAGE ? String(items.at(-1)?.id) : null };
      },
    }),
    endpoint({
      method: 'get',
      path: '/recalls/:id',
      summary: 'One recall',
      tag: 'recalls',
      access: 'any',
      params: z.object({ id: idParam }),
      response: recallJson,
      handle: async ({ params }) => toJson(await findRecall(db, params.id)),
    }),
    endpoint({
      method: 'post',
      path: '/recalls',
      summary: 'Recalls a batch: off sale at once, orders served from other batches or refunded, every buyer told',
      tag: 'recalls',
      access: 'signed_in',
      scope: 'fulfilments',
      body: recallBody,
      status: 201,
      response: recallJson,
      idempotent: true,
      handle: async ({ req, body: { traceCode, ...request } }) => {
        const batch = await db.batch.findUnique({ where: { traceCode }, select: { id: true } });
        if (!batch) throw new NotFound('unknownTraceCode');
        return toJson(await findRecall(db, await recallBatch(db, actorOf(req), batch.id, request, clock())));
      },
    }),
    endpoint({
      method: 'post',
      path: '/recalls/:id/returns',
      summary: 'Goods of a recalled batch come back: the refund is granted at once',
      tag: 'recalls',
      access: 'signed_in',
      scope: 'orders',
      params: z.object({ id: idParam }),
      body: returnForm.extend({ orderId: z.int().min(1) }).strict(),
      status: 201,
      response: z.object({ refundId: z.int() }),
      idempotent: true,
      handle: async ({ req, params, body }) => ({
        refundId: await returnRecalled(db, actorOf(req), { recallId: params.id, ...body }, clock()),
      }),
    }),
  ];
}
