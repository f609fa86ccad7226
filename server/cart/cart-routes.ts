import express, { type Request, type Response, type Router } from 'express';
import { localReturnTo } from '../accounts/return-to.ts';
import { actorOf } from '../accounts/who-acts.ts';
import { inLanguage } from '../catalog/catalog-reader.ts';
import type { PrismaClient } from '../db/client.ts';
import { pathTo, patterns } from '../paths.ts';
import { zoneOfProduct } from '../promotions/zone-of-product.ts';
import type { Clock } from '../shared/clock.ts';
import { type Day, dayOf } from '../shared/days.ts';
import type { Fault } from '../shared/errors.ts';
import { flash } from '../web/flash.ts';
import { refusedForm } from '../web/form-view.ts';
import { keepRefused, read } from '../web/forms.ts';
import { unitOfCart } from './cart-api.ts';
import { addToCart, removeFromCart, setCartLine } from './cart-lines.ts';
import { cartCounts, pricedCart, pricedWishes } from './cart-page.ts';
import { presentCart, presentExpected, presentTabs, type Reader, type RefusedLine } from './cart-presenter.ts';
import { addForm, cartQuery, lineForm, lineParams } from './cart-schemas.ts';
import { addToGuestCart, guestWishes, setGuestLine } from './guest-cart.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
  /** in sentences, which approvals a unit's purchase of so many fen would need, by funding source */
  approvalsOf?: (
    reader: Reader,
    unitId: number,
    totalFen: number,
    today: Day,
  ) => Promise<{ fundingLabel: string; text: string }[]>;
}

/** The cart, alone or for a unit: look, add, change, take out. */
export function cartRoutes({ db, clock, approvalsOf }: Parts): Router {
  const router = express.Router();

  router.get(patterns.cart, async (req, res) => {
    if (!req.actor) return showGuest(req, res, 200, null);
    const actor = actorOf(req);
    const counts = await cartCounts(db, actor);
    const filled = actor.grants.find((grant) => grant.role === 'buyer' && counts.get(grant.unitId ?? 0));
    const nowhereInParticular = !req.query.unit && !req.query.own;
    if (nowhereInParticular && !counts.get(0) && filled) {
      req.session.flash = res.locals.flash;
      return res.redirect(303, pathTo('cart', { unit: filled.unitCode ?? undefined }));
    }
    await show(req, res, 200, null);
  });

  router.post(patterns.cartLines, async (req, res) => {
    const { zone } = req.body ?? {};
    const back = localReturnTo(
      req.body.returnTo ??
        pathTo('product', {
          id: Number(req.body.productId) || 0,
          zone: typeof zone === 'string' && zone ? zone : undefined,
        }),
      pathTo('products'),
    );
    try {
      const { unit: asked, productId, quantity, next, zone: from } = read(addForm, req.body);
      const unit = req.actor ? asked || undefined : undefined;
      const unitId = req.actor && unitOfCart(req.actor, unit);
      if (next === 'checkout')
        return res.redirect(303, pathTo('checkout', { unit, product: productId, quantity, zone: from || undefined }));
      const wish = { productId, quantity, zoneId: await zoneOfProduct(db, from, productId) };
      if (req.actor) await addToCart(db, req.actor, unitId, wish);
      else await addToGuestCart(db, req.session, wish);
      flash(req, 'success', req.t('cart:added'));
      res.redirect(303, unit ? pathTo('cart', { unit }) : pathTo('cart', { own: 1 }));
    } catch (error) {
      const { faults } = refusedForm(error);
      keepRefused(req, `product-${req.body.productId}`, req.body, faults);
      res.redirect(303, back);
    }
  });

  router.post(patterns.cartLine, async (req, res) => {
    if (!req.actor) return changeGuestLine(req, res);
    const actor = req.actor;
    const { unit } = read(cartQuery, req.query);
    const unitId = unitOfCart(actor, unit);
    const { productId } = read(lineParams, req.params);
    try {
      if (req.query.remove) await removeFromCart(db, actor, unitId, productId);
      else await setCartLine(db, actor, unitId, { productId, quantity: read(lineForm, req.body).quantity });
    } catch (error) {
      const { status, faults } = refusedForm(error);
      const [fault] = faults as [Fault];
      return show(req, res, status, { productId, typed: String(req.body.quantity ?? ''), fault });
    }
    res.redirect(303, `${unit ? pathTo('cart', { unit }) : pathTo('cart', { own: 1 })}#line-${productId}`);
  });

  return router;

  async function changeGuestLine(req: Request, res: Response): Promise<void> {
    const { productId } = read(lineParams, req.params);
    try {
      const quantity = req.query.remove ? 0 : read(lineForm, req.body).quantity;
      await setGuestLine(db, req.session, { productId, quantity });
    } catch (error) {
      const { status, faults } = refusedForm(error);
      const [fault] = faults as [Fault];
      return showGuest(req, res, status, { productId, typed: String(req.body.quantity ?? ''), fault });
    }
    res.redirect(303, `${pathTo('cart', { own: 1 })}#line-${productId}`);
  }

  /** A visitor's cart; whoever goes on to the checkout signs in on the way and keeps it. */
  async function showGuest(req: Request, res: Response, status: number, refused: RefusedLine | null): Promise<void> {
    const { quoted, wishes } = await pricedWishes(db, guestWishes(req.session), null, clock());
    res.status(status).render('cart/show', {
      title: req.t('cart:title'),
      currentPath: pathTo('cart'),
      guest: true,
      carts: [],
      ...presentCart(req, quoted, wishes, undefined, refused),
      counts: [],
    });
  }

  async function show(req: Request, res: Response, status: number, refused: RefusedLine | null): Promise<void> {
    const actor = actorOf(req);
    const { unit } = read(cartQuery, req.query);
    const unitId = unitOfCart(actor, unit);
    const [cart, tabCounts] = await Promise.all([pricedCart(db, actor, unitId, clock()), cartCounts(db, actor)]);
    const grant = actor.grants.find((candidate) => candidate.unitId !== null && candidate.unitId === cart.countsFor);
    const unitName = grant ? inLanguage(req.locale, grant.unitName ?? '', grant.unitNameEn) : '';
    res.status(status).render('cart/show', {
      title: req.t('cart:title'),
      currentPath: unit ? pathTo('cart', { unit }) : pathTo('cart'),
      pasteHref: pathTo('quickOrder', unit ? { unit } : { own: 1 }),
      carts: presentTabs(req, actor, unitId, tabCounts),
      ...presentCart(req, cart.quoted, cart.wishes, unit, refused),
      unitName: unitId === null ? undefined : unitName,
      approvals:
        unitId === null || cart.wishes.length === 0
          ? []
          : await approvalsOf?.(req, unitId, cart.quoted.totalFen, dayOf(clock())),
      counts: presentExpected(req, unitName, cart.counts, (count) =>
        unitId === null ? `individual_${count.countIndividualBy}` : `on_account_${count.countOnAccountBy}`,
      ),
    });
  }
}
