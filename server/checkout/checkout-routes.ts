import express, { type Request, type Response, type Router } from 'express';
import { addressesFor } from '../accounts/address-queries.ts';
import { actorOf } from '../accounts/who-acts.ts';
import { unitOfCart } from '../cart/cart-api.ts';
import { cartWishes, takeOrdered } from '../cart/cart-lines.ts';
import { cartQuery } from '../cart/cart-schemas.ts';
import { quote } from '../cart/quote.ts';
import { findBuyableProducts } from '../catalog/shelf-products.ts';
import { fast } from '../db/client.ts';
import { pathTo, patterns } from '../paths.ts';
import { type PaymentDeps, startPayment } from '../payments/start-payment.ts';
import type { Clock } from '../shared/clock.ts';
import { dayOf } from '../shared/days.ts';
import type { Fault } from '../shared/errors.ts';
import { findPayers } from '../units/unit-queries.ts';
import { flash } from '../web/flash.ts';
import { formView, refusedForm } from '../web/form-view.ts';
import { read } from '../web/forms.ts';
import { CHECKOUT_FIELDS, readCheckout } from './checkout-form.ts';
import { presentCheckout } from './checkout-presenter.ts';
import { submitOrder } from './submit-order.ts';

interface Parts extends PaymentDeps {
  clock: Clock;
}

/** One page from cart to order. What is refused is shown again with everything typed. */
export function checkoutRoutes(parts: Parts): Router {
  const router = express.Router();
  router.get(patterns.checkout, (req, res) => show(parts, req, res, 200, []));
  router.post(patterns.checkout, async (req, res) => {
    const { db, clock } = parts;
    const actor = actorOf(req);
    const unitId = unitOfCart(actor, read(cartQuery, req.query).unit);
    const lines = await cartWishes(db, actor, unitId);
    try {
      const request = await readCheckout(db, actor, unitId, lines, req.body);
      const orderId = await submitOrder(db, actor, request, clock());
      await takeOrdered(
        db,
        actor,
        unitId,
        lines.map((line) => line.productId),
      );
      await leadOn(parts, req, res, orderId);
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await show(parts, req, res, status, faults);
    }
  });
  return router;
}

async function leadOn(parts: Parts, req: Request, res: Response, orderId: number): Promise<void> {
  const { state } = await parts.db.order.findUniqueOrThrow({ where: { id: orderId }, select: { state: true } });
  if (state === 'awaiting_payment') return res.redirect(303, await startPayment(parts, orderId, parts.clock()));
  flash(req, 'success', req.t(state === 'awaiting_approval' ? 'checkout:sentForApproval' : 'checkout:placed'));
  res.redirect(303, pathTo('order', { id: orderId }));
}

async function show({ db, clock }: Parts, req: Request, res: Response, status: number, faults: Fault[]): Promise<void> {
  const actor = actorOf(req);
  const { unit: unitCode } = read(cartQuery, req.query);
  const unitId = unitOfCart(actor, unitCode);
  const wishes = await cartWishes(db, actor, unitId);
  if (wishes.length === 0) return res.redirect(303, pathTo('cart', { unit: unitCode }));
  const [products, addresses, payers] = await Promise.all([
    findBuyableProducts(
      fast(db),
      wishes.map((wish) => wish.productId),
      dayOf(clock()),
    ),
    addressesFor(db, actor),
    unitId === null ? [] : findPayers(db, unitId),
  ]);
  const page = presentCheckout(req, {
    actor,
    unitId,
    unitCode,
    wishes,
    quoted: quote(wishes, products),
    addresses,
    payers,
  });
  const values = {
    addressId: page.firstAddress,
    countFor: page.countOptions?.[0]?.value ?? '',
    fundingSource: payers[0]?.fundingSource ?? 'individual',
    payment: unitId === null ? 'stripe' : 'on_account',
    ...req.body,
  };
  res.status(status).render('checkout/show', { ...page, form: formView(req.t, CHECKOUT_FIELDS, values, faults) });
}
