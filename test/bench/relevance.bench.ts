import { loadDemonstration } from '../../server/cli/load-demo.ts';
import { createMeilisearch } from '../../server/clients/meilisearch.ts';
import { connect } from '../../server/db/client.ts';
import { createEmbeddedEngine } from '../../server/search/embedded/embedded-engine.ts';
import type { SearchEngine } from '../../server/search/engine.ts';
import { createMeilisearchEngine } from '../../server/search/meilisearch/meilisearch-engine.ts';
import { type JudgedDocument, type Judgement, judge, judgedQueries, scoresByKind } from '../search/judge.ts';
import { judgedDocuments } from '../search/judged-documents.ts';
import { benchDatabase } from './harness.ts';

/**
 * How well each engine answers the judged queries over the demonstration: nDCG@10 and recall@20 by kind of query. RELEVANCE_HELD=1 adds those
 * that are set aside; RELEVANCE_WORST=n names the n worst.
 */
export async function bench() {
  const { url, close } = await benchDatabase();
  await loadDemonstration(url, () => {});
  const db = connect(url, { pool: 1 });
  const documents = await judgedDocuments(db);
  const queries = judgedQueries.filter(({ held }) => !held || process.env.RELEVANCE_HELD);
  const figures: Record<string, Record<string, string | number>> = {};
  for (const engine of engines()) {
    await engine.rebuild(inOne(documents));
    const judgements = await judge(engine, documents, queries);
    for (const [kind, { queries: count, ndcg, recall }] of Object.entries(scoresByKind(judgements)))
      figures[`${engine.name}: ${kind}`] = { queries: count, 'nDCG@10': rounded(ndcg), 'recall@20': rounded(recall) };
    nameWorst(engine, judgements, documents, Number(process.env.RELEVANCE_WORST ?? 0));
  }
  await db.$disconnect();
  await close();
  return figures;
}

/** Both where `MEILI_URL` names a server; else the embedded one alone. */
function engines(): SearchEngine[] {
  const url = process.env.MEILI_URL;
  if (!url) console.log('MEILI_URL is not set: Meilisearch was not judged.');
  const meilisearch = (server: string) =>
    createMeilisearchEngine(createMeilisearch({ url: server, apiKey: process.env.MEILI_API_KEY }), {
      uid: 'relevance_bench',
    });
  return [createEmbeddedEngine(), ...(url ? [meilisearch(url)] : [])];
}

async function* inOne(documents: JudgedDocument[]) {
  yield documents;
}

const rounded = (share: number) => Math.round(share * 1000) / 1000;

function nameWorst(engine: SearchEngine, judgements: Judgement[], documents: JudgedDocument[], count: number): void {
  const codes = new Map(documents.map(({ id, code }) => [id, code]));
  const worst = judgements.toSorted((a, b) => a.ndcg + a.recall - b.ndcg - b.recall).slice(0, count);
  for (const { query, ndcg, recall, ids } of worst)
    console.log(
      `${engine.name} ${query.kind} “${query.q}” nDCG ${rounded(ndcg)} recall ${rounded(recall)}: ${ids.map((id) => codes.get(id)).join(' ')}`,
    );
}
