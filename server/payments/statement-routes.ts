import express, { type Request, type Response, type Router } from 'express';
import { requireRole } from '../accounts/actor.ts';
import { actorOf } from '../accounts/who-acts.ts';
import type { FileStore } from '../clients/file-store.ts';
import type { PrismaClient } from '../db/client.ts';
import { pathTo, patterns } from '../paths.ts';
import { countsOfLines } from '../quotas/tally/order-counts.ts';
import type { Clock } from '../shared/clock.ts';
import { dayOf } from '../shared/days.ts';
import { decodeCursor } from '../shared/pagination.ts';
import { flash } from '../web/flash.ts';
import { type FormView, formView, refusedForm } from '../web/form-view.ts';
import { idIn, read } from '../web/forms.ts';
import { askExtension } from './ask-extension.ts';
import { confirmStatement } from './confirm-statement.ts';
import { decideExtension } from './decide-extension.ts';
import { invoiceFileIn } from './invoices/invoice-file.ts';
import { recordRed } from './invoices/record-red.ts';
import { invoicingOfStatement } from './invoices/statement-invoicing.ts';
import { latestDueOn } from './payment-term.ts';
import { recordInvoice } from './record-invoice.ts';
import { recordTransfer } from './record-transfer.ts';
import { exportStatement } from './statement-export.ts';
import { isPaidSupplier } from './statement-policy.ts';
import { presentStatement, presentStatements } from './statement-presenter.ts';
import { countOverdue, findStatement, listStatements } from './statement-queries.ts';
import {
  confirmationForm,
  extensionDecisionForm,
  extensionForm,
  invoiceForm,
  redForm,
  statementPageQuery,
  transferForm,
} from './statement-schemas.ts';

interface Parts {
  db: PrismaClient;
  files: FileStore;
  clock: Clock;
}

const PER_PAGE = 30;
const EXCEL = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
const NO_FORM: FormView = { values: {} };
const NO_FORMS = {
  ...{ confirm: NO_FORM, invoice: NO_FORM, transfer: NO_FORM },
  ...{ red: NO_FORM, extension: NO_FORM, extensionDecision: NO_FORM },
};
type Form = keyof typeof NO_FORMS;
const FIELDS: Record<Form, string[]> = {
  confirm: [],
  invoice: ['number', 'issuedOn', 'file'],
  red: ['refundId', 'number', 'issuedOn', 'amount', 'file'],
  extension: ['untilOn', 'reason'],
  extensionDecision: ['answer'],
  transfer: ['amount', 'payerName', 'payerAccount', 'paidOn'],
};

