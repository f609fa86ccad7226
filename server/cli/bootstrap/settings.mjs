import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Problem } from './say.mjs';

/** The checkout. */
export const root = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '');

/**
 * What the bootstrap itself must know; the server reads and checks the rest (server/config.ts).
 * @typedef {{
 *   port: number,
 *   host: string,
 *   listens: boolean,
 *   databaseUrl: string | null,
 *   dataDir: string,
 *   production: boolean,
 *   sessionSecret: string | null,
 * }} Settings
 */

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {Settings}
 */
export function readSettings(env) {
  const faults = [];
  const port = Number(env.PORT || 3000);
  if (!Number.isInteger(port) || port < 1 || port > 65535)
    faults.push(`PORT is ${JSON.stringify(env.PORT)}; it must be a number from 1 to 65535.`);
  const databaseFault = env.DATABASE_URL ? faultOfDatabaseUrl(env.DATABASE_URL) : null;
  if (databaseFault) faults.push(databaseFault);
  if (faults.length > 0) throw new Problem('The environment does not fit:', faults);
  return {
    port,
    host: env.HOST || '127.0.0.1',
    listens: env.ROLE !== 'worker',
    databaseUrl: env.DATABASE_URL || null,
    dataDir: resolve(root, env.DATA_DIR || '.data'),
    production: env.NODE_ENV === 'production',
    sessionSecret: env.SESSION_SECRET || null,
  };
}

/**
 * @param {string} text
 * @returns {string | null}
 */
function faultOfDatabaseUrl(text) {
  const form = 'it must look like mysql://user:password@host:3306/database (with %40 for an @ in the password).';
  if (!URL.canParse(text)) return `DATABASE_URL cannot be read; ${form}`;
  const url = new URL(text);
  if (!['mysql:', 'mariadb:'].includes(url.protocol)) return `DATABASE_URL begins with ${url.protocol}; ${form}`;
  if (!url.hostname || !/^\/[^/]+$/.test(url.pathname))
    return `DATABASE_URL names no ${url.hostname ? 'database' : 'host'}; ${form}`;
  return null;
}

/**
 * Where a browser on this machine finds the server.
 * @param {Pick<Settings, 'host' | 'port'>} settings
 * @returns {string}
 */
export function localAddress({ host, port }) {
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}
