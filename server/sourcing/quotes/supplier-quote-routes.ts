import express, { type Request, type Response, type Router } from 'express';
import { requireRole, suppliersServedBy } from '../../accounts/actor.ts';
import { actorOf } from '../../accounts/who-acts.ts';
import type { PrismaClient } from '../../db/client.ts';
import { pathTo, patterns } from '../../paths.ts';
import type { Clock } from '../../shared/clock.ts';
import { dayOf } from '../../shared/days.ts';
import type { Fault } from '../../shared/errors.ts';
import { flash } from '../../web/flash.ts';
import { formView, refusedForm } from '../../web/form-view.ts';
import { idIn, read } from '../../web/forms.ts';
import { declineRequest } from './decline-request.ts';
import { makeOffer } from './make-offer.ts';
import { offerFaults, readOffer } from './offer-form.ts';
import { offerFields, presentOfferPage } from './offer-presenter.ts';
import { presentListed } from './quote-presenter.ts';
import { findRequestForSupplier, goodsToOffer, listInvitations, type WholeRequest } from './quote-queries.ts';
import { declineForm } from './quote-schemas.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

const PAGE = 20;

/** Requests that are addressed to a supplier: answered with a binding offer, bettered, or declined. */
export function supplierQuoteRoutes({ db, clock }: Parts): Router {
  const router = express.Router();

  router.get(patterns.supplierQuotes, async (req, res) => {
    const actor = actorOf(req);
    requireRole(actor, 'supplier', 'work_team');
    const beforeId = typeof req.query.before === 'string' ? idIn(req.query.before) : null;
    const onlyOpen = req.query.show !== 'all';
    const more = onlyOpen ? {} : { show: 'all' };
    const requests = await listInvitations(db, suppliersServedBy(actor), { onlyOpen, beforeId, take: PAGE + 1 });
    const shown = requests.slice(0, PAGE);
    const last = requests.length > PAGE ? shown.at(-1) : undefined;
    res.render('sourcing/supplier-quotes', {
      layout: 'work',
      title: req.t('quotes:supplier.title'),
      currentPath: pathTo('supplierQuotes'),
      tabs: ['open', 'all'].map((show) => ({
        label: req.t(`quotes:supplier.${show}`),
        href: show === 'open' ? pathTo('supplierQuotes') : pathTo('supplierQuotes', { show }),
        current: onlyOpen === (show === 'open'),
      })),
      requests: shown.map((request) => presentListed(req, request, 'supplierQuote')),
      firstHref: beforeId ? pathTo('supplierQuotes', more) : undefined,
      nextHref: last ? pathTo('supplierQuotes', { ...more, before: last.id }) : undefined,
    });
  });

  router.get(patterns.supplierQuote, (req, res) => show(req, res, {}, []));

  router.post(patterns.quoteOffer, async (req, res) => {
    const { request, supplierId } = await asked(req);
    try {
      const offer = readOffer(request, req.body ?? {});
      await makeOffer(db, actorOf(req), request.id, { ...offer, supplierId }, clock());
      flash(req, 'success', req.t('quotes:flash.offered'));
      res.redirect(303, pathTo('supplierQuote', { id: request.id, supplier: supplierId }));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await show(req, res.status(status), req.body ?? {}, offerFaults(request, req.body ?? {}, faults));
    }
  });

  router.post(patterns.quoteDeclination, async (req, res) => {
    const { request, supplierId } = await asked(req);
    try {
      const { reason } = read(declineForm, req.body);
      await declineRequest(db, actorOf(req), { requestId: request.id, supplierId, reason }, clock());
      flash(req, 'success', req.t('quotes:flash.declined'));
      res.redirect(303, pathTo('supplierQuotes'));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await show(req, res.status(status), req.body ?? {}, faults);
    }
  });

  return router;

  /** The request, and for which of the actor's suppliers it is answered: `?supplier=`, else the first that is invited. */
  async function asked(req: Request): Promise<{ request: WholeRequest; supplierId: number }> {
    const request = await findRequestForSupplier(db, actorOf(req), idIn(req.params.id));
    const wanted = Number(req.query.supplier);
    const invitation = request.invitations.find((one) => one.supplierId === wanted) ?? request.invitations[0];
    return { request, supplierId: invitation?.supplierId ?? 0 };
  }

  async function show(req: Request, res: Response, typed: Record<string, unknown>, faults: Fault[]): Promise<void> {
    const { request, supplierId } = await asked(req);
    const goods = await goodsToOffer(db, supplierId, request);
    const today = dayOf(clock());
    res.render('sourcing/offer', {
      layout: 'work',
      title: `${req.t('quotes:show.title')} ${request.id}`,
      currentPath: pathTo('supplierQuotes'),
      breadcrumbs: [
        { label: req.t('quotes:supplier.title'), href: pathTo('supplierQuotes') },
        { label: req.t('quotes:list.number', { number: request.id }) },
      ],
      ...presentOfferPage(req, { request, supplierId, goods, now: clock() }),
      today,
      form: formView(req.t, offerFields(request), typed, faults),
    });
  }
}
