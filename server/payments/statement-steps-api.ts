import { z } from 'zod';
import { actorOf } from '../accounts/who-acts.ts';
import type { FileStore } from '../clients/file-store.ts';
import type { PrismaClient } from '../db/client.ts';
import type { Clock } from '../shared/clock.ts';
import { type Endpoint, endpoint } from '../web/api.ts';
import { askExtension } from './ask-extension.ts';
import { decideExtension } from './decide-extension.ts';
import { recordRed } from './invoices/record-red.ts';
import { decideReturn, proposeReturn } from './return-transfer.ts';
import { findTransferJson, toWholeJson, transferJson, wholeStatementJson } from './statement-api.ts';
import { findStatement } from './statement-queries.ts';
import {
  extensionDecisionForm,
  extensionForm,
  redBody,
  returnBody,
  returnDecisionForm,
  statementParams,
} from './statement-schemas.ts';

interface Parts {
  db: PrismaClient;
  files: FileStore;
  clock: Clock;
}

/** What follows a statement: red-letter invoices, its extension, transfers that go back. */
export function statementStepEndpoints({ db, files, clock }: Parts): Endpoint[] {
  const act = { tag: 'payments', access: 'signed_in', scope: 'payments', method: 'post', idempotent: true } as const;
  return [
    endpoint({
      ...act,
      path: '/statements/:id/red-invoice',
      summary: "The supplier records the red-letter invoice of a refund that was granted after the statement's invoice",
      params: statementParams,
      body: redBody,
      status: 201,
      response: wholeStatementJson,
      handle: async ({ req, params, body: { issuedOn = null, amountFen = null, ...red } }) => {
        const wish = { ...red, issuedOn, amountFen, file: null };
        await recordRed({ db, files }, actorOf(req), params.id, wish, clock());
        return toWholeJson(await findStatement(db, actorOf(req), params.id));
      },
    }),
    endpoint({
      ...act,
      path: '/statements/:id/extension',
      summary: 'The payer asks for a later day to pay, once a statement, 60 days from the last delivery at most',
      params: statementParams,
      body: extensionForm,
      status: 201,
      response: wholeStatementJson,
      handle: async ({ req, params, body }) => {
        await askExtension(db, actorOf(req), params.id, body, clock());
        return toWholeJson(await findStatement(db, actorOf(req), params.id));
      },
    }),
    endpoint({
      ...act,
      path: '/statements/:id/extension/decision',
      summary: 'The supplier grants or refuses the extension that was asked for',
      params: statementParams,
      body: extensionDecisionForm,
      response: wholeStatementJson,
      handle: async ({ req, params, body }) => {
        await decideExtension(db, actorOf(req), params.id, body, clock());
        return toWholeJson(await findStatement(db, actorOf(req), params.id));
      },
    }),
    endpoint({
      ...act,
      path: '/transfers/:id/return',
      summary: 'An operator proposes to send back what of a transfer has paid for nothing',
      params: statementParams,
      body: returnBody,
      status: 201,
      response: transferJson.extend({ returnId: z.int() }),
      handle: async ({ req, params, body: { amountFen = null, reason } }) => {
        const returnId = await proposeReturn(db, actorOf(req), params.id, { fen: amountFen, reason }, clock());
        return { ...(await findTransferJson(db, params.id)), returnId };
      },
    }),
    endpoint({
      ...act,
      path: '/transfers/returns/:id/decision',
      summary: 'Another operator than who proposed it decides on a return',
      params: statementParams,
      body: returnDecisionForm,
      response: transferJson,
      handle: async ({ req, params, body }) => {
        await decideReturn(db, actorOf(req), params.id, body.decision, clock());
        const { transferId } = await db.transferReturn.findUniqueOrThrow({ where: { id: params.id } });
        return findTransferJson(db, transferId);
      },
    }),
  ];
}
