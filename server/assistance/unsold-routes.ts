import express, { type Request, type Response, type Router } from 'express';
import { requireRole } from '../accounts/actor.ts';
import { actorOf } from '../accounts/who-acts.ts';
import { type CatalogReader, catalogReader, inLanguage, nameOf } from '../catalog/catalog-reader.ts';
import type { PrismaClient } from '../db/client.ts';
import { pathTo, patterns } from '../paths.ts';
import type { Clock } from '../shared/clock.ts';
import { addDays, dayFromColumn, dayOf } from '../shared/days.ts';
import type { Fault } from '../shared/errors.ts';
import { placeName } from '../units/place-tree.ts';
import { flash } from '../web/flash.ts';
import { formView, refusedForm } from '../web/form-view.ts';
import { idIn, read } from '../web/forms.ts';
import { callForHelp, callForm, mayCall } from './call-for-help.ts';
import { FOR_EVER } from './lagging-stock.ts';
import { unitsBehind } from './units-behind.ts';
import { findWarning, listWarnings, type ShownWarning } from './unsold-queries.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

const MOST = 200;
const CALL_DAYS = 7;

/** Goods that will not sell before they spoil: for their supplier, operators and organizers, who call for help (rule 20). */
export function unsoldRoutes({ db, clock }: Parts): Router {
  const router = express.Router();

  router.get(patterns.unsold, async (req, res) => {
    const actor = actorOf(req);
    requireRole(actor, 'supplier', 'work_team', 'operator', 'organizer');
    const [reader, warnings] = await Promise.all([catalogReader(db, req), listWarnings(db, actor, MOST)]);
    res.set('Cache-Control', 'no-store').render('assistance/unsold', {
      layout: 'work',
      title: req.t('unsold:title'),
      warnings: warnings.map((warning) => presentWarning(reader, warning, clock())),
      mayCall: mayCall(actor),
    });
  });

  router.get(patterns.unsoldCall, (req, res) => showForm(req, res, {}, []));

  router.post(patterns.unsoldCall, async (req, res) => {
    const actor = actorOf(req);
    requireRole(actor, 'operator', 'organizer');
    try {
      const request = read(callForm, req.body);
      const unitIds = await unitsBehind(db, actor, dayOf(clock()));
      await callForHelp(db, actor, idIn(req.params.id), { ...request, unitIds }, clock());
      flash(req, 'success', req.t('unsold:called', { count: unitIds.length }));
      res.redirect(303, pathTo('unsold'));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await showForm(req, res.status(status), req.body ?? {}, faults);
    }
  });

  return router;

  async function showForm(req: Request, res: Response, typed: Record<string, unknown>, faults: Fault[]) {
    requireRole(actorOf(req), 'operator', 'organizer');
    const [reader, warning] = await Promise.all([catalogReader(db, req), findWarning(db, idIn(req.params.id))]);
    const shown = presentWarning(reader, warning, clock());
    res.render('assistance/call', {
      layout: 'work',
      title: req.t('unsold:callForm', { name: shown.name }),
      currentPage: pathTo('unsold'),
      breadcrumbs: [{ label: req.t('unsold:title'), href: pathTo('unsold') }, { label: shown.code }],
      warning: shown,
      action: pathTo('unsoldCall', { id: warning.id }),
      today: dayOf(clock()),
      endsOn: addDays(dayOf(clock()), CALL_DAYS),
      form: formView(req.t, ['text', 'endsOn'], typed, faults),
    });
  }
}

function presentWarning({ t, locale, places }: CatalogReader, warning: ShownWarning, now: Date) {
  const { batch, supplier } = warning;
  const { product } = batch;
  const [call] = warning.calls;
  return {
    code: batch.traceCode,
    traceHref: pathTo('trace', { code: batch.traceCode }),
    name: nameOf(locale, product.family),
    spec: inLanguage(locale, product.spec, product.specEn),
    href: pathTo('product', { id: product.id }),
    originName: placeName(places, product.placeId, locale, true),
    supplierName: nameOf(locale, supplier),
    available: batch.available,
    saleUnit: inLanguage(locale, product.saleUnit, product.saleUnitEn),
    expiresOn: batch.expiresOn && dayFromColumn(batch.expiresOn),
    daysToSpoil: warning.daysToSpoil,
    cover: warning.coverDays >= FOR_EVER ? t('unsold:notSelling') : t('common:days', { count: warning.coverDays }),
    isCalled: call !== undefined && call.endsAt > now,
    callHref: pathTo('unsoldCall', { id: warning.id }),
  };
}
