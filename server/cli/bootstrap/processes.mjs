import { execFileSync, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { pause } from './lifetime.mjs';
import { Problem, say, seconds } from './say.mjs';

const endWithParent = new URL('./end-with-parent.mjs', import.meta.url).href;

/**
 * @typedef {{
 *   cwd?: string,
 *   env?: NodeJS.ProcessEnv,
 *   signal?: AbortSignal,
 *   bound?: boolean | 'outright',
 *   show?: boolean | 'as errors',
 *   terminal?: boolean,
 *   waiting?: string,
 *   graceMs?: number,
 * }} RunOptions
 * - `bound`: a Node program that must end when this process does, `outright` when it would take its time over it
 * - `show`: its lines go to this terminal as they come, `as errors` all of them to standard error
 * - `terminal`: it may ask there, for sudo's password
 * - `waiting`: the subject of a line every 20 seconds, so that a long step does not look dead
 * - `graceMs`: how long it may go on when interrupted
 */

/**
 * Runs a program to its end. Answers with its exit code and the end of what it printed; a program that does not exist
 * answers with code 127.
 * @param {string} command
 * @param {string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<{ code: number, output: string }>}
 */
export async function run(command, args, options = {}) {
  const own = !options.terminal;
  const env = options.env ?? process.env;
  const printed = options.show === 'as errors' ? 2 : options.show ? 1 : 'pipe';
  const complained = options.show ? 2 : 'pipe';
  /** @type {import('node:child_process').StdioOptions} */
  const stdio = options.terminal ? 'inherit' : ['ignore', printed, complained, options.bound ? 'ipc' : 'ignore'];
  /** @type {import('node:child_process').ChildProcess} */
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: options.bound ? boundEnvironment(env, options.bound === 'outright' ? 'SIGKILL' : 'SIGTERM') : env,
    detached: own,
    stdio,
  });
  let output = '';
  const keep = (/** @type {Buffer} */ chunk) => {
    output = (output + chunk.toString()).slice(-8000);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  const stop = () => void stopChild(child, { group: own, graceMs: options.graceMs ?? 10_000 });
  options.signal?.addEventListener('abort', stop, { once: true });
  const started = Date.now();
  const waiting = options.waiting;
  const heartbeat = waiting && setInterval(() => say(waiting, `still at it (${seconds(started)})`), 20_000);
  try {
    const code = await new Promise((/** @type {(code: number) => void} */ resolve) => {
      child.on('error', (error) => {
        output += `${error.message}\n`;
        resolve(127);
      });
      child.on('close', (exit) => resolve(exit ?? 1));
    });
    if (options.signal?.aborted) throw new Error('interrupted');
    return { code, output };
  } finally {
    if (heartbeat) clearInterval(heartbeat);
    options.signal?.removeEventListener('abort', stop);
  }
}

/**
 * The environment for a Node program, started with an IPC channel, that ends when this process does.
 * @param {NodeJS.ProcessEnv} env
 * @param {NodeJS.Signals} [end]
 * @returns {NodeJS.ProcessEnv}
 */
export function boundEnvironment(env, end = 'SIGTERM') {
  return {
    ...env,
    MARKET_PARENT: String(process.pid),
    MARKET_PARENT_END: end,
    NODE_OPTIONS: `${env.NODE_OPTIONS ?? ''} --import ${endWithParent}`.trim(),
  };
}

/**
 * Ends a child: asks, waits, and kills what has not ended by then.
 * @param {import('node:child_process').ChildProcess} child
 * @param {{ group?: boolean, graceMs?: number }} [options] `group`: with everything it started
 * @returns {Promise<void>}
 */
export async function stopChild(child, { group = false, graceMs = 10_000 } = {}) {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((resolve) => child.once('exit', resolve));
  sendSignal(group ? -child.pid : child.pid, 'SIGTERM');
  const timer = setTimeout(() => sendSignal(group ? -Number(child.pid) : Number(child.pid), 'SIGKILL'), graceMs);
  await exited;
  clearTimeout(timer);
}

/**
 * Ends processes that are not this one's children, left behind by a start that was killed.
 * @param {number[]} pids
 * @param {number} [graceMs]
 */
export async function stopStrangers(pids, graceMs = 60_000) {
  for (const pid of pids) sendSignal(pid, 'SIGTERM');
  const deadline = Date.now() + graceMs;
  for (let alive = pids.filter(isAlive); alive.length > 0; alive = alive.filter(isAlive)) {
    if (Date.now() > deadline) for (const pid of alive) sendSignal(pid, 'SIGKILL');
    if (Date.now() > deadline + 5000) {
      throw new Problem(`A process that an earlier start left behind does not end: ${alive.join(', ')}.`, [
        'It may belong to another user. End it with',
        `sudo kill ${alive.join(' ')}`,
      ]);
    }
    await pause(50);
  }
}

/**
 * @param {number} pid
 * @param {NodeJS.Signals} name
 */
function sendSignal(pid, name) {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended meanwhile, or belongs to somebody else, which shows when it does not end.
  }
}

/** @param {number} pid */
export function isAlive(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
  try {
    // A zombie whose parent does not collect it holds nothing any more.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return process.platform !== 'linux';
  }
}

/**
 * The processes that were started with exactly this argument, this one not among them.
 * @param {string} argument
 * @returns {number[]}
 */
export function findByArgument(argument) {
  if (process.platform !== 'linux') {
    const list = execFileSync('ps', ['-axww', '-o', 'pid=,command='], { encoding: 'utf8' }).split('\n');
    return list.filter((line) => `${line} `.includes(` ${argument} `)).map((line) => Number.parseInt(line, 10));
  }
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((name) => {
      try {
        return readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0').includes(argument);
      } catch {
        return false;
      }
    })
    .map(Number);
}
