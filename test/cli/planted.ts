import { expect } from 'vitest';
import { differences } from '../quotas/declared.ts';
import type { Market } from '../quotas/market.ts';

/** A fault put into a market's books, by a statement that the table is restored from afterwards. */
export interface Planted {
  table: string;
  where: string;
  fault: string;
  /** what reconciling must say of it */
  says: RegExp;
}

/** Plants a fault, expects reconciling to tell it, and takes it out again, after which nothing is told. */
export async function expectFound(market: Market, { table, where, fault, says }: Planted): Promise<void> {
  const run = (sql: string) => market.app.db.$executeRawUnsafe(sql);
  await run('DROP TABLE IF EXISTS kept');
  await run(`CREATE TABLE kept AS SELECT * FROM ${table} WHERE ${where}`);
  try {
    expect(await run(fault)).toBeGreaterThan(0);
    expect((await differences(market)).filter((line) => says.test(line))).not.toEqual([]);
  } finally {
    const back = [`DELETE FROM ${table} WHERE ${where}`, `INSERT INTO ${table} SELECT * FROM kept`, 'DROP TABLE kept'];
    await restore(market, back);
  }
  expect(await differences(market)).toEqual([]);
}

/** In one session, since rows that others refer to come and go. */
async function restore(market: Market, statements: readonly string[]): Promise<void> {
  await market.app.db.$transaction(async (tx) => {
    await tx.$executeRawUnsafe('SET foreign_key_checks = 0');
    for (const statement of statements) await tx.$executeRawUnsafe(statement);
    await tx.$executeRawUnsafe('SET foreign_key_checks = 1');
  });
}
