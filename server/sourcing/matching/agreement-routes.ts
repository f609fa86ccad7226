import express, { type Request, type Response, type Router } from 'express';
import { requireRole } from '../../accounts/actor.ts';
import { actorOf } from '../../accounts/who-acts.ts';
import { keepAddress, readCheckout } from '../../checkout/checkout-form.ts';
import { leadToOrder } from '../../checkout/lead-to-order.ts';
import { fast } from '../../db/client.ts';
import { pathTo, patterns } from '../../paths.ts';
import type { PaymentDeps } from '../../payments/start-payment.ts';
import type { Clock } from '../../shared/clock.ts';
import { addDays, dayOf } from '../../shared/days.ts';
import type { Fault } from '../../shared/errors.ts';
import { flash } from '../../web/flash.ts';
import { formView, refusedForm } from '../../web/form-view.ts';
import { idIn, read } from '../../web/forms.ts';
import { presentAgreedCheckout } from '../agreed-checkout.ts';
import { callOff, callOffTerms } from './call-off.ts';
import { calledOffFen } from './called-off.ts';
import { decideAgreement, endAgreement, withdrawAgreement } from './decide-agreement.ts';
import { declineIntention, withdrawIntention } from './end-intention.ts';
import { queryOf, readAgreement, wishesIn } from './matching-forms.ts';
import {
  presentAgreedGoods,
  presentAgreement,
  presentCallOffs,
  presentIntention,
  presentOwnGoods,
} from './matching-presenter.ts';
import {
  callOffsOf,
  findAgreement,
  findIntention,
  goodsOf,
  listAgreements,
  openIntentions,
} from './matching-queries.ts';
import { reasonForm } from './matching-schemas.ts';
import { proposeAgreement } from './propose-agreement.ts';

interface Parts extends PaymentDeps {
  clock: Clock;
}

type Act = (req: Request, id: number) => Promise<unknown>;

const PAGE = 20;
const MOST_INTENTIONS = 100;
const MOST_CALL_OFFS = 50;
const YEAR = 365;

