import { afterAll, describe, expect, it } from 'vitest';
import { createMeilisearch } from '../../server/clients/meilisearch.ts';
import { createMeilisearchEngine } from '../../server/search/meilisearch/meilisearch-engine.ts';
import { aProduct } from './a-product.ts';
import { describeSearchEngine } from './engine-contract.ts';

const url = process.env.MEILI_URL;
const NOWHERE = 'http://127.0.0.1:1';

describe.skipIf(!url)('a Meilisearch server', () => {
  const server = createMeilisearch({ url: url ?? NOWHERE, apiKey: process.env.MEILI_API_KEY });
  const uid = `test_${process.pid}`;
  const indexes = async () =>
    (await server.writing.getRawIndexes({ limit: 1_000 })).results
      .map((index) => index.uid)
      .filter((name) => name.startsWith(uid));

  afterAll(async () => {
    for (const name of await indexes()) await server.writing.deleteIndexIfExists(name);
  });

  describeSearchEngine('Meilisearch', async () => createMeilisearchEngine(server, { uid }));

  it('leaves no half-built index behind, neither after a rebuild nor after one that failed', async () => {
    const engine = createMeilisearchEngine(server, { uid });
    await server.writing.createIndex(`${uid}_next_killed`, { primaryKey: 'id' }).waitTask();
    await engine.rebuild(inOne([aProduct({ name: '贡米' })]));
    async function* broken() {
      yield [aProduct({ name: '白茶' })];
      throw new Error('connection lost');
    }
    await expect(engine.rebuild(broken())).rejects.toThrow('connection lost');
    expect(await indexes()).toEqual([uid]);
  });

  it('is given only what differs from what is there, since most changes leave a stock above nothing', async () => {
    const engine = createMeilisearchEngine(server, { uid });
    const rice = aProduct({ id: 5, name: '贡米' });
    await engine.rebuild(inOne([rice, aProduct({ id: 6, name: '白茶' })]));
    const written = async () =>
      (await server.writing.tasks.getTasks({ indexUids: [uid], types: ['documentAdditionOrUpdate'] })).results.length;
    const before = await written();
    await engine.replace([rice]);
    expect(await written()).toBe(before);
    await engine.replace([rice, aProduct({ id: 6, name: '白茶', priceFen: 7_700 })]);
    expect(await written()).toBe(before + 1);
    expect((await engine.search({ q: '白茶', minPriceFen: 7_700, maxPriceFen: 7_700 })).ids).toEqual([6]);
  });

  it('is ready for a process that starts later, since the index stays with the server', async () => {
    const engine = createMeilisearchEngine(server, { uid });
    await engine.rebuild(inOne([aProduct({ id: 77, name: '贡米' })]));
    const later = createMeilisearchEngine(server, { uid });
    expect(later.ready()).toBe(false);
    await later.refresh();
    expect(later.ready()).toBe(true);
    expect((await later.search({ q: 'gongmi' })).ids).toEqual([77]);
  });
});

describe('without a Meilisearch server', () => {
  it('the engine says so and is not ready', async () => {
    const engine = createMeilisearchEngine(createMeilisearch({ url: NOWHERE }));
    await engine.refresh();
    expect(engine.ready()).toBe(false);
    expect(await engine.health()).toMatchObject({ ok: false });
    await expect(engine.search({ q: '贡米' })).rejects.toThrow();
    await expect(engine.replace([aProduct({ name: '贡米' })])).rejects.toThrow();
    await expect(engine.remove([1])).rejects.toThrow();
  });
});

async function* inOne(documents: ReturnType<typeof aProduct>[]) {
  yield documents;
}
