import { accessSync, constants } from 'node:fs';
import { findProgram, installDebianPackages } from './apt.mjs';
import { Problem, say } from './say.mjs';

const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

export function findChromium() {
  return findProgram(names);
}

/**
 * A Chromium for the browser tests: the one of CHROMIUM_PATH, one that is installed, or Debian's, which is installed when this
 * user may. Null, with the reason said, when there is none.
 * @param {AbortSignal} signal
 * @returns {Promise<string | null>}
 */
export async function ensureChromium(signal) {
  const named = process.env.CHROMIUM_PATH;
  if (named) return requireProgram(named);
  const present = findChromium();
  if (present) {
    say('Browser', present);
    return present;
  }
  let reason = 'this user may not install one';
  try {
    if (await installDebianPackages('Browser', ['chromium', 'fonts-noto-cjk'], signal)) {
      const installed = findChromium();
      if (installed) return installed;
    }
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    reason = [error.message, ...error.remedy.slice(-3)].join(' ');
  }
  say('Browser', `no Chromium, so the browser tests are skipped: ${reason}`);
  say(
    'Browser',
    'to run them: sudo apt-get install chromium fonts-noto-cjk, or CHROMIUM_PATH=/path/to/chromium npm test',
  );
  return null;
}

/** @param {string} path */
function requireProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return path;
  } catch {
    throw new Problem(`CHROMIUM_PATH names ${path}, which is no program.`, [
      'Correct it, or leave it out to use what is installed.',
    ]);
  }
}
