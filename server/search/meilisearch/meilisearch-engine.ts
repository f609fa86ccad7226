import type { Index, Meilisearch, SearchServer } from '../../clients/meilisearch.ts';
import type { SearchEngine, SearchHealth } from '../engine.ts';
import type { ProductDocument } from '../product-document.ts';
import { askServer } from './ask.ts';
import { findProducts } from './find-products.ts';
import { type IndexedProduct, indexedProduct } from './indexed-product.ts';
import { type Change, done, rebuildIndex } from './rebuild-index.ts';
import { suggestWords } from './suggest-words.ts';

/** The engine of a Meilisearch server, which all processes share; `uid` is the index that answers, another one is swapped into its name. It is ready when the server answers and has that index. */
export function createMeilisearchEngine(
  { asking, writing }: SearchServer,
  { uid = 'products', now = Date.now }: { uid?: string; now?: () => number } = {},
): SearchEngine {
  const ask = askServer(asking, uid);
  const index = writing.index<IndexedProduct>(uid);
  let isReady = false;
  let builtAt: Date | null = null;
  let building: Change[] | undefined;
  let rebuilding: Promise<unknown> = Promise.resolve();

  /** Throws while the server is away, so that the change is told again; one that is being built remembers it. */
  async function change(apply: Change): Promise<void> {
    building?.push(apply);
    if (isReady) await apply(index);
    else if (!building) throw new Error('the search server has no index that answers');
  }

  async function rebuild(source: AsyncIterable<ProductDocument[]>): Promise<{ count: number }> {
    building = [];
    try {
      const count = await rebuildIndex(writing, uid, source, building);
      builtAt = new Date(now());
      isReady = true;
      return { count };
    } finally {
      building = undefined;
    }
  }

  /** A server that fails or is slow is left alone until it is looked at again, so that not every buyer waits for it. */
  async function untilItFails<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      isReady = false;
      throw error;
    }
  }

  async function health(): Promise<SearchHealth> {
    try {
      const { numberOfDocuments } = await index.getStats();
      return { ok: isReady, documents: numberOfDocuments, builtAt };
    } catch (error) {
      return { ok: false, documents: 0, builtAt, detail: String(error) };
    }
  }

  return {
    name: 'meilisearch',
    ready: () => isReady,
    search: (query) => untilItFails(findProducts(ask, query)),
    suggest: (prefix, limit) => untilItFails(suggestWords(ask, prefix, limit)),
    replace: (documents) => change((to) => put(to, documents)),
    remove: (ids) => change((from) => drop(from, ids)),
    rebuild(source) {
      const result = rebuilding.then(() => rebuild(source));
      rebuilding = result.catch(() => undefined);
      return result;
    },
    health,
    refresh: async () => {
      isReady = (await asking.isHealthy()) && (await hasIndex(asking, uid));
    },
  };
}

async function put(index: Index<IndexedProduct>, documents: readonly ProductDocument[]): Promise<void> {
  const products = documents.map(indexedProduct);
  const there = await index.getDocuments<Pick<IndexedProduct, 'print'>>({
    ids: products.map(({ id }) => id),
    fields: ['print'],
    limit: products.length,
  });
  const prints = new Set(there.results.map(({ print }) => print));
  const changed = products.filter(({ print }) => !prints.has(print));
  if (changed.length > 0) await done(index.addDocuments(changed));
}

async function drop(index: Index<IndexedProduct>, ids: readonly number[]): Promise<void> {
  await done(index.deleteDocuments([...ids]));
}

async function hasIndex(server: Meilisearch, name: string): Promise<boolean> {
  const { results } = await server.getRawIndexes({ limit: 1_000 });
  return results.some(({ uid }) => uid === name);
}
