import express, { type Request, type Response, type Router } from 'express';
import { type Actor, requireRole, suppliersServedBy } from '../accounts/actor.ts';
import { actorOf } from '../accounts/who-acts.ts';
import type { PrismaClient } from '../db/client.ts';
import { pathTo, patterns } from '../paths.ts';
import type { Clock } from '../shared/clock.ts';
import { type Day, dayToColumn, parseDay } from '../shared/days.ts';
import { Refusal, StateConflict } from '../shared/errors.ts';
import { decodeCursor, encodeCursor } from '../shared/pagination.ts';
import { flash } from '../web/flash.ts';
import { type FormView, formView, refusedForm } from '../web/form-view.ts';
import { idIn, read } from '../web/forms.ts';
import { bulkShipmentRoutes } from './bulk/bulk-shipment-routes.ts';
import { confirmFulfilment } from './confirm-fulfilment.ts';
import { dropRest } from './drop-rest.ts';
import { mayDropRest, mayLookAfter } from './order-policy.ts';
import { findFulfilment, listFulfilments, type SupplierFulfilment } from './order-queries.ts';
import { restBody } from './order-schemas.ts';
import { leadTimeRoutes } from './overdue/lead-time-routes.ts';
import { countOverdue, listOverdue, onTimeRates } from './overdue/overdue-queries.ts';
import { shipFulfilment } from './ship-fulfilment.ts';
import { readShipment, shipmentFields } from './supplier-forms.ts';
import { presentParcel, presentWorkbench, type Tab, WORKBENCH } from './supplier-presenter.ts';
import { countFulfilments } from './supplier-queries.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

const PAGE = 20;

/** A supplier's workbench: parcels to confirm and to ship, with the delivery address of its own parcels only (rule 31). */
export function supplierRoutes(parts: Parts): Router {
  const { db, clock } = parts;
  const router = express.Router();
  router.use(leadTimeRoutes(parts));
  router.use(bulkShipmentRoutes(parts));

  router.get(patterns.supplierFulfilments, async (req, res) => {
    const actor = actorOf(req);
    requireRole(actor, 'supplier', 'work_team');
    const now = clock();
    const suppliers = suppliersServedBy(actor);
    const [counts, overdue, rates] = await Promise.all([
      countFulfilments(db, actor),
      countOverdue(db, now, suppliers),
      onTimeRates(db, now, suppliers),
    ]);
    const tab = WORKBENCH.find((one) => one === req.query.state) ?? firstBusy(counts, overdue.length > 0);
    const cursor = typeof req.query.cursor === 'string' ? req.query.cursor : undefined;
    const day = typeof req.query.day === 'string' ? (parseDay(req.query.day) ?? undefined) : undefined;
    const found = await parcelsOf(db, actor, { tab, cursor, day }, now);
    const parcels = found.slice(0, PAGE);
    const last = found.length > PAGE ? parcels.at(-1) : undefined;
    privately(res).render('supplier/list', {
      layout: 'work',
      ...presentWorkbench(req, tab, { counts, overdue, rates, parcels, now }),
      shownDay: day,
      mayFilter: tab !== 'overdue',
      firstHref: cursor ? pathTo('supplierFulfilments', { state: tab, day }) : undefined,
      nextHref: last && pathTo('supplierFulfilments', { state: tab, day, cursor: cursorOf(tab, last) }),
    });
  });

  router.get(patterns.supplierFulfilment, async (req, res) => {
    const parcel = await findFulfilment(db, actorOf(req), idIn(req.params.id));
    showParcel(req, res, parcel, clock(), { values: { only: req.query.only } });
  });

  router.post(patterns.fulfilmentConfirmation, async (req, res) => {
    const id = idIn(req.params.id);
    await act(req, res, id, 'supplier:confirmed', () => confirmFulfilment(db, actorOf(req), id, clock()));
  });

  router.post(patterns.fulfilmentRest, async (req, res) => {
    const actor = actorOf(req);
    const id = idIn(req.params.id);
    const parcel = await findFulfilment(db, actor, id, mayDropRest);
    const { reason, backOnShelf } = req.body;
    if (!mayLookAfter(actor, parcel)) return dropAsOperator(req, res, parcel);
    try {
      const rest = read(restBody, { reason, backOnShelf: backOnShelf === '1' });
      await act(req, res, id, 'receiving:rest.done', async () => void (await dropRest(db, actor, id, rest, clock())));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      showParcel(req, res.status(status), parcel, clock(), formView(req.t, ['reason'], req.body, faults));
    }
  });

  router.post(patterns.fulfilmentShipment, async (req, res) => {
    const actor = actorOf(req);
    const id = idIn(req.params.id);
    const parcel = await findFulfilment(db, actor, id);
    try {
      const { input, fieldOf } = readShipment(parcel, req.body);
      await act(req, res, id, 'supplier:shipped', () =>
        shipFulfilment(db, actor, id, input, clock()).catch((error: unknown) => {
          throw withFields(error, fieldOf);
        }),
      );
    } catch (error) {
      const { status, faults } = refusedForm(error);
      // What was typed was for the goods that have gone, its number too.
      const typed = faults.some(({ code }) => code === 'shippedMeanwhile') ? {} : req.body;
      showParcel(req, res.status(status), parcel, clock(), formView(req.t, shipmentFields(parcel), typed, faults));
    }
  });

  return router;

  /** From the order's page, where the operator sees the parcel. */
  async function dropAsOperator(req: Request, res: Response, parcel: SupplierFulfilment): Promise<void> {
    try {
      await dropRest(
        db,
        actorOf(req),
        parcel.id,
        read(restBody, { reason: req.body.reason, backOnShelf: true }),
        clock(),
      );
      flash(req, 'success', req.t('overdue:flash.restCancelled'));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      flash(
        req,
        'error',
        req.t(`faults:${error.faults[0]?.code ?? error.code}`, error.faults[0]?.values ?? error.values),
      );
    }
    res.redirect(303, pathTo('order', { id: parcel.order.id }));
  }
}

