import express, { type Request, type Response, type Router } from 'express';
import { addressesFor } from '../accounts/address-queries.ts';
import { actorOf } from '../accounts/who-acts.ts';
import { unitOfCart } from '../cart/cart-api.ts';
import { cartWishes, takeOrdered } from '../cart/cart-lines.ts';
import { pricedCart } from '../cart/cart-page.ts';
import { cartQuery } from '../cart/cart-schemas.ts';
import type { Wish } from '../cart/quote.ts';
import { pathTo, patterns } from '../paths.ts';
import { type PaymentDeps, startPayment } from '../payments/start-payment.ts';
import { campaignOf } from '../promotions/campaign-link.ts';
import type { Clock } from '../shared/clock.ts';
import { type Fault, StateConflict } from '../shared/errors.ts';
import { findPayers } from '../units/unit-queries.ts';
import { flash } from '../web/flash.ts';
import { refusedForm } from '../web/form-view.ts';
import { read } from '../web/forms.ts';
import { checkoutFaults, keepAddress, readCheckout } from './checkout-form.ts';
import { presentCheckout, presentCheckoutForm } from './checkout-presenter.ts';
import { submitOrder } from './submit-order.ts';

interface Parts extends PaymentDeps {
  clock: Clock;
}

/** One page from cart to order. What is refused is shown again with everything typed. */
export function checkoutRoutes(parts: Parts): Router {
  const { db, clock } = parts;
  const router = express.Router();

  router.get(patterns.checkout, (req, res) => show(parts, req, res, 200, []));

  router.post(patterns.checkout, async (req, res) => {
    const actor = actorOf(req);
    const unitId = unitOfCart(actor, read(cartQuery, req.query).unit);
    const wishes = await cartWishes(db, actor, unitId);
    const orderId = await submitted(req, res, unitId, wishes);
    if (orderId === null) return;
    // The order's own lines: of a form sent again the cart may hold something else by now.
    const lines = await db.orderLine.findMany({ where: { orderId }, select: { productId: true } });
    const productIds = lines.map((line) => line.productId);
    await takeOrdered(db, actor, unitId, productIds);
    await keepAddress(db, actor, unitId, req.body);
    await leadOn(parts, req, res, orderId);
  });

  return router;

  /** The order's id; null when it was refused and the page has been shown again. */
  async function submitted(req: Request, res: Response, unitId: number | null, wishes: Wish[]): Promise<number | null> {
    const actor = actorOf(req);
    try {
      const request = await readCheckout(db, actor, unitId, wishes, req.body);
      const campaignId = await campaignOf(db, req.session.campaign, request.unitId, clock());
      const orderId = await submitOrder(db, actor, { ...request, campaignId }, clock());
      if (campaignId !== null) delete req.session.campaign;
      return orderId;
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await show(parts, req, res, status, checkoutFaults(faults, wishes));
      return null;
    }
  }
}

/** On to the payment page or the order's; when the payment page does not open, the order says that it waits for payment. */
async function leadOn(parts: Parts, req: Request, res: Response, orderId: number): Promise<void> {
  const { db, clock } = parts;
  const { state } = await db.order.findUniqueOrThrow({ where: { id: orderId }, select: { state: true } });
  if (state === 'awaiting_payment') {
    try {
      return res.redirect(303, await startPayment(parts, orderId, clock()));
    } catch (error) {
      if (!(error instanceof StateConflict)) req.log.error({ err: error, orderId }, 'payment page did not open');
      flash(req, 'error', req.t('checkout:payLater'));
    }
  }
  if (state === 'awaiting_approval') flash(req, 'success', req.t('checkout:sentForApproval'));
  if (state === 'placed') flash(req, 'success', req.t('checkout:placed'));
  res.redirect(303, pathTo('order', { id: orderId }));
}

async function show({ db, clock }: Parts, req: Request, res: Response, status: number, faults: Fault[]): Promise<void> {
  const actor = actorOf(req);
  const { unit: unitCode } = read(cartQuery, req.query);
  const unitId = unitOfCart(actor, unitCode);
  const [cart, addresses, payers] = await Promise.all([
    pricedCart(db, actor, unitId, clock()),
    addressesFor(db, actor),
    unitId === null ? [] : findPayers(db, unitId),
  ]);
  // What cannot be ordered as it stands is put right in the cart; what was typed here already is not thrown away.
  const mustGoBack = cart.wishes.length === 0 || (status === 200 && cart.quoted.faults.length > 0);
  if (mustGoBack) return res.redirect(303, unitCode ? pathTo('cart', { unit: unitCode }) : pathTo('cart', { own: 1 }));
  const page = presentCheckout(req, { actor, unitId, unitCode, cart, addresses, payers });
  const values = {
    addressId: page.firstAddress,
    countFor: page.countOptions?.[0]?.value ?? '',
    fundingSource: payers[0]?.fundingSource ?? 'individual',
    payment: unitId === null ? 'stripe' : 'on_account',
    ...req.body,
  };
  res.set('Cache-Control', 'no-store');
  res.status(status).render('checkout/show', { ...page, ...presentCheckoutForm(req, cart, values, faults) });
}
