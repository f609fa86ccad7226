import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { freeMb } from './disk.mjs';
import { pause } from './lifetime.mjs';
import { boundEnvironment, findByArgument, run, stopChild, stopStrangers } from './processes.mjs';
import { Problem, say } from './say.mjs';
import { localAddress, root } from './settings.mjs';

/** @typedef {import('./settings.mjs').Settings} Settings */

/** Small young generation: a third less memory, for a few percent of speed. */
const serverFlags = ['--enable-source-maps', '--max-semi-space-size=4'];

/** The last argument of every process of the market, by which a later start finds what a killed one left. @param {Settings} settings */
function markOf(settings) {
  return `--data-dir=${settings.dataDir}`;
}

/**
 * Ends the servers and loaders that a killed start left running on this data directory.
 * @param {Settings} settings
 */
export async function stopLeftoverMarket(settings) {
  const pids = findByArgument(markOf(settings));
  if (pids.length === 0) return;
  say('Market', `still running from an earlier start that was killed (process ${pids.join(', ')}): stopping it`);
  await stopStrangers(pids);
}

/**
 * Runs one of the built commands, its lines on this terminal. Throws when it fails, with no more to say: it has said why.
 * @param {string} name
 * @param {{ settings: Settings, url: string, signal: AbortSignal, show?: 'as errors' }} options
 */
export async function runMarketCommand(name, { settings, url, signal, show }) {
  const { code } = await run(
    process.execPath,
    ['--enable-source-maps', join(root, `.build/cli/${name}.js`), markOf(settings)],
    {
      cwd: root,
      env: environment(settings, url),
      bound: true,
      show: show ?? true,
      signal,
      // A migration ends with the one that is running.
      graceMs: 600_000,
    },
  );
  if (code === 0) return;
  const free = await freeMb(settings.dataDir);
  throw new Problem(
    `The step above (${name}) did not end well; the market was not started.`,
    free < 100
      ? [`The disk is nearly full: ${free} MB free at ${settings.dataDir}. Free about 700 MB and start again.`]
      : [],
  );
}

/**
 * Starts the server and waits until it answers.
 * @param {{ settings: Settings, url: string, sessionSecret: string, signal: AbortSignal }} options
 */
export async function serveMarket({ settings, url, sessionSecret, signal }) {
  const child = spawn(process.execPath, [...serverFlags, join(root, '.build/main.js'), markOf(settings)], {
    cwd: root,
    env: boundEnvironment({
      ...environment(settings, url),
      PORT: String(settings.port),
      HOST: settings.host,
      SESSION_SECRET: sessionSecret,
    }),
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  let ended = false;
  const exited = new Promise((/** @type {(code: number) => void} */ resolve) => {
    child.once('error', () => resolve(1));
    child.once('exit', (code) => resolve(code ?? 1));
  });
  exited.then(() => {
    ended = true;
  });
  const stop = () => stopChild(child, { graceMs: 30_000 });
  try {
    while (settings.listens && !(await answers(localAddress(settings)))) {
      if (ended) throw new Problem('The server ended before it listened; its last lines above say why.');
      await pause(100, signal);
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { exited, stop };
}

/** @param {string} address */
async function answers(address) {
  try {
    await fetch(`${address}/healthz`, { signal: AbortSignal.timeout(2000), redirect: 'manual' });
    return true;
  } catch {
    return false;
  }
}

/**
 * @param {Settings} settings
 * @param {string} url
 */
function environment(settings, url) {
  return { ...process.env, DATABASE_URL: url, DATA_DIR: settings.dataDir };
}
