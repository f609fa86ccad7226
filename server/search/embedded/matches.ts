import type { Query } from 'minisearch';
import type { FacetName } from '../engine.ts';
import { type Spelling, soundOf } from '../pinyin.ts';
import { remembered } from '../remembered.ts';
import { synonymsOf } from '../synonyms.ts';
import { weightToken } from '../weight-phrases.ts';
import { type CodeBook, type CodeEntry, weighCodes } from './code-book.ts';
import type { ProductIndex } from './product-index.ts';
import { wordQuery } from './text-index.ts';

/** A score above 0 by slot for every product that one word of a query finds. */
export type Match = { scores: Float32Array; count: number };

const synonymWeight = 0.6;
const wordMatchesKept = 50;
// Against BM25 scores of about 4 (idf) × 4 (name): a category that is called so counts like a word of the name.
const codeBoost = { category: 12, place: 10, brand: 10, supplier: 4 };
const inNameBoost = 4;
const inAliasBoost = 1.5;
const inKindBoost = 0.8;
const aliasSound = 0.7;
const kindSound = 0.4;
const soundBoost = { none: 0, word: 12, whole: 8, begun: 6, initials: 8 };

/** A Chinese word, remembered until the words or codes of a product change: 贡米 and 秀山 are in half of all queries. */
export function matchWord(index: ProductIndex, word: string): Match {
  return remembered(index.wordMatches, word, wordMatchesKept, () => findWord(index, word));
}

/** A Chinese word: in names, aliases and details, as a category, place or brand, and whatever means the same. */
function findWord(index: ProductIndex, word: string): Match {
  const match = emptyMatch(index);
  const same = synonymsOf(word);
  addText(index, match, wordQuery(word));
  addNames(index, match, word);
  for (const other of same) addText(index, match, wordQuery(other), synonymWeight);
  addCodes(index, match, 'category', (name, short) =>
    Math.max(likeness(word, name, short), same.includes(name) ? synonymWeight : 0),
  );
  addCodes(index, match, 'place', (name, short) => (isShortened(word, name, short) ? 1 : likeness(word, name, short)));
  addCodes(index, match, 'brand', (name, short) => likeness(word, name, short));
  if (word.length >= 3) addCodes(index, match, 'supplier', (name) => (name.includes(word) ? 1 : 0));
  return match;
}

/** Suppliers by any two characters of their names: too wide to mix with goods, so only where goods have nothing. */
export function matchSupplier(index: ProductIndex, word: string): Match {
  const match = emptyMatch(index);
  if (word.length >= 2) addCodes(index, match, 'supplier', (name) => (name.includes(word) ? 1 : 0));
  return match;
}

/** A Latin word, number, count or weight, as it stands. */
export function matchToken(index: ProductIndex, token: string): Match {
  const match = emptyMatch(index);
  addText(index, match, wordQuery(token));
  addCodes(index, match, 'brand', (name) => (name === token ? 1 : 0));
  return match;
}

export function matchGrams(index: ProductIndex, grams: number): Match {
  return matchToken(index, weightToken(grams));
}

/** Latin letters as pinyin (gongmi); where nothing sounds so, as pinyin of which the last syllable is still being typed (gongm). */
export function matchPinyin(index: ProductIndex, letters: string): Match {
  const sound = soundOf(letters);
  const whole = matchSound(index, (spelling) => {
    const match = sound.asPinyin(spelling);
    return match === 'begun' ? 0 : soundBoost[match];
  });
  if (whole.count > 0) return whole;
  return matchSound(index, (spelling) => (sound.asPinyin(spelling) === 'begun' ? soundBoost.begun : 0));
}

/** Latin letters as initials from the beginning of a word (cksdj, sdj). */
export function matchInitials(index: ProductIndex, letters: string): Match {
  const sound = soundOf(letters);
  return matchSound(index, (spelling) => (sound.asInitials(spelling) ? soundBoost.initials : 0));
}

/** Categories, places and brands that are called or abbreviated exactly so (xs, xiushan). */
export function matchCodesBySound(index: ProductIndex, letters: string): Match {
  const match = emptyMatch(index);
  addSoundingCodes(index, match, ({ sounds }) => (sounds.has(letters) ? soundBoost.word : 0));
  return match;
}

function matchSound(index: ProductIndex, weigh: (spelling: Spelling) => number): Match {
  const match = emptyMatch(index);
  for (const { spelling, aliases, kind, slots } of index.names.byKey.values()) {
    const weight = Math.max(weigh(spelling), weigh(aliases.spelling) * aliasSound, weigh(kind.spelling) * kindSound);
    if (weight > 0) for (const slot of slots) add(match, slot, weight);
  }
  addSoundingCodes(index, match, ({ spelling }) => weigh(spelling) / 2);
  return match;
}

function addSoundingCodes(index: ProductIndex, match: Match, weigh: (entry: CodeEntry) => number): void {
  for (const facet of ['category', 'place', 'brand'] as const) {
    addCodeWeights(index, match, facet, (book) => weighCodes(book, weigh));
  }
}

/** 秀山县 for 秀山土家族苗族自治县. */
function isShortened(word: string, name: string, short: string): boolean {
  return word.length === short.length + 1 && word.startsWith(short) && name.endsWith(word.slice(-1));
}

function likeness(word: string, name: string, short: string): number {
  if (word === name || word === short) return 1;
  return word.length >= 2 && name.includes(word) ? 0.4 : 0;
}

export function emptyMatch(index: ProductIndex): Match {
  return { scores: new Float32Array(index.columns.ids.length), count: 0 };
}

export function add(match: Match, slot: number, score: number): void {
  const before = match.scores[slot] ?? 0;
  if (before === 0) match.count++;
  match.scores[slot] = before + score;
}

/** The characters of a word side by side in a name, however the name was cut: 米 finds 贡米. */
function addNames(index: ProductIndex, match: Match, word: string): void {
  for (const { folded, aliases, kind, slots } of index.names.byKey.values()) {
    const weight = folded.includes(word)
      ? inNameBoost
      : aliases.folded.includes(word)
        ? inAliasBoost
        : kind.folded.includes(word)
          ? inKindBoost
          : 0;
    if (weight > 0) for (const slot of slots) add(match, slot, weight);
  }
}

function addText(index: ProductIndex, match: Match, query: Query, weight = 1): void {
  for (const { id, score } of index.text.search(query)) add(match, id, score * weight);
}

function addCodes(
  index: ProductIndex,
  match: Match,
  facet: keyof typeof codeBoost,
  weigh: (name: string, short: string) => number,
): void {
  const boost = codeBoost[facet];
  addCodeWeights(index, match, facet, (book) => weighCodes(book, ({ folded, short }) => boost * weigh(folded, short)));
}

function addCodeWeights(
  index: ProductIndex,
  match: Match,
  facet: FacetName,
  weigh: (book: CodeBook) => Float32Array | undefined,
): void {
  const weights = weigh(index.columns.books[facet]);
  if (weights === undefined) return;
  const codes = index.columns.codes[facet];
  for (let slot = 0; slot < codes.length; slot++) {
    let best = 0;
    let sum = 0;
    for (const number of codes[slot] ?? []) {
      best = Math.max(best, weights[number] ?? 0);
      sum += weights[number] ?? 0;
    }
    // Both the category and the one above it are meant: a little more than either.
    if (best > 0) add(match, slot, best + (sum - best) * 0.3);
  }
}
