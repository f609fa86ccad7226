import type { Logger } from 'pino';
import { type BrowseOrder, browseProducts } from '../catalog/browse-products.ts';
import { categoryTree } from '../catalog/category-tree.ts';
import { listCards, type ProductCard } from '../catalog/product-cards.ts';
import { zoneList } from '../catalog/zone-list.ts';
import type { PrismaClient } from '../db/client.ts';
import type { Clock } from '../shared/clock.ts';
import { type Day, dayOf } from '../shared/days.ts';
import { idsBelow, type Tree, type TreeRow } from '../shared/tree.ts';
import { placeTree } from '../units/place-tree.ts';
import {
  type ProductFacets,
  type ProductQuery,
  type ProductSort,
  pageOf,
  type SearchEngine,
  type TextRange,
} from './engine.ts';
import { MOST_PAGES } from './list-query.ts';

export interface SearchParts {
  db: PrismaClient;
  search: SearchEngine;
  clock: Clock;
  log: Logger;
}

export interface FoundProducts {
  cards: ProductCard[];
  highlights: Record<number, TextRange[]>;
  /** absent when the database answered, which does not count */
  total?: number;
  page: number;
  perPage: number;
  hasNext: boolean;
  /** there is more, but this is the last page that is shown */
  isCut: boolean;
  facets: ProductFacets | null;
  didYouMean?: string;
  relaxed: boolean;
  /** what a buyer may also want, where little was found */
  related: ProductCard[];
  /** `database`: the engine is down, words were not used, and the catalogue is browsed */
  engine: SearchEngine['name'] | 'database';
}

/** Beyond this many rows the database does not page by offset. */
const MOST_BROWSED = 3_000;

/** Finds products: ids by the search engine, cards by one statement. When the engine is not ready or fails, the database browses. */
export async function searchProducts(
  { db, search, clock, log }: SearchParts,
  query: ProductQuery,
): Promise<FoundProducts> {
  const today = dayOf(clock());
  if (search.ready()) {
    try {
      return await askEngine(db, search, query, today);
    } catch (error) {
      log.warn({ err: error }, 'search failed; browsing the database');
    }
  }
  return browseInstead(db, query, today);
}

async function askEngine(
  db: PrismaClient,
  search: SearchEngine,
  query: ProductQuery,
  today: Day,
): Promise<FoundProducts> {
  const { ids, related, highlights, total, page, perPage, facets, didYouMean, relaxed } = await search.search(query);
  const all = await listCards(db, [...ids, ...related], today);
  const isRelated = new Set(related);
  const cards = all.filter(({ id }) => !isRelated.has(id));
  return {
    cards,
    highlights,
    total,
    page,
    perPage,
    hasNext: page * perPage < total && page < MOST_PAGES,
    isCut: page * perPage < total && page >= MOST_PAGES,
    facets,
    didYouMean,
    relaxed,
    related: all.filter(({ id }) => isRelated.has(id)),
    engine: search.name,
  };
}

const orders: Record<ProductSort, BrowseOrder> = {
  relevance: 'sales',
  '-sales': 'sales',
  '-newest': 'newest',
  price: 'price',
  '-price': 'priceDown',
};

async function browseInstead(db: PrismaClient, query: ProductQuery, today: Day): Promise<FoundProducts> {
  const { page, perPage } = pageOf(query);
  const [categories, places, zones] = await Promise.all([categoryTree(db), placeTree(db), zoneList(db)]);
  const offset = (page - 1) * perPage;
  const browsing = {
    categoryIds: query.category && idsOf(categories, query.category),
    placeIds: query.place && idsOf(places, query.place),
    supplierCodes: query.supplier,
    brandCodes: query.brand,
    zoneIds: query.zone && zones.filter(({ code }) => query.zone?.includes(code)).map(({ id }) => id),
    minPriceFen: query.minPriceFen,
    maxPriceFen: query.maxPriceFen,
    minGrams: query.minGrams,
    maxGrams: query.maxGrams,
    coldChain: query.coldChain,
    inStock: query.inStock,
    order: orders[query.sort ?? 'relevance'],
  };
  const rows =
    offset >= MOST_BROWSED ? [] : await browseProducts(db, { ...browsing, limit: perPage + 1, offset }, today);
  const cards = rows.slice(0, perPage);
  return {
    cards,
    highlights: {},
    page,
    perPage,
    hasNext: rows.length > perPage && offset + perPage < MOST_BROWSED,
    isCut: rows.length > perPage && offset + perPage >= MOST_BROWSED,
    facets: null,
    relaxed: false,
    related: [],
    engine: 'database',
  };
}

function idsOf<T extends TreeRow>(tree: Tree<T>, codes: readonly string[]): number[] {
  return codes.flatMap((code) => {
    const node = tree.byCode.get(code);
    return node ? idsBelow(tree, node.id) : [];
  });
}
