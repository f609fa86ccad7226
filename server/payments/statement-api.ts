import { z } from 'zod';
import { actorOf } from '../accounts/who-acts.ts';
import type { FileStore } from '../clients/file-store.ts';
import type { PrismaClient } from '../db/client.ts';
import type { Clock } from '../shared/clock.ts';
import { dayFromColumn, dayOf } from '../shared/days.ts';
import { decodeCursor, encodeCursor } from '../shared/pagination.ts';
import { type Endpoint, endpoint } from '../web/api.ts';
import { confirmStatement } from './confirm-statement.ts';
import { restOfTransfer } from './lock-transfer.ts';
import { recordInvoice } from './record-invoice.ts';
import { recordTransfer } from './record-transfer.ts';
import { findStatement, type ListedStatement, listStatements, type WholeStatement } from './statement-queries.ts';
import {
  confirmationBody,
  invoiceBody,
  statementListQuery,
  statementParams,
  transferBody,
} from './statement-schemas.ts';

interface Parts {
  db: PrismaClient;
  files: FileStore;
  clock: Clock;
}

const invoiceJson = z.object({
  id: z.int(),
  kind: z.string(),
  number: z.string(),
  title: z.string(),
  taxNumber: z.string().nullable(),
  amountFen: z.int(),
  issuedOn: z.string(),
  redOfId: z.int().nullable(),
  refundId: z.int().nullable(),
});

const statementJson = z.object({
  id: z.int(),
  referenceCode: z.string(),
  state: z.string(),
  unit: z.object({ code: z.string(), name: z.string() }),
  fundingSource: z.string(),
  payerTitle: z.string(),
  supplier: z.object({ code: z.string(), name: z.string() }),
  startsOn: z.string(),
  endsOn: z.string(),
  dueOn: z.string().nullable(),
  totalFen: z.int(),
  paidFen: z.int(),
  unpaidFen: z.int(),
  invoices: z.array(invoiceJson),
});

export const wholeStatementJson = statementJson.extend({
  lines: z.array(
    z.object({
      id: z.int(),
      orderId: z.int(),
      lineId: z.int().nullable(),
      kind: z.enum(['goods', 'freight', 'refund', 'freight_refund']),
      name: z.string().nullable(),
      fen: z.int(),
      paidFen: z.int(),
      paidAt: z.date().nullable(),
    }),
  ),
  transfers: z.array(
    z.object({ id: z.int(), state: z.string(), amountFen: z.int(), unallocatedFen: z.int(), paidOn: z.string() }),
  ),
});

export const transferJson = z.object({
  id: z.int(),
  state: z.string(),
  statementId: z.int().nullable(),
  referenceCode: z.string().nullable(),
  amountFen: z.int(),
  allocatedFen: z.int(),
  unallocatedFen: z.int(),
  payerAccount: z.string(),
  paidOn: z.string(),
});

