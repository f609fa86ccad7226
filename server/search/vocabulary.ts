import SearchableMap from 'minisearch/SearchableMap';
import { cutWords } from './chinese-words.ts';
import { readings } from './pinyin.ts';

/** The words of the catalogue by their sound, for words that were typed with other characters or with a slip. */
export type Vocabulary = { bySound: SearchableMap<string[]>; uses: Map<string, number> };

const leastLettersForASlip = 5;
const leastLettersForTwo = 10;

export function createVocabulary(): Vocabulary {
  return { bySound: new SearchableMap<string[]>(), uses: new Map() };
}

/** Adds words of two Han characters or more, and Latin words of four letters or more. What left the catalogue stays until the next rebuild. */
export function learn(vocabulary: Vocabulary, words: Iterable<string>): void {
  for (const word of words) {
    const uses = vocabulary.uses.get(word) ?? 0;
    if (uses === 0) {
      for (const sound of soundsOf(word)) vocabulary.bySound.update(sound, (same) => [...(same ?? []), word]);
    }
    vocabulary.uses.set(word, uses + 1);
  }
}

function soundsOf(word: string): string[] {
  if (/^\p{Script=Han}{2,8}$/u.test(word)) return [...new Set(readings(word).map((syllables) => syllables.join('')))];
  return /^[a-z]{4,}$/.test(word) ? [word] : [];
}

/**
 * Words that sound like a Han word (贡咪 → 贡米), else nearly so (香茹 → 香菇); the most alike and most used first. None for a word of the
 * language: who asks for 李子 means no 栗子.
 */
export function soundingLike(vocabulary: Vocabulary, word: string): string[] {
  if (cutWords(word).length === 1) return [];
  const sounds = soundsOf(word);
  const same = sounds.flatMap((sound) => vocabulary.bySound.get(sound) ?? []);
  const found = same.length > 0 ? same : sounds.flatMap((sound) => within(vocabulary, sound));
  const shared = (other: string) => [...other].filter((character) => word.includes(character)).length;
  // Two characters of which none is shared and that do not even sound the same are two different words.
  const alike = found.filter((other) => other !== word && (same.length > 0 || shared(other) > 0));
  return byUse(vocabulary, alike).sort((a, b) => shared(b) - shared(a));
}

/** Words whose sound, or Latin words whose letters, differ from the letters typed by a slip or, in long ones, two. */
export function spelledLike(vocabulary: Vocabulary, letters: string): string[] {
  return byUse(vocabulary, within(vocabulary, letters));
}

function within(vocabulary: Vocabulary, letters: string): string[] {
  if (letters.length < leastLettersForASlip) return [];
  const swapped = neighboursSwapped(letters).flatMap((other) => vocabulary.bySound.get(other) ?? []);
  const most = letters.length < leastLettersForTwo ? 1 : 2;
  const near = [...vocabulary.bySound.fuzzyGet(letters, most).values()];
  const nearest = Math.min(...near.map(([, distance]) => distance));
  if (swapped.length > 0 && nearest > 0) return swapped;
  return near.filter(([, distance]) => distance === nearest).flatMap(([words]) => words);
}

function neighboursSwapped(letters: string): string[] {
  return Array.from(
    { length: letters.length - 1 },
    (_, at) => letters.slice(0, at) + letters.charAt(at + 1) + letters.charAt(at) + letters.slice(at + 2),
  );
}

function byUse(vocabulary: Vocabulary, words: string[]): string[] {
  const uses = (word: string) => vocabulary.uses.get(word) ?? 0;
  return [...new Set(words)].sort((a, b) => uses(b) - uses(a));
}
