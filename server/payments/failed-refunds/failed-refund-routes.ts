import express, { type Request, type Response, type Router } from 'express';
import { z } from 'zod';
import { requireRole } from '../../accounts/actor.ts';
import { actorOf } from '../../accounts/who-acts.ts';
import type { PrismaClient } from '../../db/client.ts';
import { pathTo, patterns } from '../../paths.ts';
import type { Clock } from '../../shared/clock.ts';
import { StateConflict } from '../../shared/errors.ts';
import { flash } from '../../web/flash.ts';
import { type FormView, formView, refusedForm } from '../../web/form-view.ts';
import { idIn, read } from '../../web/forms.ts';
import { presentFailedRefunds } from './failed-refund-presenter.ts';
import {
  countFailedRefunds,
  type FailedRefund,
  listFailedRefunds,
  listSettledRefunds,
} from './failed-refund-queries.ts';
import { decidePayout, proposePayout } from './pay-otherwise.ts';
import { resendRefund } from './resend-refund.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

const SHOWN = 100;
const SETTLED_SHOWN = 10;
const payoutForm = z.object({
  bankReference: z.string().trim().min(1, 'required').max(64),
  note: z.string().trim().max(500).default(''),
});
const decisionForm = z.object({ decision: z.enum(['confirm', 'refuse']) });

/** The operator's refunds that the bank returned: sent again, or paid otherwise, which a second person confirms. */
export function failedRefundRoutes({ db, clock }: Parts): Router {
  const router = express.Router();

  router.get(patterns.failedRefunds, (req, res) => show(req, res));

  router.post(patterns.refundResend, (req, res) =>
    act(req, res, 'resent', (id) => resendRefund(db, actorOf(req), id, clock())),
  );

  router.post(patterns.refundPayout, async (req, res) => {
    requireRole(actorOf(req), 'operator');
    const id = idIn(req.params.id);
    try {
      const { bankReference, note } = read(payoutForm, req.body);
      await proposePayout(db, actorOf(req), id, { bankReference, note: note || null }, clock());
    } catch (error) {
      const { status, faults } = refusedForm(error);
      const form = formView(req.t, ['bankReference', 'note'], req.body ?? {}, faults);
      return show(req, res.status(status), { id, form });
    }
    flash(req, 'success', req.t('failedRefunds:flash.proposed'));
    res.redirect(303, pathTo('failedRefunds'));
  });

  router.post(patterns.payoutDecision, async (req, res) => {
    requireRole(actorOf(req), 'operator');
    const { decision } = read(decisionForm, req.body);
    await act(req, res, decision, (id) => decidePayout(db, actorOf(req), id, decision, clock()));
  });

  return router;

  async function act(req: Request, res: Response, done: string, deed: (id: number) => Promise<unknown>): Promise<void> {
    requireRole(actorOf(req), 'operator');
    try {
      await deed(idIn(req.params.id));
      flash(req, 'success', req.t(`failedRefunds:flash.${done}`));
    } catch (error) {
      if (!(error instanceof StateConflict)) throw error;
      flash(req, 'error', req.t(`faults:${error.code}`));
    }
    res.redirect(303, pathTo('failedRefunds'));
  }

  async function show(req: Request, res: Response, paying: { id: number; form: FormView } | null = null) {
    const actor = actorOf(req);
    requireRole(actor, 'operator');
    const [failed, settled, waiting] = await Promise.all([
      listFailedRefunds(db, SHOWN),
      listSettledRefunds(db, SETTLED_SHOWN),
      countFailedRefunds(db),
    ]);
    const people = await namesOf([...failed, ...settled]);
    res.set('Cache-Control', 'no-store').render('payments/failed-refunds', {
      layout: 'work',
      currentPage: patterns.failedRefunds,
      ...presentFailedRefunds(req, { failed, settled, waiting, actorId: actor.id, people, paying }),
    });
  }

  async function namesOf(refunds: readonly FailedRefund[]) {
    const ids = refunds.flatMap(({ payouts }) => payouts.flatMap((one) => [one.proposedById, one.decidedById ?? 0]));
    const users = await db.user.findMany({ where: { id: { in: ids } }, select: { id: true, name: true } });
    return new Map(users.map(({ id, name }) => [id, name]));
  }
}
