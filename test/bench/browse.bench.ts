import autocannon from 'autocannon';
import express from 'express';
import { createApp } from '../../server/app.ts';
import { loadDemonstration } from '../../server/cli/load-demo.ts';
import { readConfig } from '../../server/config.ts';
import { createContainer } from '../../server/container.ts';
import { reindexProducts } from '../../server/search/index-products.ts';
import { dayOf } from '../../server/shared/days.ts';
import { benchDatabase } from './harness.ts';
import { listen, type Served } from './served.ts';

const WIDTH = 16;
const SECONDS = 5;

/** Home, list, search and product pages over HTTP, 16 at once, each beside an Express route that sends a string of the same length. */
export async function bench() {
  const { url, close } = await benchDatabase();
  await loadDemonstration(url, () => {});
  const statements: string[] = [];
  const config = readConfig({ NODE_ENV: 'test', DATABASE_URL: url, RATE_LIMIT: '0', LOG_LEVEL: 'fatal' });
  const container = await createContainer(config, { onQuery: (sql) => statements.push(sql) });
  await reindexProducts(container.db, container.search, dayOf(container.clock()));
  const market = await listen(createApp(container));
  const figures: Record<string, Record<string, string | number>> = {};
  const first = await container.db.product.findFirstOrThrow({ where: { state: 'on_sale' }, orderBy: { sold: 'desc' } });
  for (const [name, path] of pagesOf(first.id)) {
    const warm = await fetch(market.origin + path);
    const page = await warm.text();
    if (warm.status !== 200) throw new Error(`${path} answered ${warm.status}`);
    await autocannon({ url: market.origin + path, connections: WIDTH, duration: 1 });
    statements.length = 0;
    await (await fetch(market.origin + path)).text();
    const queries = statements.length;
    const limit = await measured(await plainRoute(page), '/');
    const rate = await measured(market, path, false);
    figures[name] = {
      ...rate,
      queries,
      kB: Math.round(page.length / 1024),
      'plain route': limit.perSecond,
      share: `${Math.round((rate.perSecond / limit.perSecond) * 100)}%`,
    };
  }
  market.stop();
  await container.close();
  await close();
  figures.memory = { perSecond: '', p50Ms: '', p99Ms: '', rssMB: Math.round(process.memoryUsage.rss() / 1_048_576) };
  return figures;
}

const pagesOf = (productId: number): [string, string][] => [
  ['home', '/'],
  ['list', '/products'],
  ['category, sorted', '/products?category=tea&sort=price'],
  ['search 贡米', `/products?q=${encodeURIComponent('贡米')}`],
  ['search gongmi', '/products?q=gongmi'],
  ['suggestions', `/suggestions?q=${encodeURIComponent('山地')}`],
  ['product', `/products/${productId}`],
  ['API list', '/api/v1/products?perPage=24'],
];

/** The most that Express does on this machine now: a string of the page's length. */
function plainRoute(page: string): Promise<Served> {
  const app = express();
  app.disable('x-powered-by');
  app.get('/', (_req, res) => void res.type('html').send(page));
  return listen(app);
}

async function measured(served: Served, path: string, stop = true) {
  const result = await autocannon({ url: served.origin + path, connections: WIDTH, duration: SECONDS });
  if (result.non2xx + result.errors > 0)
    throw new Error(`${path}: ${result.non2xx} answers were not 2xx, ${result.errors} failed`);
  if (stop) served.stop();
  return { perSecond: Math.round(result.requests.average), p50Ms: result.latency.p50, p99Ms: result.latency.p99 };
}
