import type { Suggestion } from '../engine.ts';
import { fold } from '../normalize-text.ts';
import { spell } from '../pinyin.ts';
import { shortPlaceName } from '../place-names.ts';
import { queryPieces } from '../query-pieces.ts';
import { best, readPrefix, type Scored, shown, type Test } from '../suggestion-tests.ts';
import type { Ask, Question } from './ask.ts';
import { queryWord, strictly } from './query-words.ts';

const kinds = { category: 'categoryEntries', place: 'placeEntries', supplier: 'supplierEntry' } as const;
type Counts = Record<string, Record<string, number>>;

/** Names of goods, categories, places and suppliers that go on from what was typed: counted by the server over what the typed finds. */
export async function suggestWords(ask: Ask, prefix: string, limit: number): Promise<Suggestion[]> {
  for (const { test, wanted, letters } of readPrefix(prefix).tries) {
    if (limit < 1) break;
    const words = queryPieces(letters ?? prefix).map(queryWord);
    const [answer] = await ask([counting(strictly(words))]);
    const found = collect(answer?.facetDistribution ?? {}, test, limit);
    if (found.length > 0) return found.map((entry) => shown(entry, wanted));
  }
  return [];
}

const counting = (question: Question): Question => ({ ...question, facets: ['title', ...Object.values(kinds)] });

/** Categories, places and suppliers at most a quarter each, goods the rest. */
function collect(counts: Counts, test: Test, limit: number): Scored[] {
  const share = Math.max(1, Math.floor(limit / 4));
  const coded = Object.entries(kinds).flatMap(([kind, attribute]) =>
    best(entriesThat(kind as keyof typeof kinds, counts[attribute] ?? {}, test), share),
  );
  return [...coded, ...best(goodsThat(counts.title ?? {}, test), limit)].slice(0, limit);
}

function entriesThat(kind: keyof typeof kinds, counts: Record<string, number>, test: Test): Scored[] {
  return Object.entries(counts).flatMap(([entry, count]): Scored[] => {
    const [code = '', text = '', within = ''] = entry.split('\t');
    const folded = fold(text);
    const short = kind === 'place' ? shortPlaceName(folded) : folded;
    const spelling = spell(folded.length - short.length > 3 ? [short] : [...new Set([folded, short])]);
    const starts = test.starts({ folded, spelling }) || (kind === 'category' && test.synonyms.includes(folded));
    if (!starts && ((kind === 'supplier' && test.isShort) || !test.holds({ folded: short, spelling }))) return [];
    return [{ kind, text, code, ...(within && { within }), count, starts }];
  });
}

/** What the words found is good, whether by its name or by another word for it. */
function goodsThat(counts: Record<string, number>, test: Test): Scored[] {
  return Object.entries(counts).map(([text, count]) => {
    const named = { folded: fold(text), spelling: spell([text]) };
    return { kind: 'product', text, count, starts: test.starts(named) };
  });
}
