import express, { type Router } from 'express';
import { requireRole } from '../accounts/actor.ts';
import { actorOf } from '../accounts/who-acts.ts';
import type { PrismaClient } from '../db/client.ts';
import { inReaderLanguage } from '../orders/order-labels.ts';
import { countOverdue, onTimeRates } from '../orders/overdue/overdue-queries.ts';
import { pathTo, patterns } from '../paths.ts';
import type { Clock } from '../shared/clock.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

/** How reliably each supplier shipped in 90 days, for operators. */
export function onTimeRoutes({ db, clock }: Parts): Router {
  const router = express.Router();
  router.get(patterns.onTimeRates, async (req, res) => {
    requireRole(actorOf(req), 'operator');
    const now = clock();
    const [rates, overdue] = await Promise.all([onTimeRates(db, now), countOverdue(db, now)]);
    const title = req.t('overdue:rates.title');
    res.set('Cache-Control', 'no-store').render('admin/on-time', {
      layout: 'work',
      title,
      breadcrumbs: [{ label: req.t('admin:dashboard.title'), href: pathTo('admin') }, { label: title }],
      currentPath: pathTo('admin'),
      rates: rates.map((rate) => ({
        ...rate,
        name: inReaderLanguage(req, rate.name, rate.nameEn),
        href: pathTo('supplier', { id: rate.supplierId }),
        rate: rate.onTime / rate.due,
        late: rate.due - rate.onTime,
        overdue: overdue.find(({ supplierId }) => supplierId === rate.supplierId),
      })),
    });
  });
  return router;
}
