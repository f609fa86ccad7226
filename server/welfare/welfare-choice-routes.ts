import express, { type Request, type Response, type Router } from 'express';
import type { PrismaClient } from '../db/client.ts';
import { pathTo, patterns } from '../paths.ts';
import type { Clock } from '../shared/clock.ts';
import { dayFromColumn, dayOf } from '../shared/days.ts';
import type { Fault } from '../shared/errors.ts';
import { flash } from '../web/flash.ts';
import { formView, refusedForm } from '../web/form-view.ts';
import { read } from '../web/forms.ts';
import { choosePackage } from './choose-package.ts';
import { findByToken } from './run-queries.ts';
import { choiceForm } from './welfare-forms.ts';
import { presentHead, presentPackage } from './welfare-presenter.ts';

/** Choosing a package on a phone by a personal link, signed in or not. */
export function welfareChoiceRoutes({ db, clock }: { db: PrismaClient; clock: Clock }): Router {
  const router = express.Router();

  router.get(patterns.welfareChoice, (req, res) => show(req, res, []));

  router.post(patterns.welfareChoice, async (req, res) => {
    const token = String(req.params.token);
    try {
      const { packageId } = read(choiceForm, req.body);
      await choosePackage(db, { token }, packageId, clock());
      flash(req, 'success', req.t('welfare:choose.done'));
      res.redirect(303, pathTo('welfareChoice', { token }));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await show(req, res.status(status), faults);
    }
  });

  return router;

  async function show(req: Request, res: Response, faults: Fault[]): Promise<void> {
    const token = String(req.params.token);
    const claim = await findByToken(db, token);
    const { run } = claim;
    const open = run.state === 'choosing' && dayFromColumn(run.chooseUntil) >= dayOf(clock());
    res.set('Referrer-Policy', 'no-referrer').render('welfare/choose', {
      title: run.name,
      noIndex: true,
      run: presentHead(req, run),
      person: { name: claim.name, department: claim.department },
      pickup: run.pickup,
      open,
      signed: claim.signedAt !== null,
      chosen: run.packages.find(({ id }) => id === claim.packageId)?.name,
      action: pathTo('welfareChoice', { token }),
      packages: run.packages.map((one) => {
        const view = presentPackage(req, one);
        const mine = one.id === claim.packageId;
        return { ...view, mine, may: open && !mine && !view.gone };
      }),
      form: formView(req.t, [], {}, faults),
    });
  }
}