/** Intentions and framework agreements of a unit or a supplier: proposed, signed, called off, ended. */
export function agreementRoutes(parts: Parts): Router {
  const { db, clock } = parts;
  const router = express.Router();

  router.get(patterns.agreements, async (req, res) => {
    const actor = actorOf(req);
    requireRole(actor, 'buyer', 'approver', 'supplier', 'work_team');
    const beforeId = typeof req.query.before === 'string' ? idIn(req.query.before) : null;
    const [intentions, agreements] = await Promise.all([
      beforeId ? [] : openIntentions(db, actor, MOST_INTENTIONS),
      listAgreements(db, actor, beforeId, PAGE + 1),
    ]);
    const shown = agreements.slice(0, PAGE);
    const last = agreements.length > PAGE ? shown.at(-1) : undefined;
    res.render('sourcing/agreements', {
      layout: 'work',
      title: req.t('matching:agreements.title'),
      currentPath: pathTo('agreements'),
      intentions: intentions.map((intention) => presentIntention(req, actor, intention)),
      agreements: shown.map((agreement) => presentAgreement(req, actor, agreement, dayOf(clock()))),
      eventsHref: pathTo('matchingEvents'),
      firstHref: beforeId ? pathTo('agreements') : undefined,
      nextHref: last ? pathTo('agreements', { before: last.id }) : undefined,
    });
  });

  router.get(patterns.intention, (req, res) => showIntention(req, res, {}, []));

  router.post(patterns.intentionAgreement, async (req, res) => {
    try {
      const wish = readAgreement(req.body ?? {});
      const id = await proposeAgreement(db, actorOf(req), idIn(req.params.id), wish, clock());
      flash(req, 'success', req.t('matching:flash.proposed'));
      res.redirect(303, pathTo('agreement', { id }));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await showIntention(req, res.status(status), req.body ?? {}, faults);
    }
  });

  const onIntention = (act: Act, said: string) => async (req: Request, res: Response) => {
    try {
      await act(req, idIn(req.params.id));
      flash(req, 'success', req.t(`matching:flash.${said}`));
      res.redirect(303, pathTo('agreements'));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await showIntention(req, res.status(status), req.body ?? {}, faults);
    }
  };
  const reasonIn = (req: Request) => read(reasonForm, req.body).reason;
  router.post(
    patterns.intentionDeclination,
    onIntention((req, id) => declineIntention(db, actorOf(req), id, reasonIn(req), clock()), 'intentionDeclined'),
  );
  router.post(
    patterns.intentionWithdrawal,
    onIntention((req, id) => withdrawIntention(db, actorOf(req), id, clock()), 'intentionWithdrawn'),
  );

  router.get(patterns.agreement, (req, res) => showAgreement(req, res, {}, []));

  const onAgreement = (act: Act, said: string) => async (req: Request, res: Response) => {
    const id = idIn(req.params.id);
    try {
      await act(req, id);
      flash(req, 'success', req.t(`matching:flash.${said}`));
      res.redirect(303, pathTo('agreement', { id }));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await showAgreement(req, res.status(status), req.body ?? {}, faults);
    }
  };
  router.post(
    patterns.agreementSignature,
    onAgreement((req, id) => decideAgreement(db, actorOf(req), id, null, clock()), 'signed'),
  );
  router.post(
    patterns.agreementRefusal,
    onAgreement((req, id) => decideAgreement(db, actorOf(req), id, reasonIn(req), clock()), 'declined'),
  );
  router.post(
    patterns.agreementWithdrawal,
    onAgreement((req, id) => withdrawAgreement(db, actorOf(req), id, clock()), 'withdrawn'),
  );
  router.post(
    patterns.agreementEnd,
    onAgreement((req, id) => endAgreement(db, actorOf(req), id, reasonIn(req), clock()), 'ended'),
  );

  router.get(patterns.agreementOrder, async (req, res) => {
    try {
      await showCallOff(req, res, []);
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await showAgreement(req, res.status(status), req.query, faults);
    }
  });

  router.post(patterns.agreementOrder, async (req, res) => {
    const actor = actorOf(req);
    const id = idIn(req.params.id);
    try {
      const lines = wishesIn(req.query);
      const { unitId } = await callOffTerms(db, actor, id, lines, clock());
      const { lines: _, unitId: __, ...terms } = await readCheckout(db, actor, unitId, lines, req.body);
      const orderId = await callOff(db, actor, id, lines, terms, clock());
      await keepAddress(db, actor, unitId, req.body);
      await leadToOrder(parts, req, res, orderId, clock());
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await showCallOff(req, res.status(status), faults);
    }
  });

  return router;

  async function showIntention(req: Request, res: Response, typed: Record<string, unknown>, faults: Fault[]) {
    const actor = actorOf(req);
    const intention = await findIntention(db, actor, idIn(req.params.id));
    const shown = presentIntention(req, actor, intention);
    const answers = shown.isSupplier && shown.isOpen;
    const goods = answers ? presentOwnGoods(req, await goodsOf(db, intention.supplierId)) : [];
    const { id } = intention;
    const today = dayOf(clock());
    res.render('sourcing/intention', {
      layout: 'work',
      title: req.t('matching:intentionPage.title'),
      currentPath: pathTo('agreements'),
      breadcrumbs: [
        { label: req.t('matching:agreements.title'), href: pathTo('agreements') },
        { label: req.t('matching:intentionPage.title') },
      ],
      intention: shown,
      goods,
      proposeAction: answers ? pathTo('intentionAgreement', { id }) : undefined,
      declineAction: answers ? pathTo('intentionDeclination', { id }) : undefined,
      withdrawAction: shown.isUnit && shown.isOpen ? pathTo('intentionWithdrawal', { id }) : undefined,
      defaults: { amount: String(shown.amountFen / 100), startsOn: today, endsOn: addDays(today, YEAR) },
      form: formView(
        req.t,
        ['amountFen', 'startsOn', 'endsOn', 'terms', 'reason', ...goods.map(({ field }) => field)],
        typed,
        faults,
      ),
    });
  }

  async function showAgreement(req: Request, res: Response, typed: Record<string, unknown>, faults: Fault[]) {
    const actor = actorOf(req);
    const agreement = await findAgreement(db, actor, idIn(req.params.id));
    const { id } = agreement;
    const [goods, calledOff, orders] = await Promise.all([
      goodsOf(
        db,
        agreement.supplierId,
        agreement.prices.map(({ productId }) => productId),
      ),
      calledOffFen(fast(db), id),
      callOffsOf(db, id, MOST_CALL_OFFS),
    ]);
    const shown = presentAgreement(req, actor, agreement, dayOf(clock()));
    const callable = presentAgreedGoods(req, agreement, goods);
    res.render('sourcing/agreement', {
      layout: 'work',
      title: `${req.t('matching:agreementPage.title')} ${shown.number}`,
      currentPath: pathTo('agreements'),
      breadcrumbs: [{ label: req.t('matching:agreements.title'), href: pathTo('agreements') }, { label: shown.number }],
      agreement: shown,
      goods: shown.mayCallOff ? callable : callable.filter(({ isAgreed }) => isAgreed),
      calledOffFen: calledOff,
      leftFen: Math.max(0, shown.amountFen - calledOff),
      usedShare: shown.amountFen > 0 ? Math.min(1, calledOff / shown.amountFen) : 0,
      orders: presentCallOffs(req, orders),
      signAction: shown.maySign ? pathTo('agreementSignature', { id }) : undefined,
      declineAction: shown.mayDecline ? pathTo('agreementRefusal', { id }) : undefined,
      withdrawAction: shown.mayWithdraw ? pathTo('agreementWithdrawal', { id }) : undefined,
      endAction: shown.mayEnd ? pathTo('agreementEnd', { id }) : undefined,
      orderAction: shown.mayCallOff ? pathTo('agreementOrder', { id }) : undefined,
      form: formView(req.t, ['reason', ...callable.map(({ field }) => field)], typed, faults),
    });
  }

  async function showCallOff(req: Request, res: Response, faults: Fault[]): Promise<void> {
    const actor = actorOf(req);
    const id = idIn(req.params.id);
    const lines = wishesIn(req.query);
    const { unitId, agreed } = await callOffTerms(db, actor, id, lines, clock());
    const shown = presentAgreement(req, actor, await findAgreement(db, actor, id), dayOf(clock()));
    const page = await presentAgreedCheckout(
      db,
      req,
      {
        ...{ actor, unitId, lines, agreed, faults, typed: req.body ?? {} },
        title: req.t('matching:callOff.title'),
        lead: req.t('matching:callOff.lead', { number: shown.number }),
        action: pathTo('agreementOrder', { id, ...queryOf(lines) }),
        backHref: shown.href,
        breadcrumbs: [
          { label: req.t('matching:agreements.title'), href: pathTo('agreements') },
          { label: shown.number, href: shown.href },
          { label: req.t('matching:callOff.title') },
        ],
      },
      clock(),
    );
    res.set('Cache-Control', 'no-store').render('checkout/show', page);
  }
}
