import express, { type Router } from 'express';
import { requireRole } from '../accounts/actor.ts';
import { actorOf } from '../accounts/who-acts.ts';
import { bareBatches, bareSuppliers, untracedMarks } from '../catalog/trace-gaps.ts';
import { traceShares } from '../catalog/trace-shares.ts';
import type { PrismaClient } from '../db/client.ts';
import { tellTraceGaps } from '../notifications/tell-trace-gaps.ts';
import { pathTo, patterns } from '../paths.ts';
import type { Clock } from '../shared/clock.ts';
import { dayOf } from '../shared/days.ts';
import { flash } from '../web/flash.ts';
import { idIn } from '../web/forms.ts';
import { writeTracingExcel } from './tracing-excel.ts';
import { presentBareBatch, presentGap, presentMark, presentShares } from './tracing-presenter.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

const PAGE = 50;
const MOST_IN_EXCEL = 20_000;
const EXCEL = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

/** The two figures of rule 18 with what they lack: whose certificates are not traced, which batches came without theirs. */
export function tracingRoutes({ db, clock }: Parts): Router {
  const router = express.Router();

  router.get(patterns.tracing, async (req, res) => {
    requireRole(actorOf(req), 'operator');
    const today = dayOf(clock());
    const supplierId = typeof req.query.supplier === 'string' ? idIn(req.query.supplier) : null;
    const beforeId = typeof req.query.before === 'string' ? idIn(req.query.before) : null;
    const [shares, marks, suppliers, batches] = await Promise.all([
      traceShares(db, today),
      untracedMarks(db, today),
      bareSuppliers(db, today),
      bareBatches(db, today, { supplierId, beforeId, take: PAGE + 1 }),
    ]);
    const page = batches.slice(0, PAGE);
    const last = batches.length > PAGE ? page.at(-1) : undefined;
    const supplier = supplierId ?? undefined;
    res.set('Cache-Control', 'no-store').render('admin/tracing', {
      layout: 'work',
      title: req.t('tracing:title'),
      currentPage: pathTo('admin'),
      breadcrumbs: [
        { label: req.t('admin:dashboard.title'), href: pathTo('admin') },
        { label: req.t('tracing:title') },
      ],
      shares: presentShares(req, shares),
      marks: marks.map((mark) => presentMark(req, mark)),
      suppliers: suppliers.map((gap) => presentGap(req, gap, supplierId)),
      batches: page.map((batch) => presentBareBatch(req, batch)),
      allHref: supplierId ? pathTo('tracing') : undefined,
      firstHref: beforeId ? pathTo('tracing', { supplier }) : undefined,
      nextHref: last ? pathTo('tracing', { supplier, before: last.id }) : undefined,
      excelHref: pathTo('tracingExcel'),
      reminderAction: marks.length + suppliers.length > 0 ? pathTo('tracingReminders') : undefined,
    });
  });

  router.get(patterns.tracingExcel, async (req, res) => {
    requireRole(actorOf(req), 'operator');
    const today = dayOf(clock());
    const [marks, batches] = await Promise.all([
      untracedMarks(db, today),
      bareBatches(db, today, { supplierId: null, beforeId: null, take: MOST_IN_EXCEL }),
    ]);
    const bytes = await writeTracingExcel(
      req,
      marks.map((mark) => presentMark(req, mark)),
      batches.map((batch) => presentBareBatch(req, batch)),
    );
    res.set('Cache-Control', 'no-store').type(EXCEL).attachment(`tracing-${today}.xlsx`).send(bytes);
  });

  router.post(patterns.tracingReminders, async (req, res) => {
    requireRole(actorOf(req), 'operator');
    const today = dayOf(clock());
    const [marks, batches] = await Promise.all([untracedMarks(db, today), bareSuppliers(db, today)]);
    const count = await tellTraceGaps(db, { marks, batches }, today);
    flash(req, 'success', req.t('tracing:reminded', { count }));
    res.redirect(303, pathTo('tracing'));
  });

  return router;
}
