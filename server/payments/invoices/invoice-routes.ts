import { pipeline } from 'node:stream/promises';
import express, { type Request, type Response, type Router } from 'express';
import { requireRole } from '../../accounts/actor.ts';
import { actorOf } from '../../accounts/who-acts.ts';
import type { FileStore } from '../../clients/file-store.ts';
import type { PrismaClient } from '../../db/client.ts';
import { pathTo, patterns } from '../../paths.ts';
import type { Clock } from '../../shared/clock.ts';
import { dayOf } from '../../shared/days.ts';
import { NotFound } from '../../shared/errors.ts';
import { decodeCursor } from '../../shared/pagination.ts';
import { flash } from '../../web/flash.ts';
import { type FormView, formView, refusedForm } from '../../web/form-view.ts';
import { idIn, read } from '../../web/forms.ts';
import { askInvoice } from './ask-invoice.ts';
import { invoiceFileIn } from './invoice-file.ts';
import { INVOICE_TABS, presentInvoiceList, presentOrderInvoice, presentParcelInvoice } from './invoice-presenter.ts';
import {
  findInvoicedOrder,
  findInvoicedParcel,
  findInvoiceFile,
  listAsked,
  listIssued,
  listMissingReds,
  titlesOf,
} from './invoice-queries.ts';
import { invoiceWishForm, parcelInvoiceForm, parcelRedForm } from './invoice-schemas.ts';
import { invoicingOfParcel } from './parcel-invoicing.ts';
import { recordParcelInvoice, recordParcelRed } from './record-parcel-invoice.ts';

interface Parts {
  db: PrismaClient;
  files: FileStore;
  clock: Clock;
}

const PER_PAGE = 30;
const EMPTY: FormView = { values: {} };
const WISH_FIELDS = ['kind', 'title', 'taxNumber'];
const PAPER_FIELDS = ['number', 'issuedOn', 'file', 'refundId', 'amount'];

/** Invoices of what was paid at once: asked for by the buyer, issued by each supplier; and a supplier's list of all its invoices. */
export function invoiceRoutes({ db, files, clock }: Parts): Router {
  const router = express.Router();

  router.get(patterns.orderInvoice, (req, res) => showOrder(req, res));

  router.post(patterns.orderInvoice, async (req, res) => {
    const id = idIn(req.params.id);
    try {
      await askInvoice(db, actorOf(req), id, read(invoiceWishForm, req.body), clock());
    } catch (error) {
      const { status, faults } = refusedForm(error);
      return showOrder(req, res.status(status), formView(req.t, WISH_FIELDS, req.body ?? {}, faults));
    }
    flash(req, 'success', req.t('invoices:flash.asked'));
    res.redirect(303, pathTo('orderInvoice', { id }));
  });

  router.get(patterns.invoices, async (req, res) => {
    const actor = actorOf(req);
    requireRole(actor, 'supplier');
    const tab = INVOICE_TABS.find((name) => name === req.query.tab) ?? 'asked';
    const key = decodeCursor(typeof req.query.cursor === 'string' ? req.query.cursor : undefined, 1)?.[0];
    const page = [db, actor, Number(key) || null, PER_PAGE + 1] as const;
    const list =
      tab === 'asked'
        ? { tab, rows: await listAsked(...page) }
        : tab === 'red'
          ? { tab, rows: await listMissingReds(...page) }
          : { tab, rows: await listIssued(...page) };
    res.set('Cache-Control', 'no-store').render('payments/invoices', {
      layout: 'work',
      currentPage: patterns.invoices,
      ...presentInvoiceList(req, list, PER_PAGE),
    });
  });

  router.get(patterns.parcelInvoice, (req, res) => showParcel(req, res, {}));

  router.post(patterns.parcelInvoice, (req, res) =>
    record(req, res, 'invoice', async (id) => {
      const [typed, file] = [read(parcelInvoiceForm, req.body), await invoiceFileIn(req)];
      await recordParcelInvoice({ db, files }, actorOf(req), id, { ...typed, file }, clock());
    }),
  );

  router.post(patterns.parcelRed, (req, res) =>
    record(req, res, 'red', async (id) => {
      const { amount, refundId, ...typed } = read(parcelRedForm, { amount: '', ...req.body });
      const wish = { ...typed, refundId: refundId || null, amountFen: amount, file: await invoiceFileIn(req) };
      await recordParcelRed({ db, files }, actorOf(req), id, wish, clock());
    }),
  );

  router.get(patterns.invoiceFile, async (req, res) => {
    const file = await findInvoiceFile(db, actorOf(req), idIn(req.params.id));
    const bytes = await files.open(file.sha256);
    if (!bytes) throw new NotFound();
    res.type(file.mime).attachment(file.name).set('Cache-Control', 'private, no-store');
    await pipeline(bytes, res);
  });

  return router;

  async function record(
    req: Request,
    res: Response,
    form: 'invoice' | 'red',
    work: (id: number) => Promise<void>,
  ): Promise<void> {
    const id = idIn(req.params.id);
    try {
      await work(id);
    } catch (error) {
      const { status, faults } = refusedForm(error);
      return showParcel(req, res.status(status), { [form]: formView(req.t, PAPER_FIELDS, req.body ?? {}, faults) });
    }
    flash(req, 'success', req.t(`statements:done.${form}`));
    res.redirect(303, pathTo('parcelInvoice', { id }));
  }

  async function showOrder(req: Request, res: Response, form: FormView = EMPTY): Promise<void> {
    const actor = actorOf(req);
    const order = await findInvoicedOrder(db, actor, idIn(req.params.id));
    const titles = await titlesOf(db, actor.id);
    res
      .set('Cache-Control', 'no-store')
      .render('payments/order-invoice', presentOrderInvoice(req, order, titles, form));
  }

  async function showParcel(req: Request, res: Response, forms: { invoice?: FormView; red?: FormView }): Promise<void> {
    const parcel = await findInvoicedParcel(db, actorOf(req), idIn(req.params.id));
    const invoicing = await invoicingOfParcel(db, parcel.id);
    res.set('Cache-Control', 'no-store').render('payments/parcel-invoice', {
      layout: 'work',
      currentPage: patterns.invoices,
      ...presentParcelInvoice(req, parcel, invoicing),
      forms: { invoice: EMPTY, red: EMPTY, ...forms },
      today: dayOf(clock()),
    });
  }
}
