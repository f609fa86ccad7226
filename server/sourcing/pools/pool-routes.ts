import express, { type Request, type Response, type Router } from 'express';
import { ownUnitId } from '../../accounts/actor.ts';
import { addressesFor } from '../../accounts/address-queries.ts';
import { actorOf } from '../../accounts/who-acts.ts';
import { unitOfCart } from '../../cart/cart-api.ts';
import { cartUnits } from '../../cart/cart-lines.ts';
import { cartQuery } from '../../cart/cart-schemas.ts';
import { inLanguage } from '../../catalog/catalog-reader.ts';
import { findBuyableProducts, priceFor } from '../../catalog/shelf-products.ts';
import { readSettled } from '../../checkout/checkout-form.ts';
import { leadToOrder } from '../../checkout/lead-to-order.ts';
import { fast } from '../../db/client.ts';
import { pathTo, patterns } from '../../paths.ts';
import type { PaymentDeps } from '../../payments/start-payment.ts';
import type { Clock } from '../../shared/clock.ts';
import { addDays, dayOf } from '../../shared/days.ts';
import { type Fault, NotFound } from '../../shared/errors.ts';
import { flash } from '../../web/flash.ts';
import { formView, refusedForm } from '../../web/form-view.ts';
import { read } from '../../web/forms.ts';
import { presentAgreedCheckout } from '../agreed-checkout.ts';
import { quantityQuery } from '../harvests/harvest-schemas.ts';
import { unitChoices } from '../unit-choices.ts';
import { joinPool, poolTerms } from './join-pool.ts';
import { caseOf, openPool } from './open-pool.ts';
import { presentPool } from './pool-presenter.ts';
import { countOrdersIn, findPool, openPools, ownOrdersIn } from './pool-queries.ts';
import { poolForm, poolQuery } from './pool-schemas.ts';

interface Parts extends PaymentDeps {
  clock: Clock;
}

const MOST = 60;
const OPEN_DAYS = 5;
const FIELDS = ['closesOn', 'contact', 'phone', 'region', 'address', 'note'];

