import delivered from './synonyms.json' with { type: 'json' };

/** What words mean to buyers: `same` among each other, `kinds` one way only, `words` that a dictionary would cut in two. */
export interface WordList {
  same: string[][];
  kinds: Record<string, string[]>;
  words: string[];
}

export const deliveredWords: WordList = delivered;

let others = new Map<string, string[]>();
let askedFor = new Map<string, string[]>();
let trade: readonly string[] = [];

useWordList(deliveredWords);

/** Makes this process understand words by the list from now on; an index that was built before has to be built anew. */
export function useWordList({ same, kinds, words }: WordList): void {
  others = new Map();
  for (const group of same)
    for (const word of group)
      add(
        others,
        word,
        group.filter((other) => other !== word),
      );
  for (const [word, narrower] of Object.entries(kinds)) add(others, word, narrower);
  askedFor = new Map();
  for (const [word, more] of others) for (const other of more) add(askedFor, other, [word]);
  const all = [...words, ...same.flat(), ...Object.entries(kinds).flatMap(([word, narrower]) => [word, ...narrower])];
  trade = [...new Set(all)].filter((word) => word.length > 1);
}

function add(to: Map<string, string[]>, word: string, more: readonly string[]): void {
  to.set(word, [...new Set([...(to.get(word) ?? []), ...more])]);
}

/** What a buyer who types the word is also content with: 土鸡 ↔ 山地鸡; 大米 → 贡米, but not back. */
export function synonymsOf(word: string): readonly string[] {
  return others.get(word) ?? [];
}

/** The other way round: what buyers may type who are content with one of these. */
export function wordsLookedForAs(words: readonly string[]): string[] {
  return [...new Set(words.flatMap((word) => askedFor.get(word) ?? []))];
}

/** The words of the trade that a general dictionary cuts in two. */
export function tradeWords(): readonly string[] {
  return trade;
}
