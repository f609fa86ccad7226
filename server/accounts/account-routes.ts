import express, { type Request, type Router } from 'express';
import type { Mailer } from '../clients/mail.ts';
import type { Config } from '../config.ts';
import type { PrismaClient } from '../db/client.ts';
import { patterns } from '../paths.ts';
import type { Clock } from '../shared/clock.ts';
import { dayOf } from '../shared/days.ts';
import { presentAccount } from './account-presenter.ts';
import { profileOf, rightsOf } from './account-queries.ts';
import type { Actor } from './actor.ts';
import { addressRoutes } from './address-routes.ts';
import { invitationRoutes } from './invitation-routes.ts';
import { registrationRoutes } from './registration-routes.ts';
import { resetRoutes } from './resets/reset-routes.ts';
import { rightRoutes } from './rights/right-routes.ts';
import { signInRoutes } from './sign-in-routes.ts';
import { tokenRoutes } from './token-routes.ts';
import { actorOf } from './who-acts.ts';

interface Parts {
  config: Config;
  db: PrismaClient;
  mail: Mailer | null;
  clock: Clock;
  isDemo: boolean;
  demoPassword?: string;
  takeGuestCart: (req: Request, actor: Actor) => Promise<number>;
}

/** Who you are: signing in and out, the own page, addresses and tokens. */
export function accountRoutes(parts: Parts): Router {
  const { db, clock } = parts;
  const router = express.Router();
  router.use(signInRoutes(parts));
  router.use(registrationRoutes(parts));
  router.use(resetRoutes(parts));
  router.use(invitationRoutes(parts));
  router.use(rightRoutes(parts));

  router.use(patterns.account, (_req, res, next) => {
    res.set('Cache-Control', 'no-store');
    next();
  });
  router.get(patterns.account, async (req, res) => {
    const actor = actorOf(req);
    const [profile, rights] = await Promise.all([profileOf(db, actor), rightsOf(db, actor, dayOf(clock()))]);
    res.render('accounts/show', {
      title: req.t('accounts:show.title'),
      ...presentAccount(req.t, req.locale, profile, rights),
    });
  });
  router.use(addressRoutes(parts));
  router.use(tokenRoutes(parts));
  return router;
}
