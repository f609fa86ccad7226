import express, { type Request, type Response, type Router } from 'express';
import { requireRole, unitsApprovedFor, unitsBoughtFor } from '../../accounts/actor.ts';
import { actorOf } from '../../accounts/who-acts.ts';
import { unitOfCart } from '../../cart/cart-api.ts';
import { cartQuery } from '../../cart/cart-schemas.ts';
import { inLanguage, nameOf } from '../../catalog/catalog-reader.ts';
import { priceFor } from '../../catalog/shelf-products.ts';
import { keepAddress, readCheckout } from '../../checkout/checkout-form.ts';
import { leadToOrder } from '../../checkout/lead-to-order.ts';
import { pathTo, patterns } from '../../paths.ts';
import type { PaymentDeps } from '../../payments/start-payment.ts';
import type { Clock } from '../../shared/clock.ts';
import { addDays, dayOf } from '../../shared/days.ts';
import type { Fault } from '../../shared/errors.ts';
import { flash } from '../../web/flash.ts';
import { formView, refusedForm } from '../../web/form-view.ts';
import { idIn, read } from '../../web/forms.ts';
import { presentAgreedCheckout } from '../agreed-checkout.ts';
import { acceptOffers, agreedOn } from './accept-offers.ts';
import { askForQuotes } from './ask-for-quotes.ts';
import { chosenIn } from './chosen-lines.ts';
import { exportComparison } from './quote-export.ts';
import { presentComparison, presentHead, presentListed } from './quote-presenter.ts';
import { findRequest, listRequests } from './quote-queries.ts';
import { suppliersOfTheLike } from './quote-suppliers.ts';
import { readRequestForm, startingLines } from './request-form.ts';
import { withdrawRequest } from './withdraw-request.ts';

interface Parts extends PaymentDeps {
  clock: Clock;
}

const PAGE = 20;
const ANSWER_DAYS = 5;

