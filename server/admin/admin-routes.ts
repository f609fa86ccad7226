import express, { type Router } from 'express';
import type { PrismaClient } from '../db/client.ts';
import type { Clock } from '../shared/clock.ts';
import { auditRoutes } from './audit-routes.ts';
import { brandRoutes } from './brand-routes.ts';
import { campaignAdminRoutes } from './campaign-routes.ts';
import { categoryRoutes } from './category-routes.ts';
import { certificationRoutes } from './certification-routes.ts';
import { dashboardRoutes } from './dashboard-routes.ts';
import { onTimeRoutes } from './on-time-routes.ts';
import { placeDeskRoutes } from './place-desk-routes.ts';
import { tracingRoutes } from './tracing-routes.ts';
import { unitRoutes } from './unit-routes.ts';
import { workTeamRoutes } from './work-team-routes.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

/** Staff's pages: the register of certifications, the operator's figures, campaigns and audit trail, a work team's place. */
export function adminRoutes(parts: Parts): Router {
  const router = express.Router();
  router.use(certificationRoutes(parts));
  router.use(dashboardRoutes(parts));
  router.use(onTimeRoutes(parts));
  router.use(tracingRoutes(parts));
  router.use(categoryRoutes(parts));
  router.use(brandRoutes(parts));
  router.use(placeDeskRoutes(parts));
  router.use(auditRoutes(parts));
  router.use(workTeamRoutes(parts));
  router.use(unitRoutes(parts));
  router.use(campaignAdminRoutes(parts));
  return router;
}
