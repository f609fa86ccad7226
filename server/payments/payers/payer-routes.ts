import express, { type Request, type Response, type Router } from 'express';
import { requireRole } from '../../accounts/actor.ts';
import { actorOf } from '../../accounts/who-acts.ts';
import type { PrismaClient } from '../../db/client.ts';
import { pathTo, patterns } from '../../paths.ts';
import type { Clock } from '../../shared/clock.ts';
import { flash } from '../../web/flash.ts';
import { type FormView, formView, refusedForm } from '../../web/form-view.ts';
import { read } from '../../web/forms.ts';
import { agreeTerms } from './agree-terms.ts';
import { namePayer } from './name-payer.ts';
import { DETAIL_FIELDS, detailsForm, payingSource, TERM_FIELDS, termsForm } from './payer-form.ts';
import { presentPayers, presentPayingUnits } from './payer-presenter.ts';
import { findPayingUnit, MOST_TERM_DAYS, payersWithOwed, unitsWithPayers } from './payer-queries.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

interface Forms {
  details?: FormView;
  terms?: FormView;
}

const EMPTY: FormView = { values: {} };

/** Under which names and on which terms a unit pays: the names are the unit's to say, the terms the operator's to agree. */
export function payerRoutes({ db, clock }: Parts): Router {
  const router = express.Router();

  router.get(patterns.payers, async (req, res) => {
    const actor = actorOf(req);
    requireRole(actor, 'buyer', 'approver');
    const units = await unitsWithPayers(db, actor);
    const [only] = units;
    if (only && units.length === 1) return res.redirect(303, pathTo('unitPayers', { unitCode: only.code }));
    res.render('payments/payers', { layout: 'work', ...presentPayingUnits(req, units) });
  });

  router.get(patterns.unitPayers, (req, res) => show(req, res));

  router.post(patterns.payerDetails, (req, res) =>
    act(req, res, 'details', async (unitId) => {
      await namePayer(db, actorOf(req), { ...read(detailsForm, req.body), unitId }, clock());
    }),
  );

  router.post(patterns.payerTerms, (req, res) =>
    act(req, res, 'terms', async (unitId) => {
      const { creditLimit: creditLimitFen, ...terms } = read(termsForm, req.body);
      await agreeTerms(db, actorOf(req), { ...terms, creditLimitFen, unitId }, clock());
    }),
  );

  return router;

  async function act(req: Request, res: Response, form: keyof Forms, work: (unitId: number) => Promise<void>) {
    const unit = await findPayingUnit(db, actorOf(req), String(req.params.unitCode));
    try {
      await work(unit.id);
    } catch (error) {
      const { status, faults } = refusedForm(error);
      const told = faults.map((fault) =>
        fault.code === 'termTooLong' ? { ...fault, values: { most: MOST_TERM_DAYS } } : fault,
      );
      const fields = form === 'details' ? DETAIL_FIELDS : TERM_FIELDS;
      return show(req, res.status(status), { [form]: formView(req.t, fields, req.body ?? {}, told) });
    }
    flash(req, 'success', req.t(`payers:done.${form}`));
    res.redirect(303, pathTo('unitPayers', { unitCode: unit.code, funding: sourceIn(req) }));
  }

  async function show(req: Request, res: Response, { details = EMPTY, terms = EMPTY }: Forms = {}): Promise<void> {
    const actor = actorOf(req);
    const unit = await findPayingUnit(db, actor, String(req.params.unitCode));
    const payers = await payersWithOwed(db, unit.id, clock());
    const fundingSource = sourceIn(req) ?? payers.find(({ payer }) => payer)?.fundingSource ?? 'canteen_budget';
    res.set('Cache-Control', 'no-store').render('payments/payer', {
      layout: 'work',
      currentPath: pathTo('payers'),
      ...presentPayers(req, { actor, unit, payers, fundingSource, details, terms }),
    });
  }
}

/** Which payer the forms are for: what was sent, else what the link says. */
function sourceIn({ body, query }: Request) {
  return payingSource.safeParse(body?.fundingSource ?? query.funding).data;
}
