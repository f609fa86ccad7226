import { performance } from 'node:perf_hooks';
import express from 'express';
import { createPool, type Pool } from 'mysql2/promise';
import { seedMarket } from '../../server/cli/seed/seed-market.ts';
import { addDays, dayOf } from '../../server/shared/days.ts';
import { makeTestApp, signInAs, type TestApp } from '../setup/app.ts';
import { benchDatabase, percentiles } from './harness.ts';
import { listen, type Served } from './served.ts';

const SMALL = 10_000;
const TIMES = 10;
const REQUESTS = Number(process.env.BENCH_REQUESTS ?? 120);
const PASSWORD = 'bangfu2026';

/**
 * The board over HTTP in a market and in one ten times as large, asked for in turn so that what else the machine does slows both.
 * BENCH_SMALL_URL and BENCH_LARGE_URL name two seeded databases (`npm run seed -- --scale 100000` and 1000000); without them it seeds
 * BENCH_SCALE members (10,000) and ten times as many on a server of its own. Beside each page: an Express route that sends a string of
 * its length, and the sums of the whole programme straight on mysql2.
 */
export async function bench() {
  const { urls, close } = await markets();
  const small = await open(urls.small);
  const large = await open(urls.large);
  const figures: Record<string, Record<string, string | number>> = {
    members: { small: await members(small), large: await members(large) },
    entries: { small: await entries(small), large: await entries(large) },
  };
  for (const [name, path] of pages(dayOf(new Date()))) {
    const plain = { small: await plainRoute(await small.get(path)), large: await plainRoute(await large.get(path)) };
    const took = await inTurn({
      small: () => small.get(path),
      large: () => large.get(path),
      plainSmall: () => plain.small.get(),
      plainLarge: () => plain.large.get(),
    });
    for (const served of Object.values(plain)) served.stop();
    figures[name] = {
      'small p50': took.small.p50,
      'small p99': took.small.p99,
      'large p50': took.large.p50,
      'large p99': took.large.p99,
      'ratio p50': ratio(took.large.p50, took.small.p50),
      'ratio p99': ratio(took.large.p99, took.small.p99),
      'plain small p50': took.plainSmall.p50,
      'plain large p50': took.plainLarge.p50,
    };
  }
  const sums = await inTurn({ small: () => bareSums(small.pool), large: () => bareSums(large.pool) });
  figures['its sums on mysql2'] = {
    ...{ 'small p50': sums.small.p50, 'small p99': sums.small.p99 },
    ...{ 'large p50': sums.large.p50, 'large p99': sums.large.p99 },
    'ratio p50': ratio(sums.large.p50, sums.small.p50),
  };
  await small.close();
  await large.close();
  await close();
  return figures;
}

function pages(today: string): [string, string][] {
  const board = `/board?programme=wulong-${today.slice(0, 4)}`;
  const past = addDays(today, -70);
  const home = `/board?programme=yongdong-${today.slice(0, 4)}`;
  return [
    ['board', board],
    ['board, by category', `${board}&by=category`],
    ['board, by village', `${board}&by=village`],
    [`board at ${past}`, `${board}&at=${past}`],
    ['board with targets by category', home],
    [`the same at ${past}`, `${home}&at=${past}`],
  ];
}

async function markets() {
  const given = { small: process.env.BENCH_SMALL_URL, large: process.env.BENCH_LARGE_URL };
  if (given.small && given.large) return { urls: { small: given.small, large: given.large }, close: async () => {} };
  const { url, close } = await benchDatabase();
  const scale = Number(process.env.BENCH_SCALE ?? SMALL);
  const urls = { small: `${url}_small`, large: `${url}_large` };
  const tell = (line: string) => console.error(line);
  await seedMarket(urls.small, { members: scale, products: 5000 }, new Date(), tell);
  await seedMarket(urls.large, { members: scale * TIMES, products: 5000 }, new Date(), tell);
  return { urls, close };
}

interface Opened {
  app: TestApp;
  pool: Pool;
  get: (path: string) => Promise<string>;
  close: () => Promise<void>;
}

async function open(databaseUrl: string): Promise<Opened> {
  const app = await makeTestApp({ databaseUrl });
  const agent = await signInAs(app.visitor(), 'operator', PASSWORD);
  const pool = createPool({ uri: databaseUrl, connectionLimit: 2, timezone: 'Z' });
  return {
    app,
    pool,
    get: async (path) => {
      const answer = await agent.get(path);
      if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}`);
      return answer.text;
    },
    close: async () => {
      await pool.end();
      await app.close();
    },
  };
}

const members = ({ app }: Opened) => app.db.user.count();
const entries = ({ app }: Opened) => app.db.tallyEntry.count();

async function plainRoute(page: string): Promise<Served & { get: () => Promise<string> }> {
  const app = express();
  app.get('/', (_req, res) => void res.type('html').send(page));
  const served = await listen(app);
  return { ...served, get: async () => (await fetch(served.origin)).text() };
}

/** The least that a board reads: the months of every unit. */
function bareSums(pool: Pool): Promise<unknown> {
  return pool.query(
    `SELECT lineageId, period, SUM(placedFen), SUM(placedGrams), SUM(countedFen), SUM(countedGrams) FROM tally_sum
     WHERE programmeId = (SELECT MIN(id) FROM programme WHERE code LIKE 'wulong-%') AND cut = 'unit' AND grain = 'month' GROUP BY lineageId, period`,
  );
}

/** Every lane once, then every lane again: milliseconds of each. The first rounds, in which caches fill, are left out. */
async function inTurn<K extends string>(lanes: Record<K, () => Promise<unknown>>) {
  const took = Object.fromEntries(Object.keys(lanes).map((name) => [name, [] as number[]])) as Record<K, number[]>;
  for (let round = -4; round < REQUESTS; round += 1)
    for (const name in lanes) {
      const from = performance.now();
      await lanes[name]();
      if (round >= 0) took[name].push(performance.now() - from);
    }
  return Object.fromEntries(
    Object.entries<number[]>(took).map(([name, times]) => [name, percentiles(times)]),
  ) as Record<K, ReturnType<typeof percentiles>>;
}

function ratio(a: number, b: number): number {
  return Math.round((a / b) * 100) / 100;
}
