import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectionOptions } from './database-url.mjs';
import { ensureDatabasePrograms } from './mariadb-programs.mjs';
import { startPrivateServer } from './mariadb-server.mjs';
import { say } from './say.mjs';

const name = 'market';

/**
 * @typedef {import('./settings.mjs').Settings} Settings
 * @typedef {{ url: string, own: boolean, exited: Promise<void> | null, log: string | null, stop: () => Promise<void> }} Database
 */

/** Where the private database of a data directory lives. @param {string} dataDir */
export function databaseDirectory(dataDir) {
  return join(dataDir, 'mariadb');
}

/** Its name on its server. */
export const databaseName = name;

/**
 * The market's database: the one that DATABASE_URL names, else one on a server of our own, which is started.
 * @param {Settings} settings
 * @param {AbortSignal} signal
 * @returns {Promise<Database>}
 */
export async function openDatabase(settings, signal) {
  if (settings.databaseUrl) {
    const url = new URL(settings.databaseUrl);
    say('Database', `${url.pathname.slice(1)} on ${url.host}, as DATABASE_URL says; none is started`);
    return { url: settings.databaseUrl, own: false, exited: null, log: null, stop: async () => {} };
  }
  const directory = databaseDirectory(settings.dataDir);
  mkdirSync(directory, { recursive: true });
  const programs = await ensureDatabasePrograms(signal);
  const onNew = () => markUnfinished(settings);
  const server = await startPrivateServer({ directory, programs, database: name, signal, onNew });
  return { ...server, own: true };
}

/**
 * While this mark is there, the private database holds nothing but a first filling that has not ended, so that it may be thrown
 * away and made again. Without it nothing is ever thrown away.
 * @param {Settings} settings
 */
function unfinishedMark(settings) {
  return join(databaseDirectory(settings.dataDir), 'unfinished');
}

/** @param {Settings} settings */
export function isUnfinished(settings) {
  return existsSync(unfinishedMark(settings));
}

/** @param {Settings} settings */
export function markUnfinished(settings) {
  writeFileSync(
    unfinishedMark(settings),
    'The first filling of the database has not ended; the next start makes it anew.\n',
  );
}

/** @param {Settings} settings */
export function markFinished(settings) {
  rmSync(unfinishedMark(settings), { force: true });
}

/**
 * Throws the private database away and makes it again, empty.
 * @param {string} url
 */
export async function recreateDatabase(url) {
  await withConnection(url, async (connection) => {
    await connection.query(`DROP DATABASE IF EXISTS \`${name}\``);
    await connection.query(`CREATE DATABASE \`${name}\` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`);
  });
}

/**
 * What a database holds, as far as the demonstration is concerned: `empty` has no tables; `loading` is one whose loading did not
 * end; `people` has accounts that the demonstration did not make.
 * @param {string} url
 * @returns {Promise<'empty' | 'done' | 'loading' | 'people' | 'nobody'>}
 */
export function demonstrationState(url) {
  return withConnection(url, async (connection) => {
    const [tables] = await connection.query(
      'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()',
    );
    const names = /** @type {{ name: string }[]} */ (tables).map((row) => row.name);
    if (names.length === 0) return 'empty';
    if (names.includes('setting')) {
      const [marks] = await connection.query("SELECT `value` FROM `setting` WHERE `key` = 'demo'");
      const [mark] = /** @type {{ value: string }[]} */ (marks);
      if (mark) return mark.value.includes('done') ? 'done' : 'loading';
    }
    if (!names.includes('user')) return 'nobody';
    const [people] = await connection.query('SELECT `id` FROM `user` LIMIT 1');
    return /** @type {unknown[]} */ (people).length > 0 ? 'people' : 'nobody';
  });
}

/**
 * @template T
 * @param {string} url
 * @param {(connection: import('mysql2/promise').Connection) => Promise<T>} work
 * @returns {Promise<T>}
 */
async function withConnection(url, work) {
  const { createConnection } = await import('mysql2/promise');
  const connection = await createConnection(connectionOptions(url));
  try {
    return await work(connection);
  } finally {
    await connection.end();
  }
}
