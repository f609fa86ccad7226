import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise';
import { connectionOptions } from '../../server/cli/bootstrap/database-url.mjs';
import { migrate } from '../../server/cli/migrate.ts';

export const template = 'market_test_template';

/** The url of a database of this name on the tests' server. */
export function databaseUrl(name: string): string {
  const url = new URL(process.env.TEST_DATABASE_URL ?? 'mysql://TEST_DATABASE_URL-is-not-set');
  url.pathname = `/${name}`;
  return url.href;
}

/**
 * A migrated database with nothing in it but what the migrations themselves put there, for this test file alone. Call it once
 * in `beforeAll`; a second call empties it again.
 */
export async function testDatabase(): Promise<string> {
  const name = `market_test_${process.env.VITEST_POOL_ID}`;
  const url = databaseUrl(name);
  await withServer(async (connection) => {
    const [[found]] = await connection.query<RowDataPacket[]>('SHOW DATABASES LIKE ?', [name.replaceAll('_', '\\_')]);
    if (found) await reset(connection, name);
    else await migrate(url, () => {});
  });
  return url;
}

/** An empty database without tables, for tests of what makes them. Call `drop` when done. */
export async function emptyDatabase(suffix: string): Promise<{ url: string; name: string; drop: () => Promise<void> }> {
  const name = `market_test_${suffix}_${process.env.VITEST_POOL_ID}`;
  const drop = () =>
    withServer(async (connection) => void (await connection.query('DROP DATABASE IF EXISTS ??', [name])));
  await drop();
  await withServer(async (connection) => {
    await connection.query('CREATE DATABASE ?? CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci', [name]);
  });
  return { url: databaseUrl(name), name, drop };
}

/** Empties the tables that hold something, and puts back what the migrations had put there. */
async function reset(connection: Connection, name: string): Promise<void> {
  const filled = await filledTables(connection, name);
  const seeded = await filledTables(connection, template);
  await connection.query('SET foreign_key_checks = 0');
  for (const table of filled) await connection.query('TRUNCATE TABLE ??.??', [name, table]);
  for (const table of seeded)
    await connection.query('INSERT INTO ??.?? SELECT * FROM ??.??', [name, table, template, table]);
}

async function filledTables(connection: Connection, database: string): Promise<string[]> {
  const [tables] = await connection.query<RowDataPacket[]>(
    `SELECT table_name AS name FROM information_schema.tables
     WHERE table_schema = ? AND table_type = 'BASE TABLE' AND table_name <> '_prisma_migrations'`,
    [database],
  );
  if (tables.length === 0) return [];
  const probe = tables.map(() => 'SELECT ? AS name FROM DUAL WHERE EXISTS (SELECT 1 FROM ??.??)').join(' UNION ALL ');
  const [filled] = await connection.query<RowDataPacket[]>(
    probe,
    tables.flatMap(({ name }) => [name, database, name]),
  );
  return filled.map((row) => String(row.name));
}

async function withServer<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await createConnection(connectionOptions(databaseUrl('')));
  try {
    return await work(connection);
  } finally {
    await connection.end();
  }
}
