import { cutWords, cutWordsForSearch } from './chinese-words.ts';
import { chineseNumber, fold } from './normalize-text.ts';
import { weightPhrases, weightToken } from './weight-phrases.ts';

/** A piece of folded text: a run of Han characters, a Latin or digit token, a count with its measure word, or a weight. */
export type Piece =
  | { kind: 'han'; text: string }
  | { kind: 'latin'; text: string }
  | { kind: 'number'; text: string }
  | { kind: 'count'; text: string }
  | { kind: 'weight'; text: string; grams: number };

export type Tokens = {
  /** Words as they were cut, Latin tokens, counts and weights. */
  words: string[];
  /** The words inside longer words: 鸡蛋 in 土鸡蛋. */
  parts: string[];
};

const measureWords = '枚个只盒袋瓶包罐片箱桶条支根颗朵粒头尾束筒提份';
const pieces = new RegExp(
  `(?<count>(?:[0-9]+\\s*|[一二两三四五六七八九十][一二三四五六七八九十百]*)[${measureWords}])|(?<latin>[\\p{L}--\\p{Script=Han}][[\\p{L}\\p{N}]--\\p{Script=Han}]*)|(?<number>[0-9]+(?:\\.[0-9]+)?)|(?<han>[\\p{Script=Han}〇]+?(?=[一二两三四五六七八九十]+[${measureWords}]|[[\\s\\S]--\\p{Script=Han}]|$))`,
  'gv',
);

/** Splits text into pieces in their order; what is neither letter, character nor digit separates. */
export function piecesOf(text: string): Piece[] {
  const folded = fold(text);
  const found: Piece[] = [];
  let from = 0;
  for (const weight of weightPhrases(folded)) {
    found.push(...withoutWeights(folded.slice(from, weight.start)));
    found.push({ kind: 'weight', text: folded.slice(weight.start, weight.end), grams: weight.grams });
    from = weight.end;
  }
  found.push(...withoutWeights(folded.slice(from)));
  return found;
}

function withoutWeights(folded: string): Piece[] {
  const found: Piece[] = [];
  for (const { groups } of folded.matchAll(pieces)) {
    if (groups?.count) found.push({ kind: 'count', text: arabicCount(groups.count) });
    else if (groups?.latin) found.push({ kind: 'latin', text: groups.latin });
    else if (groups?.number) found.push({ kind: 'number', text: groups.number });
    else if (groups?.han) found.push({ kind: 'han', text: groups.han });
  }
  return found;
}

function arabicCount(text: string): string {
  const number = chineseNumber(text.slice(0, -1));
  return number === undefined ? text.replace(/\s+/, '') : `${number}${text.slice(-1)}`;
}

/** The tokens under which a text is found. */
export function tokensOf(text: string): Tokens {
  const words: string[] = [];
  const parts: string[] = [];
  for (const piece of piecesOf(text)) {
    if (piece.kind === 'weight') words.push(weightToken(piece.grams));
    else if (piece.kind === 'han') words.push(...wordsOfRun(piece.text));
    else words.push(piece.text);
    for (const [run] of piece.text.matchAll(/\p{Script=Han}+/gu)) parts.push(...shorterWords(run));
  }
  return { words, parts };
}

function shorterWords(run: string): string[] {
  const whole = new Set(cutWords(run));
  return cutWordsForSearch(run).filter((word) => !whole.has(word));
}

/** The words of a Han run in order; neighbours that were left single are most likely an unknown name, so up to four stay together. */
export function wordsOfRun(run: string): string[] {
  const words: string[] = [];
  let unknown: string[] = [];
  for (const word of [...cutWords(run), '']) {
    if (isSingle(word)) {
      unknown.push(word);
      if (unknown.length < 4) continue;
    }
    if (unknown.length > 0) words.push(unknown.join(''));
    unknown = [];
    if (word !== '' && !isSingle(word)) words.push(word);
  }
  return words;
}

function isSingle(word: string): boolean {
  return word !== '' && [...word].length === 1;
}
