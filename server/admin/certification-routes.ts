import express, { type Request, type Response, type Router } from 'express';
import { type Actor, hasRole, requireRole } from '../accounts/actor.ts';
import { actorOf } from '../accounts/who-acts.ts';
import type { PrismaClient } from '../db/client.ts';
import { pathTo, patterns } from '../paths.ts';
import { disqualificationEffect } from '../quotas/moves/disqualified-purchases.ts';
import type { Clock } from '../shared/clock.ts';
import { dayOf } from '../shared/days.ts';
import { NotFound } from '../shared/errors.ts';
import type { ActOnCertification } from '../suppliers/certification-act.ts';
import { findCertificationFile } from '../suppliers/certification-history.ts';
import { isWithin, placesCertified, placesOfRegister } from '../suppliers/certification-policy.ts';
import { countStandings, listRegister } from '../suppliers/certification-register.ts';
import {
  disqualificationDecision,
  disqualificationForm,
  disqualificationRefusal,
  liftingForm,
  registerQuery,
  revocationForm,
  suspensionForm,
} from '../suppliers/certification-schemas.ts';
import { decideDisqualification } from '../suppliers/decide-disqualification.ts';
import { disqualificationsOf } from '../suppliers/disqualification-queries.ts';
import { benefitsTold } from '../suppliers/farmer-benefits.ts';
import { liftSuspension } from '../suppliers/lift-suspension.ts';
import { proposeDisqualification } from '../suppliers/propose-disqualification.ts';
import { revokeCertification } from '../suppliers/revoke-certification.ts';
import { suspendCertification } from '../suppliers/suspend-certification.ts';
import { placeTree } from '../units/place-tree.ts';
import { flash } from '../web/flash.ts';
import { type FormView, formView, refusedForm } from '../web/form-view.ts';
import { read } from '../web/forms.ts';
import { presentFile, presentRegister } from './certification-presenter.ts';
import { presentFraud } from './disqualification-presenter.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

type Act = (db: PrismaClient, actor: Actor, act: ActOnCertification) => Promise<unknown>;

const PER_PAGE = 30;
const FIELDS = [
  ...['reason', 'publicReason', 'revocationReason', 'revocationPublicReason'],
  ...['disqualifySince', 'disqualifyReason', 'note', 'refusalReason'],
];

/** The register of certifications: certifiers act on it, operators look (rules 1, 17). */
export function certificationRoutes({ db, clock }: Parts): Router {
  const router = express.Router();

  router.get(patterns.certifications, async (req, res) => {
    const actor = reader(req);
    const { standing, of, q, cursor } = read(registerQuery, req.query);
    const query = { standing, of, q: q || undefined, cursor, limit: PER_PAGE };
    const tree = await placeTree(db);
    const scope = { today: dayOf(clock()), tree, places: placesOfRegister(actor) };
    const [list, counts] = await Promise.all([listRegister(db, scope, query), countStandings(db, scope, query)]);
    res.render('admin/certifications', {
      layout: 'work',
      ...presentRegister(req, tree, scope.today, { query, counts, ...list }),
    });
  });

  router.get(patterns.certification, (req, res) => showFile(req, res, { values: {} }));

  router.post(patterns.certificationSuspension, (req, res) =>
    act(req, res, suspendCertification, 'suspended', () => read(suspensionForm, req.body)),
  );
  router.post(patterns.certificationLifting, (req, res) =>
    act(req, res, liftSuspension, 'lifted', () => read(liftingForm, req.body)),
  );
  router.post(patterns.certificationRevocation, (req, res) =>
    act(req, res, revokeCertification, 'revoked', () => {
      const { revocationReason: reason, revocationPublicReason: publicReason } = read(revocationForm, req.body);
      return { reason, publicReason };
    }),
  );

  router.post(patterns.certificationDisqualification, (req, res) => {
    const propose: Act = (tx, actor, asked) => {
      const { disqualifySince: since, disqualifyReason } = read(disqualificationForm, req.body);
      return proposeDisqualification(tx, actor, { ...asked, since, reason: disqualifyReason });
    };
    return act(req, res, propose, 'proposed', () => ({ reason: '' }));
  });
  router.post(patterns.disqualificationApproval, (req, res) => {
    const approve: Act = (tx, actor, asked) => decideDisqualification(tx, actor, { ...asked, approve: true });
    const reasonOf = () => ({ reason: read(disqualificationDecision, req.body).note });
    return act(req, res, approve, 'disqualified', reasonOf, true);
  });
  router.post(patterns.disqualificationRefusal, (req, res) => {
    const refuse: Act = (tx, actor, asked) => decideDisqualification(tx, actor, { ...asked, approve: false });
    const reasonOf = () => ({ reason: read(disqualificationRefusal, req.body).refusalReason });
    return act(req, res, refuse, 'notDisqualified', reasonOf, true);
  });
  return router;

  async function act(
    req: Request,
    res: Response,
    perform: Act,
    done: string,
    reasonOf: () => Pick<ActOnCertification, 'reason' | 'publicReason'>,
    orOperator = false,
  ): Promise<void> {
    const actor = reader(req);
    requireRole(actor, 'certifier', ...(orOperator ? (['operator'] as const) : []));
    const certificationId = idOf(req);
    try {
      await perform(db, actor, { certificationId, ...reasonOf(), at: clock(), places: await placeTree(db) });
    } catch (error) {
      const { status, faults } = refusedForm(error);
      const form = formView(req.t, FIELDS, req.body ?? {}, faults);
      return showFile(req, res.status(status), form);
    }
    flash(req, 'success', req.t(`certifications:done.${done}`));
    res.redirect(303, pathTo('certification', { id: certificationId }));
  }

  async function showFile(req: Request, res: Response, form: FormView): Promise<void> {
    const actor = reader(req);
    const tree = await placeTree(db);
    const file = await findCertificationFile(db, idOf(req), tree, placesOfRegister(actor));
    const mayAct = isWithin(tree, placesCertified(actor), file.placeId);
    const benefits = await benefitsTold(db, file.supplierId);
    const disqualifications = await disqualificationsOf(db, file.id);
    const open = disqualifications.find(({ state }) => state === 'proposed');
    const holder = { supplierId: file.productId === null ? file.supplierId : null, productId: file.productId };
    const effect = open && (await disqualificationEffect(db, holder, open.since));
    const mayDecide = open !== undefined && (mayAct || hasRole(actor, 'operator'));
    const fraud = { disqualifications, effect, mayDecide, isProposer: open?.proposedById === actor.id };
    res.set('Cache-Control', 'no-store');
    res.render('admin/certification', {
      layout: 'work',
      currentPage: patterns.certifications,
      ...presentFile(req, tree, dayOf(clock()), { file, benefits, mayAct, form }),
      ...presentFraud(req, { file, mayAct, form }, fraud),
    });
  }
}

function reader(req: Request): Actor {
  const actor = actorOf(req);
  requireRole(actor, 'certifier', 'operator');
  return actor;
}

function idOf(req: Request): number {
  const text = String(req.params.id);
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new NotFound();
  return Number(text);
}
