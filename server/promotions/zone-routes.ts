import express, { type RequestHandler, type Router } from 'express';
import { browseProducts } from '../catalog/browse-products.ts';
import { catalogReader } from '../catalog/catalog-reader.ts';
import { everyZone, zoneList } from '../catalog/zone-list.ts';
import type { PrismaClient } from '../db/client.ts';
import { patterns } from '../paths.ts';
import type { Clock } from '../shared/clock.ts';
import { dayOf } from '../shared/days.ts';
import { NotFound } from '../shared/errors.ts';
import { presentClosedZone, presentZonePage, presentZones } from './zone-presenter.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

const PER_PAGE = 24;
const MOST_PAGES = 100;

/** Pavilions, zones and cabinets: the list and each one's page. */
export function zoneRoutes(parts: Parts): Router {
  const router = express.Router();
  router.get(patterns.zones, listZones(parts));
  router.get(patterns.zone, showZone(parts));
  return router;
}

function listZones({ db }: Parts): RequestHandler {
  return async (req, res) => {
    const [reader, zones] = await Promise.all([catalogReader(db, req), zoneList(db)]);
    const units = (req.actor?.grants ?? []).flatMap(({ role, unitId }) =>
      role === 'employee' && unitId ? [unitId] : [],
    );
    res.render('zones/list', presentZones(reader, zones, units));
  };
}

function showZone({ db, clock }: Parts): RequestHandler {
  return async (req, res) => {
    const [reader, zones] = await Promise.all([catalogReader(db, req), everyZone(db)]);
    const zone = zones.find(({ code }) => code === req.params.code);
    if (!zone) throw new NotFound();
    if (zone.closedAt) return res.status(410).render('zones/closed', presentClosedZone(reader, zone));
    const page = Math.min(MOST_PAGES, /^[1-9]\d{0,2}$/.test(String(req.query.page)) ? Number(req.query.page) : 1);
    const cards = await browseProducts(
      db,
      { zoneIds: [zone.id], order: 'sales', limit: PER_PAGE + 1, offset: (page - 1) * PER_PAGE },
      dayOf(clock()),
    );
    res.render(
      'zones/show',
      presentZonePage(reader, zone, cards.slice(0, PER_PAGE), { page, hasNext: cards.length > PER_PAGE }),
    );
  };
}