function parcelsOf(
  db: PrismaClient,
  actor: Actor,
  { tab, cursor, day }: { tab: Tab; cursor: string | undefined; day: Day | undefined },
  now: Date,
): Promise<SupplierFulfilment[]> {
  if (tab === 'overdue') {
    const [dueAt, id] = decodeCursor(cursor, 2)?.map(Number) ?? [];
    return listOverdue(db, actor, now, dueAt && id ? [dueAt, id] : null, PAGE + 1);
  }
  const [id] = decodeCursor(cursor, 1) ?? [];
  const oldestFirst = tab === 'to_confirm' || tab === 'confirmed' || tab === 'partly_shipped';
  const deliverOn = day ? dayToColumn(day) : undefined;
  return listFulfilments(db, actor, [tab], Number(id) || null, PAGE + 1, { oldestFirst, deliverOn });
}

function cursorOf(tab: Tab, { id, dueAt }: SupplierFulfilment): string {
  return encodeCursor(tab === 'overdue' ? [dueAt?.getTime() ?? 0, id] : [id]);
}

/** What is overdue, else the first tab with something to do, else the first. */
function firstBusy(counts: Awaited<ReturnType<typeof countFulfilments>>, anyOverdue: boolean): Tab {
  if (anyOverdue) return 'overdue';
  return counts.to_confirm || !counts.confirmed ? 'to_confirm' : 'confirmed';
}

/** Does it and says so on the parcel's page; when the parcel has moved on meanwhile, that page shows where it is now. */
async function act(req: Request, res: Response, id: number, done: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
    flash(req, 'success', req.t(done));
  } catch (error) {
    if (!(error instanceof StateConflict)) throw error;
    flash(req, 'error', req.t(`faults:${error.code}`, error.values));
  }
  res.redirect(303, pathTo('supplierFulfilment', { id }));
}

function withFields(error: unknown, fieldOf: (path: string) => string): unknown {
  if (!(error instanceof Refusal) || error.faults.length === 0) return error;
  const faults = error.faults.map((fault) => ({ ...fault, path: fieldOf(fault.path) }));
  return new Refusal(error.status, error.code, error.values, faults);
}

function showParcel(req: Request, res: Response, parcel: SupplierFulfilment, now: Date, form?: FormView): void {
  privately(res).render('supplier/show', {
    layout: 'work',
    currentPath: pathTo('supplierFulfilment', { id: parcel.id }),
    ...presentParcel(req, parcel, form, now),
  });
}

/** Addresses of people are kept by no cache. */
function privately(res: Response): Response {
  return res.set('Cache-Control', 'no-store');
}
