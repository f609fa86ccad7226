import { performance } from 'node:perf_hooks';
import { startThrowAwayDatabase } from '../../server/cli/bootstrap/throw-away-database.mjs';
import { migrate } from '../../server/cli/migrate.ts';

/** The url of an empty migrated database: on BENCH_DATABASE_URL's server, else on a throw-away one that `close` removes. */
export async function benchDatabase(): Promise<{ url: string; close: () => Promise<void> }> {
  const given = process.env.BENCH_DATABASE_URL;
  const server = given
    ? { url: given, stop: async () => {} }
    : await startThrowAwayDatabase(new AbortController().signal);
  const url = new URL(server.url);
  url.pathname = `/market_bench_${process.pid}`;
  await migrate(url.href, () => {});
  return { url: url.href, close: server.stop };
}

export interface Rate {
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  done: number;
}

/** Keeps `width` calls of `work` going for `seconds` and tells the rate. The first fault ends it. */
export async function atOnce(width: number, seconds: number, work: (turn: number) => Promise<unknown>): Promise<Rate> {
  const took: number[] = [];
  let turn = 0;
  const started = performance.now();
  const end = started + seconds * 1000;
  const lane = async () => {
    while (performance.now() < end) {
      turn += 1;
      const from = performance.now();
      await work(turn);
      took.push(performance.now() - from);
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
  const elapsed = (performance.now() - started) / 1000;
  return rateOf(took, elapsed);
}

function rateOf(took: number[], elapsed: number): Rate {
  const { p50, p99 } = percentiles(took);
  return { perSecond: Math.round(took.length / elapsed), p50Ms: p50, p99Ms: p99, done: took.length };
}

/** The middle and the ninety-ninth of a hundred, to a tenth of a millisecond. */
export function percentiles(took: readonly number[]): { p50: number; p99: number } {
  const sorted = took.toSorted((a, b) => a - b);
  const at = (share: number) =>
    Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0) * 10) / 10;
  return { p50: at(0.5), p99: at(0.99) };
}

/** Rounds of several lanes in turn, A B A B, so that a machine that slows down slows all; the median rate of each. */
export async function inTurn<K extends string>(
  rounds: number,
  lanes: Record<K, () => Promise<Rate>>,
): Promise<Record<K, Rate>> {
  const seen = Object.fromEntries(Object.keys(lanes).map((name) => [name, [] as Rate[]])) as Record<K, Rate[]>;
  for (let round = 0; round < rounds; round += 1) for (const name in lanes) seen[name].push(await lanes[name]());
  return Object.fromEntries(
    Object.entries<Rate[]>(seen).map(([name, rates]) => [
      name,
      rates.toSorted((a, b) => a.perSecond - b.perSecond)[Math.floor(rates.length / 2)],
    ]),
  ) as Record<K, Rate>;
}
