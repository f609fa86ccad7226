import { fold } from '../normalize-text.ts';
import { tellingOf } from '../query-pieces.ts';
import type { ProductIndex } from './product-index.ts';
import { sortedBy } from './sort-orders.ts';
import type { Understood } from './understand.ts';

/** The slots that a query finds, best first, and the same as flags. */
export type Ranked = { order: Uint32Array; isFound: Uint8Array; relaxed: boolean };

/**
 * Products that match every word; where there are none, those that match the most telling ones, above all the good itself. A name that holds the query in one piece
 * comes before scattered words; what is sold out comes later; what sells breaks ties.
 */
export function rank(index: ProductIndex, q: string, words: Understood[]): Ranked {
  const size = index.columns.ids.length;
  const told = new Float32Array(size);
  const weights = tellingOf(words);
  const scores = new Float32Array(size);
  let most = 0;
  words.forEach(({ match }, at) => {
    for (let slot = 0; slot < size; slot++) {
      const score = match.scores[slot] ?? 0;
      if (score === 0) continue;
      // By its logarithm: a word that a product barely matches is not made good by another that it matches well.
      scores[slot] = (scores[slot] ?? 0) + Math.log1p(score);
      const sum = (told[slot] ?? 0) + (weights[at] ?? 0);
      told[slot] = sum;
      if (sum > most) most = sum;
    }
  });

  const whole = fold(q).replace(/\s+/g, '');
  const isFound = new Uint8Array(size);
  const found: number[] = [];
  for (let slot = 0; most > 0 && slot < size; slot++) {
    if (told[slot] !== most) continue;
    isFound[slot] = 1;
    found.push(slot);
    scores[slot] = (scores[slot] ?? 0) * inOnePiece(index, slot, whole) * standing(index, slot);
  }
  const order = sortedBy(found, (slot) => -Math.round((scores[slot] ?? 0) * 1_000));
  return { order, isFound, relaxed: most > 0 && most < weights.reduce((sum, weight) => sum + weight, 0) };
}

function inOnePiece(index: ProductIndex, slot: number, whole: string): number {
  const name = index.names.bySlot[slot]?.folded ?? '';
  return name === whole ? 1.6 : name.startsWith(whole) ? 1.3 : name.includes(whole) ? 1.2 : 1;
}

/** What is sold out comes later, what sells a little before. */
export function standing({ columns }: ProductIndex, slot: number): number {
  return (columns.inStock[slot] ? 1 : 0.8) * (1 + 0.04 * Math.log10(1 + (columns.sales[slot] ?? 0)));
}
