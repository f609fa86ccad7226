import express, { type Router } from 'express';
import { z } from 'zod';
import { requireRole } from '../accounts/actor.ts';
import { actorOf } from '../accounts/who-acts.ts';
import type { PrismaClient } from '../db/client.ts';
import { patterns } from '../paths.ts';
import type { Clock } from '../shared/clock.ts';
import { dayOf, parseDay } from '../shared/days.ts';
import { read } from '../web/forms.ts';
import { presentAudit } from './audit-presenter.ts';
import { listAudit } from './audit-queries.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

const PER_PAGE = 50;

const text = (most: number) =>
  z
    .string()
    .trim()
    .max(most)
    .transform((typed) => typed || undefined)
    .optional()
    .catch(undefined);

const auditQuery = z.object({
  action: text(64),
  subjectType: text(32),
  subjectId: z.coerce.number().int().positive().max(2_147_483_647).optional().catch(undefined),
  person: text(64),
  day: z
    .string()
    .transform((typed) => parseDay(typed) ?? undefined)
    .optional()
    .catch(undefined),
  cursor: text(200),
});

/** Who did what, when, to what, with before and after; for operators (rule 32). */
export function auditRoutes({ db, clock }: Parts): Router {
  const router = express.Router();
  router.get(patterns.auditTrail, async (req, res) => {
    requireRole(actorOf(req), 'operator');
    const filter = { ...read(auditQuery, req.query), limit: PER_PAGE };
    const found = await listAudit(db, dayOf(clock()), filter);
    res.set('Cache-Control', 'no-store');
    res.render('admin/audit', { layout: 'work', ...presentAudit(req, filter, found) });
  });
  return router;
}
