import express, { type Request, type Response, type Router } from 'express';
import { ipKeyGenerator, rateLimit } from 'express-rate-limit';
import { toString as drawQr } from 'qrcode';
import type { Mailer } from '../../clients/mail.ts';
import type { Config } from '../../config.ts';
import type { PrismaClient } from '../../db/client.ts';
import { pathTo, patterns } from '../../paths.ts';
import type { Clock } from '../../shared/clock.ts';
import { type Fault, Refusal } from '../../shared/errors.ts';
import { flash } from '../../web/flash.ts';
import { type FormView, formView, refusedForm } from '../../web/form-view.ts';
import { read } from '../../web/forms.ts';
import { requireRole } from '../actor.ts';
import { MIN_PASSWORD } from '../password-strength.ts';
import { actorOf } from '../who-acts.ts';
import { type HandedReset, issueReset } from './issue-reset.ts';
import { askForReset } from './mail-reset.ts';
import { findReset, resetPassword } from './reset-password.ts';
import { forgottenForm, freshPasswordForm, handOutForm } from './reset-schemas.ts';

interface Parts {
  config: Config;
  db: PrismaClient;
  mail: Mailer | null;
  clock: Clock;
}

const HOUR_MS = 3_600_000;
const MOST_OF_ADDRESS = 60;
const MOST_OF_LOGIN = 5;

/** A forgotten password: asked for by mail, or by a link that an approver or operator hands out on paper. */
export function resetRoutes({ config, db, mail, clock }: Parts): Router {
  const router = express.Router();
  const secret = config.sessionSecret;
  const ofAddress = limit('reset', MOST_OF_ADDRESS, (req) => ipKeyGenerator(req.ip ?? ''));
  const ofLogin = limit('reset-login', MOST_OF_LOGIN, (req) => String(req.body?.login ?? '').trim());

  router.get(patterns.forgottenPassword, (req, res) => showForgotten(req, res, { values: {} }));

  router.post(patterns.forgottenPassword, ofAddress, ofLogin, async (req, res) => {
    try {
      const typed = read(forgottenForm, req.body);
      if (mail) await askForReset(db, { ...typed, locale: req.locale, at: clock() });
      flash(req, 'success', req.t('resets:forgotten.done', typed));
      res.redirect(303, pathTo('forgottenPassword'));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      showForgotten(req, res.status(status), formView(req.t, ['login', 'email'], req.body ?? {}, faults));
    }
  });

  router.get(patterns.passwordReset, ofAddress, (req, res) => showReset(req, res, []));

  router.post(patterns.passwordReset, ofAddress, async (req, res) => {
    try {
      const { password } = read(freshPasswordForm, req.body);
      await resetPassword(db, secret, { token: String(req.params.token), password }, clock());
      flash(req, 'success', req.t('resets:fresh.done'));
      res.redirect(303, pathTo('signIn'));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await showReset(req, res.status(status), faults);
    }
  });

  router.get(patterns.passwordLinks, (req, res) => showHandOut(req, res, { values: {} }));

  router.post(patterns.passwordLinks, ofAddress, async (req, res) => {
    const actor = actorOf(req);
    requireRole(actor, 'approver', 'operator');
    try {
      const made = await issueReset(db, secret, actor, read(handOutForm, req.body), clock());
      await showHandOut(req, res, { values: {} }, made);
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await showHandOut(req, res.status(status), formView(req.t, ['login', 'reason'], req.body ?? {}, faults));
    }
  });

  return router;

  function showForgotten(req: Request, res: Response, form: FormView): void {
    res.set('Cache-Control', 'no-store').render('accounts/forgotten-password', {
      title: req.t('resets:forgotten.title'),
      isMailed: mail !== null,
      form: { ...form, labels: { login: req.t('resets:forgotten.login'), email: req.t('resets:forgotten.email') } },
    });
  }

  /** The page of a link; of one that opens no more it says so and what to do. */
  async function showReset(req: Request, res: Response, faults: Fault[]): Promise<void> {
    res.set({ 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer', 'X-Robots-Tag': 'noindex' });
    const token = String(req.params.token);
    const reset = await findReset(db, secret, token, clock()).catch((error: unknown) => {
      if (!(error instanceof Refusal)) throw error;
      res.status(error.status);
      return null;
    });
    res.render('accounts/fresh-password', {
      title: req.t(reset ? 'resets:fresh.title' : 'resets:over.title'),
      action: reset && pathTo('passwordReset', { token }),
      login: reset?.user.login,
      passwordHint: req.t('joining:register.passwordHint', { minimum: MIN_PASSWORD }),
      form: {
        ...formView(req.t, ['password'], {}, faults),
        labels: { password: req.t('joining:password.fresh') },
      },
    });
  }

  async function showHandOut(req: Request, res: Response, form: FormView, made?: HandedReset): Promise<void> {
    requireRole(actorOf(req), 'approver', 'operator');
    const link = made && `${config.baseUrl}${pathTo('passwordReset', { token: made.token })}`;
    res.set('Cache-Control', 'no-store').render('accounts/password-links', {
      layout: 'work',
      title: req.t('resets:handOut.title'),
      currentPath: pathTo('passwordLinks'),
      made: made && { ...made, link, qr: await drawQr(String(link), { type: 'svg', margin: 1 }) },
      form: { ...form, labels: { login: req.t('resets:handOut.login'), reason: req.t('resets:handOut.reason') } },
    });
  }
}

function limit(identifier: string, most: number, keyGenerator: (req: Request) => string) {
  return rateLimit({
    ...{ windowMs: HOUR_MS, limit: most, identifier, keyGenerator },
    ...{ standardHeaders: 'draft-8' as const, legacyHeaders: false },
    handler: (_req, _res, next) => next(new Refusal(429, 'tooManyResets')),
  });
}
