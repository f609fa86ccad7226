import express, { type Request, type Response, type Router } from 'express';
import { rateLimit } from 'express-rate-limit';
import type { Config } from '../config.ts';
import type { PrismaClient } from '../db/client.ts';
import { pathTo, patterns } from '../paths.ts';
import type { Clock } from '../shared/clock.ts';
import { dayOf } from '../shared/days.ts';
import { Refusal } from '../shared/errors.ts';
import { flash } from '../web/flash.ts';
import { type FormView, formView, refusedForm } from '../web/form-view.ts';
import { read } from '../web/forms.ts';
import { profileOf } from './account-queries.ts';
import { type Actor, findActor, ownUnitId } from './actor.ts';
import { changeEmail } from './change-email.ts';
import { changePassword } from './change-password.ts';
import { firstPageOf } from './first-page.ts';
import { type JoinedUnit, joinUnit } from './join-unit.ts';
import { MIN_PASSWORD } from './password-strength.ts';
import { register } from './register.ts';
import { joinForm, passwordForm, registrationForm } from './registration-schemas.ts';
import { emailForm } from './resets/reset-schemas.ts';
import { returnAfterSignIn } from './return-to.ts';
import { startSession } from './start-session.ts';
import { actorOf } from './who-acts.ts';

interface Parts {
  config: Config;
  db: PrismaClient;
  clock: Clock;
  takeGuestCart: (req: Request, actor: Actor) => Promise<number>;
}

/** From one address in an hour; a whole department may sit behind one. */
const MOST_TRIES = 120;
const HOUR_MS = 3_600_000;
const FIELDS = ['name', 'login', 'password', 'invitation', 'agreed'];

/** Making an account of one's own, joining a unit by its code, and changing the password and the e-mail address. */
export function registrationRoutes({ config, db, clock, takeGuestCart }: Parts): Router {
  const router = express.Router();
  const limitTries = rateLimit({
    ...{
      windowMs: HOUR_MS,
      limit: MOST_TRIES,
      identifier: 'register',
      standardHeaders: 'draft-8',
      legacyHeaders: false,
    },
    handler: (_req, _res, next) => next(new Refusal(429, 'tooManyRegistrations')),
  });

  router.get(patterns.register, (req, res) => {
    const returnTo = returnAfterSignIn(req.query.returnTo, '');
    if (req.actor) return res.redirect(303, returnAfterSignIn(returnTo, firstPageOf(req.actor)));
    const invitation = typeof req.query.code === 'string' ? req.query.code.slice(0, 32) : '';
    showForm(req, res, { values: { returnTo, invitation } });
  });

  router.post(patterns.register, limitTries, async (req, res) => {
    try {
      const { returnTo, agreed: _agreed, ...wish } = read(registrationForm, req.body);
      const made = await register(db, { ...wish, locale: req.locale }, clock());
      await startSession(req, made);
      const actor = await findActor(db, made.id, dayOf(clock()), !config.production);
      const filled = actor ? await takeGuestCart(req, actor) : 0;
      flash(req, 'success', welcome(req, made.joined));
      res.redirect(303, returnAfterSignIn(returnTo, pathTo(filled > 0 ? 'cart' : 'products')));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      const { _csrf, password: _password, ...typed } = req.body ?? {};
      const values = { ...typed, returnTo: returnAfterSignIn(typed.returnTo, '') };
      showForm(req, res.status(status), formView(req.t, FIELDS, values, faults));
    }
  });

  router.get(patterns.ownUnit, (req, res) => showJoin(req, res, { values: { invitation: req.query.code } }));

  router.post(patterns.ownUnit, limitTries, async (req, res) => {
    const actor = actorOf(req);
    try {
      const unit = await joinUnit(db, actor, read(joinForm, req.body).invitation, clock());
      flash(req, 'success', req.t('joining:join.done', { unit: nameIn(req, unit) }));
      res.redirect(303, pathTo('account'));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      showJoin(req, res.status(status), formView(req.t, ['invitation'], req.body ?? {}, faults));
    }
  });

  router.get(patterns.ownPassword, (req, res) => {
    actorOf(req);
    showPassword(req, res, { values: {} });
  });

  router.post(patterns.ownPassword, limitTries, async (req, res) => {
    const actor = actorOf(req);
    try {
      await changePassword(db, actor, { ...read(passwordForm, req.body), sessionId: req.sessionID }, clock());
      flash(req, 'success', req.t('joining:password.done'));
      res.redirect(303, pathTo('account'));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      showPassword(req, res.status(status), formView(req.t, ['current', 'password'], {}, faults));
    }
  });

  router.get(patterns.ownEmail, async (req, res) => {
    const { email } = await profileOf(db, actorOf(req));
    showEmail(req, res, { values: { email } });
  });

  router.post(patterns.ownEmail, limitTries, async (req, res) => {
    const actor = actorOf(req);
    try {
      await changeEmail(db, actor, read(emailForm, req.body), clock());
      flash(req, 'success', req.t('resets:email.done'));
      res.redirect(303, pathTo('account'));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      showEmail(req, res.status(status), formView(req.t, ['email', 'current'], { email: req.body?.email }, faults));
    }
  });

  return router;
}

function showEmail(req: Request, res: Response, form: FormView): void {
  res.set('Cache-Control', 'no-store').render('accounts/email', {
    title: req.t('resets:email.title'),
    login: actorOf(req).login,
    form: { ...form, labels: { email: req.t('resets:email.email'), current: req.t('joining:password.current') } },
  });
}

function showForm(req: Request, res: Response, form: FormView): void {
  res.set('Cache-Control', 'no-store');
  res.render('accounts/register', {
    title: req.t('joining:register.title'),
    form: { ...form, labels: labelsOf(req, ['name', 'login', 'password', 'invitation']) },
    passwordHint: req.t('joining:register.passwordHint', { minimum: MIN_PASSWORD }),
    signInHref: pathTo('signIn', { returnTo: String(form.values.returnTo ?? '') }),
    keepsCart: (req.session.guestCart?.length ?? 0) > 0,
  });
}

/** What the summary calls fields whose fault does not say which they are. */
function labelsOf(req: Request, fields: readonly string[]): Record<string, string> {
  return Object.fromEntries(fields.map((field) => [field, req.t(`joining:register.${field}`)]));
}

function showJoin(req: Request, res: Response, form: FormView): void {
  const actor = actorOf(req);
  const own = actor.grants.find((grant) => grant.role === 'employee' && grant.unitId === ownUnitId(actor));
  res.render('accounts/join-unit', {
    title: req.t('joining:join.title'),
    moves: own && req.t('joining:join.moves', { unit: (req.locale === 'en' && own.unitNameEn) || own.unitName }),
    form,
  });
}

function showPassword(req: Request, res: Response, form: FormView): void {
  res.set('Cache-Control', 'no-store');
  res.render('accounts/password', {
    title: req.t('joining:password.title'),
    passwordHint: req.t('joining:register.passwordHint', { minimum: MIN_PASSWORD }),
    login: actorOf(req).login,
    form: {
      ...form,
      labels: { current: req.t('joining:password.current'), password: req.t('joining:password.fresh') },
    },
  });
}

function welcome(req: Request, unit: JoinedUnit | null): string {
  return unit ? req.t('joining:register.doneInUnit', { unit: nameIn(req, unit) }) : req.t('joining:register.done');
}

function nameIn({ locale }: Request, { name, nameEn }: JoinedUnit): string {
  return (locale === 'en' && nameEn) || name;
}
