import { performance } from 'node:perf_hooks';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { createMeilisearch } from '../../server/clients/meilisearch.ts';
import { createEmbeddedEngine } from '../../server/search/embedded/embedded-engine.ts';
import type { ProductQuery, SearchEngine } from '../../server/search/engine.ts';
import { createMeilisearchEngine } from '../../server/search/meilisearch/meilisearch-engine.ts';
import { madeUpProduct, madeUpProducts } from '../search/made-up-products.ts';
import { atOnce, percentiles } from './harness.ts';
import { visibleWhileOrdering } from './visible-while-ordering.ts';

const WIDTH = 16;
const SECONDS = Number(process.env.BENCH_SECONDS ?? 4);
const SIZES = (process.env.BENCH_PRODUCTS ?? '10000,100000').split(',').map(Number);
const MEGABYTE = 1_048_576;

/** As people ask, each again and again with other filters and pages: words, pinyin, slips, places, weights, nothing at all. */
const words = [
  '贡米',
  '土鸡',
  'gongmi',
  '秀山大米',
  '白查',
  'xiangu',
  '高山',
  '10斤大米',
  '凉河村',
  '蜂蜜',
  'hetao',
  '食堂装腊肉',
  '',
  '有机香菇',
  '武隆',
  '茶',
];
const filters: ProductQuery[] = [
  {},
  { place: ['xiushan'] },
  { inStock: true },
  { category: ['贡米', '白茶'] },
  { maxPriceFen: 20_000 },
  { sort: 'price' },
  { page: 3 },
];
const prefixes = ['贡', '白茶', 'gong', 'xg', '凉河', '农业', '高山红', 'huang', '土', 'sdj'];

/**
 * Searches with facets and suggestions, 16 at once, over made-up products, beside a plain look through all names in the same run; how long
 * building takes, what it weighs, the longest that one search holds the process; and how soon a change is found while 50 orders a second are placed.
 * BENCH_PRODUCTS: sizes (10000,100000).
 */
export async function bench() {
  const figures: Record<string, Record<string, string | number>> = {};
  for (const size of SIZES)
    for (const create of engines()) {
      const engine = create();
      const before = memoryNow();
      const started = performance.now();
      await engine.rebuild(madeUpProducts(size));
      const builtMs = performance.now() - started;
      const megabytes = engine.name === 'embedded' ? Math.round((memoryNow() - before) / MEGABYTE) : 'on its server';
      const name = `${engine.name}, ${size}`;
      figures[`${name}: built`] = { seconds: tenths(builtMs / 1000), MB: megabytes };
      const searches = await atOnce(WIDTH, SECONDS, (turn) => engine.search(queryAt(turn)));
      const names = Array.from({ length: size }, (_, at) => madeUpProduct(at + 1).name);
      const looks = await atOnce(WIDTH, SECONDS, async (turn) => {
        lookThrough(names, words[turn % words.length] ?? '');
        await nextTurn();
      });
      figures[`${name}: search with facets`] = {
        ...searches,
        share: `${Math.round((searches.perSecond / looks.perSecond) * 100)}% of a look through the names`,
      };
      figures[`${name}: suggestions`] = {
        ...(await atOnce(WIDTH, SECONDS, (turn) => engine.suggest(prefixes[turn % prefixes.length] ?? '', 8))),
      };
      if (engine.name === 'embedded') figures[`${name}: holds the process`] = await longestTurn(engine, size);
      console.table(Object.fromEntries(Object.entries(figures).filter(([of]) => of.startsWith(name))));
    }
  for (const create of engines()) {
    const engine = create();
    figures[`${engine.name}: visible while 50 orders a second are placed`] = await visibleWhileOrdering(engine);
  }
  return figures;
}

function engines(): (() => SearchEngine)[] {
  const url = process.env.MEILI_URL;
  if (!url) console.log('MEILI_URL is not set: Meilisearch was not measured.');
  const meilisearch = (server: string) => () =>
    createMeilisearchEngine(createMeilisearch({ url: server, apiKey: process.env.MEILI_API_KEY }), {
      uid: 'search_bench',
    });
  return [createEmbeddedEngine, ...(url ? [meilisearch(url)] : [])];
}

const queryAt = (turn: number): ProductQuery => ({
  q: words[turn % words.length],
  ...filters[Math.floor(turn / words.length) % filters.length],
});

/** The least that finding a word can cost without an index. */
function lookThrough(names: readonly string[], word: string): number {
  return names.reduce((found, name) => found + Number(name.includes(word)), 0);
}

/** One at a time, with a change before each so that nothing is remembered: a search runs without a break. In the process's own time, which other processes do not stretch. */
async function longestTurn(engine: SearchEngine, size: number) {
  const took: number[] = [];
  for (let turn = 0; turn < words.length * filters.length; turn += 1) {
    await engine.replace([madeUpProduct((turn * 37) % size || 1)]);
    await sleep(0);
    const before = process.cpuUsage();
    await engine.search(queryAt(turn));
    const { user, system } = process.cpuUsage(before);
    took.push((user + system) / 1000);
  }
  const { p50, p99 } = percentiles(took);
  return { p50Ms: p50, p99Ms: p99, longestMs: tenths(Math.max(...took)) };
}

function memoryNow(): number {
  globalThis.gc?.();
  return process.memoryUsage().rss;
}

const tenths = (number: number) => Math.round(number * 10) / 10;
