import express, { type Request, type Response, type Router } from 'express';
import type { i18n } from 'i18next';
import { requireRole } from '../accounts/actor.ts';
import { actorOf } from '../accounts/who-acts.ts';
import type { PrismaClient } from '../db/client.ts';
import { pathTo, patterns } from '../paths.ts';
import { type Fault, StateConflict } from '../shared/errors.ts';
import { placeTree } from '../units/place-tree.ts';
import { formView, refusedForm } from '../web/form-view.ts';
import { idIn, read } from '../web/forms.ts';
import { translator } from '../web/i18n.ts';
import { catalogReader } from './catalog-reader.ts';
import { layoutChoices, presentLabelBatch, presentLabelSheet } from './trace-label-presenter.ts';
import { findOwnBatch, listOwnBatches } from './trace-label-queries.ts';
import { labelQuery, MOST_COPIES } from './trace-label-schemas.ts';

const PAGE = 30;

/** Trace codes to stick on packages, printed by whoever sells them (rule 18): batches, what to print of one, the sheets. */
export function traceLabelRoutes({ db, messages }: { db: PrismaClient; messages: i18n }): Router {
  const router = express.Router();

  router.get(patterns.traceLabels, async (req, res) => {
    const actor = actorOf(req);
    requireRole(actor, 'supplier', 'work_team');
    const beforeId = typeof req.query.before === 'string' ? idIn(req.query.before) : null;
    const [reader, batches] = await Promise.all([
      catalogReader(db, req),
      listOwnBatches(db, actor, beforeId, PAGE + 1),
    ]);
    const page = batches.slice(0, PAGE);
    const last = batches.length > PAGE ? page.at(-1) : undefined;
    res.render('trace/labels', {
      layout: 'work',
      title: req.t('traceLabels:title'),
      batches: page.map((batch) => presentLabelBatch(reader, batch)),
      firstHref: beforeId ? pathTo('traceLabels') : undefined,
      nextHref: last ? pathTo('traceLabels', { before: last.id }) : undefined,
    });
  });

  router.get(patterns.traceLabel, (req, res) => showForm(req, res, req.query, []));

  router.get(patterns.traceLabelSheet, async (req, res) => {
    try {
      const [places, batch] = await Promise.all([placeTree(db), findOwnBatch(db, actorOf(req), idIn(req.params.id))]);
      const wish = read(labelQuery, req.query);
      if (batch.recalledAt || batch.coming) throw new StateConflict('noLabelsOfThisBatch');
      res.set('Cache-Control', 'no-store').render('trace/label-sheet', {
        layout: 'print',
        title: req.t('traceLabels:title'),
        backHref: pathTo('traceLabel', { id: batch.id }),
        ...presentLabelSheet(translator(messages, 'zh'), places, batch, wish),
      });
    } catch (error) {
      const { status, faults } = refusedForm(error);
      await showForm(req, res.status(status), req.query, faults);
    }
  });

  return router;

  async function showForm(req: Request, res: Response, typed: Record<string, unknown>, faults: Fault[]) {
    const [reader, batch] = await Promise.all([
      catalogReader(db, req),
      findOwnBatch(db, actorOf(req), idIn(req.params.id)),
    ]);
    const shown = presentLabelBatch(reader, batch);
    res.render('trace/label-form', {
      layout: 'work',
      title: req.t('traceLabels:formTitle', { name: shown.name }),
      currentPath: pathTo('traceLabels'),
      currentPage: pathTo('traceLabels'),
      breadcrumbs: [{ label: req.t('traceLabels:title'), href: pathTo('traceLabels') }, { label: shown.code }],
      batch: shown,
      qrSrc: pathTo('traceQr', { code: batch.traceCode }),
      action: pathTo('traceLabelSheet', { id: batch.id }),
      layouts: layoutChoices(reader),
      mostCopies: MOST_COPIES,
      form: formView(req.t, ['layout', 'copies', 'start'], typed, faults),
    });
  }
}