/** Statements on account for the payer's people, the supplier and the operator (rule 27). */
export function statementRoutes({ db, files, clock }: Parts): Router {
  const router = express.Router();
  const today = () => dayOf(clock());

  router.get(patterns.statements, async (req, res) => {
    const actor = actorOf(req);
    requireRole(actor, 'buyer', 'approver', 'supplier', 'operator');
    const { tab, cursor } = read(statementPageQuery, req.query);
    const beforeId = Number(decodeCursor(cursor, 1)?.[0] ?? 0) || null;
    const [found, overdue] = await Promise.all([
      listStatements(db, actor, { tab, beforeId, today: today(), limit: PER_PAGE + 1 }),
      countOverdue(db, actor, today()),
    ]);
    const statements = found.slice(0, PER_PAGE);
    const nextId = found.length > PER_PAGE ? statements.at(-1)?.id : undefined;
    const page = { tab, statements, nextId, overdue, today: today() };
    res.set('Cache-Control', 'no-store');
    res.render('payments/statements', {
      layout: 'work',
      currentPage: patterns.statements,
      ...presentStatements(req, page),
    });
  });

  router.get(patterns.statement, (req, res) => show(req, res));

  router.get(patterns.statementSheet, async (req, res) => {
    res
      .set('Cache-Control', 'no-store')
      .render('payments/statement-sheet', { layout: 'print', ...(await dataOf(req)) });
  });

  router.get(patterns.statementExcel, async (req, res) => {
    const data = await dataOf(req);
    const bytes = await exportStatement(req, data);
    res.set('Cache-Control', 'no-store').type(EXCEL).attachment(`${data.statement.referenceCode}.xlsx`).send(bytes);
  });

  router.post(patterns.statementConfirmation, (req, res) =>
    act(req, res, 'confirm', async (id) => {
      const { totalFen } = read(confirmationForm, req.body);
      await confirmStatement(db, actorOf(req), id, totalFen, clock());
    }),
  );

  router.post(patterns.statementInvoice, (req, res) =>
    act(req, res, 'invoice', async (id) => {
      const [typed, file] = [read(invoiceForm, req.body), await invoiceFileIn(req)];
      await recordInvoice({ db, files }, actorOf(req), id, { ...typed, file }, clock());
    }),
  );

  router.post(patterns.statementRed, (req, res) =>
    act(req, res, 'red', async (id) => {
      const { amount, ...typed } = read(redForm, { amount: '', ...req.body });
      const file = await invoiceFileIn(req);
      await recordRed({ db, files }, actorOf(req), id, { ...typed, amountFen: amount, file }, clock());
    }),
  );

  router.post(patterns.statementExtension, (req, res) =>
    act(req, res, 'extension', async (id) => {
      await askExtension(db, actorOf(req), id, read(extensionForm, req.body), clock());
    }),
  );

  router.post(patterns.statementExtensionDecision, (req, res) =>
    act(req, res, 'extensionDecision', (id) =>
      decideExtension(db, actorOf(req), id, read(extensionDecisionForm, req.body), clock()),
    ),
  );

  router.post(patterns.statementTransfer, (req, res) =>
    act(req, res, 'transfer', async (id) => {
      const { referenceCode } = await findStatement(db, actorOf(req), id);
      const input = { bankReference: '', ...req.body, referenceCode };
      const { amount, payerName, bankReference, ...transfer } = read(transferForm, input);
      const typed = {
        amountFen: amount,
        payerName: payerName || null,
        bankReference: bankReference || null,
        remark: null,
      };
      await recordTransfer(db, actorOf(req), { ...transfer, ...typed }, clock());
    }),
  );

  return router;

  async function act(req: Request, res: Response, form: Form, work: (id: number) => Promise<void>): Promise<void> {
    const id = idIn(req.params.id);
    try {
      await work(id);
    } catch (error) {
      const { status, faults } = refusedForm(error);
      return show(req, res.status(status), { [form]: formView(req.t, FIELDS[form], req.body ?? {}, faults) });
    }
    const isReceipt = form === 'transfer' && isPaidSupplier(actorOf(req), await findStatement(db, actorOf(req), id));
    flash(req, 'success', req.t(`statements:done.${isReceipt ? 'received' : form}`));
    res.redirect(303, pathTo('statement', { id }));
  }

  async function show(req: Request, res: Response, forms: Partial<Record<Form, FormView>> = {}): Promise<void> {
    const data = await dataOf(req, forms);
    res
      .set('Cache-Control', 'no-store')
      .render('payments/statement', { layout: 'work', currentPage: patterns.statements, ...data });
  }

  /** What a statement's orders count for is the payer's matter, not the supplier's. */
  async function dataOf(req: Request, forms: Partial<Record<Form, FormView>> = {}) {
    const actor = actorOf(req);
    const statement = await findStatement(db, actor, idIn(req.params.id));
    const orderIds = [...new Set(statement.lines.map((line) => line.orderId))];
    const [counts, invoicing, latestOn] = await Promise.all([
      isPaidSupplier(actor, statement) ? [] : countsOfLines(db, orderIds),
      invoicingOfStatement(db, statement.id),
      latestDueOn(db, statement.id),
    ]);
    const page = { actor, statement, counts, invoicing, latestOn, today: today() };
    return presentStatement(req, { ...page, forms: { ...NO_FORMS, ...forms } });
  }
}
