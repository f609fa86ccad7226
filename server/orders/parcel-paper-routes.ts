import express, { type Request, type Response, type Router } from 'express';
import { toString as drawQr } from 'qrcode';
import { requireRole } from '../accounts/actor.ts';
import { actorOf } from '../accounts/who-acts.ts';
import type { Config } from '../config.ts';
import type { PrismaClient } from '../db/client.ts';
import { pathTo, patterns } from '../paths.ts';
import type { Clock } from '../shared/clock.ts';
import { NotFound, StateConflict } from '../shared/errors.ts';
import { flash } from '../web/flash.ts';
import { confirmFulfilment } from './confirm-fulfilment.ts';
import { findParcels, type SupplierFulfilment } from './order-queries.ts';
import { presentDeliveries, presentDeliveryNotes, presentLabels, presentPicking } from './parcel-papers.ts';

interface Parts {
  config: Config;
  db: PrismaClient;
  clock: Clock;
}

const MOST_PARCELS = 100;

/** Several parcels at once: confirming them, and what is printed for them, the address of own parcels only (rule 31). */
export function parcelPaperRoutes({ config, db, clock }: Parts): Router {
  const router = express.Router();

  router.post(patterns.parcelConfirmations, async (req, res) => {
    const actor = actorOf(req);
    requireRole(actor, 'supplier', 'work_team');
    const ids = idsIn(req.body?.id);
    let confirmed = 0;
    for (const id of ids) if (await isConfirmed(() => confirmFulfilment(db, actor, id, clock()))) confirmed += 1;
    const missed = ids.length - confirmed;
    if (ids.length === 0) flash(req, 'error', req.t('papers:chooseFirst'));
    else
      flash(
        req,
        missed === 0 ? 'success' : 'info',
        req.t(missed === 0 ? 'papers:confirmed' : 'papers:confirmedSome', { count: confirmed, missed }),
      );
    res.redirect(303, pathTo('supplierFulfilments', { state: ids.length === 0 ? 'to_confirm' : 'confirmed' }));
  });

  router.get(patterns.pickingList, (req, res) =>
    print(req, res, 'picking', (parcels) => ({
      groups: presentPicking(req, parcels),
      deliveries: presentDeliveries(req, parcels),
      parcelCount: parcels.length,
      printedAt: clock(),
    })),
  );

  router.get(patterns.parcelLabels, (req, res) =>
    print(req, res, 'labels', async (parcels) => ({
      isThermal: req.query.sheet !== 'a4',
      labels: (await Promise.all(parcels.map(async (parcel) => presentLabels(req, parcel, await qrOf(parcel))))).flat(),
    })),
  );

  router.get(patterns.deliveryNotes, (req, res) =>
    print(req, res, 'notes', async (parcels) => ({
      notes: (
        await Promise.all(parcels.map(async (parcel) => presentDeliveryNotes(req, parcel, await qrOf(parcel))))
      ).flat(),
    })),
  );

  return router;

  async function print(
    req: Request,
    res: Response,
    paper: 'picking' | 'labels' | 'notes',
    present: (parcels: SupplierFulfilment[]) => object | Promise<object>,
  ): Promise<void> {
    const actor = actorOf(req);
    requireRole(actor, 'supplier', 'work_team');
    const ids = idsIn(req.query.id);
    const back = pathTo('supplierFulfilments');
    if (ids.length === 0) {
      flash(req, 'error', req.t('papers:chooseFirst'));
      return res.redirect(303, back);
    }
    const parcels = await findParcels(db, actor, ids);
    if (parcels.length === 0) throw new NotFound();
    res.set('Cache-Control', 'no-store').render(`supplier/${paper}`, {
      layout: 'print',
      title: req.t(`papers:${paper}.title`),
      backHref: back,
      ...(await present(parcels)),
    });
  }

  /** Leads whoever receives the parcel to where it is received. */
  function qrOf({ id }: SupplierFulfilment): Promise<string> {
    return drawQr(config.baseUrl + pathTo('fulfilmentReceipt', { id }), { type: 'svg', margin: 0 });
  }
}

function idsIn(value: unknown): number[] {
  const ids = [value].flat().map(Number);
  return [...new Set(ids.filter((id) => Number.isSafeInteger(id) && id > 0))].slice(0, MOST_PARCELS);
}

/** False where the parcel has moved on meanwhile or is another's: the others are confirmed all the same. */
async function isConfirmed(confirm: () => Promise<void>): Promise<boolean> {
  try {
    await confirm();
    return true;
  } catch (error) {
    if (error instanceof StateConflict || error instanceof NotFound) return false;
    throw error;
  }
}
