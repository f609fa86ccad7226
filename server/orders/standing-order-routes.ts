import express, { type Request, type Response, type Router } from 'express';
import { requireRole, unitsBoughtFor } from '../accounts/actor.ts';
import { addressesFor } from '../accounts/address-queries.ts';
import { actorOf } from '../accounts/who-acts.ts';
import { unitOfCart } from '../cart/cart-api.ts';
import { cartQuery } from '../cart/cart-schemas.ts';
import { listsOf } from '../cart/list-queries.ts';
import type { PrismaClient } from '../db/client.ts';
import { pathTo, patterns } from '../paths.ts';
import type { Clock } from '../shared/clock.ts';
import { dayOf } from '../shared/days.ts';
import type { Fault } from '../shared/errors.ts';
import { flash } from '../web/flash.ts';
import { formView, refusedForm } from '../web/form-view.ts';
import { idIn, read } from '../web/forms.ts';
import { holidaysFrom } from './holidays.ts';
import { inReaderLanguage } from './order-labels.ts';
import { createStandingOrder, endStandingOrder, pauseUntil, resume, skipNext } from './standing-order-acts.ts';
import { FIELDS, pauseForm, readNew, seenForm } from './standing-order-form.ts';
import { presentStandingOrder } from './standing-order-presenter.ts';
import { findStandingOrder, standingOrdersOf } from './standing-order-queries.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

/** Standing orders of a unit: made from a list, skipped, paused, ended; what became of each day. */
export function standingOrderRoutes({ db, clock }: Parts): Router {
  const router = express.Router();

  router.get(patterns.standingOrders, (req, res) => showAll(req, res, {}, []));

  router.post(patterns.standingOrders, async (req, res) => {
    try {
      const id = await createStandingOrder(db, actorOf(req), readNew(req.body), clock());
      flash(req, 'success', req.t('standing:flash.created'));
      res.redirect(303, pathTo('standingOrder', { id }));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await showAll(req, res.status(status), req.body ?? {}, faults);
    }
  });

  router.get(patterns.standingOrder, (req, res) => show(req, res, []));

  router.post(patterns.standingOrderSkip, (req, res) =>
    act(req, res, 'skipped', (id) => skipNext(db, actorOf(req), id, read(seenForm, req.body).seen, clock())),
  );
  router.post(patterns.standingOrderPause, (req, res) =>
    act(req, res, 'paused', (id) => pauseUntil(db, actorOf(req), id, read(pauseForm, req.body), clock())),
  );
  router.post(patterns.standingOrderResumption, (req, res) =>
    act(req, res, 'resumed', (id) => resume(db, actorOf(req), id, read(seenForm, req.body).seen, clock())),
  );

  router.post(patterns.standingOrderEnd, async (req, res) => {
    const id = idIn(req.params.id);
    const { unit } = await findStandingOrder(db, actorOf(req), id);
    await endStandingOrder(db, actorOf(req), id, clock());
    flash(req, 'success', req.t('standing:flash.ended'));
    res.redirect(303, pathTo('standingOrders', { unit: unit.code }));
  });

  return router;

  async function act(req: Request, res: Response, done: string, work: (id: number) => Promise<void>): Promise<void> {
    const id = idIn(req.params.id);
    try {
      await work(id);
      flash(req, 'success', req.t(`standing:flash.${done}`));
      res.redirect(303, pathTo('standingOrder', { id }));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await show(req, res.status(status), faults);
    }
  }

  async function show(req: Request, res: Response, faults: Fault[]): Promise<void> {
    const order = await findStandingOrder(db, actorOf(req), idIn(req.params.id));
    const shown = presentStandingOrder(req, order, await holidaysFrom(db, dayOf(clock())));
    res.render('orders/standing-order', {
      layout: 'work',
      title: shown.name,
      currentPath: pathTo('standingOrders'),
      breadcrumbs: [
        { label: req.t('standing:list.title'), href: pathTo('standingOrders', { unit: order.unit.code }) },
        { label: shown.name },
      ],
      order: shown,
      form: formView(req.t, ['until'], req.body ?? {}, faults),
    });
  }

  async function showAll(req: Request, res: Response, typed: Record<string, unknown>, faults: Fault[]): Promise<void> {
    const actor = actorOf(req);
    requireRole(actor, 'buyer');
    const unitId = unitOfCart(actor, read(cartQuery, req.query).unit) ?? unitsBoughtFor(actor)[0] ?? 0;
    const units = actor.grants.filter((grant) => grant.role === 'buyer' && grant.unitId !== null);
    const unit = units.find((grant) => grant.unitId === unitId);
    const [orders, lists, addresses, holidays] = await Promise.all([
      standingOrdersOf(db, unitId),
      listsOf(db, [unitId]),
      addressesFor(db, actor),
      holidaysFrom(db, dayOf(clock())),
    ]);
    const chosen = [typed.weekdays ?? []].flat().map(String);
    res.render('orders/standing-orders', {
      layout: 'work',
      title: req.t('standing:list.title'),
      currentPath: pathTo('standingOrders'),
      unitName: inReaderLanguage(req, unit?.unitName ?? '', unit?.unitNameEn ?? ''),
      tabs: units.map((grant) => ({
        label: inReaderLanguage(req, grant.unitName ?? '', grant.unitNameEn ?? ''),
        href: pathTo('standingOrders', { unit: grant.unitCode ?? '' }),
        current: grant.unitId === unitId,
      })),
      orders: orders.map((order) => presentStandingOrder(req, order, holidays)),
      lists: lists.map(({ id, name }) => ({ value: String(id), label: name })),
      listsHref: pathTo('purchaseLists', { unit: unit?.unitCode ?? undefined }),
      addresses: addresses
        .filter((one) => one.unitId === unitId || one.unitId === null)
        .sort((a, b) => Number(b.unitId !== null) - Number(a.unitId !== null))
        .map((one) => ({ value: String(one.id), label: `${one.region} ${one.detail} · ${one.recipient}` })),
      funding: ['canteen_budget', 'union_funds'].map((value) => ({ value, label: req.t(`common:funding.${value}`) })),
      kinds: ['weekdays', 'days'].map((value) => ({ value, label: req.t(`standing:kind.${value}`) })),
      weekdays: [1, 2, 3, 4, 5, 6, 7].map((day) => ({
        ...{ value: day, label: req.t(`standing:weekday.${day}`), checked: chosen.includes(String(day)) },
      })),
      action: pathTo('standingOrders', { unit: unit?.unitCode ?? undefined }),
      form: formView(req.t, FIELDS, typed, faults),
    });
  }
}
