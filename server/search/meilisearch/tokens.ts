import { fold } from '../normalize-text.ts';
import type { Spelling } from '../pinyin.ts';

const LETTERS = 26;
const LETTERS_A_CHARACTER = 4;
/** No pinyin begins so. */
const HAN = 'vv';
/** The server completes the last word of a query; what ends so goes on with nothing. */
const END = 'zz';

/**
 * A Han word as letters, four to a character, so that the server neither cuts it anew nor takes it for another or the beginning of one.
 */
export function hanToken(word: string): string {
  return HAN + [...word].map(lettersOf).join('') + END;
}

function lettersOf(character: string): string {
  let rest = character.codePointAt(0) ?? 0;
  let letters = '';
  for (let at = 0; at < LETTERS_A_CHARACTER; at++) {
    letters = String.fromCharCode(97 + (rest % LETTERS)) + letters;
    rest = Math.floor(rest / LETTERS);
  }
  return letters;
}

/** A word of any script as it stands in the index and in a query. */
export function wordToken(word: string): string {
  const folded = fold(word);
  return /\p{Script=Han}/u.test(folded) ? hanToken(folded) : folded;
}

export const gramsToken = (grams: number) => `vvg${grams}${END}`;

/** Every piece of a Han run of up to `most` characters. */
export function characterGrams(run: string, most: number): string[] {
  const characters = [...run];
  return characters.flatMap((_, from) =>
    Array.from({ length: Math.min(most, characters.length - from) }, (_, more) =>
      characters.slice(from, from + more + 1).join(''),
    ),
  );
}

/** From every syllable on to the end, so that any run of syllables is found by its beginning; words and initials of words alike. */
export function soundTokens({ pinyin, initials }: Spelling): string[] {
  const full = pinyin.split('|').flatMap((line) => [...runsOn(line, / |-/), ...line.split('-').map(joined)]);
  const short = initials.split('|').flatMap((line) => runsOn(line, /-/));
  return [...new Set([...full, ...short])].filter(Boolean);
}

function runsOn(line: string, border: RegExp): string[] {
  const parts = line.split(border).map(joined);
  return parts.map((_, from) => parts.slice(from).join(''));
}

const joined = (syllables: string) => syllables.replace(/[ -]/g, '');

/** The words of a name as they sound: what a slip of the keyboard is held against. */
export function spokenWords({ pinyin }: Spelling): string[] {
  const words = pinyin.split('|').flatMap((line) => [...runsOn(line, /-/), ...line.split('-').map(joined)]);
  return [...new Set(words)].filter((word) => word.length >= 4);
}
