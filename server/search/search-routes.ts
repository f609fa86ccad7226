import express, { type RequestHandler, type Router } from 'express';
import { brandsByCode } from '../catalog/brand-list.ts';
import { browseProducts } from '../catalog/browse-products.ts';
import { catalogReader } from '../catalog/catalog-reader.ts';
import { zoneList } from '../catalog/zone-list.ts';
import { pathTo, patterns } from '../paths.ts';
import { dayOf } from '../shared/days.ts';
import { supplierNames } from '../suppliers/supplier-queries.ts';
import type { SharedPages } from '../web/shared-pages.ts';
import type { Suggestion } from './engine.ts';
import { shownSuppliers } from './list-filters.ts';
import { hrefOf as listHref, presentList } from './list-presenter.ts';
import { type ListQuery, MOST_PAGES, pairsOf, productQuery, readListQuery } from './list-query.ts';
import { noteMiss } from './search-misses.ts';
import { type SearchParts, searchProducts } from './search-products.ts';
import { suggest } from './suggest-words.ts';

const MOST_OFFERS = 8;

/** The pages of search also share what they render. */
type ListParts = SearchParts & { pages: SharedPages };

/** The list of products with search and filters, and suggestions while one types. */
export function searchRoutes(parts: ListParts): Router {
  const router = express.Router();
  router.get(patterns.products, listProducts(parts));
  router.get(patterns.suggestions, showSuggestions(parts));
  return router;
}

function listProducts(parts: ListParts): RequestHandler {
  const { db, clock, pages } = parts;
  return async (req, res) => {
    const asked = readListQuery(req.query);
    await pages.send(req, res, 'catalog/list', listHref(asked), async () => {
      const [reader, [list, found], brands, zones] = await Promise.all([
        catalogReader(db, req),
        foundPage(parts, asked),
        brandsByCode(db),
        zoneList(db),
      ]);
      if (found.total === 0 && found.cards.length === 0 && isPlain(list))
        noteMiss(db, list.q, dayOf(clock())).catch((err: unknown) =>
          parts.log.warn({ err }, 'a search in vain was not counted'),
        );
      const [suppliers, offers] = await Promise.all([
        supplierNames(db, shownSuppliers(found.facets, list)),
        found.cards.length > 0 ? [] : browseProducts(db, { order: 'sales', limit: MOST_OFFERS }, dayOf(clock())),
      ]);
      return presentList(reader, list, found, { suppliers, brands, zones }, offers);
    });
  };
}

/** The page that was asked for, or the last one there is. */
async function foundPage(parts: SearchParts, list: ListQuery) {
  const found = await searchProducts(parts, productQuery(list));
  const last = Math.min(MOST_PAGES, Math.ceil((found.total ?? 0) / found.perPage));
  if (found.cards.length > 0 || last < 1 || list.page <= last) return [list, found] as const;
  const nearest = { ...list, page: last };
  return [nearest, await searchProducts(parts, productQuery(nearest))] as const;
}

/** Words alone, so that nothing else can be why nothing was found. */
function isPlain(list: ListQuery): boolean {
  return list.q !== '' && pairsOf(list, 'q', 'sort').length === 0;
}

/** The fragment below the search box: `partials/suggestions.hbs`. */
function showSuggestions(parts: SearchParts): RequestHandler {
  return async (req, res) => {
    const words = typeof req.query.q === 'string' ? req.query.q : '';
    const items = (await suggest(parts, words)).map((one) => ({ kind: one.kind, label: one.text, href: hrefOf(one) }));
    res.render('partials/suggestions', { layout: false, items });
  };
}

function hrefOf({ kind, text, code }: Suggestion): string {
  return code && kind !== 'product' ? pathTo('products', { [kind]: code }) : pathTo('products', { q: text });
}
