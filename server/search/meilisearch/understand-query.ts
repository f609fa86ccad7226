import { correctedQuery, queryPieces, tellingOf } from '../query-pieces.ts';
import { type Ask, countsOf } from './ask.ts';
import { type QueryWord, queryWord, strictly } from './query-words.ts';
import { repairWords } from './repair-words.ts';

export interface UnderstoodQuery {
  words: QueryWord[];
  /** those that a product must match: all of them, or the most telling ones that any product does */
  kept: QueryWord[];
  didYouMean?: string;
  relaxed: boolean;
}

const MOST_SUBSETS = 40;

/** How a query is to be read, whatever the filters; null where nothing can be found for it. */
export async function understandQuery(ask: Ask, q: string): Promise<UnderstoodQuery | null> {
  const typed = queryPieces(q).map(queryWord);
  if (typed.length === 0) return null;
  const joined = joinedLetters(typed);
  if (joined && (await findsAny(ask, joined))) return { words: joined, kept: joined, relaxed: false };
  if (await findsAny(ask, typed)) return { words: typed, kept: typed, relaxed: false };
  const words = await repairWords(ask, typed);
  const didYouMean = correctedQuery(q, words);
  const subsets = mostTellingFirst(words);
  const counts = await countsOf(ask, subsets.map(strictly));
  const kept = subsets[counts.findIndex((count) => count > 0)];
  return kept ? { words, kept, didYouMean, relaxed: kept.length < words.length } : null;
}

/** Letters side by side as one name (Gong Mi); null where there are none, or too many. */
function joinedLetters(words: readonly QueryWord[]): QueryWord[] | null {
  const all = words.length > 1 && words.every(({ kind }) => kind === 'sound');
  return all ? [queryWord({ kind: 'latin', text: words.map(({ typed }) => typed).join('') })] : null;
}

async function findsAny(ask: Ask, words: readonly QueryWord[]): Promise<boolean> {
  return ((await countsOf(ask, [strictly(words)]))[0] ?? 0) > 0;
}

/** The words, and every choice of them, the most telling first; of several alike the one with the good. */
export function mostTellingFirst(words: readonly QueryWord[]): QueryWord[][] {
  const telling = tellingOf(words);
  const good = telling.indexOf(Math.max(...telling));
  const choices = Array.from({ length: 2 ** words.length - 1 }, (_, index) => index + 1).map((bits) => {
    const chosen = words.map((_, at) => (bits & (1 << at)) !== 0);
    return { chosen, told: telling.reduce((sum, weight, at) => sum + (chosen[at] ? weight : 0), 0) };
  });
  return choices
    .sort((a, b) => b.told - a.told || Number(b.chosen[good]) - Number(a.chosen[good]))
    .slice(0, MOST_SUBSETS)
    .map(({ chosen }) => words.filter((_, at) => chosen[at]));
}
