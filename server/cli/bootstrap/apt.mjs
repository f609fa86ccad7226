import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { saysDiskFull } from './disk.mjs';
import { run } from './processes.mjs';
import { Problem, say, seconds } from './say.mjs';

/**
 * A program's path, looked for where the shell would and where Debian keeps programs for administrators.
 * @param {string[]} names
 * @returns {string | null}
 */
export function findProgram(names) {
  const directories = [
    ...(process.env.PATH ?? '').split(delimiter),
    '/usr/sbin',
    '/usr/bin',
    '/usr/local/sbin',
    '/usr/local/bin',
  ];
  for (const name of names) {
    for (const directory of directories.filter(Boolean)) {
      try {
        accessSync(join(directory, name), constants.X_OK);
        return join(directory, name);
      } catch {
        // Not there.
      }
    }
  }
  return null;
}

/**
 * How this user may install Debian packages: the words before `apt-get`, or null when not at all.
 * @returns {Promise<{ prefix: string[], asks: boolean } | null>}
 */
async function administrator() {
  if (!findProgram(['apt-get'])) return null;
  if (process.getuid?.() === 0) return { prefix: [], asks: false };
  if (!findProgram(['sudo'])) return null;
  if ((await run('sudo', ['-n', 'true'])).code === 0) return { prefix: ['sudo', '-n'], asks: false };
  return process.stdin.isTTY && process.stderr.isTTY ? { prefix: ['sudo'], asks: true } : null;
}

/**
 * Installs Debian packages, as root or with sudo. Answers false when this user cannot; throws when apt fails.
 * @param {string} subject
 * @param {string[]} packages
 * @param {AbortSignal} signal
 * @returns {Promise<boolean>}
 */
export async function installDebianPackages(subject, packages, signal) {
  const how = await administrator();
  if (!how) return false;
  const started = Date.now();
  const names = packages.join(' ');
  say(subject, `installing Debian's ${names}${how.prefix.length > 0 ? ' with sudo' : ''} (a minute or so)`);
  const asRoot = (/** @type {string[]} */ words) => {
    const [command = '', ...args] = [...how.prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', ...words];
    return run(command, args, { signal, terminal: how.asks, waiting: subject });
  };
  const wait = ['-o', 'DPkg::Lock::Timeout=300'];
  const install = () => asRoot(['apt-get', ...wait, '-qq', '-y', '--no-install-recommends', 'install', ...packages]);

  const update = await asRoot(['apt-get', ...wait, '-qq', 'update']);
  if (update.code !== 0) say(subject, 'apt-get update failed; trying with the package lists that are there');
  let result = await install();
  if (result.code !== 0 && /dpkg was interrupted|dpkg --configure -a/.test(result.output)) {
    say(subject, 'an earlier installation was interrupted: finishing it');
    await asRoot(['dpkg', '--configure', '-a']);
    result = await install();
  }
  if (result.code !== 0) throw aptProblem(names, `${update.output}\n${result.output}`);
  say(subject, `installed in ${seconds(started)}`);
  return true;
}

/**
 * @param {string} names
 * @param {string} output
 */
function aptProblem(names, output) {
  const lines = output.trim().split('\n').slice(-8);
  if (saysDiskFull(output))
    return new Problem(`The disk is full: Debian's ${names} could not be installed.`, [
      'Free about 700 MB and start again.',
      ...lines,
    ]);
  return new Problem(`Debian's ${names} could not be installed.`, [
    'Install it yourself and start again:',
    `apt-get update && apt-get install --no-install-recommends ${names}`,
    'apt-get said:',
    ...lines,
  ]);
}
