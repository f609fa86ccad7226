import express, { type Router } from 'express';
import type { PrismaClient } from '../db/client.ts';
import { pathTo, patterns } from '../paths.ts';
import type { Clock } from '../shared/clock.ts';
import { dayOf } from '../shared/days.ts';
import { placeTree } from '../units/place-tree.ts';
import { presentCertificate } from './certificate-presenter.ts';
import { findCertificate } from './certificate-queries.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
  config: { baseUrl: string };
}

/** A certificate by its number, for anyone: on the screen, on paper, and to verify one that is held up. */
export function certificateRoutes({ db, clock, config }: Parts): Router {
  const router = express.Router();
  router.get(patterns.certificate, async (req, res) => {
    const number = String(req.params.number);
    const [places, certificate] = await Promise.all([placeTree(db), findCertificate(db, number)]);
    const address = `${config.baseUrl}${pathTo('certificate', { number })}`;
    res.set('Cache-Control', 'no-cache');
    res.render('suppliers/certificate', presentCertificate(req, places, certificate, dayOf(clock()), address));
  });
  return router;
}
