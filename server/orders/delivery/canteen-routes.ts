import express, { type Request, type Response, type Router } from 'express';
import { requireRole } from '../../accounts/actor.ts';
import { provinceChoices, regionParts } from '../../accounts/address-region.ts';
import { actorOf } from '../../accounts/who-acts.ts';
import type { PrismaClient } from '../../db/client.ts';
import { pathTo, patterns } from '../../paths.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Fault } from '../../shared/errors.ts';
import { type CanteenRow, canteensOf, findKeptCanteen, unitsKeptFor } from '../../units/canteens/canteen-queries.ts';
import { addCanteen, changeCanteen, setCanteenOpen } from '../../units/canteens/save-canteen.ts';
import { flash } from '../../web/flash.ts';
import { type FormView, formView, refusedForm } from '../../web/form-view.ts';
import { idIn } from '../../web/forms.ts';
import { inReaderLanguage } from '../order-labels.ts';
import { ADDRESS_FIELDS, CANTEEN_FIELDS, hoursAsTyped, readCanteen, WEEKDAYS } from './canteen-form.ts';
import { hoursText } from './delivery-text.ts';
import { expectedRoutes } from './expected-routes.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

/** A unit's canteens as its buyers and approvers keep them: where, who and when they receive. */
export function canteenRoutes({ db, clock }: Parts): Router {
  const router = express.Router();
  router.use(expectedRoutes({ db, clock }));

  router.get(patterns.canteens, async (req, res) => {
    const canteens = await canteensOf(db, unitsKeptFor(keeperOf(req)), true);
    res.render('orders/canteens', {
      layout: 'work',
      title: req.t('delivery:canteens.title'),
      canteens: canteens.map((canteen) => presentCanteen(req, canteen)),
      manyUnits: unitsKeptFor(keeperOf(req)).length > 1,
      newHref: pathTo('newCanteen'),
    });
  });

  router.get(patterns.newCanteen, (req, res) => showForm(req, res, null, { province: '', ...hoursAsTyped(USUAL) }, []));

  router.post(patterns.canteens, async (req, res) => {
    const actor = keeperOf(req);
    try {
      await addCanteen(db, actor, idIn(req.body?.unitId), readCanteen(req.body ?? {}), clock());
      flash(req, 'success', req.t('delivery:flash.added'));
      res.redirect(303, pathTo('canteens'));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      showForm(req, res.status(status), null, req.body ?? {}, faults);
    }
  });

  router.get(patterns.canteen, async (req, res) => {
    const canteen = await findKeptCanteen(db, keeperOf(req), idIn(req.params.id));
    const { hours, region, ...values } = canteen;
    showForm(req, res, canteen, { ...values, ...regionParts(region), ...hoursAsTyped(hours) }, []);
  });

  router.post(patterns.canteen, async (req, res) => {
    const canteen = await findKeptCanteen(db, keeperOf(req), idIn(req.params.id));
    try {
      await changeCanteen(db, keeperOf(req), canteen.id, readCanteen(req.body ?? {}), clock());
      flash(req, 'success', req.t('delivery:flash.saved'));
      res.redirect(303, pathTo('canteens'));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      showForm(req, res.status(status), canteen, req.body ?? {}, faults);
    }
  });

  router.post(patterns.canteenClosing, async (req, res) => {
    const isOpen = req.body?.open === '1';
    await setCanteenOpen(db, keeperOf(req), idIn(req.params.id), isOpen, clock());
    flash(req, 'success', req.t(isOpen ? 'delivery:flash.reopened' : 'delivery:flash.closed'));
    res.redirect(303, pathTo('canteens'));
  });

  return router;
}

const MORNING = { from: 6 * 60, to: 9 * 60 };
const USUAL = [MORNING, MORNING, MORNING, MORNING, MORNING, null, null];

function keeperOf(req: Request) {
  const actor = actorOf(req);
  requireRole(actor, 'buyer', 'approver');
  return actor;
}

export function presentCanteen(req: Request, canteen: CanteenRow) {
  const { id, name, recipient, phone, region, detail, note, unit, closedAt } = canteen;
  return {
    ...{ id, name, recipient, phone, note },
    address: `${region} ${detail}`,
    unitName: inReaderLanguage(req, unit.name, unit.nameEn),
    hours: hoursText(req, canteen.hours),
    href: pathTo('canteen', { id }),
    isOpen: closedAt === null,
  };
}

function showForm(
  req: Request,
  res: Response,
  canteen: CanteenRow | null,
  values: Record<string, unknown>,
  faults: Fault[],
): void {
  const actor = keeperOf(req);
  const title = canteen ? canteen.name : req.t('delivery:canteens.new');
  const units = unitsKeptFor(actor).map((id) => {
    const grant = actor.grants.find(({ unitId }) => unitId === id);
    return { value: id, label: inReaderLanguage(req, grant?.unitName ?? '', grant?.unitNameEn ?? null) };
  });
  res.set('Cache-Control', 'no-store').render('orders/canteen', {
    layout: 'work',
    title,
    currentPath: pathTo('canteens'),
    breadcrumbs: [{ label: req.t('delivery:canteens.title'), href: pathTo('canteens') }, { label: title }],
    action: canteen ? pathTo('canteen', { id: canteen.id }) : pathTo('canteens'),
    closing: canteen && { action: pathTo('canteenClosing', { id: canteen.id }), isOpen: canteen.closedAt === null },
    units: canteen ? [] : units,
    provinces: provinceChoices(),
    weekdays: WEEKDAYS.map((nth) => ({ nth, label: req.t(`delivery:weekday.${nth}`) })),
    form: formOf(req, values, faults),
  });
}

/** A time is named by its weekday in the summary. */
function formOf(req: Request, values: Record<string, unknown>, faults: Fault[]): FormView {
  const times = WEEKDAYS.flatMap((day) =>
    (['from', 'to'] as const).map((end) => [
      `${end}${day}`,
      `${req.t(`delivery:weekday.${day}`)} ${req.t(`delivery:canteens.${end}`)}`,
    ]),
  );
  const named = ['name', 'note'].map((field) => [field, req.t(`delivery:canteens.${field}`)]);
  const address = ADDRESS_FIELDS.map((field) => [field, req.t(`accounts:addresses.${field}`)]);
  return {
    ...formView(req.t, CANTEEN_FIELDS, values, faults),
    labels: Object.fromEntries([...times, ...named, ...address]),
  };
}
