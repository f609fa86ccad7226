/** Chance that repeats itself: the same seed gives the same numbers on every machine. */
export interface Random {
  /** 0 ≤ x < 1 */
  real(): number;
  between(from: number, to: number): number;
  /** a whole number, both ends included */
  int(from: number, to: number): number;
  chance(probability: number): boolean;
  pick<T>(list: readonly T[]): T;
  weighted<T>(list: readonly T[], weightOf: (item: T) => number): T;
}

/** mulberry32, seeded by a word, so that each part of the demonstration has a stream of its own. */
export function randomFrom(word: string): Random {
  let state = seedOf(word);
  const real = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  const int = (from: number, to: number) => from + Math.floor(real() * (to - from + 1));
  return {
    real,
    int,
    between: (from, to) => from + real() * (to - from),
    chance: (probability) => real() < probability,
    pick: (list) => at(list, int(0, list.length - 1)),
    weighted(list, weightOf) {
      let rest = real() * list.reduce((sum, item) => sum + weightOf(item), 0);
      for (const item of list) {
        rest -= weightOf(item);
        if (rest < 0) return item;
      }
      return at(list, list.length - 1);
    },
  };
}

function at<T>(list: readonly T[], index: number): T {
  const item = list[index];
  if (item === undefined) throw new Error('chance cannot pick from an empty list');
  return item;
}

function seedOf(word: string): number {
  let hash = 2_166_136_261;
  for (const letter of word) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 16_777_619);
  return hash;
}
