import { setImmediate as nextTurn } from 'node:timers/promises';
import type { SearchEngine } from '../engine.ts';
import type { ProductDocument } from '../product-document.ts';
import { createProductIndex, dropProduct, type ProductIndex, putProduct, searchProducts } from './product-index.ts';
import { suggest } from './suggest.ts';

type Change = (index: ProductIndex) => void;

const longestTurnMs = 8;

/**
 * The engine that needs no server: the whole index lives in this process, so each process of several has its own and must be told of
 * changes itself.
 */
export function createEmbeddedEngine(now: () => number = Date.now): SearchEngine {
  let current = createProductIndex();
  let builtAt: Date | null = null;
  let building: Change[] | undefined;
  let turn: Promise<unknown> = Promise.resolve();

  /** One writer after the other, each in short turns between which searches run. */
  function inTurn<T>(write: () => Promise<T>): Promise<T> {
    const result = turn.then(write);
    turn = result.catch(() => undefined);
    return result;
  }

  async function apply(changes: Change[]): Promise<void> {
    building?.push(...changes);
    await inShortTurns(changes, (change) => change(current));
  }

  async function rebuild(source: AsyncIterable<ProductDocument[]>): Promise<{ count: number }> {
    const next = createProductIndex();
    const meanwhile: Change[] = [];
    building = meanwhile;
    try {
      for await (const documents of source) {
        await inShortTurns(documents, (document) => putProduct(next, document));
      }
      // Looks again until nothing was told during the last turn, so that the swap misses nothing.
      for (let applied = 0; applied < meanwhile.length; ) {
        const told = meanwhile.slice(applied);
        await inShortTurns(told, (change) => change(next));
        applied += told.length;
      }
      current = next;
      builtAt = new Date(now());
      return { count: next.columns.slots.size };
    } finally {
      building = undefined;
    }
  }

  let rebuilding: Promise<unknown> = Promise.resolve();

  return {
    name: 'embedded',
    ready: () => builtAt !== null,
    refresh: async () => {},
    search: async (query) => searchProducts(current, query),
    suggest: async (prefix, limit) => suggest(current, prefix, limit),
    replace: (documents) => inTurn(() => apply(documents.map((document) => (index) => putProduct(index, document)))),
    remove: (ids) => inTurn(() => apply(ids.map((id) => (index) => dropProduct(index, id)))),
    rebuild(source) {
      const result = rebuilding.then(() => rebuild(source));
      rebuilding = result.catch(() => undefined);
      return result;
    },
    health: async () => ({ ok: builtAt !== null, documents: current.columns.slots.size, builtAt }),
  };
}

async function inShortTurns<T>(items: T[], work: (item: T) => void): Promise<void> {
  let startedAt = performance.now();
  for (const item of items) {
    work(item);
    if (performance.now() - startedAt < longestTurnMs) continue;
    await nextTurn();
    startedAt = performance.now();
  }
}
