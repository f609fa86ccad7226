import express, { type Router } from 'express';
import { actorOf } from '../accounts/who-acts.ts';
import { isStripeAway } from '../clients/stripe.ts';
import { mayBuyerSee } from '../orders/order-policy.ts';
import { findOrder, type WholeOrder } from '../orders/order-queries.ts';
import { pathTo, patterns } from '../paths.ts';
import type { Clock } from '../shared/clock.ts';
import { NotFound, StateConflict } from '../shared/errors.ts';
import { flash } from '../web/flash.ts';
import { idIn } from '../web/forms.ts';
import type { Translate } from '../web/i18n.ts';
import { convergePayment } from './converge-payment.ts';
import { type PaymentDeps, startPayment } from './start-payment.ts';

interface Parts extends PaymentDeps {
  clock: Clock;
}

/** The way to the payment page and back from it. */
export function paymentRoutes(parts: Parts): Router {
  const { db, stripe, clock } = parts;
  const router = express.Router();

  router.post(patterns.orderPayment, async (req, res) => {
    const id = idIn(req.params.id);
    const order = await findOrder(db, actorOf(req), id);
    if (!mayBuyerSee(actorOf(req), order)) throw new NotFound();
    try {
      res.redirect(303, await startPayment(parts, id, clock()));
    } catch (error) {
      if (!(error instanceof StateConflict)) throw error;
      flash(req, 'error', req.t('faults:wrongOrderState'));
      res.redirect(303, pathTo('order', { id }));
    }
  });

  // Stripe sends the person back before or after its event; asking it now makes the page true either way.
  router.get(patterns.orderReturn, async (req, res) => {
    const id = idIn(req.params.id);
    const order = await findOrder(db, actorOf(req), id);
    const sessionId = order.payments[0]?.sessionId;
    if (order.state === 'awaiting_payment' && sessionId) {
      await convergePayment(db, stripe, sessionId, clock()).catch((error: unknown) => {
        if (!isStripeAway(error)) throw error;
      });
    }
    const after = await findOrder(db, actorOf(req), id);
    flash(req, ...outcomeOf(req.t, after));
    res.redirect(303, pathTo('order', { id }));
  });

  return router;
}

/** What the newest payment came to, as it stands now and not as the way back suggests. */
function outcomeOf(t: Translate, { state, payments }: WholeOrder): ['success' | 'info' | 'error', string] {
  const paid = payments[0]?.state === 'succeeded';
  if (paid && (state === 'placed' || state === 'completed')) return ['success', t('orders:flash.paid')];
  if (paid) return ['error', t('orders:flash.paidTooLate')];
  if (state === 'awaiting_payment') {
    const lapsed = payments[0]?.state === 'expired' || payments[0]?.state === 'failed';
    return lapsed ? ['error', t('orders:flash.paymentFailed')] : ['info', t('orders:flash.notPaidYet')];
  }
  return ['error', t('orders:flash.notPaidAndClosed')];
}
