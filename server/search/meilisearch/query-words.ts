import type { Wanted } from '../highlight.ts';
import { synonymsOf } from '../synonyms.ts';
import type { Piece } from '../tokenize-chinese.ts';
import type { Question } from './ask.ts';
import { looseAttributes, strictAttributes } from './indexed-product.ts';
import { gramsToken, wordToken } from './tokens.ts';

/** One word of a query; `typed` differs from `read` where it was taken for another. */
export interface QueryWord {
  typed: string;
  read: string;
  kind: 'word' | 'sound' | 'weight';
  token: string;
  grams?: number;
}

export function queryWord(piece: Piece): QueryWord {
  const word = { typed: piece.text, read: piece.text };
  if (piece.kind === 'weight') return { ...word, kind: 'weight', token: gramsToken(piece.grams), grams: piece.grams };
  return { ...word, kind: isLetters(piece.text) ? 'sound' : 'word', token: wordToken(piece.text) };
}

/** The same place in the query, taken for another word. */
export function readAs(typed: string, read: string): QueryWord {
  return { typed, read, kind: 'word', token: wordToken(read) };
}

export const isLetters = (text: string) => /^[a-z]+$/.test(text);

/** Where a single character tells nothing. */
const TOO_WIDE: readonly string[] = ['place', 'placeSound', 'brand', 'supplier', 'detail'];

/** All words must be there. The server completes only the last one, so letters, which may be unfinished pinyin, go to the end. */
export function strictly(words: readonly QueryWord[]): Question {
  const tokens = [...words].sort((a, b) => Number(a.kind === 'sound') - Number(b.kind === 'sound'));
  const only = words.length === 1 ? words[0] : undefined;
  const isWide = only !== undefined && only.kind === 'word' && [...only.read].length === 1;
  const attributes = isWide ? strictAttributes.filter((name) => !TOO_WIDE.includes(name)) : strictAttributes;
  return { q: tokens.map(({ token }) => token).join(' '), attributesToSearchOn: [...attributes] };
}

/** By how it sounds or is spelled, a slip or two allowed. */
export function loosely(letters: string): Question {
  return {
    q: letters,
    attributesToSearchOn: [...looseAttributes],
    attributesToRetrieve: ['words'],
    hitsPerPage: 20,
    page: 1,
  };
}

export function wantedIn(words: readonly QueryWord[]): Wanted {
  return {
    words: words.filter(({ kind }) => kind === 'word').flatMap(({ read }) => [read, ...synonymsOf(read)]),
    sounds: words.filter(({ kind }) => kind === 'sound').map(({ read }) => read),
    grams: words.flatMap(({ grams }) => grams ?? []),
  };
}
