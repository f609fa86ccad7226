import express, { type RequestHandler, type Router } from 'express';
import type { PrismaClient } from '../db/client.ts';
import { pathTo, patterns } from '../paths.ts';
import type { Clock } from '../shared/clock.ts';
import { dayOf } from '../shared/days.ts';
import { placeTree } from '../units/place-tree.ts';
import { presentNotices } from './notice-presenter.ts';
import { listNotices } from './notice-queries.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

const PER_PAGE = 20;

/** Public notices of certification, for anyone: those that run, and with `?past=1` those that ended. */
export function noticeRoutes(parts: Parts): Router {
  const router = express.Router();
  router.get(patterns.notices, showNotices(parts));
  return router;
}

function showNotices({ db, clock }: Parts): RequestHandler {
  return async (req, res) => {
    const past = req.query.past === '1';
    const beforeId = /^[1-9]\d{0,8}$/.test(String(req.query.before)) ? Number(req.query.before) : undefined;
    const [places, notices] = await Promise.all([
      placeTree(db),
      listNotices(db, dayOf(clock()), { past, beforeId, limit: PER_PAGE + 1 }),
    ]);
    const shown = notices.slice(0, PER_PAGE);
    const nextHref =
      notices.length > PER_PAGE
        ? pathTo('notices', { past: past ? 1 : undefined, before: shown.at(-1)?.id })
        : undefined;
    res.render('suppliers/notices', presentNotices(req, places, shown, { past, nextHref }));
  };
}
