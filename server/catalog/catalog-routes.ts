import express, { type RequestHandler, type Router } from 'express';
import type { PrismaClient } from '../db/client.ts';
import { patterns } from '../paths.ts';
import type { Clock } from '../shared/clock.ts';
import { dayOf } from '../shared/days.ts';
import { findSupplierPage } from '../suppliers/supplier-queries.ts';
import { formView } from '../web/form-view.ts';
import { idIn, takeRefused } from '../web/forms.ts';
import type { SharedPages } from '../web/shared-pages.ts';
import { browseProducts } from './browse-products.ts';
import type { CatalogExtras } from './catalog-extras.ts';
import { catalogReader, nameOf } from './catalog-reader.ts';
import { categoryTree } from './category-tree.ts';
import { presentHome } from './home-presenter.ts';
import { findHomePage } from './home-queries.ts';
import { isFavourite } from './picks/favourites.ts';
import { rememberSeen } from './picks/pick-routes.ts';
import { presentProductPage } from './product-presenter.ts';
import { findProductPage } from './product-queries.ts';
import { presentSupplierPage } from './supplier-presenter.ts';
import { findSupplierReviews } from './supplier-reviews.ts';
import { zoneList } from './zone-list.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
  pages: SharedPages;
  extras?: CatalogExtras;
}

const MOST_OF_SUPPLIER = 48;

/** Puts the top categories into every page's header. */
export function useNavCategories({ db }: Pick<Parts, 'db'>): RequestHandler {
  return async (req, res, next) => {
    const { roots } = await categoryTree(db);
    res.locals.navCategories = roots
      .filter(({ isRetired }) => !isRetired)
      .map((node) => ({ code: node.code, name: nameOf(req.locale, node) }));
    next();
  };
}

/** The shop as anyone sees it, signed in or not: home, products, suppliers. */
export function catalogRoutes(parts: Parts): Router {
  const router = express.Router();
  router.get(patterns.home, showHome(parts));
  router.get(patterns.product, rememberSeen, showProduct(parts));
  router.get(patterns.supplier, showSupplier(parts));
  return router;
}

function showHome({ db, clock, pages, extras }: Parts): RequestHandler {
  return async (req, res) => {
    const shown = async () => {
      const [reader, home, zones, task, call] = await Promise.all([
        catalogReader(db, req),
        pages.recall('home', () => findHomePage(db, dayOf(clock()))),
        zoneList(db),
        req.actor && extras?.taskOf ? extras.taskOf(req.actor, req.locale) : null,
        extras?.currentCall?.(req.locale) ?? null,
      ]);
      return { ...presentHome(reader, home, zones), task, call };
    };
    if (req.actor) res.render('catalog/home', await shown());
    else await pages.send(req, res, 'catalog/home', '', shown);
  };
}

function showProduct({ db, clock, pages, extras }: Parts): RequestHandler {
  return async (req, res) => {
    const id = idIn(req.params.id);
    const refused = takeRefused(req, `product-${id}`);
    const zone = (await zoneList(db)).find(({ code }) => code === req.query.zone);
    const form = refused && formView(req.t, ['quantity'], refused.values, refused.faults);
    const shown = async () => {
      const [reader, page, zones, counts, ways, kept] = await Promise.all([
        catalogReader(db, req),
        pages.recall(`product ${id}`, () => findProductPage(db, id, dayOf(clock()))),
        zoneList(db),
        req.actor && extras?.countsFor ? extras.countsFor(req.actor, id, req.locale) : null,
        extras?.waysToBuy?.(req.actor, id, req.locale),
        req.actor ? isFavourite(db, req.actor.id, id) : false,
      ]);
      return {
        ...presentProductPage(reader, page, zones, { typed: refused?.values.quantity, zone }),
        counts,
        ways,
        form,
        isFavourite: kept,
      };
    };
    if (req.actor || form) res.render('catalog/show', await shown());
    else await pages.send(req, res, 'catalog/show', zone ? `${id} in ${zone.id}` : String(id), shown);
  };
}

function showSupplier({ db, clock }: Parts): RequestHandler {
  return async (req, res) => {
    const id = idIn(req.params.id);
    const today = dayOf(clock());
    const [reader, supplier, cards, reviews] = await Promise.all([
      catalogReader(db, req),
      findSupplierPage(db, id, today),
      browseProducts(db, { supplierId: id, order: 'sales', limit: MOST_OF_SUPPLIER }, today),
      findSupplierReviews(db, id),
    ]);
    res.render('suppliers/show', presentSupplierPage(reader, supplier, cards, reviews));
  };
}
