import express, { type Request, type Response, type Router } from 'express';
import { toString as drawQr } from 'qrcode';
import { hasRole, requireRole } from '../../accounts/actor.ts';
import { actorOf } from '../../accounts/who-acts.ts';
import type { Config } from '../../config.ts';
import type { PrismaClient } from '../../db/client.ts';
import { pathTo, patterns } from '../../paths.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Fault } from '../../shared/errors.ts';
import { flash } from '../../web/flash.ts';
import { type FormView, formView, refusedForm } from '../../web/form-view.ts';
import { idIn, read } from '../../web/forms.ts';
import {
  addPoint,
  changePoint,
  findKeptPoint,
  listKeptPoints,
  renewDesk,
  type ShownPoint,
  setPointOpen,
} from './pickup-points.ts';
import { pickupPointForm } from './pickup-schemas.ts';
import { parcelsAt } from './take-room.ts';

interface Parts {
  config: Config;
  db: PrismaClient;
  clock: Clock;
}

const FIELDS = ['unitId', 'name', 'nameEn', 'region', 'address', 'contact', 'phone', 'hours', 'capacity'];

/** Pick-up points as operators and, for their unit's reception, approvers keep them. */
export function pickupPointRoutes({ config, db, clock }: Parts): Router {
  const router = express.Router();

  router.get(patterns.pickupPoints, (req, res) => showList(req, res, []));

  router.post(patterns.pickupPoints, async (req, res) => {
    const actor = keeperOf(req);
    try {
      const id = await addPoint(db, actor, read(pickupPointForm, req.body), clock());
      flash(req, 'success', req.t('pickup:flash.added'));
      res.redirect(303, pathTo('pickupPoint', { id }));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await showList(req, res.status(status), faults);
    }
  });

  router.get(patterns.pickupPoint, (req, res) => showPoint(req, res, []));

  router.post(patterns.pickupPoint, async (req, res) => {
    const id = idIn(req.params.id);
    try {
      await changePoint(db, keeperOf(req), id, read(pickupPointForm, req.body), clock());
      flash(req, 'success', req.t('pickup:flash.saved'));
      res.redirect(303, pathTo('pickupPoint', { id }));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await showPoint(req, res.status(status), faults);
    }
  });

  router.post(patterns.pickupPointClosing, async (req, res) => {
    const id = idIn(req.params.id);
    const open = req.body.open === '1';
    await setPointOpen(db, keeperOf(req), id, open, clock());
    flash(req, 'success', req.t(open ? 'pickup:flash.reopened' : 'pickup:flash.closed'));
    res.redirect(303, pathTo('pickupPoint', { id }));
  });

  router.post(patterns.pickupPointDesk, async (req, res) => {
    const token = await renewDesk(db, keeperOf(req), idIn(req.params.id), clock());
    const link = `${config.baseUrl}${pathTo('pickupDesk', { token })}`;
    await showPoint(req, res, [], { link, qr: await drawQr(link, { type: 'svg', margin: 1 }) });
  });

  return router;

  async function showList(req: Request, res: Response, faults: Fault[]): Promise<void> {
    const actor = keeperOf(req);
    const points = await listKeptPoints(db, actor);
    const values = { capacity: 100, ...req.body };
    res.render('orders/pickup-points', {
      layout: 'work',
      title: req.t('pickup:points.title'),
      points: points.map((point) => presentPoint(req, point)),
      owners: ownersFor(req),
      form: formOf(req, values, faults),
    });
  }

  async function showPoint(req: Request, res: Response, faults: Fault[], desk?: object): Promise<void> {
    const point = await findKeptPoint(db, keeperOf(req), idIn(req.params.id));
    const { id } = point;
    res.set('Cache-Control', 'no-store');
    res.render('orders/pickup-point', {
      layout: 'work',
      title: point.name,
      currentPage: patterns.pickupPoints,
      breadcrumbs: [{ label: req.t('pickup:points.title'), href: pathTo('pickupPoints') }, { label: point.name }],
      point: { ...presentPoint(req, point), hasDesk: point.deskTokenHash !== null },
      waiting: await parcelsAt(db, id, clock()),
      desk,
      form: formOf(req, faults.length > 0 ? req.body : point, faults),
    });
  }
}

function formOf(req: Request, values: Record<string, unknown>, faults: Fault[]): FormView {
  const named = FIELDS.filter((field) => field !== 'unitId').map((field) => [field, req.t(`pickup:points.${field}`)]);
  return { ...formView(req.t, FIELDS, values, faults), labels: Object.fromEntries(named) };
}

function keeperOf(req: Request) {
  const actor = actorOf(req);
  requireRole(actor, 'approver', 'operator');
  return actor;
}

/** Whose point a new one may be: everybody's by an operator, the own units' by an approver. */
function ownersFor(req: Request) {
  const actor = keeperOf(req);
  const units = actor.grants
    .filter(({ role, unitId }) => role === 'approver' && unitId !== null)
    .map((grant) => ({ value: grant.unitId, label: (req.locale === 'en' && grant.unitNameEn) || grant.unitName }));
  return [...(hasRole(actor, 'operator') ? [{ value: '', label: req.t('pickup:points.everybody') }] : []), ...units];
}

function presentPoint(req: Request, point: ShownPoint) {
  const { id, name, nameEn, region, address, contact, phone, hours, capacity, unit, closedAt } = point;
  return {
    ...{ id, region, address, contact, phone, hours, capacity, isOpen: closedAt === null },
    name: (req.locale === 'en' && nameEn) || name,
    href: pathTo('pickupPoint', { id }),
    ofUnit: unit && ((req.locale === 'en' && unit.nameEn) || unit.name),
    stateTone: closedAt ? 'off' : 'good',
    stateLabel: req.t(closedAt ? 'pickup:points.closed' : 'pickup:points.open'),
  };
}
