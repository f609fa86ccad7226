import express, { type Router } from 'express';
import { requireRole } from '../accounts/actor.ts';
import { actorOf } from '../accounts/who-acts.ts';
import { traceShares } from '../catalog/trace-shares.ts';
import { countOpenComplaints } from '../complaints/open-complaints.ts';
import type { PrismaClient } from '../db/client.ts';
import { listJobs, outboxHealth } from '../jobs/job-health.ts';
import { PASSED_ON_AFTER_HOURS } from '../orders/refund-states.ts';
import { countWaiting, listLate, WAITS, type Wait } from '../orders/waiting-orders.ts';
import { patterns } from '../paths.ts';
import { countFailedRefunds } from '../payments/failed-refunds/failed-refund-queries.ts';
import type { Clock } from '../shared/clock.ts';
import { dayOf } from '../shared/days.ts';
import { presentDashboard } from './dashboard-presenter.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

/** After how many hours of waiting, or of being overdue, an operator should ask why. */
export const LATE_HOURS: Record<Wait, number> = {
  approval: 24,
  payment: 24,
  confirmation: 48,
  shipping: 48,
  receiving: 120,
  refund: PASSED_ON_AFTER_HOURS,
};

const LATE_SHOWN = 10;

/** The operator's first page: what waits too long, what fails behind the scenes, and the figures of rule 18. */
export function dashboardRoutes({ db, clock }: Parts): Router {
  const router = express.Router();
  router.get(patterns.admin, async (req, res) => {
    requireRole(actorOf(req), 'operator');
    const now = clock();
    const today = dayOf(now);
    const limits = Object.fromEntries(
      WAITS.map((wait) => [wait, new Date(now.getTime() - LATE_HOURS[wait] * 3_600_000)]),
    ) as Record<Wait, Date>;
    const [waiting, late, outbox, jobs, shares, complaints, failedRefunds] = await Promise.all([
      countWaiting(db, limits),
      listLate(db, limits, LATE_SHOWN),
      outboxHealth(db),
      listJobs(db),
      traceShares(db, today),
      countOpenComplaints(db, today),
      countFailedRefunds(db),
    ]);
    res.set('Cache-Control', 'no-store');
    res.render('admin/dashboard', {
      layout: 'work',
      ...presentDashboard(req, {
        ...{ now, lateHours: LATE_HOURS, waiting, late, outbox, jobs, shares, complaints, failedRefunds },
      }),
    });
  });
  return router;
}
