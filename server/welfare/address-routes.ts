import express, { type Request, type Response, type Router } from 'express';
import { addressesFor } from '../accounts/address-queries.ts';
import { actorOf } from '../accounts/who-acts.ts';
import type { PrismaClient } from '../db/client.ts';
import { pathTo, patterns } from '../paths.ts';
import type { Clock } from '../shared/clock.ts';
import { type Fault, NotFound } from '../shared/errors.ts';
import { flash } from '../web/flash.ts';
import { formView, refusedForm } from '../web/form-view.ts';
import { idIn, read } from '../web/forms.ts';
import { changeDeliveries } from './change-deliveries.ts';
import { addressLine, deliveryFinder, departmentsOf } from './deliveries.ts';
import { mayRun } from './lock-run.ts';
import { findRun } from './run-queries.ts';
import { addressesForm } from './welfare-forms.ts';
import { presentHead } from './welfare-presenter.ts';

/** Where a run's goods go, as a whole and by department. */
export function welfareAddressRoutes({ db, clock }: { db: PrismaClient; clock: Clock }): Router {
  const router = express.Router();

  router.get(patterns.welfareAddresses, (req, res) => show(req, res, []));

  router.post(patterns.welfareAddresses, async (req, res) => {
    const id = idIn(req.params.id);
    try {
      await changeDeliveries(db, actorOf(req), id, read(addressesForm, req.body), clock());
      flash(req, 'success', req.t('welfare:flash.addresses'));
      res.redirect(303, pathTo('welfareRun', { id }));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await show(req, res.status(status), faults);
    }
  });

  return router;

  async function show(req: Request, res: Response, faults: Fault[]): Promise<void> {
    const actor = actorOf(req);
    const run = await findRun(db, actor, idIn(req.params.id));
    if (!mayRun(actor, run.unitId)) throw new NotFound();
    const [all, departments] = await Promise.all([addressesFor(db, actor), departmentsOf(db, run.id)]);
    const addresses = all.filter(({ unitId }) => unitId === run.unitId);
    const options = addresses.map((one) => ({
      value: String(one.id),
      label: addressLine({ ...one, address: one.detail }),
    }));
    res.render('welfare/addresses', {
      layout: 'work',
      title: req.t('welfare:addresses.title'),
      run: presentHead(req, run),
      action: pathTo('welfareAddresses', { id: run.id }),
      backHref: pathTo('welfareRun', { id: run.id }),
      bookHref: pathTo('addresses'),
      now: addressLine(deliveryFinder(run)(0)),
      options,
      departments: departments.map(({ department, people, addressId }) => ({
        ...{ department, people, label: req.t('welfare:addresses.of', { department }) },
        addressId: addressId === null ? '' : String(addressId),
      })),
      form: formView(req.t, ['addressId'], req.body ?? {}, faults),
    });
  }
}
