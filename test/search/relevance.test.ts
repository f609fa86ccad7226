import { beforeAll, describe, expect, it } from 'vitest';
import { loadDemonstration } from '../../server/cli/load-demo.ts';
import { createMeilisearch } from '../../server/clients/meilisearch.ts';
import { connect } from '../../server/db/client.ts';
import { createEmbeddedEngine } from '../../server/search/embedded/embedded-engine.ts';
import type { SearchEngine } from '../../server/search/engine.ts';
import { createMeilisearchEngine } from '../../server/search/meilisearch/meilisearch-engine.ts';
import { testDatabase } from '../setup/database.ts';
import { type JudgedDocument, judge, judgedQueries, scoresByKind } from './judge.ts';
import { judgedDocuments } from './judged-documents.ts';

const LEAST_OF_ALL = 0.95;
const LEAST_OF_A_KIND = 0.9;

const url = process.env.MEILI_URL;
const uid = `judged_${process.pid}`;
const engines: [string, () => SearchEngine][] = [
  ['embedded', createEmbeddedEngine],
  ...(url
    ? [
        ['Meilisearch', () => createMeilisearchEngine(createMeilisearch({ url }), { uid })] as [
          string,
          () => SearchEngine,
        ],
      ]
    : []),
];

describe('the judged queries over the demonstration', () => {
  let documents: JudgedDocument[];

  beforeAll(async () => {
    const database = await testDatabase();
    await loadDemonstration(database, () => {});
    const db = connect(database, { pool: 2 });
    documents = await judgedDocuments(db);
    await db.$disconnect();
  }, 120_000);

  it.each(engines)('are answered well by the engine %s, of every kind', async (_name, create) => {
    const engine = create();
    async function* all() {
      yield documents;
    }
    await engine.rebuild(all());
    const { all: overall, ...kinds } = scoresByKind(await judge(engine, documents, judgedQueries));
    if (url && engine.name === 'meilisearch') await createMeilisearch({ url }).writing.deleteIndexIfExists(uid);
    expect(overall?.ndcg).toBeGreaterThanOrEqual(LEAST_OF_ALL);
    for (const [kind, { ndcg }] of Object.entries(kinds)) expect(ndcg, kind).toBeGreaterThanOrEqual(LEAST_OF_A_KIND);
  });
});
