import express, { type Router } from 'express';
import type { PrismaClient } from '../db/client.ts';
import { pathTo, patterns } from '../paths.ts';
import type { Clock } from '../shared/clock.ts';
import { NotFound } from '../shared/errors.ts';
import { findRunningLink } from './campaign-link.ts';

declare module 'express-session' {
  interface SessionData {
    /** the unit's campaign link by which the visitor came, until an outside order carries it */
    campaign?: string;
  }
}

/** A unit's campaign link: remembers by whom the visitor was brought and leads to the campaign's zone, or the shop (rule 16). */
export function campaignRoutes({ db, clock }: { db: PrismaClient; clock: Clock }): Router {
  const router = express.Router();
  router.get(patterns.campaignLink, async (req, res) => {
    const code = String(req.params.code);
    const campaign = await findRunningLink(db, code, clock());
    if (!campaign) throw new NotFound();
    req.session.campaign = code;
    res.redirect(303, campaign.zone ? pathTo('zone', { code: campaign.zone.code }) : pathTo('home'));
  });
  return router;
}
