import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Connection, ResultSetHeader, RowDataPacket } from 'mysql2/promise';
import { createConnection } from 'mysql2/promise';
import { readDatabaseUrl } from '../config.ts';
import { connectionOptions } from './bootstrap/database-url.mjs';
import { explain, Problem, say } from './bootstrap/say.mjs';
import {
  connectProblem,
  editedProblem,
  failedBeforeProblem,
  failedNowProblem,
  foreignProblem,
  newerProblem,
} from './migrate-problems.ts';

export interface Migration {
  name: string;
  sql: string;
  checksum: string;
}

export interface AppliedMigration {
  migration_name: string;
  checksum: string;
  finished_at: Date | null;
  rolled_back_at: Date | null;
  logs: string | null;
}

// The table and the lock are Prisma's own, so that its tools see the same history and never run beside this.
const historyTable = `CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id VARCHAR(36) PRIMARY KEY NOT NULL,
  checksum VARCHAR(64) NOT NULL,
  finished_at DATETIME(3),
  migration_name VARCHAR(255) NOT NULL,
  logs TEXT,
  rolled_back_at DATETIME(3),
  started_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  applied_steps_count INTEGER UNSIGNED NOT NULL DEFAULT 0
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`;
const lockName = 'prisma_migrate';

/**
 * Brings a database to the newest schema, as `prisma migrate deploy` would; a database that does not exist is made. Answers with
 * the names of the migrations that it applied. Throws a Problem, with its remedy, before a migration was applied when the
 * database holds a failed or edited migration, one that this version does not know, or another program's tables; and when a
 * migration fails.
 */
export async function migrate(
  databaseUrl: string,
  log: (line: string) => void,
  { directory = 'prisma/migrations', signal }: { directory?: string; signal?: AbortSignal } = {},
): Promise<string[]> {
  const migrations = readMigrations(directory);
  const connection = await connectOrCreate(databaseUrl, log);
  try {
    await takeLock(connection, log);
    const pending = await findPending(connection, migrations, log);
    for (const migration of pending) {
      if (signal?.aborted) throw new Problem('Interrupted between two migrations; the next one goes on from there.');
      log(`applying ${migration.name}`);
      await apply(connection, migration);
    }
    log(pending.length === 0 ? `up to date (${migrations.length} applied)` : `${pending.length} applied`);
    return pending.map((migration) => migration.name);
  } finally {
    // Ending the connection releases the lock.
    await connection.end();
  }
}

/** The migrations of a directory in Prisma's layout, in order. */
export function readMigrations(directory: string): Migration[] {
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(directory, entry.name, 'migration.sql')))
    .map((entry) => entry.name)
    .sort()
    .map((name) => {
      const sql = readFileSync(join(directory, name, 'migration.sql'));
      return { name, sql: sql.toString('utf8'), checksum: createHash('sha256').update(sql).digest('hex') };
    });
}

async function connectOrCreate(databaseUrl: string, log: (line: string) => void): Promise<Connection> {
  const { database = '', ...server } = connectionOptions(databaseUrl);
  const options = { ...server, multipleStatements: true };
  try {
    return await createConnection({ ...options, database });
  } catch (error) {
    if ((error as { code?: string }).code !== 'ER_BAD_DB_ERROR') throw connectProblem(error, databaseUrl);
  }
  try {
    const connection = await createConnection(options);
    log(`making the database ${database}`);
    await connection.query(`CREATE DATABASE IF NOT EXISTS ?? CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`, [
      database,
    ]);
    await connection.changeUser({ database });
    return connection;
  } catch (error) {
    throw connectProblem(error, databaseUrl);
  }
}

async function takeLock(connection: Connection, log: (line: string) => void): Promise<void> {
  const take = async (seconds: number) => {
    const [[row]] = await connection.query<RowDataPacket[]>('SELECT GET_LOCK(?, ?) AS taken', [lockName, seconds]);
    return row?.taken === 1;
  };
  try {
    if (await take(0)) return;
    log('another migration is running on this server: waiting for it');
    if (await take(600)) return;
  } catch (error) {
    // A Galera cluster has no such locks.
    if ((error as { errno?: number }).errno !== 1235) throw error;
    log('this server has no advisory locks: see to it that only one migration runs at a time');
    return;
  }
  throw new Problem('Another migration has been running on this database server for ten minutes.', [
    'Wait for it, or end it: SHOW PROCESSLIST tells its connection.',
  ]);
}

