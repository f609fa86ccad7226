import type { ProductDocument } from './product-document.ts';

/**
 * The port that both engines (embedded, Meilisearch) speak. Text goes in as people type it; filters are codes; money is fen,
 * weight is grams. An engine answers with product ids only: the page reads the products themselves from the database.
 */
export type SearchEngine = {
  readonly name: 'embedded' | 'meilisearch';
  /** True once an index has been built, so that searches see the whole catalogue. */
  ready(): boolean;
  /** Looks anew whether it is ready: an engine of its own server may have been built by another process, or come back. */
  refresh(): Promise<void>;
  search(query: ProductQuery): Promise<ProductHits>;
  suggest(prefix: string, limit: number): Promise<Suggestion[]>;
  /** Adds documents or puts them in place of those with the same id; visible to the next search. */
  replace(documents: ProductDocument[]): Promise<void>;
  remove(ids: number[]): Promise<void>;
  /**
   * Builds a new index from the source and swaps it in when it is whole; the old one answers until then, and stays if the
   * source throws. Changes that arrive meanwhile are in both.
   */
  rebuild(source: AsyncIterable<ProductDocument[]>): Promise<{ count: number }>;
  health(): Promise<SearchHealth>;
};

export const productSorts = ['relevance', 'price', '-price', '-sales', '-newest'] as const;
export type ProductSort = (typeof productSorts)[number];

/** Within one filter any of the codes will do; between filters all must hold. */
export type ProductQuery = {
  q?: string;
  category?: string[];
  place?: string[];
  supplier?: string[];
  certification?: string[];
  brand?: string[];
  zone?: string[];
  minPriceFen?: number;
  maxPriceFen?: number;
  minGrams?: number;
  maxGrams?: number;
  inStock?: boolean;
  coldChain?: boolean;
  sort?: ProductSort;
  /** From 1. */
  page?: number;
  /** 24 unless told, 100 at most. */
  perPage?: number;
};

export const facetNames = ['category', 'place', 'supplier', 'certification', 'brand', 'zone'] as const;
export type FacetName = (typeof facetNames)[number];
export type FacetCount = { code: string; count: number };

/** A facet counts what the other filters leave, without its own, so that a second value can be ticked. */
export type ProductFacets = Record<FacetName, FacetCount[]> & { price: PriceRangeCount[] };

/** From `minFen` on, below `belowFen` (no bound when null). */
export type PriceRange = { minFen: number; belowFen: number | null };
export type PriceRangeCount = PriceRange & { count: number };

export const priceRanges: readonly PriceRange[] = [
  { minFen: 0, belowFen: 2_000 },
  { minFen: 2_000, belowFen: 5_000 },
  { minFen: 5_000, belowFen: 10_000 },
  { minFen: 10_000, belowFen: 20_000 },
  { minFen: 20_000, belowFen: 50_000 },
  { minFen: 50_000, belowFen: null },
];

/** UTF-16 offsets in the product's name, end exclusive, ascending, not overlapping. */
export type TextRange = { start: number; end: number };

export type ProductHits = {
  ids: number[];
  highlights: Record<number, TextRange[]>;
  /** Exact. */
  total: number;
  page: number;
  perPage: number;
  facets: ProductFacets;
  /** The query as it was understood, when a word was taken for another that sounds or spells alike; the hits are for this one. */
  didYouMean?: string;
  /** Nothing matched every word, so these match the most of them. */
  relaxed: boolean;
  /** Where fewer than ten are found, on the first page: what matches some of the words or is of the same kind, within the filters; not in the total. */
  related: number[];
};

export type SuggestionKind = 'product' | 'category' | 'place' | 'supplier';

export type Suggestion = {
  kind: SuggestionKind;
  text: string;
  /** Of the category, place or supplier; a product is looked up by its text. */
  code?: string;
  /** What a place lies in: villages share names. */
  within?: string;
  /** How many products stand behind it. */
  count: number;
  highlights: TextRange[];
};

export type SearchHealth = { ok: boolean; documents: number; builtAt: Date | null; detail?: string };

/** The page and its size within the bounds of the contract. */
export function pageOf(query: ProductQuery): { page: number; perPage: number } {
  const perPage = Math.min(100, Math.max(1, Math.trunc(query.perPage ?? 24)));
  return { page: Math.max(1, Math.trunc(query.page ?? 1)), perPage };
}
