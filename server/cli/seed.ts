import { parseArgs } from 'node:util';
import { readDatabaseUrl } from '../config.ts';
import { explain, Problem, say } from './bootstrap/say.mjs';
import { FEWEST_MEMBERS, seedMarket } from './seed/seed-market.ts';

const USAGE = 'npm run seed -- --scale 100000 [--products 5000]';

/** `npm run seed -- --scale N [--products P]`: a made-up market of N members and 2·N orders over two years, for benchmarks. */
async function main(): Promise<void> {
  await seedMarket(readDatabaseUrl(), readWish(process.argv.slice(2)), new Date(), (line) => say('Seed', line));
}

function readWish(args: string[]): { members: number; products: number } {
  try {
    const { values } = parseArgs({ args, options: { scale: { type: 'string' }, products: { type: 'string' } } });
    return { members: wholeNumber(values.scale), products: wholeNumber(values.products ?? '5000') };
  } catch {
    throw new Problem(`Say how many members the market should have, ${FEWEST_MEMBERS} or more:`, [USAGE]);
  }
}

function wholeNumber(text: string | undefined): number {
  if (text === undefined || !/^[1-9]\d{0,7}$/.test(text)) throw new Error('no whole number');
  return Number(text);
}

try {
  await main();
} catch (error) {
  explain(error);
  process.exitCode = 1;
}
