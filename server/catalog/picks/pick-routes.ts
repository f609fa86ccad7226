import express, { type Request, type RequestHandler, type Router } from 'express';
import { z } from 'zod';
import { ownUnitId, unitsBoughtFor } from '../../accounts/actor.ts';
import { localReturnTo } from '../../accounts/return-to.ts';
import { actorOf } from '../../accounts/who-acts.ts';
import type { PrismaClient } from '../../db/client.ts';
import { pathTo, patterns } from '../../paths.ts';
import type { Clock } from '../../shared/clock.ts';
import { dayOf } from '../../shared/days.ts';
import { flash } from '../../web/flash.ts';
import { idIn, read } from '../../web/forms.ts';
import { presentCard, presentCards } from '../card-presenter.ts';
import { catalogReader } from '../catalog-reader.ts';
import { listCards } from '../product-cards.ts';
import { boughtByUnits, LEAST_UNITS } from './bought-by-units.ts';
import { findCompared, presentComparison } from './comparison.ts';
import { addFavourite, type FavouriteCard, listFavourites, removeFavourite } from './favourites.ts';
import { MOST_COMPARED, pick, pickedIds, unpick } from './picked-ids.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

const picked = z.object({ productId: z.string().transform(idIn), returnTo: z.string().optional() });

/** Remembers in the browser that the page of a product was looked at. */
export const rememberSeen: RequestHandler = (req, res, next) => {
  pick(req, res, 'seen', idIn(req.params.id));
  next();
};

/** What a person keeps for themselves: favourites, what was looked at, what stands side by side; and what units like theirs buy. */
export function pickRoutes({ db, clock }: Parts): Router {
  const router = express.Router();

  router.get(patterns.picks, async (req, res) => {
    const today = dayOf(clock());
    const { actor } = req;
    const units = actor ? [...new Set([ownUnitId(actor), ...unitsBoughtFor(actor)])].filter((id) => id !== null) : [];
    const [reader, favourites, seen, bought] = await Promise.all([
      catalogReader(db, req),
      actor ? listFavourites(db, actor.id, clock()) : [],
      listCards(db, pickedIds(req, 'seen'), today),
      boughtByUnits(db, units, today),
    ]);
    const cards = await listCards(
      db,
      bought.map(({ productId }) => productId),
      today,
    );
    res.set('Cache-Control', 'no-store').render('picks/show', {
      title: req.t('picks:title'),
      signInHref: actor ? undefined : pathTo('signIn', { returnTo: pathTo('picks') }),
      favourites: favourites.map((card) => presentFavourite(reader, card)),
      seen: presentCards(reader, seen),
      bought: cards.map((card) => ({
        ...presentCard(reader, card),
        units: bought.find(({ productId }) => productId === card.id)?.units,
      })),
      leastUnits: LEAST_UNITS,
    });
  });

  router.post(patterns.favourites, async (req, res) => {
    const { productId, returnTo } = read(picked, req.body);
    await addFavourite(db, actorOf(req).id, productId, clock());
    flash(req, 'success', req.t('picks:flash.kept'));
    res.redirect(303, returnTo ? localReturnTo(returnTo) : pathTo('product', { id: productId }));
  });

  router.post(patterns.favouriteRemoval, async (req, res) => {
    const productId = idIn(req.params.productId);
    await removeFavourite(db, actorOf(req).id, productId);
    flash(req, 'success', req.t('picks:flash.removed'));
    res.redirect(303, backFrom(req, pathTo('picks')));
  });

  router.post(patterns.seenRemoval, (req, res) => {
    unpick(req, res, 'seen');
    res.redirect(303, pathTo('picks'));
  });

  router.get(patterns.comparison, async (req, res) => {
    const ids = pickedIds(req, 'compared');
    const [reader, products] = await Promise.all([
      catalogReader(db, req),
      findCompared(db, ids.toReversed(), dayOf(clock())),
    ]);
    res.set('Cache-Control', 'no-store').render('picks/compare', {
      title: req.t('picks:compare.title'),
      breadcrumbs: [
        { label: req.t('common:nav.allProducts'), href: pathTo('products') },
        { label: req.t('picks:compare.title') },
      ],
      ...presentComparison(reader, products),
      most: MOST_COMPARED,
      isFull: products.length >= MOST_COMPARED,
    });
  });

  router.post(patterns.comparison, (req, res) => {
    pick(req, res, 'compared', read(picked, req.body).productId);
    res.redirect(303, pathTo('comparison'));
  });

  router.post(patterns.comparisonRemoval, (req, res) => {
    const { productId } = req.body ?? {};
    unpick(req, res, 'compared', productId ? idIn(productId) : undefined);
    res.redirect(303, pathTo('comparison'));
  });

  return router;
}

function backFrom(req: Request, otherwise: string): string {
  const { returnTo } = req.body ?? {};
  return typeof returnTo === 'string' && returnTo ? localReturnTo(returnTo) : otherwise;
}

function presentFavourite(reader: Awaited<ReturnType<typeof catalogReader>>, card: FavouriteCard) {
  const shown = presentCard(reader, card);
  const cheaper = card.keptFen !== null && card.keptFen > card.priceFen ? card.keptFen - card.priceFen : undefined;
  return {
    ...shown,
    ...(card.isOnShelf ? {} : { stockState: 'out' as const }),
    cheaperFen: cheaper,
    removeAction: pathTo('favouriteRemoval', { productId: card.id }),
  };
}