/** Statements on account, and the transfers that pay them. */
export function statementEndpoints({ db, files, clock }: Parts): Endpoint[] {
  const common = { tag: 'payments', access: 'signed_in', scope: 'payments' } as const;
  const act = { ...common, method: 'post', idempotent: true } as const;
  return [
    endpoint({
      ...common,
      method: 'get',
      path: '/statements',
      summary: 'Statements of the payers and suppliers that one speaks for, newest first',
      query: statementListQuery,
      response: z.object({ items: z.array(statementJson), nextCursor: z.string().nullable() }),
      handle: async ({ req, query: { state, cursor, limit } }) => {
        const beforeId = Number(decodeCursor(cursor, 1)?.[0] ?? 0) || null;
        const found = await listStatements(db, actorOf(req), { state, beforeId, limit, today: dayOf(clock()) });
        const last = found.length === limit ? found.at(-1) : undefined;
        return { items: found.map(toJson), nextCursor: last ? encodeCursor([last.id]) : null };
      },
    }),
    endpoint({
      ...common,
      method: 'get',
      path: '/statements/:id',
      summary: 'A statement with its lines and transfers',
      params: statementParams,
      response: wholeStatementJson,
      handle: async ({ req, params }) => toWholeJson(await findStatement(db, actorOf(req), params.id)),
    }),
    endpoint({
      ...act,
      path: '/statements/:id/confirmation',
      summary: 'The payer or the supplier confirms a statement; it takes up no more from then on',
      params: statementParams,
      body: confirmationBody,
      response: wholeStatementJson,
      handle: async ({ req, params, body }) => {
        await confirmStatement(db, actorOf(req), params.id, body.totalFen ?? null, clock());
        return toWholeJson(await findStatement(db, actorOf(req), params.id));
      },
    }),
    endpoint({
      ...act,
      path: '/statements/:id/invoice',
      summary: 'The supplier records the invoice of a confirmed or paid statement',
      params: statementParams,
      body: invoiceBody,
      status: 201,
      response: wholeStatementJson,
      handle: async ({ req, params, body: { number, issuedOn = null } }) => {
        await recordInvoice({ db, files }, actorOf(req), params.id, { number, issuedOn, file: null }, clock());
        return toWholeJson(await findStatement(db, actorOf(req), params.id));
      },
    }),
    endpoint({
      ...act,
      path: '/transfers',
      summary:
        'A transfer that came (operator, supplier) pays the statement of its reference code, oldest lines first; one of the payer is declared ahead',
      body: transferBody,
      status: 201,
      response: transferJson,
      handle: async ({ req, body }) => {
        const { referenceCode = null, bankReference = null, payerName = null, ...transfer } = body;
        const row = { ...transfer, referenceCode, bankReference, payerName, remark: null };
        return findTransferJson(db, await recordTransfer(db, actorOf(req), row, clock()));
      },
    }),
  ];
}

function toJson(statement: ListedStatement): z.output<typeof statementJson> {
  const { id, referenceCode, state, unit, fundingSource, payer, supplier, totalFen, paidFen, dueOn } = statement;
  return {
    ...{ id, referenceCode, state, fundingSource, payerTitle: payer.title, paidFen },
    unit: { code: unit.code, name: unit.name },
    supplier: { code: supplier.code, name: supplier.name },
    startsOn: dayFromColumn(statement.startsOn),
    endsOn: dayFromColumn(statement.endsOn),
    dueOn: dueOn && dayFromColumn(dueOn),
    totalFen: Number(totalFen),
    unpaidFen: Math.max(0, Number(totalFen) - paidFen),
    invoices: statement.invoices.map((invoice) => ({
      ...{ id: invoice.id, kind: invoice.kind, number: invoice.number, title: invoice.title },
      ...{ taxNumber: invoice.taxNumber, redOfId: invoice.redOfId, refundId: invoice.refundId },
      amountFen: Number(invoice.amountFen),
      issuedOn: dayFromColumn(invoice.issuedOn),
    })),
  };
}

export function toWholeJson(statement: WholeStatement): z.output<typeof wholeStatementJson> {
  return {
    ...toJson(statement),
    lines: statement.lines.map(({ id, orderId, fen, paidFen, paidAt, ...line }) => {
      const goods = line.receiptLine ?? line.refundLine;
      const kind = line.receiptLineId
        ? 'goods'
        : line.refundLineId
          ? 'refund'
          : line.fulfilmentId
            ? 'freight'
            : 'freight_refund';
      return { id, orderId, lineId: goods?.lineId ?? null, kind, name: goods?.line.name ?? null, fen, paidFen, paidAt };
    }),
    transfers: statement.transfers.map(({ id, state, amountFen, paidOn, allocations, returns }) => ({
      ...{ id, state, amountFen: Number(amountFen), paidOn: dayFromColumn(paidOn) },
      unallocatedFen: restOfTransfer({ amountFen, allocations, returns }),
    })),
  };
}

export async function findTransferJson(db: PrismaClient, id: number): Promise<z.output<typeof transferJson>> {
  const { allocations, returns, state, statementId, referenceCode, amountFen, payerAccount, paidOn } =
    await db.transfer.findUniqueOrThrow({
      where: { id },
      include: { allocations: { select: { fen: true } }, returns: true },
    });
  const allocatedFen = allocations.reduce((sum, { fen }) => sum + fen, 0);
  return {
    ...{ id, state, statementId, referenceCode, amountFen: Number(amountFen), allocatedFen, payerAccount },
    unallocatedFen: restOfTransfer({ amountFen, allocations, returns }),
    paidOn: dayFromColumn(paidOn),
  };
}
