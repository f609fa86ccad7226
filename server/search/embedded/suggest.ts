import type { Suggestion } from '../engine.ts';
import { remembered } from '../remembered.ts';
import { best, readPrefix, type Scored, shown, type Test } from '../suggestion-tests.ts';
import type { NameEntry } from './name-book.ts';
import type { ProductIndex } from './product-index.ts';

const kindsWithCodes = ['category', 'place', 'supplier'] as const;
const prefixesKept = 200;

/** Names of goods, categories, places and suppliers that go on from what was typed, in characters, pinyin or initials. */
export function suggest(index: ProductIndex, prefix: string, limit: number): Suggestion[] {
  const { typed, tries } = readPrefix(prefix);
  if (limit < 1) return [];
  return remembered(index.suggested, `${limit} ${typed}`, prefixesKept, () => {
    for (const { test, wanted } of tries) {
      const found = collect(index, test, limit);
      if (found.length > 0) return found.map((entry) => shown(entry, wanted));
    }
    return [];
  });
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
