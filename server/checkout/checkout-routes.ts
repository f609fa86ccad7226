import express, { type Request, type Response, type Router } from 'express';
import type { Actor } from '../accounts/actor.ts';
import { addressesFor } from '../accounts/address-queries.ts';
import { PROVINCES } from '../accounts/address-region.ts';
import { actorOf } from '../accounts/who-acts.ts';
import { takeOrdered } from '../cart/cart-lines.ts';
import { countableLines, type PricedCart } from '../cart/cart-page.ts';
import type { Quote } from '../cart/quote.ts';
import { NO_TENDERS, type Tenders } from '../cart/tenders.ts';
import type { PrismaClient } from '../db/client.ts';
import { expectedApprovals } from '../orders/approval/expected-approvals.ts';
import { pointsFor } from '../orders/pickup/pickup-points.ts';
import { patterns } from '../paths.ts';
import type { PaymentDeps } from '../payments/start-payment.ts';
import { campaignOf } from '../promotions/campaign-link.ts';
import { expectedCounts } from '../quotas/tally/expected-counts.ts';
import type { Clock } from '../shared/clock.ts';
import { dayOf } from '../shared/days.ts';
import { BadInput, type Fault } from '../shared/errors.ts';
import { findPayers } from '../units/unit-queries.ts';
import { refusedForm } from '../web/form-view.ts';
import { keepRefused } from '../web/forms.ts';
import { canteenChoices } from './canteen-choices.ts';
import { type Basket, basketOf, pricedBasket } from './checkout-basket.ts';
import { checkoutFaults, isFetched, keepAddress, NEW_ADDRESS, readCheckout } from './checkout-form.ts';
import { presentCheckout, presentCheckoutForm } from './checkout-presenter.ts';
import { chosenTenders, quotedWith } from './checkout-tenders.ts';
import { presentUnitRule } from './checkout-terms.ts';
import { leadToOrder } from './lead-to-order.ts';
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
    const basket = await basketOf(db, actor, req.query);
    if (req.body.switchTo || req.body.recalculate) return show(parts, req, res, 200, []);
    const orderId = await submitted(req, res, basket);
    if (orderId === null) return;
    if (!basket.atOnce) await emptyCart(actor, basket, orderId);
    await keepAddress(db, actor, basket.unitId, req.body);
    await leadToOrder(parts, req, res, orderId, clock());
  });

  return router;

  /** Of the order's own lines: of a form sent again the cart may hold something else by now. */
  async function emptyCart(actor: Actor, { unitId }: Basket, orderId: number): Promise<void> {
    const lines = await db.orderLine.findMany({ where: { orderId }, select: { productId: true } });
    const productIds = lines.map((line) => line.productId);
    await takeOrdered(db, actor, unitId, productIds);
  }

  /** The order's id; null when it was refused and the page has been shown again. */
  async function submitted(req: Request, res: Response, basket: Basket): Promise<number | null> {
    const actor = actorOf(req);
    const { unitId, wishes } = basket;
    try {
      const request = await readCheckout(db, actor, unitId, wishes, req.body);
      const tenders = await tendersOf(actor, basket, req.body);
      const campaignId = await campaignOf(db, req.session.campaign, request.unitId, clock());
      const orderId = await submitOrder(db, actor, { ...request, campaignId, tenders }, clock());
      if (campaignId !== null) delete req.session.campaign;
      return orderId;
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await show(parts, req, res, status, checkoutFaults(faults, wishes));
      return null;
    }
  }

  /** Throws BadInput for what cannot be used. */
  async function tendersOf(actor: Actor, basket: Basket, body: Record<string, unknown>): Promise<Tenders> {
    if (basket.unitId !== null || !(body.useAllowance || body.usePoints)) return NO_TENDERS;
    const now = clock();
    const { quoted } = await pricedBasket(db, actor, basket, { now, fetched: isFetched(basket.unitId, body) });
    const { chosen, faults } = await chosenTenders(db, actor, quoted, body, now);
    if (faults.length > 0) throw new BadInput(faults);
    return chosen;
  }
}

