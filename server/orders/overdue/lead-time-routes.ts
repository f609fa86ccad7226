import express, { type Request, type Response, type Router } from 'express';
import { type Actor, requireRole, suppliersServedBy } from '../../accounts/actor.ts';
import { actorOf } from '../../accounts/who-acts.ts';
import type { PrismaClient } from '../../db/client.ts';
import { pathTo, patterns } from '../../paths.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Fault } from '../../shared/errors.ts';
import { flash } from '../../web/flash.ts';
import { formView, refusedForm } from '../../web/form-view.ts';
import { idIn, read } from '../../web/forms.ts';
import { inReaderLanguage } from '../order-labels.ts';
import { leadTimes, setLeadTimes } from './set-lead-times.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

const FIELDS = ['confirmWithinHours', 'shipWithinDays'] as const;

/** Within what time a supplier promises to confirm and to ship. */
export function leadTimeRoutes({ db, clock }: Parts): Router {
  const router = express.Router();

  router.get(patterns.leadTimes, (req, res) => show(req, res, req.query.supplier, []));

  router.post(patterns.leadTimes, async (req, res) => {
    const actor = actorOf(req);
    requireRole(actor, 'supplier', 'work_team');
    try {
      await setLeadTimes(db, actor, idIn(req.body?.supplier), read(leadTimes, req.body), clock());
      flash(req, 'success', req.t('overdue:flash.timesSet'));
      res.redirect(303, pathTo('supplierFulfilments'));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await show(req, res.status(status), req.body?.supplier, faults);
    }
  });

  return router;

  async function show(req: Request, res: Response, asked: unknown, faults: Fault[]): Promise<void> {
    const actor = actorOf(req);
    requireRole(actor, 'supplier', 'work_team');
    const suppliers = await ownSuppliers(db, actor);
    const chosen = suppliers.find(({ id }) => String(id) === asked) ?? suppliers[0];
    const title = req.t('overdue:times.title');
    res.render('supplier/lead-times', {
      layout: 'work',
      title,
      breadcrumbs: [{ label: req.t('supplier:list.title'), href: pathTo('supplierFulfilments') }, { label: title }],
      currentPath: pathTo('supplierFulfilments'),
      action: pathTo('leadTimes'),
      suppliers: suppliers.map((one) => ({
        label: inReaderLanguage(req, one.name, one.nameEn),
        href: pathTo('leadTimes', { supplier: one.id }),
        current: one === chosen,
      })),
      isOneOfMany: suppliers.length > 1,
      supplier: chosen,
      form: formView(req.t, FIELDS, faults.length > 0 ? req.body : chosen, faults),
    });
  }
}

function ownSuppliers(db: PrismaClient, actor: Actor) {
  return db.supplier.findMany({
    where: { id: { in: suppliersServedBy(actor) } },
    orderBy: { id: 'asc' },
    select: { id: true, name: true, nameEn: true, confirmWithinHours: true, shipWithinDays: true },
  });
}
