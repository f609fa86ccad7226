import express, { type Request, type Response, type Router } from 'express';
import { hasRole, requireRole } from '../accounts/actor.ts';
import { actorOf } from '../accounts/who-acts.ts';
import type { PrismaClient } from '../db/client.ts';
import { pathTo, patterns } from '../paths.ts';
import type { Clock } from '../shared/clock.ts';
import { dayOf } from '../shared/days.ts';
import { type Fault, NotFound } from '../shared/errors.ts';
import { flash } from '../web/flash.ts';
import { type FormView, formView, refusedForm } from '../web/form-view.ts';
import { idIn, read } from '../web/forms.ts';
import { FIELDS, presentReturns } from './arrival-presenter.ts';
import { findReturn, listReturns } from './arrival-queries.ts';
import { noteArrival } from './note-arrival.ts';
import { arrivalForm } from './recall-schemas.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

const PAGE = 20;

/** What of recalled batches is to come back to a supplier, and where it is noted when it has (rule 18). */
export function arrivalRoutes({ db, clock }: Parts): Router {
  const router = express.Router();

  router.get(patterns.recallArrivals, (req, res) => show(req, res, null));

  router.post(patterns.recallArrival, async (req, res) => {
    const recallLineId = idIn(req.params.id);
    try {
      const wish = { ...read(arrivalForm, req.body), recallLineId };
      const refunded = await noteArrival(db, actorOf(req), wish, clock());
      flash(req, 'success', req.t(`recallReturns:flash.${refunded > 0 ? 'refunded' : 'noted'}`, { count: refunded }));
      res.redirect(303, pathTo('recallArrivals', { recall: keptRecall(req.body?.recall) ?? undefined }));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await show(req, res.status(status), { id: recallLineId, form: formOf(req, faults) });
    }
  });

  return router;

  function formOf(req: Request, faults: Fault[]): FormView {
    // Once looked at, what somebody else has just noted is known.
    const { arrived: _seen, ...typed } = req.body ?? {};
    return formView(req.t, FIELDS, typed, faults);
  }

  async function show(req: Request, res: Response, refused: { id: number; form: FormView } | null): Promise<void> {
    const actor = actorOf(req);
    requireRole(actor, 'supplier', 'work_team', 'operator');
    const part = req.query.part === 'done' ? 'done' : 'open';
    const recallId = keptRecall(req.query.recall ?? req.body?.recall);
    const afterId = typeof req.query.after === 'string' ? idIn(req.query.after) : 0;
    const found = await listReturns(db, actor, { part, recallId, afterId, take: PAGE + 1 });
    const lines = found.slice(0, PAGE);
    // What was refused stands on the page, wherever it is in the list.
    if (refused && !lines.some(({ id }) => id === refused.id)) {
      const line = await findReturn(db, actor, refused.id);
      if (!line) throw new NotFound();
      lines.unshift(line);
    }
    const last = found.length > PAGE ? found[PAGE - 1] : undefined;
    const shown = { part, recallId, afterId, lastId: last?.id, today: dayOf(clock()), refused } as const;
    res.set('Cache-Control', 'no-store').render('recalls/returns', {
      layout: 'work',
      currentPage: patterns.recallArrivals,
      ...presentReturns(req, lines, { ...shown, link: hasRole(actor, 'operator') ? 'order' : 'parcel' }),
    });
  }
}

function keptRecall(text: unknown): number | null {
  return typeof text === 'string' && text !== '' ? idIn(text) : null;
}
