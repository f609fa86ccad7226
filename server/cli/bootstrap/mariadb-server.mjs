import { spawn } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname } from 'node:path';
import { connectionOptions } from './database-url.mjs';
import { pause } from './lifetime.mjs';
import { databaseFailure, isPortTaken } from './mariadb-failures.mjs';
import { firstSql, initialiseArguments, markOf, serverArguments, serverPaths } from './mariadb-options.mjs';
import { findFreePort } from './ports.mjs';
import { findByArgument, run, stopChild, stopStrangers } from './processes.mjs';
import { Problem, say, seconds } from './say.mjs';
import { keptSecret } from './secrets.mjs';

/**
 * @typedef {import('./mariadb-programs.mjs').Programs} Programs
 * @typedef {import('./mariadb-options.mjs').Paths} Paths
 * @typedef {{
 *   url: string,
 *   stop: () => Promise<void>,
 *   kill: () => Promise<void>,
 *   exited: Promise<void>,
 *   log: string,
 * }} PrivateServer
 */

/**
 * Starts a database server of our own in a directory of our own, made on first use; what an earlier start that was killed left
 * there is put right first.
 * @param {{
 *   directory: string,
 *   programs: Programs,
 *   database: string,
 *   durable?: boolean,
 *   everything?: boolean,
 *   signal: AbortSignal,
 *   onNew?: () => void,
 * }} options `onNew` is called before a new data directory counts as made
 * @returns {Promise<PrivateServer>}
 */
export async function startPrivateServer({
  directory,
  programs,
  database,
  durable = true,
  everything = false,
  signal,
  onNew,
}) {
  const paths = serverPaths(directory);
  mkdirSync(paths.temporary, { recursive: true, mode: 0o700 });
  chmodSync(directory, 0o700);
  await stopLeftovers(paths);
  await initialise(paths, programs, { durable, signal, onNew });

  const password = keptSecret(paths.password);
  const started = Date.now();
  for (let attempt = 1; ; attempt++) {
    const port = await findFreePort(readPort(paths));
    writeFileSync(paths.port, `${port}\n`);
    writeFileSync(paths.firstSql, firstSql({ password, database, everything }), { mode: 0o600 });
    const server = launch(paths, programs.server, serverArguments(paths, programs, { port, durable }));
    const url = `mysql://market:${password}@127.0.0.1:${port}/${database}${programs.kind === 'MySQL' ? '?allowPublicKeyRetrieval=true' : ''}`;
    try {
      await answering(url, server, signal);
    } catch (error) {
      await stopChild(server.child, { graceMs: 60_000 });
      if (signal.aborted) throw error;
      const log = server.log();
      // Another program took the port between looking and listening.
      if (isPortTaken(log) && attempt < 5) continue;
      throw databaseFailure({ kind: programs.kind, log, paths, cause: error });
    } finally {
      rmSync(paths.firstSql, { force: true });
    }
    say(
      'Database',
      `${programs.kind} ${programs.version} of our own, port ${port}, in ${shortName(directory)} (${seconds(started)})`,
    );
    const stop = () => stopChild(server.child, { graceMs: 120_000 });
    const kill = () => stopChild(server.child, { graceMs: 0 });
    return { url, stop, kill, exited: server.exited, log: paths.log };
  }
}

/**
 * The url of the private server in a directory that another process of ours runs.
 * @param {string} directory
 * @param {string} database
 * @returns {string | null}
 */
export function urlOfRunningServer(directory, database) {
  const paths = serverPaths(directory);
  const port = readPort(paths);
  return port && existsSync(paths.password)
    ? `mysql://market:${keptSecret(paths.password)}@127.0.0.1:${port}/${database}`
    : null;
}

/**
 * Ends what a killed start left running on this directory: its server, or the one that was filling the directory.
 * @param {Paths} paths
 */
export async function stopLeftovers(paths) {
  for (let pids = findByArgument(markOf(paths)); pids.length > 0; pids = findByArgument(markOf(paths))) {
    say('Database', `still running from an earlier start that was killed (process ${pids.join(', ')}): stopping it`);
    await stopStrangers(pids);
  }
  rmSync(paths.socket, { force: true });
  rmSync(`${paths.socket}.lock`, { force: true });
}

/**
 * @param {Paths} paths
 * @param {Programs} programs
 * @param {{ durable: boolean, signal: AbortSignal, onNew?: (() => void) | undefined }} options
 */