/** Requests for quotation of a unit: asked, compared, accepted into an order, withdrawn. */
export function quoteRoutes(parts: Parts): Router {
  const { db, clock } = parts;
  const router = express.Router();

  router.get(patterns.quoteRequests, async (req, res) => {
    const actor = actorOf(req);
    requireRole(actor, 'buyer', 'approver');
    const units = [...new Set([...unitsBoughtFor(actor), ...unitsApprovedFor(actor)])];
    const beforeId = typeof req.query.before === 'string' ? idIn(req.query.before) : null;
    const requests = await listRequests(db, units, beforeId, PAGE + 1);
    const shown = requests.slice(0, PAGE);
    const last = requests.length > PAGE ? shown.at(-1) : undefined;
    res.render('sourcing/quotes', {
      layout: 'work',
      title: req.t('quotes:list.title'),
      currentPath: pathTo('quoteRequests'),
      requests: shown.map((request) => presentListed(req, request, 'quoteRequest')),
      manyUnits: units.length > 1,
      newHref: unitsBoughtFor(actor).length > 0 ? pathTo('newQuoteRequest') : undefined,
      firstHref: beforeId ? pathTo('quoteRequests') : undefined,
      nextHref: last ? pathTo('quoteRequests', { before: last.id }) : undefined,
    });
  });

  router.get(patterns.newQuoteRequest, (req, res) => showNew(req, res, {}, []));

  router.post(patterns.quoteRequests, async (req, res) => {
    const actor = actorOf(req);
    const unitId = unitOf(req);
    try {
      const { suppliers: supplierIds, ...wish } = readRequestForm(req.body ?? {});
      const id = await askForQuotes(db, actor, { ...wish, unitId, supplierIds }, clock());
      flash(req, 'success', req.t('quotes:flash.sent', { count: supplierIds.length }));
      res.redirect(303, pathTo('quoteRequest', { id }));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await showNew(req, res.status(status), req.body ?? {}, faults);
    }
  });

  router.get(patterns.quoteRequest, (req, res) => show(req, res, []));

  router.get(patterns.quoteComparison, async (req, res) => {
    const request = await findRequest(db, actorOf(req), idIn(req.params.id));
    const name = `${req.t('quotes:show.title')}-${request.id}.xlsx`;
    res.attachment(name).send(await exportComparison(req, request, clock()));
  });

  router.post(patterns.quoteWithdrawal, async (req, res) => {
    const id = idIn(req.params.id);
    try {
      await withdrawRequest(db, actorOf(req), id, clock());
      flash(req, 'success', req.t('quotes:flash.withdrawn'));
      res.redirect(303, pathTo('quoteRequest', { id }));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await show(req, res.status(status), faults);
    }
  });

  router.get(patterns.quoteAcceptance, (req, res) => showAcceptance(req, res, []));

  router.post(patterns.quoteAcceptance, async (req, res) => {
    const actor = actorOf(req);
    const id = idIn(req.params.id);
    const chosen = chosenIn(req.query);
    try {
      const { unitId, lines } = await agreedOn(db, actor, id, chosen, clock());
      const terms = await readCheckout(db, actor, unitId, lines, req.body);
      const orderId = await acceptOffers(db, actor, id, chosen, terms, clock());
      await keepAddress(db, actor, unitId, req.body);
      await leadToOrder(parts, req, res, orderId, clock());
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await showAcceptance(req, res.status(status), faults);
    }
  });

  return router;

  async function show(req: Request, res: Response, faults: Fault[]): Promise<void> {
    const actor = actorOf(req);
    const request = await findRequest(db, actor, idIn(req.params.id));
    const id = request.id;
    const mayBuy = unitsBoughtFor(actor).includes(request.unitId);
    const compared = presentComparison(req, request, clock());
    res.render('sourcing/quote', {
      layout: 'work',
      title: `${req.t('quotes:show.title')} ${id}`,
      currentPath: pathTo('quoteRequests'),
      breadcrumbs: [
        { label: req.t('quotes:list.title'), href: pathTo('quoteRequests') },
        { label: req.t('quotes:list.number', { number: id }) },
      ],
      request: presentHead(req, request),
      ...compared,
      chooseAction: mayBuy && compared.lines.some((line) => line.canChoose) ? pathTo('quoteAcceptance', { id }) : null,
      withdrawAction: mayBuy && request.state === 'open' ? pathTo('quoteWithdrawal', { id }) : null,
      excelHref: pathTo('quoteComparison', { id }),
      form: formView(
        req.t,
        request.lines.map((line) => `line.${line.id}`),
        req.query,
        faults,
      ),
    });
  }

  async function showAcceptance(req: Request, res: Response, faults: Fault[]): Promise<void> {
    const actor = actorOf(req);
    const id = idIn(req.params.id);
    const chosen = chosenIn(req.query);
    const picks = Object.fromEntries(chosen.map((line) => [`line.${line.requestLineId}`, line.offerLineId]));
    try {
      const { unitId, lines, agreed } = await agreedOn(db, actor, id, chosen, clock());
      const page = await presentAgreedCheckout(
        db,
        req,
        {
          ...{ actor, unitId, lines, agreed, faults, typed: req.body ?? {} },
          title: req.t('quotes:accept.title'),
          lead: req.t('quotes:accept.lead'),
          action: pathTo('quoteAcceptance', { id, ...picks }),
          backHref: pathTo('quoteRequest', { id, ...picks }),
          breadcrumbs: [
            { label: req.t('quotes:list.title'), href: pathTo('quoteRequests') },
            { label: req.t('quotes:list.number', { number: id }), href: pathTo('quoteRequest', { id }) },
            { label: req.t('quotes:accept.title') },
          ],
        },
        clock(),
      );
      res.set('Cache-Control', 'no-store').render('checkout/show', page);
    } catch (error) {
      const refused = refusedForm(error);
      await show(req, res.status(refused.status), refused.faults);
    }
  }

  async function showNew(req: Request, res: Response, typed: Record<string, unknown>, faults: Fault[]): Promise<void> {
    const actor = actorOf(req);
    const unitId = unitOf(req);
    const today = dayOf(clock());
    const unit = actor.grants.find((grant) => grant.unitId === unitId);
    const unitCode = unit?.unitCode ?? undefined;
    const lines = await startingLines(db, actor, unitId, req.query, today);
    const suppliers = await suppliersOfTheLike(
      db,
      lines.map((line) => line.productId),
    );
    const chosen = [typed.suppliers ?? (req.method === 'POST' ? [] : suppliers.map(({ id }) => id))].flat().map(String);
    const fields = lines.map(({ productId }) => `quantity.${productId}`);
    res.render('sourcing/new-quote', {
      layout: 'work',
      title: req.t('quotes:new.title'),
      currentPath: pathTo('quoteRequests'),
      breadcrumbs: [
        { label: req.t('quotes:list.title'), href: pathTo('quoteRequests') },
        { label: req.t('quotes:new.title') },
      ],
      unitName: inLanguage(req.locale, unit?.unitName ?? '', unit?.unitNameEn),
      lines: lines.map(({ productId, quantity, note, product }) => ({
        ...{ productId, quantity, note, priceFen: priceFor(product, quantity) },
        name: inLanguage(req.locale, product.familyName, product.nameEn),
        spec: inLanguage(req.locale, product.spec, product.specEn),
        unit: inLanguage(req.locale, product.saleUnit, product.saleUnitEn),
        href: pathTo('product', { id: productId }),
      })),
      suppliers: suppliers.map((supplier) => ({
        value: String(supplier.id),
        label: nameOf(req.locale, supplier),
        hint: req.t('quotes:new.matches', { count: supplier.matches, all: lines.length }),
        checked: chosen.includes(String(supplier.id)),
      })),
      today,
      answerOn: addDays(today, ANSWER_DAYS),
      action: pathTo('quoteRequests', { ...startOf(req), unit: unitCode }),
      hrefs: {
        lists: pathTo('purchaseLists', { unit: unitCode }),
        quick: pathTo('quickOrder', { unit: unitCode }),
        cart: pathTo('cart', { unit: unitCode }),
      },
      form: formView(req.t, ['suppliers', 'neededOn', 'answerOn', 'note', ...fields], typed, faults),
    });
  }

  /** The unit of `?unit=`, else the first that the actor buys for. */
  function unitOf(req: Request): number {
    const actor = actorOf(req);
    requireRole(actor, 'buyer');
    return unitOfCart(actor, read(cartQuery, req.query).unit) ?? unitsBoughtFor(actor)[0] ?? 0;
  }
}

/** What the new request started from, so that the form shown again starts there too. */
function startOf(req: Request): Record<string, string> {
  return Object.fromEntries(
    ['product', 'list'].flatMap((name) => (typeof req.query[name] === 'string' ? [[name, req.query[name]]] : [])),
  );
}
