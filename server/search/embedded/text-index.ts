import MiniSearch, { type Query } from 'minisearch';
import type { ProductDocument } from '../product-document.ts';
import { tokensOf } from '../tokenize-chinese.ts';
import { weightToken } from '../weight-phrases.ts';

type IndexedText = {
  slot: number;
  name: string;
  alias: string;
  spec: string;
  kind: string;
  detail: string;
  parts: string;
};

const boost = { name: 4, alias: 3, spec: 2, kind: 1, detail: 0.6, parts: 1.5 };
const describedCharacters = 200;

/** The words of products in an inverted index (MiniSearch, BM25), by the slot at which a product lies in the columns. */
export type TextIndex = MiniSearch<IndexedText>;

export function createTextIndex(): TextIndex {
  return new MiniSearch<IndexedText>({
    idField: 'slot',
    fields: ['name', 'alias', 'spec', 'kind', 'detail', 'parts'],
    tokenize: (tokens) => (tokens === '' ? [] : tokens.split(' ')),
    processTerm: (token) => token,
    searchOptions: { boost },
    // A batch cleans the whole list of products of each of its words: 1,000, the library's own choice, would take 50 ms at a stretch.
    autoVacuum: { batchSize: 20, batchWait: 10, minDirtCount: 20, minDirtFactor: 0.1 },
  });
}

/** Puts the words of a product into the index; an older text in the same slot is taken out first. Returns the words of its name and aliases. */
export function putText(index: TextIndex, slot: number, product: ProductDocument): string[] {
  const name = tokensOf(product.name);
  const aliases = product.aliases.map(tokensOf);
  const spec = tokensOf(product.spec);
  const kind = product.categoryWords.map(tokensOf);
  const detail = tokensOf([product.brandName, product.description?.slice(0, describedCharacters)].join('\n'));
  const aliasWords = aliases.flatMap((alias) => alias.words);
  dropText(index, slot);
  index.add({
    slot,
    name: [...name.words, weightToken(product.netGrams)].join(' '),
    alias: aliasWords.join(' '),
    // Single characters too: 鲜 of 鲜菇.
    spec: [...spec.words, ...spec.parts, ...(product.spec.match(/\p{Script=Han}/gu) ?? [])].join(' '),
    kind: kind.flatMap(({ words, parts }) => [...words, ...parts]).join(' '),
    detail: detail.words.join(' '),
    parts: [...name.parts, ...aliases.flatMap((alias) => alias.parts)].join(' '),
  });
  return [...name.words, ...aliasWords, ...kind.flatMap(({ words }) => words)];
}

export function dropText(index: TextIndex, slot: number): void {
  if (index.has(slot)) index.discard(slot);
}

/** A word as such; Latin ones also by their beginning; a single character not in details, where it tells nothing. */
export function wordQuery(word: string): Query {
  const fields = word.length === 1 ? ['name', 'alias', 'spec', 'kind', 'parts'] : undefined;
  return { queries: [word], prefix: /^[a-z]{3}/.test(word), ...(fields && { fields }) };
}
