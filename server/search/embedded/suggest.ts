import type { Suggestion, SuggestionKind } from '../engine.ts';
import { highlight, type Wanted } from '../highlight.ts';
import { fold } from '../normalize-text.ts';
import { readings, type Spelling, soundOf } from '../pinyin.ts';
import { remembered } from '../remembered.ts';
import { synonymsOf } from '../synonyms.ts';
import type { NameEntry } from './name-book.ts';
import type { ProductIndex } from './product-index.ts';

type Scored = { kind: SuggestionKind; text: string; code?: string; within?: string; count: number; starts: boolean };
type Named = { folded: string; spelling: Spelling };
type Test = {
  starts(named: Named): boolean;
  holds(named: Named): boolean;
  /** Too short to be looked for inside suppliers' long names. */
  isShort: boolean;
  /** What the same thing is called: 土鸡 leads to the category 山地鸡. */
  synonyms: readonly string[];
};

const kindsWithCodes = ['category', 'place', 'supplier'] as const;
const prefixesKept = 200;

/** Names of goods, categories, places and suppliers that go on from what was typed, in characters, pinyin or initials. */
export function suggest(index: ProductIndex, prefix: string, limit: number): Suggestion[] {
  const typed = fold(prefix.slice(0, 50)).replace(/\s+/g, '');
  if (typed === '' || limit < 1) return [];
  return remembered(index.suggested, `${limit} ${typed}`, prefixesKept, () => {
    const sounds = /^[a-z]+$/.test(typed) ? [typed] : [];
    const found = collect(index, sounds[0] === undefined ? byCharacters(typed) : bySound(typed), limit);
    if (found.length > 0 || !/^\p{Script=Han}{2,}$/u.test(typed)) {
      return found.map((entry) => shown(entry, { words: [typed], sounds, grams: [] }));
    }
    const letters = (readings(typed)[0] ?? []).join('');
    return collect(index, bySound(letters), limit).map((entry) =>
      shown(entry, { words: [], sounds: [letters], grams: [] }),
    );
  });
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

/** Categories, places and suppliers at most a quarter each, goods the rest; what begins so before what holds it. */
function collect(index: ProductIndex, test: Test, limit: number): Scored[] {
  const share = Math.max(1, Math.floor(limit / 4));
  const coded = kindsWithCodes.flatMap((kind) => best(codesThat(index, kind, test), share));
  let goods = goodsThat(index, (named) => test.starts(named), true);
  if (goods.length < limit)
    goods = [
      ...goods,
      ...goodsThat(index, (entry) => !test.starts(entry) && [entry, entry.aliases, entry.kind].some(test.holds), false),
    ];
  return [...coded, ...best(goods, limit)].slice(0, limit);
}

function codesThat(index: ProductIndex, kind: (typeof kindsWithCodes)[number], test: Test): Scored[] {
  const found: Scored[] = [];
  for (const { name, folded, short, code, within, uses, spelling } of index.columns.books[kind].entries) {
    if (uses === 0 || name === '') continue;
    const starts = test.starts({ folded, spelling }) || (kind === 'category' && test.synonyms.includes(folded));
    const holds = starts || (!(kind === 'supplier' && test.isShort) && test.holds({ folded: short, spelling }));
    if (!holds) continue;
    found.push({ kind, text: name, code, within, count: uses, starts });
  }
  return found;
}

function goodsThat(index: ProductIndex, passes: (entry: NameEntry) => boolean, starts: boolean): Scored[] {
  const found = new Map<string, Scored>();
  for (const entry of index.names.byKey.values()) {
    if (!passes(entry)) continue;
    const same = found.get(entry.name);
    if (same === undefined)
      found.set(entry.name, { kind: 'product', text: entry.name, count: entry.slots.length, starts });
    else same.count += entry.slots.length;
  }
  return [...found.values()];
}

function best(found: Scored[], most: number): Scored[] {
  return found
    .sort((a, b) => Number(b.starts) - Number(a.starts) || b.count - a.count || a.text.length - b.text.length)
    .slice(0, most);
}

function shown({ kind, text, code, within, count }: Scored, wanted: Wanted): Suggestion {
  return {
    kind,
    text,
    ...(code === undefined ? {} : { code }),
    ...(within === undefined ? {} : { within }),
    count,
    highlights: highlight(text, wanted),
  };
}
