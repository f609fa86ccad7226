import type { Suggestion, SuggestionKind } from './engine.ts';
import { highlight, type Wanted } from './highlight.ts';
import { fold } from './normalize-text.ts';
import { readings, type Spelling, soundOf } from './pinyin.ts';
import { synonymsOf } from './synonyms.ts';

export type Scored = {
  kind: SuggestionKind;
  text: string;
  code?: string;
  within?: string;
  count: number;
  starts: boolean;
};
export type Named = { folded: string; spelling: Spelling };
/** What a name must be like to go on from what was typed. */
export type Test = {
  starts(named: Named): boolean;
  holds(named: Named): boolean;
  /** Too short to be looked for inside suppliers' long names. */
  isShort: boolean;
  /** What the same thing is called: 土鸡 leads to the category 山地鸡. */
  synonyms: readonly string[];
};

const LONGEST_PREFIX = 50;

/** What was typed, as it is compared; with the tests to try one after the other until one finds something. */
export function readPrefix(prefix: string): {
  typed: string;
  tries: { test: Test; wanted: Wanted; letters?: string }[];
} {
  const typed = fold(prefix.slice(0, LONGEST_PREFIX)).replace(/\s+/g, '');
  if (typed === '') return { typed, tries: [] };
  if (/^[a-z]+$/.test(typed))
    return { typed, tries: [{ test: bySound(typed), wanted: { words: [typed], sounds: [typed], grams: [] } }] };
  const asTyped = { test: byCharacters(typed), wanted: { words: [typed], sounds: [], grams: [] } };
  if (!/^\p{Script=Han}{2,}$/u.test(typed)) return { typed, tries: [asTyped] };
  const letters = (readings(typed)[0] ?? []).join('');
  return {
    typed,
    tries: [asTyped, { test: bySound(letters), wanted: { words: [], sounds: [letters], grams: [] }, letters }],
  };
}

function byCharacters(typed: string): Test {
  return {
    starts: ({ folded }) => folded.startsWith(typed),
    holds: ({ folded }) => folded.includes(typed),
    isShort: typed.length < 2,
    synonyms: synonymsOf(typed),
  };
}

function bySound(letters: string): Test {
  const sound = soundOf(letters);
  return {
    starts: ({ folded, spelling }) =>
      spelling.plainPinyin.startsWith(letters) ||
      spelling.plainInitials.startsWith(letters) ||
      folded.startsWith(letters),
    holds: ({ folded, spelling }) =>
      sound.asPinyin(spelling) !== 'none' || sound.asInitials(spelling) || folded.includes(letters),
    isShort: letters.length < 4,
    synonyms: [],
  };
}

/** What begins so before what holds it, then what most products stand behind. */
export function best(found: Scored[], most: number): Scored[] {
  return found
    .sort((a, b) => Number(b.starts) - Number(a.starts) || b.count - a.count || a.text.length - b.text.length)
    .slice(0, most);
}

export function shown({ kind, text, code, within, count }: Scored, wanted: Wanted): Suggestion {
  return {
    kind,
    text,
    ...(code === undefined ? {} : { code }),
    ...(within === undefined ? {} : { within }),
    count,
    highlights: highlight(text, wanted),
  };
}
