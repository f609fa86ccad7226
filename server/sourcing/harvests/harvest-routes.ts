import express, { type Request, type Response, type Router } from 'express';
import { actorOf } from '../../accounts/who-acts.ts';
import { unitOfCart } from '../../cart/cart-api.ts';
import { cartUnits } from '../../cart/cart-lines.ts';
import { cartQuery } from '../../cart/cart-schemas.ts';
import { keepAddress, readCheckout } from '../../checkout/checkout-form.ts';
import { leadToOrder } from '../../checkout/lead-to-order.ts';
import { pathTo, patterns } from '../../paths.ts';
import type { PaymentDeps } from '../../payments/start-payment.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Fault } from '../../shared/errors.ts';
import { formView, refusedForm } from '../../web/form-view.ts';
import { idIn, read } from '../../web/forms.ts';
import { presentAgreedCheckout } from '../agreed-checkout.ts';
import { unitChoices } from '../unit-choices.ts';
import { presentHarvest } from './harvest-presenter.ts';
import { findHarvest, openHarvests } from './harvest-queries.ts';
import { quantityQuery } from './harvest-schemas.ts';
import { preOrder, preOrderTerms } from './pre-order.ts';

interface Parts extends PaymentDeps {
  clock: Clock;
}

const MOST = 60;

/** Coming batches for everybody, and ordering ahead from one, for oneself or a unit. */
export function harvestRoutes(parts: Parts): Router {
  const { db, clock } = parts;
  const router = express.Router();

  router.get(patterns.harvests, async (req, res) => {
    const harvests = await openHarvests(db, clock(), { take: MOST });
    res.render('sourcing/harvests', {
      title: req.t('harvests:list.title'),
      harvests: harvests.map((harvest) => presentHarvest(req, harvest, clock())),
    });
  });

  router.get(patterns.harvest, (req, res) => show(req, res, {}, []));

  router.get(patterns.harvestOrder, async (req, res) => {
    try {
      await showOrder(req, res, read(quantityQuery, req.query).quantity, []);
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await show(req, res.status(status), req.query, faults);
    }
  });

  router.post(patterns.harvestOrder, async (req, res) => {
    const actor = actorOf(req);
    const id = idIn(req.params.id);
    const { quantity } = read(quantityQuery, req.query);
    try {
      const unitId = unitOfCart(actor, read(cartQuery, req.query).unit);
      const { lines } = await preOrderTerms(db, id, quantity, clock());
      const { lines: _, ...terms } = await readCheckout(db, actor, unitId, lines, req.body);
      const orderId = await preOrder(db, actor, id, { ...terms, quantity }, clock());
      await keepAddress(db, actor, unitId, req.body);
      await leadToOrder(parts, req, res, orderId, clock());
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await showOrder(req, res.status(status), quantity, faults);
    }
  });

  return router;

  async function show(req: Request, res: Response, typed: Record<string, unknown>, faults: Fault[]): Promise<void> {
    const harvest = await findHarvest(db, idIn(req.params.id));
    const shown = presentHarvest(req, harvest, clock());
    res.render('sourcing/harvest', {
      title: shown.name,
      breadcrumbs: [{ label: req.t('harvests:list.title'), href: pathTo('harvests') }, { label: shown.name }],
      harvest: shown,
      orderAction: pathTo('harvestOrder', { id: harvest.id }),
      signInHref: req.actor ? undefined : pathTo('signIn', { returnTo: shown.href }),
      units: req.actor ? unitChoices(req, req.actor, cartUnits(req.actor)) : [],
      form: formView(req.t, ['quantity'], typed, faults),
    });
  }

  async function showOrder(req: Request, res: Response, quantity: number, faults: Fault[]): Promise<void> {
    const actor = actorOf(req);
    const id = idIn(req.params.id);
    const unit = read(cartQuery, req.query).unit || undefined;
    const unitId = unitOfCart(actor, unit);
    const shown = presentHarvest(req, await findHarvest(db, id), clock());
    const { lines, agreed } = await preOrderTerms(db, id, quantity, clock());
    const page = await presentAgreedCheckout(
      db,
      req,
      {
        ...{ actor, unitId, lines, agreed, faults, typed: req.body ?? {} },
        title: req.t('harvests:order.title'),
        lead: req.t('harvests:order.lead', { day: shown.expectedOn }),
        action: pathTo('harvestOrder', { id, quantity, unit }),
        backHref: shown.href,
        breadcrumbs: [
          { label: req.t('harvests:list.title'), href: pathTo('harvests') },
          { label: shown.name, href: shown.href },
          { label: req.t('harvests:order.title') },
        ],
      },
      clock(),
    );
    res.set('Cache-Control', 'no-store').render('checkout/show', page);
  }
}
