import type { Suggestion } from './engine.ts';
import type { SearchParts } from './search-products.ts';

const MOST = 8;

/** Products, categories, places and suppliers that begin with what was typed; none while the engine is down, since one can still type on. */
export async function suggest(
  { search, log }: Pick<SearchParts, 'search' | 'log'>,
  words: string,
  limit = MOST,
): Promise<Suggestion[]> {
  const prefix = words.trim().slice(0, 64);
  if (prefix === '' || !search.ready()) return [];
  try {
    return await search.suggest(prefix, limit);
  } catch (error) {
    log.warn({ err: error }, 'suggestions failed');
    return [];
  }
}