/** Cases that small buyers fill together: listed, opened, joined by a link. */
export function poolRoutes(parts: Parts): Router {
  const { db, clock } = parts;
  const router = express.Router();

  router.get(patterns.pools, async (req, res) => {
    const { product: productId, mine } = read(poolQuery, req.query);
    const unitId = req.actor ? ownUnitId(req.actor) : null;
    const onlyMine = mine !== undefined && unitId !== null;
    const pools = await openPools(db, clock(), { productId, take: MOST, ...(onlyMine ? { unitId } : {}) });
    res.render('sourcing/pools', {
      title: req.t('pools:list.title'),
      pools: pools.map((pool) => presentPool(req, pool, clock())),
      tabs:
        unitId === null
          ? []
          : [
              { label: req.t('pools:list.all'), href: pathTo('pools', { product: productId }), current: !onlyMine },
              {
                label: req.t('pools:list.mine'),
                href: pathTo('pools', { product: productId, mine: 1 }),
                current: onlyMine,
              },
            ],
      newHref: productId && req.actor ? pathTo('newPool', { product: productId }) : undefined,
    });
  });

  router.get(patterns.newPool, (req, res) => showNew(req, res, req.query.product, {}, []));

  router.post(patterns.pools, async (req, res) => {
    const actor = actorOf(req);
    try {
      const code = await openPool(db, actor, read(poolForm, req.body), clock());
      flash(req, 'success', req.t('pools:flash.opened'));
      res.redirect(303, pathTo('pool', { code }));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await showNew(req, res.status(status), req.body?.productId, req.body ?? {}, faults);
    }
  });

  router.get(patterns.pool, (req, res) => show(req, res, {}, []));

  router.get(patterns.poolJoining, async (req, res) => {
    actorOf(req);
    try {
      await showJoining(req, res, read(quantityQuery, req.query).quantity, []);
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await show(req, res.status(status), req.query, faults);
    }
  });

  router.post(patterns.poolJoining, async (req, res) => {
    const actor = actorOf(req);
    const { quantity } = read(quantityQuery, req.query);
    try {
      const unitId = unitOfCart(actor, read(cartQuery, req.query).unit);
      const { lines, pickUp } = await poolTerms(db, codeOf(req), quantity, clock());
      const terms = readSettled(actor, unitId, lines, { ...pickUp, recipient: actor.name }, req.body);
      const orderId = await joinPool(db, actor, codeOf(req), { ...terms, quantity }, clock());
      await leadToOrder(parts, req, res, orderId, clock());
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await showJoining(req, res.status(status), quantity, faults);
    }
  });

  return router;

  async function show(req: Request, res: Response, typed: Record<string, unknown>, faults: Fault[]): Promise<void> {
    const pool = await findPool(db, codeOf(req));
    const shown = presentPool(req, pool, clock());
    const [orders, count] = await Promise.all([
      req.actor ? ownOrdersIn(db, pool.id, req.actor.id) : [],
      countOrdersIn(db, pool.id),
    ]);
    res.render('sourcing/pool', {
      title: req.t('pools:show.title', { name: shown.name }),
      breadcrumbs: [{ label: req.t('pools:list.title'), href: pathTo('pools') }, { label: shown.name }],
      pool: shown,
      orderCount: count,
      shareUrl: `${parts.baseUrl}${shown.href}`,
      joinAction: pathTo('poolJoining', { code: pool.code }),
      signInHref: req.actor ? undefined : pathTo('signIn', { returnTo: shown.href }),
      units: req.actor ? unitChoices(req, req.actor, cartUnits(req.actor)) : [],
      ownOrders: orders.map((order) => ({
        href: pathTo('order', { id: order.id }),
        quantity: order.lines.reduce((sum, line) => sum + line.quantity, 0),
        totalFen: order.totalFen,
        label: req.t(`orders:orderState.${order.state}`),
      })),
      form: formView(req.t, ['quantity'], typed, faults),
    });
  }

  async function showJoining(req: Request, res: Response, quantity: number, faults: Fault[]): Promise<void> {
    const actor = actorOf(req);
    const unit = read(cartQuery, req.query).unit || undefined;
    const unitId = unitOfCart(actor, unit);
    const shown = presentPool(req, await findPool(db, codeOf(req)), clock());
    const { lines, agreed } = await poolTerms(db, codeOf(req), quantity, clock());
    const page = await presentAgreedCheckout(
      db,
      req,
      {
        ...{ actor, unitId, lines, agreed, faults, typed: req.body ?? {} },
        title: req.t('pools:join.title'),
        lead: req.t('pools:join.lead', { day: shown.closesOn }),
        pickUp: `${shown.place} · ${shown.contact} ${shown.phone}`,
        action: pathTo('poolJoining', { code: shown.code, quantity, unit }),
        backHref: shown.href,
        breadcrumbs: [
          { label: req.t('pools:list.title'), href: pathTo('pools') },
          { label: shown.name, href: shown.href },
          { label: req.t('pools:join.title') },
        ],
      },
      clock(),
    );
    res.set('Cache-Control', 'no-store').render('checkout/show', page);
  }

  async function showNew(
    req: Request,
    res: Response,
    productText: unknown,
    typed: Record<string, unknown>,
    faults: Fault[],
  ): Promise<void> {
    const actor = actorOf(req);
    const today = dayOf(clock());
    const productId = /^\d{1,9}$/.test(String(productText)) ? Number(productText) : 0;
    const [products, row, addresses] = await Promise.all([
      findBuyableProducts(fast(db), [productId], today),
      db.product.findUnique({ where: { id: productId }, select: { caseQuantity: true } }),
      addressesFor(db, actor),
    ]);
    const product = products.get(productId);
    if (!product || !row) throw new NotFound();
    const caseQuantity = caseOf(product, row.caseQuantity);
    const kept = addresses.find((address) => address.isDefault) ?? addresses[0];
    res.render('sourcing/new-pool', {
      title: req.t('pools:new.title'),
      breadcrumbs: [
        { label: req.t('pools:list.title'), href: pathTo('pools', { product: productId }) },
        { label: req.t('pools:new.title') },
      ],
      product: {
        id: productId,
        name: inLanguage(req.locale, product.familyName, product.nameEn),
        spec: inLanguage(req.locale, product.spec, product.specEn),
        unit: inLanguage(req.locale, product.saleUnit, product.saleUnitEn),
        href: pathTo('product', { id: productId }),
        category: product.illustration,
        priceFen: priceFor(product, caseQuantity),
        caseQuantity,
      },
      defaults: {
        closesOn: addDays(today, OPEN_DAYS),
        contact: actor.name,
        phone: kept?.phone ?? '',
        region: kept?.region ?? '',
        // Not the home that somebody's own address may be: everybody who has the link comes there.
        address: '',
      },
      today,
      action: pathTo('pools'),
      form: formView(req.t, FIELDS, typed, faults),
    });
  }
}

function codeOf(req: Request): string {
  return String(req.params.code).slice(0, 16);
}
