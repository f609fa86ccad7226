import { explain, sayPlain } from './say.mjs';

/**
 * One run of a command: what must be put away when it ends, in reverse order, and the signal that tells every step to end.
 * @typedef {{
 *   signal: AbortSignal,
 *   interrupted: () => boolean,
 *   defer: (putAway: () => unknown) => void,
 * }} Lifetime
 */

/**
 * Runs `main`, puts away what it deferred however it ended, and exits: with the code that it returned, 1 after an error,
 * 130 when interrupted half-way.
 * @param {(lifetime: Lifetime) => Promise<number>} main
 * @param {string} [afterInterruption] what the person may want to know then
 */
export async function live(main, afterInterruption = '') {
  /** @type {(() => unknown)[]} */
  const deferred = [];
  const controller = new AbortController();
  let interrupted = false;

  for (const name of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    // A terminal's Ctrl-C arrives twice, from the terminal and from npm, so a second one is not a wish to force.
    process.on(name, () => {
      if (interrupted) return;
      interrupted = true;
      sayPlain();
      controller.abort();
    });
  }

  let code = 1;
  try {
    code = await main({
      signal: controller.signal,
      interrupted: () => interrupted,
      defer: (putAway) => deferred.push(putAway),
    });
  } catch (error) {
    if (interrupted) {
      code = 130;
      sayPlain(`Interrupted. ${afterInterruption}`.trim());
    } else explain(error);
  }
  for (const putAway of deferred.reverse()) {
    try {
      await putAway();
    } catch (error) {
      explain(error);
      code ||= 1;
    }
  }
  process.exit(code);
}

/**
 * A pause that ends early, with an error, when the run is interrupted.
 * @param {number} ms
 * @param {AbortSignal} [signal]
 * @returns {Promise<void>}
 */
export function pause(ms, signal) {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(new Error('interrupted'));
    const stop = () => {
      clearTimeout(timer);
      reject(new Error('interrupted'));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
}