async function show({ db, clock }: Parts, req: Request, res: Response, status: number, faults: Fault[]): Promise<void> {
  const actor = actorOf(req);
  const basket = await basketOf(db, actor, req.query);
  const { unitId } = basket;
  const delivery = req.body?.switchTo ?? req.body?.delivery;
  const fetched = isFetched(unitId, { delivery });
  const [priced, addresses, points, payers] = await Promise.all([
    pricedBasket(db, actor, basket, { now: clock(), fetched }),
    addressesFor(db, actor),
    unitId === null ? pointsFor(db, actor) : [],
    unitId === null ? [] : findPayers(db, unitId),
  ]);
  // What cannot be ordered as it stands is put right where it was chosen; what was typed here already is not thrown away.
  const mustGoBack = priced.wishes.length === 0 || (status === 200 && priced.quoted.faults.length > 0);
  if (mustGoBack) {
    if (basket.atOnce) keepFaults(req, basket, priced);
    return res.redirect(303, basket.backPath);
  }
  const tenders = unitId === null ? await chosenTenders(db, actor, priced.quoted, req.body, clock()) : null;
  const cart = await withCounts(db, priced, quotedWith(priced.quoted, tenders), clock());
  const ofTenders = req.body?.recalculate && tenders ? tenders.faults : [];
  const suppliers = cart.quoted.parcels.map(({ supplierId }) => supplierId);
  const canteens = await canteenChoices(db, unitId, suppliers, clock());
  const approvals = await expectedApprovals(db, payers, cart.quoted.totalFen, dayOf(clock()));
  const parts = { actor, cart, addresses, points, fetched, payers, approvals, tenders, canteens };
  const page = presentCheckout(req, { ...basket, ...parts });
  const values = {
    addressId: page.firstAddress,
    province: PROVINCES[0],
    saveAddress: req.method === 'GET' && page.firstAddress === NEW_ADDRESS ? 'on' : undefined,
    ...page.firstPickup,
    countFor: page.countOptions?.[0]?.value ?? '',
    fundingSource: payers[0]?.fundingSource ?? 'individual',
    payment: unitId === null ? 'stripe' : 'on_account',
    ...req.body,
  };
  res.set('Cache-Control', 'no-store');
  const keptFields = otherWayFields(fetched, req.body);
  res.status(status).render('checkout/show', {
    ...page,
    keptFields,
    recalculates: true,
    unitRule: unitId === null ? undefined : presentUnitRule(req, approvals, values),
    ...presentCheckoutForm(req, cart, values, [...faults, ...ofTenders]),
  });
}

/** What it would count for after points, which take something off the goods (rule 4). */
async function withCounts(db: PrismaClient, cart: PricedCart, quoted: Quote, now: Date): Promise<PricedCart> {
  const { countsFor } = cart;
  if (quoted.pointsFen === 0 || countsFor === null) return cart;
  return { ...cart, counts: await expectedCounts(db, countsFor, countableLines(quoted), dayOf(now)) };
}

/** What was typed for the other way to get the goods goes along, so that changing one's mind loses nothing. */
function otherWayFields(fetched: boolean, body: Record<string, unknown> = {}) {
  const names = fetched
    ? ['addressId', 'recipient', 'phone', 'province', 'city', 'county', 'detail', 'saveAddress']
    : ['pickupPointId', 'pickupName', 'pickupPhone'];
  return names.flatMap((name) => (typeof body[name] === 'string' ? [{ name, value: body[name] }] : []));
}

/** The product's page says by its quantity why it cannot be bought so. */
function keepFaults(req: Request, { wishes: [wish] }: Basket, { quoted }: PricedCart): void {
  const faults = quoted.faults.map((fault) => ({ ...fault, path: fault.path.startsWith('lines.') ? 'quantity' : '' }));
  keepRefused(req, `product-${wish?.productId}`, { quantity: wish?.quantity }, faults);
}
