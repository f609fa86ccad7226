import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { findChromium } from '../../server/cli/bootstrap/chromium.mjs';
import { connectionOptions } from '../../server/cli/bootstrap/database-url.mjs';
import { startThrowAwayDatabase } from '../../server/cli/bootstrap/throw-away-database.mjs';
import { migrate } from '../../server/cli/migrate.ts';
import { databaseUrl, template } from './database.ts';

let stop: (() => Promise<void>) | null = null;

/**
 * Once before all tests of a run, whichever projects take part: a server to test on, the one of `npm test` or, when Vitest was
 * started by itself, one of our own; and on it the migrated template that the workers' databases are like.
 */
export async function setup(): Promise<void> {
  if (process.env.TEST_DATABASE_READY) return;
  if (!process.env.TEST_DATABASE_URL) {
    const server = await startThrowAwayDatabase(new AbortController().signal);
    process.env.TEST_DATABASE_URL = server.url;
    stop = server.stop;
  }
  process.env.CHROMIUM_PATH ||= findChromium() ?? '';
  await dropEarlierDatabases();
  await migrate(databaseUrl(template), () => {});
  process.env.TEST_DATABASE_READY = '1';
}

export async function teardown(): Promise<void> {
  await stop?.();
  stop = null;
}

async function dropEarlierDatabases(): Promise<void> {
  const connection = await createConnection(connectionOptions(process.env.TEST_DATABASE_URL ?? ''));
  const [rows] = await connection.query<RowDataPacket[]>("SHOW DATABASES LIKE 'market\\_test\\_%'");
  for (const row of rows) await connection.query('DROP DATABASE ??', [Object.values(row)[0]]);
  await connection.end();
}
