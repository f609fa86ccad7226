import { createHash } from 'node:crypto';
import { teachWords } from '../chinese-words.ts';
import { facetNames, type ProductHits, type ProductQuery, pageOf, type Suggestion, type TextRange } from '../engine.ts';
import { highlight, type Wanted } from '../highlight.ts';
import { fold } from '../normalize-text.ts';
import { placeNameForms } from '../place-names.ts';
import type { ProductDocument } from '../product-document.ts';
import { correctedQuery } from '../query-pieces.ts';
import { remembered } from '../remembered.ts';
import { synonymsOf } from '../synonyms.ts';
import { createVocabulary, learn, type Vocabulary } from '../vocabulary.ts';
import { type Columns, createColumns, dropColumns, putColumns } from './columns.ts';
import { type Candidates, type Counted, countFacets, filteredPage } from './filter-and-count.ts';
import type { Match } from './matches.ts';
import { createNameBook, dropName, type NameBook, putName } from './name-book.ts';
import { type Ranked, rank } from './rank.ts';
import { relatedSlots } from './related.ts';
import { type SortOrders, sortOrder } from './sort-orders.ts';
import { createTextIndex, dropText, putText, type TextIndex } from './text-index.ts';
import { type Understood, understand } from './understand.ts';

/** One whole index in memory. Everything here runs to its end without yielding, so a search sees no half of a change. */
export type ProductIndex = {
  text: TextIndex;
  columns: Columns;
  names: NameBook;
  vocabulary: Vocabulary;
  /** Of the words and codes that were indexed, by slot: most changes are of stock and price and leave them. */
  fingerprints: string[];
  orders: SortOrders;
  answered: Map<string, Answered>;
  counted: Map<string, Counted>;
  suggested: Map<string, Suggestion[]>;
  wordMatches: Map<string, Match>;
};

type Answered = {
  words: Omit<Understood, 'match'>[];
  ranked: Ranked;
  related: Uint32Array;
  corrected: string | undefined;
};

/** Where fewer are found, others are offered. */
const enough = 10;
const answersKept = 40;
const countsKept = 100;
const filterNames = [
  ...facetNames,
  'minPriceFen',
  'maxPriceFen',
  'minGrams',
  'maxGrams',
  'inStock',
  'coldChain',
] as const satisfies (keyof ProductQuery)[];

export function createProductIndex(): ProductIndex {
  return {
    text: createTextIndex(),
    columns: createColumns(),
    names: createNameBook(),
    vocabulary: createVocabulary(),
    fingerprints: [],
    orders: new Map(),
    answered: new Map(),
    counted: new Map(),
    suggested: new Map(),
    wordMatches: new Map(),
  };
}

export function putProduct(index: ProductIndex, product: ProductDocument): void {
  const slot = putColumns(index.columns, product);
  forgetAnswers(index);
  const print = fingerprint(product);
  if (index.text.has(slot) && index.fingerprints[slot] === print) return;
  index.wordMatches.clear();
  index.suggested.clear();
  const names = namesOf(product);
  teachWords(names);
  learn(index.vocabulary, [...putText(index.text, slot, product), ...names]);
  putName(index.names, slot, product);
  index.fingerprints[slot] = print;
}

function fingerprint(product: ProductDocument): string {
  const { name, spec, aliases, categoryWords, description, brandName, netGrams } = product;
  const codes = [product.categoryCodes, product.placeCodes, product.categoryNames, product.placeNames].map(String);
  const text = [
    name,
    spec,
    brandName,
    netGrams,
    description,
    ...aliases,
    ...categoryWords,
    ...codes,
    product.supplierName,
  ].join('\n');
  return createHash('sha1').update(text).digest('base64');
}

function namesOf(product: ProductDocument): string[] {
  const places = product.placeNames.flatMap(placeNameForms);
  return [...product.categoryNames, ...places, product.brandName ?? ''].map(fold);
}

export function dropProduct(index: ProductIndex, id: number): void {
  const slot = dropColumns(index.columns, id);
  if (slot === undefined) return;
  dropText(index.text, slot);
  dropName(index.names, slot);
  delete index.fingerprints[slot];
  forgetAnswers(index);
  index.wordMatches.clear();
  index.suggested.clear();
}

function forgetAnswers(index: ProductIndex): void {
  index.orders.clear();
  index.answered.clear();
  index.counted.clear();
}

export function searchProducts(index: ProductIndex, query: ProductQuery): ProductHits {
  const page = pageOf(query);
  const sort = query.sort ?? 'relevance';
  const q = (query.q ?? '').trim();
  const answered = q === '' ? undefined : answer(index, q);
  const candidates: Candidates =
    answered !== undefined && sort === 'relevance'
      ? { order: answered.ranked.order }
      : { order: sortOrder(index.orders, index.columns, sort), isFound: answered?.ranked.isFound };
  const slots = filteredPage(index.columns, query, candidates, page);
  const counted = counts(index, q, query, candidates);
  const related =
    answered === undefined || counted.total >= enough || page.page > 1
      ? []
      : more(index, query, answered, enough - counted.total);
  return {
    ids: idsOf(index, slots),
    highlights: answered === undefined ? {} : highlights(index, [...slots, ...related], answered.words),
    ...counted,
    ...page,
    ...(answered?.corrected === undefined ? {} : { didYouMean: answered.corrected }),
    relaxed: answered?.ranked.relaxed ?? false,
    related: idsOf(index, related),
  };
}

function more(index: ProductIndex, query: ProductQuery, { related }: Answered, perPage: number): number[] {
  return filteredPage(index.columns, query, { order: related }, { page: 1, perPage });
}

function idsOf({ columns }: ProductIndex, slots: number[]): number[] {
  return slots.map((slot) => columns.ids[slot] ?? 0);
}

/** Counts do not depend on the page and the order, and most visitors look at the same few lists. */
function counts(index: ProductIndex, q: string, query: ProductQuery, candidates: Candidates): Counted {
  const key = JSON.stringify([q, ...filterNames.map((name) => query[name] ?? null)]);
  return remembered(index.counted, key, countsKept, () => countFacets(index.columns, query, candidates));
}

/** The last queries are kept until the next change: a buyer who pages, sorts or ticks filters asks the same words again. */
function answer(index: ProductIndex, q: string): Answered {
  return remembered(index.answered, q, answersKept, () => {
    const words = understand(index, q);
    const corrected = correctedQuery(q, words);
    const ranked = rank(index, corrected ?? q, words);
    const related = relatedSlots(index, words, ranked);
    return { words: words.map(({ match, ...word }) => word), ranked, related, corrected };
  });
}

function highlights(index: ProductIndex, slots: number[], words: Answered['words']): Record<number, TextRange[]> {
  const wanted: Wanted = {
    words: words.filter(({ kind }) => kind === 'word').flatMap(({ read }) => [read, ...synonymsOf(read)]),
    sounds: words.filter(({ kind }) => kind === 'sound').map(({ read }) => read),
    grams: words.flatMap(({ grams }) => grams ?? []),
  };
  const found: Record<number, TextRange[]> = {};
  for (const slot of slots) {
    const ranges = highlight(index.names.bySlot[slot]?.name ?? '', wanted);
    if (ranges.length > 0) found[index.columns.ids[slot] ?? 0] = ranges;
  }
  return found;
}