async function findPending(
  connection: Connection,
  migrations: Migration[],
  log: (line: string) => void,
): Promise<Migration[]> {
  const [tables] = await connection.query<RowDataPacket[]>('SHOW TABLES');
  const names = tables.map((row) => String(Object.values(row)[0]));
  if (!names.includes('_prisma_migrations')) {
    if (names.length > 0) throw foreignProblem(names);
    await connection.query('ALTER DATABASE CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci');
    await connection.query(historyTable);
  }
  const [history] = await connection.query<(AppliedMigration & RowDataPacket)[]>(
    'SELECT migration_name, checksum, finished_at, rolled_back_at, logs FROM _prisma_migrations ORDER BY started_at',
  );
  if (await takeBackFirst(connection, migrations[0], history, names)) {
    log(`${history[0]?.migration_name} was interrupted before anything was in the database: taken back`);
    return migrations;
  }
  return pendingOf(migrations, history);
}

/**
 * The first migration ran in an empty database, so a half of it can be taken back as long as its tables are still empty and
 * nothing else is there. That is what a first start leaves that was killed.
 */
async function takeBackFirst(
  connection: Connection,
  first: Migration | undefined,
  history: AppliedMigration[],
  names: string[],
): Promise<boolean> {
  const [only, ...others] = history;
  if (!first || !only || others.length > 0 || only.finished_at !== null || only.rolled_back_at !== null) return false;
  const made = new Set([...first.sql.matchAll(/^\s*CREATE TABLE `(\w+)`/gm)].map((match) => match[1]));
  const tables = names.filter((name) => name !== '_prisma_migrations');
  if (only.migration_name !== first.name || !tables.every((name) => made.has(name))) return false;
  for (const table of tables) {
    const [rows] = await connection.query<RowDataPacket[]>('SELECT 1 FROM ?? LIMIT 1', [table]);
    if (rows.length > 0) return false;
  }
  await connection.query('SET foreign_key_checks = 0');
  for (const table of tables) await connection.query('DROP TABLE ??', [table]);
  await connection.query('SET foreign_key_checks = 1');
  await connection.query('DELETE FROM _prisma_migrations');
  return true;
}

/** Which migrations are still to apply; throws when the history does not fit them. */
export function pendingOf(migrations: Migration[], history: AppliedMigration[]): Migration[] {
  const standing = history.filter((row) => row.rolled_back_at === null);
  const failed = standing.find((row) => row.finished_at === null);
  if (failed) throw failedBeforeProblem(failed);
  for (const row of standing) {
    const migration = migrations.find((candidate) => candidate.name === row.migration_name);
    if (!migration) throw newerProblem(row.migration_name);
    if (migration.checksum !== row.checksum) throw editedProblem(row.migration_name);
  }
  return migrations.filter((migration) => !standing.some((row) => row.migration_name === migration.name));
}

async function apply(connection: Connection, migration: Migration): Promise<void> {
  const id = randomUUID();
  await connection.query<ResultSetHeader>(
    'INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at) VALUES (?, ?, ?, ?)',
    [id, migration.checksum, migration.name, new Date()],
  );
  try {
    await connection.query(migration.sql);
  } catch (error) {
    const said = (error as { sqlMessage?: string }).sqlMessage ?? String(error);
    await connection.query('UPDATE _prisma_migrations SET logs = ? WHERE id = ?', [said, id]).catch(() => {});
    throw failedNowProblem(migration.name, said);
  }
  await connection.query('UPDATE _prisma_migrations SET finished_at = ?, applied_steps_count = 1 WHERE id = ?', [
    new Date(),
    id,
  ]);
}

// By its name and not by import.meta.url, which in a bundle is the same for every module.
if (/\bmigrate\.(js|ts)$/.test(process.argv[1] ?? '')) {
  const interrupted = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => {
      say('Migrations', 'stopping after the migration that is running: half of one could not be taken back');
      interrupted.abort();
    });
  }
  try {
    await migrate(readDatabaseUrl(), (line) => say('Migrations', line), { signal: interrupted.signal });
  } catch (error) {
    explain(error);
    process.exitCode = 1;
  }
}
