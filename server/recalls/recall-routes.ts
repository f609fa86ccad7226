import express, { type Request, type Response, type Router } from 'express';
import { type Actor, hasRole } from '../accounts/actor.ts';
import { actorOf } from '../accounts/who-acts.ts';
import { mayRecall } from '../catalog/trace-policy.ts';
import type { PrismaClient } from '../db/client.ts';
import { mayLookAfter } from '../orders/order-policy.ts';
import { pathTo, patterns } from '../paths.ts';
import type { Clock } from '../shared/clock.ts';
import { type Fault, NotFound } from '../shared/errors.ts';
import { placeTree } from '../units/place-tree.ts';
import { flash } from '../web/flash.ts';
import { formView, refusedForm } from '../web/form-view.ts';
import { idIn, read } from '../web/forms.ts';
import { closeRecall } from './close-recall.ts';
import { recallBatch } from './recall-batch.ts';
import { writeRecallExcel } from './recall-excel.ts';
import {
  presentBatch,
  presentRecall,
  presentRecalledLine,
  presentTotals,
  severityChoices,
} from './recall-presenter.ts';
import {
  findBatchToRecall,
  findRecall,
  listOwnRecalledLines,
  listRecalledLines,
  listRecalls,
  recallTotals,
  type ShownRecall,
} from './recall-queries.ts';
import { closingForm, recallForm, returnForm } from './recall-schemas.ts';
import { returnRecalled } from './return-recalled.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

const PAGE = 20;
const LINES = 50;
const MOST_IN_EXCEL = 20_000;
const EXCEL = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

