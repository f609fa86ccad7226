import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { noteChangedProducts } from '../../server/catalog/product-changed.ts';
import { createMeilisearch } from '../../server/clients/meilisearch.ts';
import { connect, type PrismaClient } from '../../server/db/client.ts';
import { runOutbox } from '../../server/jobs/outbox.ts';
import { createEmbeddedEngine } from '../../server/search/embedded/embedded-engine.ts';
import type { SearchEngine } from '../../server/search/engine.ts';
import { createMeilisearchEngine } from '../../server/search/meilisearch/meilisearch-engine.ts';
import { askForReindex, searchHandlers } from '../../server/search/search-changes.ts';
import { followSharedIndex } from '../../server/search/shared-index.ts';
import { testDatabase } from '../setup/database.ts';
import { aProduct } from '../world/products.ts';
import { makeWorld, type World } from '../world/world.ts';

const log = pino({ level: 'silent' });
const url = process.env.MEILI_URL;
const uid = `shared_${process.pid}`;

/** An engine as each process has one of its own, all over one index. */
const engines: [string, () => SearchEngine][] = [
  ['an engine in memory, as every process would reach it', once(createEmbeddedEngine)],
  ...(url
    ? [
        ['Meilisearch', () => createMeilisearchEngine(createMeilisearch({ url }), { uid })] as [
          string,
          () => SearchEngine,
        ],
      ]
    : []),
];

function once(create: () => SearchEngine): () => SearchEngine {
  let only: SearchEngine | undefined;
  return () => {
    only ??= create();
    return only;
  };
}

describe.each(engines)('an index that processes share: %s', (_name, engineOfProcess) => {
  let db: PrismaClient;
  let world: World;
  let now = new Date('2026-06-15T04:00:00Z');
  const running: { stop: () => Promise<void> }[] = [];
  const search = engineOfProcess();

  beforeAll(async () => {
    db = connect(await testDatabase(), { pool: 6 });
    world = await makeWorld(db, { now });
    start((stopped) => runOutbox(db, searchHandlers({ db }), log, stopped));
  });
  afterEach(async () => {
    while (running.length > 1) await running.pop()?.stop();
  });
  afterAll(async () => {
    while (running.length > 0) await running.pop()?.stop();
    await db.$disconnect();
    if (url) await createMeilisearch({ url }).writing.deleteIndexIfExists(uid);
  });

  function start(work: (stopped: AbortSignal) => Promise<void>) {
    const stopping = new AbortController();
    const done = work(stopping.signal);
    const process = {
      stop: async () => {
        stopping.abort();
        await done;
      },
    };
    running.push(process);
    return process;
  }
  const follow = (mayKeep: boolean) =>
    start((stopped) => followSharedIndex({ db, search: engineOfProcess(), clock: () => now, log }, stopped, mayKeep));
  const found = async (q: string) => (search.ready() ? (await search.search({ q })).ids : []);
  const eventually = (read: () => Promise<unknown>) => expect.poll(read, { timeout: 20_000, interval: 50 });
  const change = (...products: { id: number }[]) =>
    db.$transaction((tx) =>
      noteChangedProducts(
        tx,
        products.map(({ id }) => id),
      ),
    );
  const builds = () => db.setting.findUnique({ where: { key: 'search.built' } });

  it('is built by a worker, never by a process that only serves', async () => {
    follow(false);
    await sleep(1_500);
    expect(search.ready()).toBe(false);
    follow(true);
    await eventually(async () => {
      await search.refresh();
      return found('贡米');
    }).toContain(world.products.rice.id);
  });

  it('shows a new product within a second, and after its keeper stopped another goes on', async () => {
    await search.refresh();
    const first = follow(true);
    await sleep(300);
    follow(true);
    const fresh = await aProduct(db, {
      supplier: world.suppliers.lianghe,
      category: world.categories.tea,
      name: '晨雾毛峰',
    });
    const started = Date.now();
    await change(fresh);
    await eventually(() => found('晨雾毛峰')).toContain(fresh.id);
    console.log(`visible after ${Date.now() - started} ms`);

    await first.stop();
    await db.product.update({ where: { id: fresh.id }, data: { state: 'off_sale' } });
    await change(fresh);
    await eventually(() => found('晨雾毛峰')).not.toContain(fresh.id);
  });

  it('gets what changed while its server was away, as soon as that is back', async () => {
    const inner = engineOfProcess();
    let isAway = false;
    const failing = async () => {
      throw new Error('connection refused');
    };
    const search: SearchEngine = {
      ...inner,
      ready: () => !isAway && inner.ready(),
      replace: (documents) => (isAway ? failing() : inner.replace(documents)),
      remove: (ids) => (isAway ? failing() : inner.remove(ids)),
    };
    await search.refresh();
    start((stopped) => followSharedIndex({ db, search, clock: () => now, log }, stopped, true));
    const seen = () => db.setting.findUnique({ where: { key: 'search.changes' } });
    const told = (await seen())?.value;
    isAway = true;
    const missed = await aProduct(db, {
      supplier: world.suppliers.lianghe,
      category: world.categories.tea,
      name: '雨前龙珠',
    });
    await change(missed);
    await eventually(async () => (await seen())?.value).not.toBe(told);
    await sleep(1_500);
    expect(await found('雨前龙珠')).toEqual([]);
    isAway = false;
    await eventually(() => found('雨前龙珠')).toContain(missed.id);
  });

  it('is built anew when that is asked for and when a day begins, and loses no change meanwhile', async () => {
    await search.refresh();
    follow(true);
    await eventually(async () => (await builds())?.value).toContain('2026-06-15');
    const before = (await builds())?.value;
    await askForReindex(db);
    const late = await aProduct(db, {
      supplier: world.suppliers.lianghe,
      category: world.categories.tea,
      name: '云雾银针',
    });
    await change(late);
    await eventually(() => found('云雾银针')).toContain(late.id);
    await eventually(async () => (await builds())?.value).not.toBe(before);
    expect(await found('云雾银针')).toContain(late.id);

    now = new Date('2026-06-15T16:00:01Z');
    await eventually(async () => (await builds())?.value).toContain('2026-06-16');
  });
});
