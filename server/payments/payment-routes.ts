import express, { type Router } from 'express';
import { actorOf } from '../accounts/who-acts.ts';
import { mayBuyerSee } from '../orders/order-policy.ts';
import { findOrder } from '../orders/order-queries.ts';
import { orderParams } from '../orders/order-schemas.ts';
import { pathTo, patterns } from '../paths.ts';
import type { Clock } from '../shared/clock.ts';
import { NotFound, StateConflict } from '../shared/errors.ts';
import { flash } from '../web/flash.ts';
import { read } from '../web/forms.ts';
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
    const { id } = read(orderParams, req.params);
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
    const { id } = read(orderParams, req.params);
    const order = await findOrder(db, actorOf(req), id);
    const sessionId = order.payments[0]?.sessionId;
    if (order.state === 'awaiting_payment' && sessionId) await convergePayment(db, stripe, sessionId, clock());
    const { state } = await db.order.findUniqueOrThrow({ where: { id }, select: { state: true } });
    if (state === 'awaiting_payment') flash(req, 'info', req.t('orders:flash.notPaidYet'));
    else if (state === 'placed' || state === 'completed') flash(req, 'success', req.t('orders:flash.paid'));
    else flash(req, 'error', req.t('orders:flash.paidTooLate'));
    res.redirect(303, pathTo('order', { id }));
  });

  return router;
}
