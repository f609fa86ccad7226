import { z } from 'zod';
import { requireRole } from '../accounts/actor.ts';
import { actorOf } from '../accounts/who-acts.ts';
import type { PrismaClient } from '../db/client.ts';
import type { Clock } from '../shared/clock.ts';
import { dayFromColumn } from '../shared/days.ts';
import { decodeCursor, encodeCursor } from '../shared/pagination.ts';
import { type Endpoint, endpoint } from '../web/api.ts';
import { restOfTransfer } from './lock-transfer.ts';
import { matchTransfer } from './record-transfer.ts';
import { findTransferJson, transferJson } from './statement-api.ts';
import { matchForm, statementListQuery, statementParams } from './statement-schemas.ts';
import { type ListedTransfer, listTransfers, TRANSFER_TABS } from './transfer-queries.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

const listedJson = transferJson.extend({ payerName: z.string(), remark: z.string().nullable() });

/** The operator's transfers, and the ones matched by hand. */
export function transferEndpoints({ db, clock }: Parts): Endpoint[] {
  const common = { tag: 'payments', access: 'signed_in', scope: 'payments' } as const;
  return [
    endpoint({
      ...common,
      method: 'get',
      path: '/transfers',
      summary: 'Transfers for the operator, newest first: those to be matched by hand, with a rest, declared, or all',
      query: statementListQuery.omit({ state: true }).extend({ tab: z.enum(TRANSFER_TABS).default('unmatched') }),
      response: z.object({ items: z.array(listedJson), nextCursor: z.string().nullable() }),
      handle: async ({ req, query: { tab, cursor, limit } }) => {
        requireRole(actorOf(req), 'operator');
        const beforeId = Number(decodeCursor(cursor, 1)?.[0] ?? 0) || null;
        const found = await listTransfers(db, tab, beforeId, limit);
        const last = found.length === limit ? found.at(-1) : undefined;
        return { items: found.map(toJson), nextCursor: last ? encodeCursor([last.id]) : null };
      },
    }),
    endpoint({
      ...common,
      method: 'post',
      path: '/transfers/:id/match',
      summary: 'The operator matches a transfer that no code matched, or the rest of one, to a statement',
      params: statementParams,
      body: matchForm,
      response: transferJson,
      idempotent: true,
      handle: async ({ req, params: { id }, body: { referenceCode } }) => {
        await matchTransfer(db, actorOf(req), id, referenceCode.toUpperCase(), clock());
        return findTransferJson(db, id);
      },
    }),
  ];
}

function toJson(transfer: ListedTransfer): z.output<typeof listedJson> {
  const { id, state, statementId, referenceCode, amountFen, payerAccount, payerName, remark, paidOn } = transfer;
  return {
    ...{ id, state, statementId, referenceCode, payerAccount, payerName, remark },
    amountFen: Number(amountFen),
    allocatedFen: transfer.allocations.reduce((sum, { fen }) => sum + fen, 0),
    unallocatedFen: restOfTransfer(transfer),
    paidOn: dayFromColumn(paidOn),
  };
}