/** Recalls: the public notices with what a buyer does about own goods, and the work of whoever recalls (rule 18). */
export function recallRoutes({ db, clock }: Parts): Router {
  const router = express.Router();

  router.get(patterns.recalls, async (req, res) => {
    const beforeId = typeof req.query.before === 'string' ? idIn(req.query.before) : null;
    const [places, recalls] = await Promise.all([placeTree(db), listRecalls(db, beforeId, PAGE + 1)]);
    const page = recalls.slice(0, PAGE);
    const last = recalls.length > PAGE ? page.at(-1) : undefined;
    res.render('recalls/list', {
      title: req.t('recalls:title'),
      recalls: page.map((recall) => presentRecall(req, places, recall)),
      firstHref: beforeId ? pathTo('recalls') : undefined,
      nextHref: last ? pathTo('recalls', { before: last.id }) : undefined,
    });
  });

  router.get(patterns.recall, (req, res) => showNotice(req, res, null, []));

  router.post(patterns.recallReturn, async (req, res) => {
    const actor = actorOf(req);
    const [recallId, orderId] = [idIn(req.params.id), idIn(req.params.orderId)];
    try {
      const { quantity, returned } = read(returnForm, req.body);
      await returnRecalled(db, actor, { recallId, orderId, quantity, returned }, clock());
      flash(req, 'success', req.t('recalls:flash.returned'));
      res.redirect(303, pathTo('recall', { id: recallId }));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await showNotice(req, res.status(status), orderId, faults);
    }
  });

  router.get(patterns.recallBatch, (req, res) => showForm(req, res, {}, []));

  router.post(patterns.recallBatch, async (req, res) => {
    try {
      const id = await recallBatch(db, actorOf(req), idIn(req.params.id), read(recallForm, req.body), clock());
      flash(req, 'success', req.t('recalls:flash.begun'));
      res.redirect(303, pathTo('recallProgress', { id }));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await showForm(req, res.status(status), req.body ?? {}, faults);
    }
  });

  router.get(patterns.recallProgress, (req, res) => showProgress(req, res, {}, []));

  router.get(patterns.recallExcel, async (req, res) => {
    const { recall, link } = await ownRecall(req);
    const [places, lines] = await Promise.all([placeTree(db), listRecalledLines(db, recall, 0, MOST_IN_EXCEL)]);
    const shown = presentRecall(req, places, recall);
    const bytes = await writeRecallExcel(
      req,
      shown,
      lines.map((line) => presentRecalledLine(req, line, link)),
    );
    res.set('Cache-Control', 'no-store').type(EXCEL).attachment(`recall-${shown.batch.code}.xlsx`).send(bytes);
  });

  router.post(patterns.recallClosing, async (req, res) => {
    const id = idIn(req.params.id);
    try {
      await closeRecall(db, actorOf(req), id, read(closingForm, req.body).result, clock());
      flash(req, 'success', req.t('recalls:flash.closed'));
      res.redirect(303, pathTo('recallProgress', { id }));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await showProgress(req, res.status(status), req.body ?? {}, faults);
    }
  });

  return router;

  async function showNotice(req: Request, res: Response, refusedOrder: number | null, faults: Fault[]): Promise<void> {
    const { actor } = req;
    const [places, recall] = await Promise.all([placeTree(db), findRecall(db, idIn(req.params.id))]);
    const own = actor ? await listOwnRecalledLines(db, actor, recall) : [];
    if (actor) res.set('Cache-Control', 'no-store');
    const shown = presentRecall(req, places, recall);
    res.render('recalls/show', {
      title: req.t('recalls:noticeTitle', { name: shown.batch.name }),
      breadcrumbs: [{ label: req.t('recalls:title'), href: pathTo('recalls') }, { label: shown.batch.code }],
      recall: shown,
      progressHref:
        actor && mayRecall(actor, places, recall.batch.product)
          ? pathTo('recallProgress', { id: recall.id })
          : undefined,
      own: own.map((line) => ({
        ...presentRecalledLine(req, line, 'order'),
        mayReturn: shown.isOpen && line.sentQuantity > line.returnedQuantity,
        action: pathTo('recallReturn', { id: recall.id, orderId: line.orderId }),
        fieldId: `f-quantity-${line.orderId}`,
        fault:
          line.orderId === refusedOrder && faults[0] ? req.t(`faults:${faults[0].code}`, faults[0].values) : undefined,
        typed: line.orderId === refusedOrder ? req.body?.quantity : undefined,
      })),
    });
  }

  async function showForm(req: Request, res: Response, typed: Record<string, unknown>, faults: Fault[]): Promise<void> {
    const actor = actorOf(req);
    const [places, batch] = await Promise.all([placeTree(db), findBatchToRecall(db, idIn(req.params.id))]);
    if (!mayRecall(actor, places, batch.product)) throw new NotFound();
    if (batch.recall) return res.redirect(303, pathTo('recallProgress', { id: batch.recall.id }));
    const shown = presentBatch(req, places, batch);
    res.render('recalls/form', {
      layout: 'work',
      title: req.t('recalls:formTitle', { name: shown.name }),
      breadcrumbs: [{ label: req.t('recalls:title'), href: pathTo('recalls') }, { label: shown.code }],
      batch: { ...shown, available: batch.available, orders: batch.orders, sent: batch.sent },
      isComing: batch.coming,
      severities: severityChoices(req),
      action: pathTo('recallBatch', { id: batch.id }),
      form: formView(req.t, ['severity', 'reason', 'advice'], typed, faults),
    });
  }

  async function showProgress(req: Request, res: Response, typed: Record<string, unknown>, faults: Fault[]) {
    const { recall, link } = await ownRecall(req);
    const afterId = typeof req.query.after === 'string' ? idIn(req.query.after) : 0;
    const [places, totals, lines] = await Promise.all([
      placeTree(db),
      recallTotals(db, recall.id),
      listRecalledLines(db, recall, afterId, LINES + 1),
    ]);
    const page = lines.slice(0, LINES);
    const last = lines.length > LINES ? page.at(-1) : undefined;
    const shown = presentRecall(req, places, recall);
    res.set('Cache-Control', 'no-store').render('recalls/progress', {
      layout: 'work',
      title: req.t('recalls:progressTitle', { name: shown.batch.name }),
      currentPage: pathTo('recalls'),
      breadcrumbs: [{ label: req.t('recalls:title'), href: pathTo('recalls') }, { label: shown.batch.code }],
      recall: shown,
      totals: presentTotals(req, totals, shown.batch.saleUnit),
      lines: page.map((line) => presentRecalledLine(req, line, link)),
      firstHref: afterId ? pathTo('recallProgress', { id: recall.id }) : undefined,
      nextHref: last ? pathTo('recallProgress', { id: recall.id, after: last.id }) : undefined,
      excelHref: pathTo('recallExcel', { id: recall.id }),
      arrivalsHref: mayNote(actorOf(req), recall) ? pathTo('recallArrivals', { recall: recall.id }) : undefined,
      closingAction: recall.state === 'handled' ? pathTo('recallClosing', { id: recall.id }) : undefined,
      form: formView(req.t, ['result'], typed, faults),
    });
  }

  /** A recall of whoever may follow it, and where its lines lead that person; everybody else gets NotFound. */
  async function ownRecall(req: Request): Promise<{ recall: ShownRecall; link: 'parcel' | 'order' | null }> {
    const actor = actorOf(req);
    const recall = await findRecall(db, idIn(req.params.id));
    if (!mayRecall(actor, await placeTree(db), recall.batch.product)) throw new NotFound();
    return { recall, link: linkOf(actor) };
  }
}

/** Certifiers follow a recall; what comes back its supplier's side notes, or the operator. */
function mayNote(actor: Actor, { state, batch }: ShownRecall): boolean {
  return state !== 'closed' && (hasRole(actor, 'operator') || mayLookAfter(actor, batch.product));
}

function linkOf(actor: Actor): 'parcel' | 'order' | null {
  if (hasRole(actor, 'operator')) return 'order';
  return hasRole(actor, 'supplier') ? 'parcel' : null;
}
