import { facetNames, type ProductHits, type ProductQuery, type ProductSort, pageOf } from '../engine.ts';
import { highlight } from '../highlight.ts';
import { tellingOf } from '../query-pieces.ts';
import type { Answer, Ask, Question, Shown } from './ask.ts';
import { type FilterParts, facetAttributes, facetsOf, filterOf, filterParts, PRICE_BAND, quoted } from './filters.ts';
import { strictly, wantedIn } from './query-words.ts';
import { mostTellingFirst, type UnderstoodQuery, understandQuery } from './understand-query.ts';

/** Where fewer are found, others are offered. */
const ENOUGH = 10;
const LEAST_SHARE = 0.5;

const sorts: Record<ProductSort, string[]> = {
  relevance: [],
  price: ['priceFen:asc'],
  '-price': ['priceFen:desc'],
  '-sales': ['sales:desc'],
  '-newest': ['createdAt:desc'],
};

/** One page of what a query finds: one request where its words are found as typed and no facet is ticked; three or four where they must be put right. */
export async function findProducts(ask: Ask, query: ProductQuery): Promise<ProductHits> {
  const q = (query.q ?? '').trim();
  const understood = q === '' ? undefined : await understandQuery(ask, q);
  const paging = pageOf(query);
  if (understood === null) return nothing(query, paging);
  const words = understood ? strictly(understood.kept) : { q: '' };
  const parts = filterParts(query);
  const [page, ...counts] = await ask([
    {
      ...words,
      filter: filterOf(parts),
      facets: [...Object.values(facetAttributes), PRICE_BAND],
      sort: sorts[query.sort ?? 'relevance'],
      hitsPerPage: paging.perPage,
      page: paging.page,
    },
    ...ownFacets(parts).map(({ part, attribute }) => ({
      ...words,
      filter: filterOf(parts, part),
      facets: [attribute],
    })),
  ]);
  const facets = facetsOf(query, (part) => {
    const at = ownFacets(parts).findIndex((own) => own.part === part);
    return (at < 0 ? page : counts[at])?.facetDistribution ?? {};
  });
  const hits = page?.hits ?? [];
  const total = page?.totalHits ?? 0;
  const related =
    understood && total < ENOUGH && hits.length === total
      ? await findRelated(ask, understood, parts, hits, ENOUGH - total)
      : [];
  return {
    ids: hits.map(({ id }) => id),
    highlights: understood ? highlightsOf(understood, [...hits, ...related]) : {},
    total,
    ...paging,
    facets,
    ...(understood?.didYouMean === undefined ? {} : { didYouMean: understood.didYouMean }),
    relaxed: understood?.relaxed ?? false,
    related: related.map(({ id }) => id),
  };
}

/** The facets that are filtered by, each to be counted without its own filter. */
function ownFacets(parts: FilterParts) {
  const facets = facetNames
    .filter((facet) => parts[facet])
    .map((facet) => ({ part: facet, attribute: facetAttributes[facet] }));
  return parts.price ? [...facets, { part: 'price' as const, attribute: PRICE_BAND }] : facets;
}

/** What matches the more telling of the words, then what is of the same category as the best found. */
async function findRelated(
  ask: Ask,
  { words, kept }: UnderstoodQuery,
  parts: FilterParts,
  found: readonly Shown[],
  most: number,
): Promise<Shown[]> {
  const telling = tellingOf(words);
  const told = (choice: typeof words) => choice.reduce((sum, word) => sum + (telling[words.indexOf(word)] ?? 0), 0);
  const least = LEAST_SHARE * told(words);
  const choices = mostTellingFirst(words).filter((choice) => told(choice) >= least && choice.length < kept.length);
  const kind = found[0]?.kindCode;
  const filter = filterOf(parts);
  const page = { hitsPerPage: ENOUGH * 2, page: 1 };
  const questions: Question[] = [
    ...choices.map((choice) => ({ ...strictly(choice), filter, ...page })),
    ...(kind ? [{ q: '', filter: [...filter, `kindCode = ${quoted(kind)}`], ...page }] : []),
  ];
  const seen = new Set(found.map(({ id }) => id));
  const related = (await ask(questions)).flatMap(({ hits }: Answer) => hits);
  return related.filter(({ id }) => !seen.has(id) && seen.add(id)).slice(0, most);
}

function highlightsOf({ words }: UnderstoodQuery, hits: readonly Shown[]): ProductHits['highlights'] {
  const wanted = wantedIn(words);
  return Object.fromEntries(
    hits.map(({ id, title }) => [id, highlight(title, wanted)] as const).filter(([, ranges]) => ranges.length > 0),
  );
}

function nothing(query: ProductQuery, paging: { page: number; perPage: number }): ProductHits {
  return {
    ids: [],
    highlights: {},
    total: 0,
    ...paging,
    facets: facetsOf(query, () => ({})),
    relaxed: false,
    related: [],
  };
}
