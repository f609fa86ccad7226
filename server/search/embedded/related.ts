import { tellingOf } from '../query-pieces.ts';
import type { ProductIndex } from './product-index.ts';
import { type Ranked, standing } from './rank.ts';
import { sortedBy } from './sort-orders.ts';
import type { Understood } from './understand.ts';

const mostFound = 10;
const mostRelated = 50;
/** Of all that the words of a query tell, this much must hold: of a place and a good the good. */
const leastShare = 0.5;

/**
 * What a buyer may also want where little was found: first what matches the more telling of the words, then what is of the same
 * category as the best found. Empty where enough was found.
 */
export function relatedSlots(index: ProductIndex, words: readonly Understood[], ranked: Ranked): Uint32Array {
  if (ranked.order.length >= mostFound || ranked.order.length === 0) return new Uint32Array();
  const partly = partlyMatching(index, words, ranked);
  const seen = new Set(partly);
  return Uint32Array.from([...partly, ...sameKind(index, ranked, seen)].slice(0, mostRelated));
}

function partlyMatching(index: ProductIndex, words: readonly Understood[], { isFound }: Ranked): number[] {
  const weights = tellingOf(words);
  const least = leastShare * weights.reduce((sum, weight) => sum + weight, 0);
  const found: { slot: number; told: number; score: number }[] = [];
  for (let slot = 0; slot < index.columns.ids.length; slot++) {
    if (isFound[slot] === 1) continue;
    let told = 0;
    let score = 0;
    words.forEach(({ match }, at) => {
      const of = match.scores[slot] ?? 0;
      if (of > 0) told += weights[at] ?? 0;
      score += Math.log1p(of);
    });
    if (told >= least) found.push({ slot, told, score: score * standing(index, slot) });
  }
  return found.sort((a, b) => b.told - a.told || b.score - a.score).map(({ slot }) => slot);
}

function sameKind(index: ProductIndex, { order, isFound }: Ranked, seen: ReadonlySet<number>): Iterable<number> {
  const codes = index.columns.codes.category;
  const kind = codes[order[0] ?? -1]?.at(-1);
  const alike: number[] = [];
  codes.forEach((of, slot) => {
    if (kind !== undefined && of.at(-1) === kind && isFound[slot] !== 1 && !seen.has(slot)) alike.push(slot);
  });
  return sortedBy(alike, (slot) => -Math.round(standing(index, slot) * 1_000));
}
