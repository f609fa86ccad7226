import { z } from 'zod';
import { jsonOfCard, productJson } from '../catalog/catalog-json.ts';
import { categoryTree } from '../catalog/category-tree.ts';
import { placeTree } from '../units/place-tree.ts';
import { type Endpoint, endpoint } from '../web/api.ts';
import { facetNames, productSorts } from './engine.ts';
import { type SearchParts, searchProducts } from './search-products.ts';
import { suggest } from './suggest-words.ts';

const MOST_CODES = 50;
const MOST_FEN = 2_000_000_000;

/** Codes, repeated or parted by commas. */
const codes = z
  .union([z.string().max(4_000), z.array(z.string().max(64)).max(MOST_CODES)])
  .transform((value) =>
    [value]
      .flat()
      .flatMap((text) => text.split(','))
      .map((text) => text.trim())
      .filter(Boolean),
  )
  .pipe(z.array(z.string().max(64)).max(MOST_CODES))
  .optional();
const flag = z
  .enum(['true', 'false', '1', '0'])
  .transform((text) => text === 'true' || text === '1')
  .optional();
const count = (most: number) =>
  z
    .string()
    .regex(/^\d{1,10}$/, 'notANumber')
    .transform(Number)
    .pipe(z.int().max(most));

const productsQuery = z.strictObject({
  q: z.string().trim().max(100).optional(),
  category: codes,
  place: codes,
  supplier: codes,
  certification: codes,
  brand: codes,
  zone: codes,
  minPriceFen: count(MOST_FEN).optional(),
  maxPriceFen: count(MOST_FEN).optional(),
  minGrams: count(MOST_FEN).optional(),
  maxGrams: count(MOST_FEN).optional(),
  inStock: flag,
  coldChain: flag,
  sort: z.enum(productSorts).optional(),
  page: count(10_000).pipe(z.int().min(1)).optional(),
  perPage: count(100).pipe(z.int().min(1)).optional(),
});

const facetCount = z.object({ code: z.string(), count: z.int() });
const facets = z
  .object({
    ...(Object.fromEntries(facetNames.map((name) => [name, z.array(facetCount)])) as Record<
      (typeof facetNames)[number],
      z.ZodArray<typeof facetCount>
    >),
    price: z.array(z.object({ minFen: z.int(), belowFen: z.int().nullable(), count: z.int() })),
  })
  .nullable();

const found = z.object({
  items: z.array(productJson),
  total: z.int().optional().describe('absent when the engine is `database`'),
  page: z.int(),
  perPage: z.int(),
  facets,
  engine: z.enum(['embedded', 'meilisearch', 'database']).describe('`database`: search is down, words were not used'),
  didYouMean: z.string().optional(),
  relaxed: z.boolean().describe('nothing matched every word, so these match some'),
  related: z
    .array(productJson)
    .describe(
      'on a first page of fewer than ten: what matches some of the words or is of the same kind; not in `total`',
    ),
});

const suggestion = z.object({
  kind: z.enum(['product', 'category', 'place', 'supplier']),
  text: z.string(),
  code: z.string().optional(),
  count: z.int(),
});

/** GET /products, /suggestions. */
export function searchEndpoints(parts: SearchParts): Endpoint[] {
  return [productsEndpoint(parts), suggestionsEndpoint(parts)];
}

function productsEndpoint(parts: SearchParts): Endpoint {
  return endpoint({
    method: 'get',
    path: '/products',
    summary: 'Search, filter and sort products on the shelf; filters take codes, repeated or parted by commas',
    tag: 'catalog',
    access: 'any',
    query: productsQuery,
    response: found,
    handle: async ({ query }) => {
      const [result, categories, places] = await Promise.all([
        searchProducts(parts, query),
        categoryTree(parts.db),
        placeTree(parts.db),
      ]);
      const { cards, related, total, page, perPage, facets: counts, engine, didYouMean, relaxed } = result;
      return {
        items: cards.map((card) => jsonOfCard(card, categories, places)),
        total,
        page,
        perPage,
        facets: counts,
        engine,
        didYouMean,
        relaxed,
        related: related.map((card) => jsonOfCard(card, categories, places)),
      };
    },
  });
}

function suggestionsEndpoint(parts: SearchParts): Endpoint {
  return endpoint({
    method: 'get',
    path: '/suggestions',
    summary: 'Products, categories, places and suppliers while typing',
    tag: 'catalog',
    access: 'any',
    query: z.strictObject({ q: z.string().max(100), limit: count(20).pipe(z.int().min(1)).optional() }),
    response: z.object({ items: z.array(suggestion) }),
    handle: async ({ query: { q, limit } }) => ({
      items: (await suggest(parts, q, limit)).map(({ kind, text, code, count: products }) => ({
        kind,
        text,
        code,
        count: products,
      })),
    }),
  });
}
