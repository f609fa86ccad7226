import { z } from 'zod';
import { actorOf } from '../../accounts/who-acts.ts';
import type { FileStore } from '../../clients/file-store.ts';
import type { PrismaClient } from '../../db/client.ts';
import type { Clock } from '../../shared/clock.ts';
import { decodeCursor, encodeCursor } from '../../shared/pagination.ts';
import { type Endpoint, endpoint } from '../../web/api.ts';
import { orderParams } from '../order-schemas.ts';
import { findDispute, listDisputes, type WholeDispute } from './dispute-queries.ts';
import { agreeToSettlement, decideDispute, proposeSettlement, type SettledLine } from './settle-dispute.ts';

interface Parts {
  db: PrismaClient;
  files: FileStore;
  clock: Clock;
}

const settledLine = z.strictObject({
  lineId: z.int().positive(),
  quantity: z.int('notAQuantity').min(0, 'notAQuantity').max(1_000_000),
  /** where weight is what is paid for */
  grams: z.union([z.int('malformedWeight').min(1, 'malformedWeight').max(1_000_000_000), z.null()]).default(null),
});

const settlementBody = z
  .strictObject({
    messageId: z.int().positive().optional(),
    lines: z.array(settledLine).max(500).optional(),
    text: z.string().trim().max(1000).default(''),
  })
  .refine(({ messageId, lines }) => (messageId === undefined) !== (lines === undefined), {
    path: ['lines'],
    message: 'agreeOrPropose',
  });

const disputeJson = z.object({
  id: z.int(),
  state: z.string(),
  fulfilmentId: z.int(),
  orderId: z.int(),
  supplier: z.string(),
  unit: z.string().nullable(),
  openedAt: z.date(),
  closedAt: z.date().nullable(),
  /** what the receipt says is missing */
  lines: z.array(z.object({ lineId: z.int(), name: z.string(), shortQuantity: z.int(), damagedQuantity: z.int() })),
  /** what the one side proposes and the other may agree to */
  proposal: z.object({ messageId: z.int(), side: z.string(), lines: z.array(settledLine) }).nullable(),
});

const listQuery = z.object({
  state: z.enum(['open', 'closed']).default('open'),
  cursor: z.string().max(200).optional(),
  limit: z
    .string()
    .regex(/^\d{1,3}$/, 'malformed')
    .transform(Number)
    .pipe(z.number().min(1).max(100))
    .default(20),
});

/** Disputes over receipts: listed by key, and settled between buyer and supplier or by the operator. */
export function disputeEndpoints(parts: Parts): Endpoint[] {
  const { db, clock } = parts;
  const common = { tag: 'fulfilments', access: 'signed_in', scope: 'fulfilments' } as const;
  return [
    endpoint({
      ...common,
      method: 'get',
      path: '/disputes',
      summary:
        'The disputes over receipts of the units bought for and the suppliers acted for; all of them for operators',
      query: listQuery,
      response: z.object({ items: z.array(disputeJson), nextCursor: z.string().nullable() }),
      handle: async ({ req, query: { state, cursor, limit } }) => {
        const beforeId = Number(decodeCursor(cursor, 1)?.[0]) || null;
        const disputes = await listDisputes(db, actorOf(req), state, beforeId, limit);
        const last = disputes.length === limit ? disputes.at(-1) : undefined;
        return { items: disputes.map(toJson), nextCursor: last ? encodeCursor([last.id]) : null };
      },
    }),
    endpoint({
      ...common,
      method: 'post',
      path: '/disputes/:id/settlement',
      summary:
        'Agrees to the other side’s proposal (messageId), or proposes what was accepted after all (lines), which the operator decides',
      params: orderParams,
      idempotent: true,
      body: settlementBody,
      response: disputeJson,
      handle: async ({ req, params: { id }, body: { messageId, lines = [], text } }) => {
        const actor = actorOf(req);
        const words = { text, photos: [] };
        const { side } = await findDispute(db, actor, id);
        if (messageId !== undefined) await agreeToSettlement(parts, actor, id, messageId, clock());
        else if (side === 'operator') await decideDispute(parts, actor, id, lines, words, clock());
        else await proposeSettlement(parts, actor, id, lines, words, clock());
        return toJson((await findDispute(db, actor, id)).dispute);
      },
    }),
  ];
}

function toJson({ id, state, openedAt, closedAt, receipt, messages }: WholeDispute): z.infer<typeof disputeJson> {
  const { fulfilment } = receipt;
  const proposal = state === 'proposed' ? messages.findLast(({ lines }) => lines !== null) : undefined;
  return {
    ...{ id, state, openedAt, closedAt, fulfilmentId: fulfilment.id, orderId: fulfilment.orderId },
    supplier: fulfilment.supplier.name,
    unit: fulfilment.order.unit?.name ?? null,
    lines: receipt.lines
      .filter((line) => line.shortQuantity + line.damagedQuantity > 0)
      .map(({ lineId, line, shortQuantity, damagedQuantity }) => ({
        ...{ lineId, name: line.name, shortQuantity, damagedQuantity },
      })),
    proposal: proposal
      ? { messageId: proposal.id, side: proposal.side, lines: proposal.lines as unknown as SettledLine[] }
      : null,
  };
}
