import express, { type Request, type Response, type Router } from 'express';
import type { Config } from '../config.ts';
import type { PrismaClient } from '../db/client.ts';
import { pathTo, patterns } from '../paths.ts';
import type { Clock } from '../shared/clock.ts';
import { dayOf } from '../shared/days.ts';
import { flash } from '../web/flash.ts';
import { type FormView, formView, refusedForm } from '../web/form-view.ts';
import { read } from '../web/forms.ts';
import { type DemoAccount, demoAccounts } from './account-queries.ts';
import { languageForm, signInForm } from './account-schemas.ts';
import { type Actor, findActor } from './actor.ts';
import { firstPageOf } from './first-page.ts';
import { localReturnTo, returnAfterSignIn } from './return-to.ts';
import { signIn } from './sign-in.ts';
import { createSignInLimit } from './sign-in-limit.ts';
import { regenerate, startSession } from './start-session.ts';

interface Parts {
  config: Config;
  db: PrismaClient;
  clock: Clock;
  /** made-up data is served: the page offers its accounts */
  isDemo: boolean;
  demoPassword?: string;
  /** takes over what was put into the cart before; answers how many products that were */
  takeGuestCart: (req: Request, actor: Actor) => Promise<number>;
}

/** Signing in and out, and the language of the pages. */
export function signInRoutes({ config, db, clock, isDemo, demoPassword, takeGuestCart }: Parts): Router {
  const router = express.Router();
  const limitSignIn = createSignInLimit();

  router.get(patterns.signIn, async (req, res) => {
    const { returnTo } = req.query;
    if (req.actor) return res.redirect(303, returnAfterSignIn(returnTo, firstPageOf(req.actor)));
    await showSignIn(req, res, { values: { returnTo: returnAfterSignIn(returnTo, '') } });
  });

  router.post(patterns.signIn, async (req, res) => {
    try {
      const { login, password, returnTo } = read(signInForm, req.body);
      await limitSignIn(req);
      const user = await signIn(db, { login, password, allowDemo: !config.production });
      await startSession(req, user);
      const actor = await findActor(db, user.id, dayOf(clock()), !config.production);
      const filled = actor ? await takeGuestCart(req, actor) : 0;
      const first = actor ? firstPageOf(actor) : pathTo('home');
      res.redirect(303, returnAfterSignIn(returnTo, filled > 0 ? pathTo('cart') : first));
    } catch (error) {
      const { status, faults } = refusedForm(error);
      const values = { login: req.body?.login, returnTo: returnAfterSignIn(req.body?.returnTo, '') };
      await showSignIn(req, res.status(status), formView(req.t, ['login', 'password'], values, faults));
    }
  });

  router.post(patterns.signOut, async (req, res) => {
    const { locale } = req.session;
    await regenerate(req);
    if (locale) req.session.locale = locale;
    flash(req, 'success', req.t('accounts:signOut.done'));
    res.redirect(303, pathTo('home'));
  });

  router.post(patterns.language, async (req, res) => {
    const { locale, returnTo } = read(languageForm, req.body);
    req.session.locale = locale;
    if (req.actor) await db.user.update({ where: { id: req.actor.id }, data: { locale } });
    res.redirect(303, localReturnTo(returnTo));
  });

  return router;

  async function showSignIn(req: Request, res: Response, form: FormView): Promise<void> {
    const offersDemo = isDemo && !config.production;
    res.set('Cache-Control', 'no-store');
    res.render('accounts/sign-in', {
      title: req.t('accounts:signIn.title'),
      form,
      returnTo: form.values.returnTo,
      demoAccounts: offersDemo ? (await demoAccounts(db)).map(present) : [],
      demoPassword: offersDemo ? demoPassword : undefined,
    });

    function present({ login, roles }: DemoAccount) {
      return { login, role: roles.map((role) => req.t(`accounts:roles.${role}`)).join(' / ') };
    }
  }
}
