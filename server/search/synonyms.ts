import listed from './synonyms.json' with { type: 'json' };

const others = new Map<string, string[]>();

for (const group of listed.same) {
  for (const word of group) {
    add(
      word,
      group.filter((other) => other !== word),
    );
  }
}
for (const [word, kinds] of Object.entries(listed.kinds)) add(word, kinds);

function add(word: string, more: string[]): void {
  others.set(word, [...new Set([...(others.get(word) ?? []), ...more])]);
}

/** What a buyer who types the word is also content with: 土鸡 ↔ 山地鸡; 大米 → 贡米, but not back. */
export function synonymsOf(word: string): readonly string[] {
  return others.get(word) ?? [];
}

/** The words of the trade that a general dictionary cuts in two. */
export const tradeWords: readonly string[] = [
  ...new Set([...listed.words, ...listed.same.flat(), ...Object.entries(listed.kinds).flatMap(([a, b]) => [a, ...b])]),
].filter((word) => word.length > 1);

const askedFor = new Map<string, string[]>();
for (const [word, more] of others)
  for (const other of more) askedFor.set(other, [...(askedFor.get(other) ?? []), word]);

/** The other way round: what buyers may type who are content with one of these. */
export function wordsLookedForAs(words: readonly string[]): string[] {
  return [...new Set(words.flatMap((word) => askedFor.get(word) ?? []))];
}
