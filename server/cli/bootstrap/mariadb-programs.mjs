import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findProgram, installDebianPackages } from './apt.mjs';
import { run } from './processes.mjs';
import { Problem, say } from './say.mjs';

/**
 * A database server's programs: `server` runs it; `install` makes an empty data directory (MySQL's server does that itself).
 * @typedef {{ kind: 'MariaDB' | 'MySQL', version: string, server: string, install: string | null }} Programs
 */

/**
 * Finds a MariaDB or MySQL server program, or installs Debian's.
 * @param {AbortSignal} signal
 * @returns {Promise<Programs>}
 */
export async function ensureDatabasePrograms(signal) {
  const present = await findDatabasePrograms();
  if (present) return present;
  say('Database', 'no MariaDB or MySQL server program found');
  // These two hold the programs. The package mariadb-server would also start a server of its own for the whole machine;
  // it is the fallback for releases that divide the files differently.
  for (const packages of [['mariadb-server-core', 'mariadb-client-core'], ['mariadb-server']]) {
    if (!(await installDebianPackages('Database', packages, signal))) break;
    const installed = await findDatabasePrograms();
    if (installed) return installed;
  }
  throw new Problem(
    'The market needs a MariaDB (10.6 or newer) or MySQL (8.0 or newer) server program, and may not install one as this user.',
    [
      'On Debian or Ubuntu, install it once as an administrator, and start again:',
      'sudo apt-get update && sudo apt-get install mariadb-server',
      'Or name a database server that runs already:',
      'DATABASE_URL=mysql://user:password@host:3306/market npm start',
    ],
  );
}

/** @returns {Promise<Programs | null>} */
async function findDatabasePrograms() {
  const server =
    findProgram(['mariadbd', 'mysqld']) ??
    ['/usr/libexec/mariadbd', '/usr/libexec/mysqld'].find((path) => existsSync(path));
  if (!server) return null;
  const { code, output } = await run(server, ['--no-defaults', '--version']);
  const found = code === 0 ? readVersion(output) : null;
  // A program that does not start is half installed: installing completes it.
  if (!found) return null;
  if (!isNewEnough(found)) {
    throw new Problem(
      `${server} is ${found.kind} ${found.version}; the market needs MariaDB 10.6 or MySQL 8.0, or newer.`,
      [
        'Install a newer one, or name a server that runs already: DATABASE_URL=mysql://user:password@host:3306/market npm start',
      ],
    );
  }
  if (found.kind === 'MySQL') return { ...found, server, install: null };
  const install = findProgram(['mariadb-install-db', 'mysql_install_db']) ?? besideTarball(server);
  const helper = findProgram(['my_print_defaults']);
  return install && helper ? { ...found, server, install } : null;
}

/** @param {string} server */
function besideTarball(server) {
  return [join(dirname(server), '../scripts/mariadb-install-db')].find((path) => existsSync(path)) ?? null;
}

/**
 * What `--version` of a server program says.
 * @param {string} output
 * @returns {{ kind: 'MariaDB' | 'MySQL', version: string } | null}
 */
export function readVersion(output) {
  const version = /Ver (\d+\.\d+\.\d+)/.exec(output)?.[1];
  if (!version) return null;
  return { kind: /MariaDB/i.test(output) ? 'MariaDB' : 'MySQL', version };
}

/** @param {{ kind: 'MariaDB' | 'MySQL', version: string }} found */
export function isNewEnough({ kind, version }) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return kind === 'MySQL' ? major >= 8 : major > 10 || (major === 10 && minor >= 6);
}
