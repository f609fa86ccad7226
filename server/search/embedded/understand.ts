import { cutWords } from '../chinese-words.ts';
import { queryPieces } from '../query-pieces.ts';
import type { Piece } from '../tokenize-chinese.ts';
import { soundingLike, spelledLike } from '../vocabulary.ts';
import {
  type Match,
  matchCodesBySound,
  matchGrams,
  matchInitials,
  matchPinyin,
  matchSupplier,
  matchToken,
  matchWord,
} from './matches.ts';
import type { ProductIndex } from './product-index.ts';

/** One word of a query as it was understood; `typed` differs from `read` where it was taken for another. */
export type Understood = {
  typed: string;
  read: string;
  kind: 'word' | 'sound' | 'weight';
  grams?: number;
  match: Match;
};

/** The words of a query, each with the products that it finds; a word that finds nothing is kept with an empty match. */
export function understand(index: ProductIndex, q: string): Understood[] {
  return queryPieces(q).flatMap((piece) => understandPiece(index, piece));
}

function understandPiece(index: ProductIndex, piece: Piece): Understood[] {
  switch (piece.kind) {
    case 'han':
      return understandWord(index, piece.text);
    case 'latin':
      return understandLetters(index, piece.text);
    case 'weight':
      return [
        {
          typed: piece.text,
          read: piece.text,
          kind: 'weight',
          grams: piece.grams,
          match: matchGrams(index, piece.grams),
        },
      ];
    default:
      return [asTyped(piece.text, matchToken(index, piece.text))];
  }
}

/** As it stands; else as part of a supplier's name; else what sounds alike; else cut in two. */
function understandWord(index: ProductIndex, word: string): Understood[] {
  const exact = matchWord(index, word);
  if (exact.count > 0) return [asTyped(word, exact)];
  const supplier = matchSupplier(index, word);
  if (supplier.count > 0) return [asTyped(word, supplier)];
  const corrected = firstThatFinds(index, word, soundingLike(index.vocabulary, word));
  if (corrected !== undefined) return [corrected];
  const parts = cutInTwo(index, word);
  return parts ?? [asTyped(word, exact)];
}

/** Only where both parts are found, and not a word of the language: 山药 is no 药 from a 山. */
function cutInTwo(index: ProductIndex, word: string): Understood[] | undefined {
  const characters = [...word];
  const [first, ...rest] = cutWords(word);
  if (first === undefined || characters.length < 2 || (rest.length === 0 && characters.length === 2)) return undefined;
  const at = rest.length > 0 && [...first].length > 1 ? [...first].length : bestCut(index, characters);
  const parts = [characters.slice(0, at), characters.slice(at)].flatMap((part) => understandWord(index, part.join('')));
  return parts.every(({ match }) => match.count > 0) ? parts : undefined;
}

/** Where both parts, or the longer one, are found. */
function bestCut(index: ProductIndex, characters: string[]): number {
  let best = 1;
  let most = -1;
  for (let at = 1; at < characters.length; at++) {
    const parts = [characters.slice(0, at).join(''), characters.slice(at).join('')];
    const found = parts
      .filter((part) => matchWord(index, part).count > 0)
      .reduce((sum, part) => sum + part.length ** 2, 0);
    if (found > most) [best, most] = [at, found];
  }
  return best;
}

function understandLetters(index: ProductIndex, letters: string): Understood[] {
  const exact = matchToken(index, letters);
  if (!/^[a-z]+$/.test(letters)) return [asTyped(letters, exact)];
  const pinyin = matchPinyin(index, letters);
  if (pinyin.count > 0) return [sound(letters, both(exact, pinyin))];
  if (exact.count > 0) return [asTyped(letters, exact)];
  const initials = matchInitials(index, letters);
  if (initials.count > 0) return [sound(letters, initials)];
  const joined = placeThenGood(index, letters);
  if (joined !== undefined) return joined;
  const corrected = firstThatFinds(index, letters, spelledLike(index.vocabulary, letters));
  if (corrected !== undefined) return [corrected];
  return placeThenGoodWithSlips(index, letters) ?? [asTyped(letters, exact)];
}

/** Letters that run on from a place, category or brand to a good of it that is not named after it (xsgm, xiushangongmi). */
function placeThenGood(index: ProductIndex, letters: string): Understood[] | undefined {
  for (let at = letters.length - 1; at > 1; at--) {
    const code = matchCodesBySound(index, letters.slice(0, at));
    if (code.count === 0) continue;
    const rest = letters.slice(at);
    const pinyin = matchPinyin(index, rest);
    const good = pinyin.count > 0 ? pinyin : matchInitials(index, rest);
    if (good.count === 0) continue;
    return [sound(letters.slice(0, at), code), sound(rest, good)];
  }
  return undefined;
}

/** As `placeThenGood`, a slip in either part or in both (cengkousandiji). */
function placeThenGoodWithSlips(index: ProductIndex, letters: string): Understood[] | undefined {
  for (let at = letters.length - 3; at > 2; at--) {
    const [left, right] = [letters.slice(0, at), letters.slice(at)];
    const code = matchCodesBySound(index, left);
    const place = code.count > 0 ? sound(left, code) : firstThatFinds(index, left, spelledLike(index.vocabulary, left));
    if (place === undefined) continue;
    const pinyin = matchPinyin(index, right);
    const good =
      pinyin.count > 0 ? sound(right, pinyin) : firstThatFinds(index, right, spelledLike(index.vocabulary, right));
    if (good !== undefined) return [place, good];
  }
  return undefined;
}

function firstThatFinds(index: ProductIndex, typed: string, candidates: string[]): Understood | undefined {
  for (const read of candidates.slice(0, 5)) {
    const match = /\p{Script=Han}/u.test(read) ? matchWord(index, read) : matchToken(index, read);
    if (match.count > 0) return { typed, read, kind: 'word', match };
  }
  return undefined;
}

function asTyped(text: string, match: Match): Understood {
  return { typed: text, read: text, kind: 'word', match };
}

function sound(letters: string, match: Match): Understood {
  return { typed: letters, read: letters, kind: 'sound', match };
}

function both(one: Match, other: Match): Match {
  let count = 0;
  const scores = one.scores.map((score, slot) => {
    const sum = score + (other.scores[slot] ?? 0);
    if (sum > 0) count++;
    return sum;
  });
  return { scores, count };
}
