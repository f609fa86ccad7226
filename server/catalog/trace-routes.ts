import express, { type RequestHandler, type Router } from 'express';
import { toString as drawQr } from 'qrcode';
import type { FileStore } from '../clients/file-store.ts';
import type { Config } from '../config.ts';
import type { PrismaClient } from '../db/client.ts';
import { pathTo, patterns } from '../paths.ts';
import type { Clock } from '../shared/clock.ts';
import { dayOf } from '../shared/days.ts';
import { NotFound } from '../shared/errors.ts';
import { placeTree } from '../units/place-tree.ts';
import { idIn } from '../web/forms.ts';
import { sendFile } from '../web/send-file.ts';
import { catalogReader } from './catalog-reader.ts';
import { mayRecall } from './trace-policy.ts';
import { presentTrace } from './trace-presenter.ts';
import { findTrace, findTraceFile } from './trace-queries.ts';

interface Parts {
  config: Config;
  db: PrismaClient;
  clock: Clock;
  files: FileStore;
}

/** What a code on a package leads to, for anyone (rule 18): the batch's page, its papers, and the code itself as a picture to print. */
export function traceRoutes(parts: Parts): Router {
  const router = express.Router();
  router.get(patterns.traceSearch, searchTrace);
  router.get(patterns.traceQr, drawCode(parts));
  router.get(patterns.traceFile, sendPaper(parts));
  router.get(patterns.trace, showTrace(parts));
  return router;
}

/** The form where a code is typed; with one, on to its page. */
const searchTrace: RequestHandler = (req, res) => {
  const code = typeof req.query.code === 'string' ? req.query.code.trim().slice(0, 64) : '';
  if (code) return res.redirect(303, pathTo('trace', { code }));
  res.render('trace/search', { title: req.t('trace:search.title') });
};

/** An unknown code gets the form again, with what was asked. */
function showTrace({ db, clock }: Parts): RequestHandler {
  return async (req, res) => {
    const today = dayOf(clock());
    const code = String(req.params.code).trim();
    try {
      const [reader, trace] = await Promise.all([catalogReader(db, req), findTrace(db, code, today)]);
      const goods = { supplierId: trace.supplier.id, placeId: trace.product.placeId };
      const may = req.actor !== null && mayRecall(req.actor, await placeTree(db), goods);
      res.render('trace/show', presentTrace(reader, trace, today, may));
    } catch (error) {
      if (!(error instanceof NotFound)) throw error;
      const written = code.normalize('NFKC').replace(/\s+/g, '').toUpperCase();
      if (written !== code) return res.redirect(303, pathTo('trace', { code: written }));
      res.status(404).render('trace/search', { title: req.t('trace:search.title'), unknownCode: code });
    }
  };
}

function drawCode({ config, db }: Parts): RequestHandler {
  return async (req, res) => {
    const code = String(req.params.code);
    const batch = await db.batch.findUnique({ where: { traceCode: code }, select: { id: true } });
    if (!batch) throw new NotFound();
    const svg = await drawQr(config.baseUrl + pathTo('trace', { code }), {
      type: 'svg',
      margin: 1,
      errorCorrectionLevel: 'M',
    });
    res.type('image/svg+xml').set('Cache-Control', 'public, max-age=86400').send(svg);
  };
}

function sendPaper({ db, files }: Parts): RequestHandler {
  return async (req, res) => {
    const file = await findTraceFile(db, String(req.params.code), idIn(req.params.id));
    await sendFile(res, files, file, 'public, max-age=86400');
  };
}