async function initialise(paths, programs, { durable, signal, onNew }) {
  if (existsSync(paths.initialised)) return requireSameKind(paths, programs);
  const filled = existsSync(paths.data) && readdirSync(paths.data).length > 0;
  if (filled && !existsSync(paths.initialising)) {
    throw new Problem(`${paths.data} holds files that this program did not put there.`, [
      'Move them away, or set DATA_DIR to another directory, and start again:',
      `mv ${JSON.stringify(paths.directory)} ${JSON.stringify(`${paths.directory}.old`)}`,
    ]);
  }
  if (filled) say('Database', 'an earlier first start was cut short while making the data directory: making it anew');
  const started = Date.now();
  writeFileSync(paths.initialising, '');
  rmSync(paths.data, { recursive: true, force: true });
  mkdirSync(paths.data, { mode: 0o700 });
  const { code, output } = await run(
    programs.install ?? programs.server,
    initialiseArguments(paths, programs, durable),
    {
      cwd: paths.directory,
      env: { ...process.env, TMPDIR: paths.temporary },
      signal,
      waiting: 'Database',
    },
  );
  if (code !== 0 || !existsSync(`${paths.data}/mysql`)) {
    throw databaseFailure({
      kind: programs.kind,
      log: output,
      paths,
      cause: new Error(`${basename(programs.install ?? programs.server)} ended with code ${code}`),
    });
  }
  onNew?.();
  writeFileSync(`${paths.initialised}.new`, JSON.stringify({ kind: programs.kind, version: programs.version }));
  renameSync(`${paths.initialised}.new`, paths.initialised);
  rmSync(paths.initialising);
  say('Database', `new data directory made in ${seconds(started)}`);
}

/**
 * @param {Paths} paths
 * @param {Programs} programs
 */
function requireSameKind(paths, programs) {
  const { kind, version } = JSON.parse(readFileSync(paths.initialised, 'utf8'));
  if (kind !== programs.kind) {
    throw new Problem(
      `The data in ${paths.directory} was written by ${kind} ${version}; the server found here is ${programs.kind} ${programs.version}.`,
      [
        `Install ${kind} again, or begin anew beside it: mv ${JSON.stringify(paths.directory)} ${JSON.stringify(`${paths.directory}.${kind.toLowerCase()}`)}`,
      ],
    );
  }
}

/** @param {Paths} paths */
function readPort(paths) {
  const kept = existsSync(paths.port) ? Number(readFileSync(paths.port, 'utf8')) : Number.NaN;
  return Number.isInteger(kept) && kept > 1023 && kept < 65536 ? kept : null;
}

/**
 * Starts the server in a process group of its own, so that a terminal's Ctrl-C does not end it before the market has ended.
 * @param {Paths} paths
 * @param {string} command
 * @param {string[]} args
 */
function launch(paths, command, args) {
  if (existsSync(paths.log) && statSync(paths.log).size > 5_000_000) renameSync(paths.log, `${paths.log}.1`);
  const from = existsSync(paths.log) ? statSync(paths.log).size : 0;
  const output = openSync(paths.log, 'a', 0o600);
  const child = spawn(command, args, { cwd: paths.directory, detached: true, stdio: ['ignore', output, output] });
  closeSync(output);
  const exited = new Promise((/** @type {(value?: undefined) => void} */ resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  return { child, exited, log: () => readFileSync(paths.log).subarray(from).toString() };
}

/**
 * Waits until the server answers a query. It may first have to repair its files after a crash, so there is no time limit while
 * it lives.
 * @param {string} url
 * @param {ReturnType<typeof launch>} server
 * @param {AbortSignal} signal
 */
async function answering(url, server, signal) {
  const { createConnection } = await import('mysql2/promise');
  const started = Date.now();
  let told = 10_000;
  let ended = false;
  server.exited.then(() => {
    ended = true;
  });
  for (;;) {
    if (ended) throw new Error('the server ended');
    try {
      const connection = await createConnection({ ...connectionOptions(url), connectTimeout: 2000 });
      await connection.query('SELECT 1');
      await connection.end();
      return;
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ER_ACCESS_DENIED_ERROR') throw error;
    }
    if (Date.now() - started > told) {
      say('Database', `starting; it may be repairing its files after a crash (${seconds(started)})`);
      told *= 2;
    }
    await pause(50, signal);
  }
}

/** @param {string} directory */
function shortName(directory) {
  return `${basename(dirname(directory))}/${basename(directory)}`;
}
