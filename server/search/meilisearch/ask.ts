import type { Meilisearch, MultiSearchQuery, SearchResponse } from '../../clients/meilisearch.ts';
import type { IndexedProduct } from './indexed-product.ts';

export type Question = Omit<MultiSearchQuery, 'indexUid'>;
export type Shown = Pick<IndexedProduct, 'id' | 'title' | 'words' | 'kindCode'>;
export type Answer = SearchResponse<Shown> & { totalHits: number };
/** Several questions in one request. */
export type Ask = (questions: Question[]) => Promise<Answer[]>;

export function askServer(server: Meilisearch, uid: string): Ask {
  return async (questions) => {
    if (questions.length === 0) return [];
    const queries = questions.map((question) => ({
      matchingStrategy: 'all' as const,
      // A page rather than a limit makes the total exact.
      ...(question.hitsPerPage === undefined && { hitsPerPage: 0, page: 1 }),
      ...question,
      indexUid: uid,
    }));
    const { results } = await server.multiSearch<{ queries: MultiSearchQuery[] }, Shown>({ queries });
    return results as unknown as Answer[];
  };
}

/** How many products each question finds. */
export async function countsOf(ask: Ask, questions: Question[]): Promise<number[]> {
  return (await ask(questions)).map(({ totalHits }) => totalHits);
}
