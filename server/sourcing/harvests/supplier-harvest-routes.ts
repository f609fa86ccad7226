import express, { type Request, type Response, type Router } from 'express';
import { requireRole, suppliersServedBy } from '../../accounts/actor.ts';
import { actorOf } from '../../accounts/who-acts.ts';
import { inLanguage, nameOf } from '../../catalog/catalog-reader.ts';
import type { PrismaClient } from '../../db/client.ts';
import { pathTo, patterns } from '../../paths.ts';
import type { Clock } from '../../shared/clock.ts';
import { addDays, dayOf } from '../../shared/days.ts';
import type { Fault } from '../../shared/errors.ts';
import { flash } from '../../web/flash.ts';
import { formView, refusedForm } from '../../web/form-view.ts';
import { idIn, read } from '../../web/forms.ts';
import { announceHarvest } from './announce-harvest.ts';
import { giveUpHarvest, recordHarvest } from './decide-harvest.ts';
import { presentHarvest } from './harvest-presenter.ts';
import { findOwnHarvest, listOwnHarvests, productsToAnnounce } from './harvest-queries.ts';
import { announcementForm, failureForm, resultForm } from './harvest-schemas.ts';
import { orderedQuantities, sumOf } from './ordered-quantities.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

const PAGE = 20;
const FIELDS = ['productId', 'expectedQuantity', 'expectedOn', 'closesOn', 'priceFen', 'minimumQuantity', 'note'];

/** A supplier's coming batches: announced, recorded when harvested, given up. */
export function supplierHarvestRoutes({ db, clock }: Parts): Router {
  const router = express.Router();

  router.get(patterns.supplierHarvests, (req, res) => showAll(req, res, {}, []));

  router.post(patterns.supplierHarvests, async (req, res) => {
    try {
      const id = await announceHarvest(db, actorOf(req), read(announcementForm, req.body), clock());
      flash(req, 'success', req.t('harvests:flash.announced'));
      res.redirect(303, pathTo('supplierHarvest', { id }));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await showAll(req, res.status(status), req.body ?? {}, faults);
    }
  });

  router.get(patterns.supplierHarvest, (req, res) => show(req, res, {}, []));

  router.post(patterns.harvestResult, (req, res) =>
    act(req, res, 'recorded', (id) => recordHarvest(db, actorOf(req), id, read(resultForm, req.body), clock())),
  );
  router.post(patterns.harvestFailure, (req, res) =>
    act(req, res, 'givenUp', (id) => giveUpHarvest(db, actorOf(req), id, read(failureForm, req.body).reason, clock())),
  );

  return router;

  async function act(req: Request, res: Response, done: string, work: (id: number) => Promise<void>): Promise<void> {
    const id = idIn(req.params.id);
    try {
      await work(id);
      flash(req, 'success', req.t(`harvests:flash.${done}`));
      res.redirect(303, pathTo('supplierHarvest', { id }));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await show(req, res.status(status), req.body ?? {}, faults);
    }
  }

  async function show(req: Request, res: Response, typed: Record<string, unknown>, faults: Fault[]): Promise<void> {
    const harvest = await findOwnHarvest(db, actorOf(req), idIn(req.params.id));
    const ordered = await orderedQuantities(db, harvest.id);
    const shown = presentHarvest(req, harvest, clock());
    const isUndecided = harvest.state === 'open' || harvest.state === 'closed';
    res.render('sourcing/own-harvest', {
      layout: 'work',
      title: shown.name,
      currentPath: pathTo('supplierHarvests'),
      breadcrumbs: [
        { label: req.t('harvests:supplier.title'), href: pathTo('supplierHarvests') },
        { label: shown.name },
      ],
      harvest: shown,
      orders: ordered.length,
      placed: sumOf(ordered.filter((one) => one.isPlaced)),
      waiting: sumOf(ordered.filter((one) => !one.isPlaced)),
      today: dayOf(clock()),
      resultAction: isUndecided ? pathTo('harvestResult', { id: harvest.id }) : null,
      failureAction: isUndecided ? pathTo('harvestFailure', { id: harvest.id }) : null,
      form: formView(req.t, ['quantity', 'harvestedOn', 'reason'], typed, faults),
    });
  }

  async function showAll(req: Request, res: Response, typed: Record<string, unknown>, faults: Fault[]): Promise<void> {
    const actor = actorOf(req);
    requireRole(actor, 'supplier', 'work_team');
    const suppliers = suppliersServedBy(actor);
    const beforeId = typeof req.query.before === 'string' ? idIn(req.query.before) : null;
    const [harvests, products] = await Promise.all([
      listOwnHarvests(db, suppliers, beforeId, PAGE + 1),
      productsToAnnounce(db, suppliers),
    ]);
    const page = harvests.slice(0, PAGE);
    const last = harvests.length > PAGE ? page.at(-1) : undefined;
    res.render('sourcing/own-harvests', {
      layout: 'work',
      title: req.t('harvests:supplier.title'),
      currentPath: pathTo('supplierHarvests'),
      harvests: page.map((harvest) => presentHarvest(req, harvest, clock())),
      products: products.map((product) => ({
        value: String(product.id),
        label: `${nameOf(req.locale, product.family)} ${inLanguage(req.locale, product.spec, product.specEn)}`,
      })),
      tomorrow: addDays(dayOf(clock()), 1),
      today: dayOf(clock()),
      action: pathTo('supplierHarvests'),
      firstHref: beforeId ? pathTo('supplierHarvests') : undefined,
      nextHref: last ? pathTo('supplierHarvests', { before: last.id }) : undefined,
      form: formView(req.t, FIELDS, typed, faults),
    });
  }
}
