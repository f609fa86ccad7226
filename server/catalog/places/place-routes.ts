import express, { type Router } from 'express';
import type { PrismaClient } from '../../db/client.ts';
import { patterns } from '../../paths.ts';
import type { Clock } from '../../shared/clock.ts';
import { dayOf } from '../../shared/days.ts';
import { NotFound } from '../../shared/errors.ts';
import { idsBelow } from '../../shared/tree.ts';
import { browseProducts } from '../browse-products.ts';
import { catalogReader } from '../catalog-reader.ts';
import { zoneList } from '../zone-list.ts';
import { presentBrand, presentPlace, presentPlaces } from './place-presenter.ts';
import { findBrand, goodsByPlace, introOf, listBrands, suppliersOf } from './place-queries.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

const GOODS = 24;
const GOODS_OF_BRAND = 48;

/** Where goods come from: counties, townships and villages with their goods and suppliers, and the brands, for anyone. */
export function placeRoutes({ db, clock }: Parts): Router {
  const router = express.Router();

  router.get(patterns.places, async (req, res) => {
    const [reader, counts, brands, zones] = await Promise.all([
      catalogReader(db, req),
      goodsByPlace(db, dayOf(clock())),
      listBrands(db),
      zoneList(db),
    ]);
    res.render('places/list', presentPlaces(reader, counts, brands, zones));
  });

  router.get(patterns.place, async (req, res) => {
    const today = dayOf(clock());
    const reader = await catalogReader(db, req);
    const place = reader.places.byCode.get(String(req.params.code));
    if (!place) throw new NotFound();
    const placeIds = idsBelow(reader.places, place.id);
    const [intro, suppliers, brands, cards, counts, zones] = await Promise.all([
      introOf(db, place.id),
      suppliersOf(db, placeIds, today),
      listBrands(db, placeIds),
      browseProducts(db, { placeIds, order: 'sales', limit: GOODS }, today),
      goodsByPlace(db, today),
      zoneList(db),
    ]);
    res.render('places/show', presentPlace(reader, { place, intro, suppliers, brands, cards, counts, zones }));
  });

  router.get(patterns.brand, async (req, res) => {
    const brand = await findBrand(db, String(req.params.code));
    const browsing = { brandCodes: [brand.code], order: 'sales', limit: GOODS_OF_BRAND } as const;
    const [reader, cards] = await Promise.all([catalogReader(db, req), browseProducts(db, browsing, dayOf(clock()))]);
    res.render('places/brand', presentBrand(reader, brand, cards));
  });

  return router;
}
