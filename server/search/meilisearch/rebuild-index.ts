import { nanoid } from 'nanoid';
import type { Index, Meilisearch } from '../../clients/meilisearch.ts';
import type { ProductDocument } from '../product-document.ts';
import { indexSettings } from './index-settings.ts';
import { type IndexedProduct, indexedProduct } from './indexed-product.ts';

/** A change that came while an index was being built, to be done to it once it is whole. */
export type Change = (index: Index<IndexedProduct>) => Promise<void>;

/**
 * Fills a new index from the source, counts it, does to it what changed meanwhile, swaps it into the name under which it is asked and
 * deletes the old one. When anything fails the new one is deleted and the old one stays.
 */
export async function rebuildIndex(
  server: Meilisearch,
  name: string,
  source: AsyncIterable<ProductDocument[]>,
  meanwhile: Change[],
): Promise<number> {
  const unfinished = `${name}_next_`;
  const uid = unfinished + nanoid(8).replace(/[^\w]/g, '_');
  await deleteLeftOver(server, unfinished);
  try {
    await done(server.createIndex(uid, { primaryKey: 'id' }));
    const next = server.index<IndexedProduct>(uid);
    await done(next.updateSettings(indexSettings));
    let sent = 0;
    for await (const documents of source) {
      await done(next.addDocuments(documents.map(indexedProduct)));
      sent += documents.length;
    }
    const { numberOfDocuments } = await next.getStats();
    if (numberOfDocuments !== sent)
      throw new Error(`${sent} products were sent to the search server, ${numberOfDocuments} are there`);
    // Until nothing was told during the last round, so that the swap misses nothing.
    let applied = 0;
    for (; applied < meanwhile.length; applied += 1) await meanwhile[applied]?.(next);
    await ensureIndex(server, name);
    await done(server.swapIndexes([{ indexes: [name, uid], rename: false }]));
    for (; applied < meanwhile.length; applied += 1) await meanwhile[applied]?.(server.index(name));
    return numberOfDocuments;
  } finally {
    await done(server.deleteIndex(uid)).catch(() => {});
  }
}

/** Of builders that were killed; only one builds at a time. */
async function deleteLeftOver(server: Meilisearch, prefix: string): Promise<void> {
  const { results } = await server.getRawIndexes({ limit: 1_000 });
  for (const { uid } of results) if (uid.startsWith(prefix)) await done(server.deleteIndex(uid));
}

async function ensureIndex(server: Meilisearch, name: string): Promise<void> {
  const made = await server.createIndex(name, { primaryKey: 'id' }).waitTask();
  if (made.status === 'failed' && made.error?.code !== 'index_already_exists') throw new Error(made.error?.message);
}

/** Waits for a task; throws what the server says when it failed. */
export async function done(task: ReturnType<Meilisearch['createIndex']>): Promise<void> {
  const { status, error } = await task.waitTask();
  if (status !== 'succeeded') throw new Error(`the search server's task ${status}: ${error?.message ?? ''}`);
}
