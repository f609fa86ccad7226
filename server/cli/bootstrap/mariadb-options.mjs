import { createHash } from 'node:crypto';
import { tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';

/**
 * @typedef {import('./mariadb-programs.mjs').Programs} Programs
 * @typedef {ReturnType<typeof serverPaths>} Paths
 */

/**
 * Where a private server keeps what.
 * @param {string} directory
 */
export function serverPaths(directory) {
  return {
    directory,
    data: join(directory, 'data'),
    temporary: join(directory, 'tmp'),
    socket: socketPath(directory),
    log: join(directory, 'server.log'),
    port: join(directory, 'port'),
    password: join(directory, 'password'),
    firstSql: join(directory, 'first.sql'),
    initialising: join(directory, 'initialising'),
    initialised: join(directory, 'initialised'),
  };
}

/**
 * A socket's path may have 107 bytes at most: a deep checkout gets a short one in the temporary directory.
 * @param {string} directory
 * @returns {string}
 */
export function socketPath(directory) {
  const own = join(directory, 'server.sock');
  if (Buffer.byteLength(own) <= 100) return own;
  const name = `market-${createHash('sha256').update(directory).digest('hex').slice(0, 16)}.sock`;
  const temporary = join(tmpdir(), name);
  return Buffer.byteLength(temporary) <= 100 ? temporary : join('/tmp', name);
}

/** The argument by which a private server's processes are recognised, the ones that initialise it too. @param {Paths} paths */
export function markOf(paths) {
  return `--datadir=${paths.data}`;
}

/**
 * @param {Paths} paths
 * @param {Programs} programs
 * @param {boolean} durable
 * @returns {string[]}
 */
export function initialiseArguments(paths, programs, durable) {
  // `-uroot` and not `--user=root`: mariadb-install-db would take the latter as a wish to chown, also files of the system.
  const asRoot = process.getuid?.() === 0 ? ['-uroot'] : [];
  if (programs.kind === 'MySQL') return ['--no-defaults', '--initialize-insecure', markOf(paths), ...asRoot];
  return [
    '--no-defaults',
    markOf(paths),
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
    '--skip-name-resolve',
    '--force',
    ...syncing(programs, durable),
    ...asRoot,
  ];
}

/**
 * @param {Paths} paths
 * @param {Programs} programs
 * @param {{ port: number, durable: boolean }} options `durable`: every commit is on the disk before it is answered
 * @returns {string[]}
 */
export function serverArguments(paths, programs, { port, durable }) {
  return [
    '--no-defaults',
    markOf(paths),
    `--tmpdir=${paths.temporary}`,
    `--socket=${paths.socket}`,
    `--init-file=${paths.firstSql}`,
    `--port=${port}`,
    '--bind-address=127.0.0.1',
    '--skip-name-resolve',
    '--character-set-server=utf8mb4',
    '--collation-server=utf8mb4_unicode_ci',
    '--default-time-zone=+00:00',
    '--skip-log-bin',
    '--performance-schema=OFF',
    '--max-connections=300',
    '--max-allowed-packet=64M',
    `--innodb-buffer-pool-size=${durable ? poolMegabytes() : 256}M`,
    `--innodb-flush-log-at-trx-commit=${durable ? 1 : 0}`,
    `--innodb-doublewrite=${durable ? 'ON' : 'OFF'}`,
    ...syncing(programs, durable),
    ...(programs.kind === 'MySQL' ? ['--mysqlx=OFF'] : []),
    ...(process.getuid?.() === 0 ? ['--user=root'] : []),
  ];
}

/** An eighth of the machine's memory, 256 MB at least and 2 GB at most; it is taken as pages are read. */
function poolMegabytes() {
  return Math.max(256, Math.min(2048, Math.floor(totalmem() / 8 / 2 ** 20)));
}

/**
 * A throw-away server of MariaDB leaves writing to the disk to the system altogether: making all tables takes a tenth of the time.
 * @param {Programs} programs
 * @param {boolean} durable
 */
function syncing(programs, durable) {
  return durable || programs.kind === 'MySQL' ? [] : ['--loose-debug-no-sync', '--loose-innodb-flush-method=nosync'];
}

/**
 * What the server runs before it listens, at every start: the account of the market, whatever happened to it or to the file
 * with its password, and no others with an empty one.
 * @param {{ password: string, database: string, everything: boolean }} options `everything`: may make databases of any name
 * @returns {string}
 */
export function firstSql({ password, database, everything }) {
  const account = `'market'@'127.0.0.1'`;
  return [
    `CREATE DATABASE IF NOT EXISTS \`${database}\` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;`,
    `CREATE USER IF NOT EXISTS ${account} IDENTIFIED BY '${password}';`,
    `ALTER USER ${account} IDENTIFIED BY '${password}';`,
    everything ? `GRANT ALL ON *.* TO ${account};` : `GRANT ALL ON \`${database}\`.* TO ${account};`,
    `ALTER USER 'root'@'localhost' IDENTIFIED BY '${password}';`,
    // Each statement stands on one line: the server reads this file by lines.
    '',
  ].join('\n');
}
