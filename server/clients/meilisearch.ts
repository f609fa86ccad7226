import { Meilisearch } from 'meilisearch';

export type { EnqueuedTask, Index, MultiSearchQuery, SearchResponse, Settings } from 'meilisearch';
export type { Meilisearch };

const ASKING_MS = 1_000;
const WRITING_MS = 30_000;

export interface SearchServer {
  /** for buyers, who do not wait: a request fails after a second, and the catalogue browses the database */
  asking: Meilisearch;
  writing: Meilisearch;
}

/** A Meilisearch server by its URL. */
export function createMeilisearch(settings: { url: string; apiKey?: string }): SearchServer {
  return { asking: client(settings, ASKING_MS), writing: client(settings, WRITING_MS) };
}

function client({ url, apiKey }: { url: string; apiKey?: string }, timeout: number): Meilisearch {
  return new Meilisearch({
    host: url,
    apiKey,
    timeout,
    defaultWaitOptions: { timeout: 600_000, interval: 25 },
  });
}
