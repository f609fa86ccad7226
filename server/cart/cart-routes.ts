import express, { type Request, type Router } from 'express';
import { localReturnTo } from '../accounts/return-to.ts';
import { actorOf } from '../accounts/who-acts.ts';
import { findBuyableProducts } from '../catalog/shelf-products.ts';
import { fast, type PrismaClient } from '../db/client.ts';
import { pathTo, patterns } from '../paths.ts';
import type { Clock } from '../shared/clock.ts';
import { dayOf } from '../shared/days.ts';
import { flash } from '../web/flash.ts';
import { refusedForm } from '../web/form-view.ts';
import { keepRefused, read } from '../web/forms.ts';
import { unitOfCart } from './cart-api.ts';
import { addToCart, cartWishes, removeFromCart, setCartLine } from './cart-lines.ts';
import { presentCart, presentTabs } from './cart-presenter.ts';
import { addForm, cartQuery, lineForm, lineParams } from './cart-schemas.ts';
import { quote } from './quote.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

/** The cart, alone or for a unit: look, add, change, take out. */
export function cartRoutes({ db, clock }: Parts): Router {
  const router = express.Router();

  router.get(patterns.cart, async (req, res) => {
    const actor = actorOf(req);
    const { unit } = read(cartQuery, req.query);
    const wishes = await cartWishes(db, actor, unitOfCart(actor, unit));
    const products = await findBuyableProducts(
      fast(db),
      wishes.map((wish) => wish.productId),
      dayOf(clock()),
    );
    res.render('cart/show', {
      title: req.t('cart:title'),
      carts: presentTabs(req, actor, unit),
      ...presentCart(req, quote(wishes, products), wishes, unit),
    });
  });

  router.post(patterns.cartLines, async (req, res) => {
    const back = localReturnTo(
      req.body.returnTo ?? pathTo('product', { id: Number(req.body.productId) || 0 }),
      pathTo('products'),
    );
    if (!req.actor) return res.redirect(303, pathTo('signIn', { returnTo: back }));
    try {
      const { unit, productId, quantity } = read(addForm, req.body);
      await addToCart(db, actorOf(req), unitOfCart(actorOf(req), unit), { productId, quantity });
      flash(req, 'success', req.t('cart:added', { href: pathTo('cart', { unit }) }));
      res.redirect(303, pathTo('cart', { unit }));
    } catch (error) {
      const { faults } = refusedForm(error);
      keepRefused(req, `product-${req.body.productId}`, req.body, faults);
      res.redirect(303, back);
    }
  });

  router.post(patterns.cartLine, async (req, res) => {
    const actor = actorOf(req);
    const { unit } = read(cartQuery, req.query);
    const unitId = unitOfCart(actor, unit);
    const { productId } = read(lineParams, req.params);
    if (req.query.remove) await removeFromCart(db, actor, unitId, productId);
    else
      await changeLine(req, () =>
        setCartLine(db, actor, unitId, { productId, quantity: read(lineForm, req.body).quantity }),
      );
    res.redirect(303, pathTo('cart', { unit }));
  });

  return router;
}

/** A quantity that cannot be read leaves the cart as it was and says why. */
async function changeLine(req: Request, change: () => Promise<void>): Promise<void> {
  try {
    await change();
  } catch (error) {
    const { faults } = refusedForm(error);
    for (const { code, values } of faults) flash(req, 'error', req.t(`faults:${code}`, values));
  }
}
