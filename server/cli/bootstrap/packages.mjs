import { existsSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { saysDiskFull } from './disk.mjs';
import { run } from './processes.mjs';
import { notAllowed, Problem, say, seconds } from './say.mjs';
import { root } from './settings.mjs';

/**
 * Installs what package-lock.json names, when that is not what is there.
 * @param {{ dev: boolean, signal: AbortSignal, quiet?: boolean }} options `dev`: with what only tests and checks need
 */
export async function ensurePackages({ dev, signal, quiet = false }) {
  if (packagesFit(root, dev)) {
    if (!quiet) say('Packages', 'as package-lock.json says');
    return;
  }
  const started = Date.now();
  say(
    'Packages',
    existsSync(join(root, 'node_modules'))
      ? 'not as package-lock.json says: installing'
      : 'installing (a minute or so)',
  );
  const [command, first] = npm();
  // No package needs its install script: Prisma's would download an engine that is not used here.
  const args = [
    ...first,
    'ci',
    dev ? '--include=dev' : '--omit=dev',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ];
  for (let attempt = 1; ; attempt++) {
    // npm would take back what it did when it is ended, which the next one does anyway.
    const { code, output } = await run(command, args, {
      cwd: root,
      bound: 'outright',
      graceMs: 1000,
      signal,
      waiting: 'Packages',
    });
    if (code === 0) break;
    if (attempt > 1 || !output.includes('ENOTEMPTY')) throw installProblem(output);
    say('Packages', 'another npm was at work on them: once more');
    rmSync(join(root, 'node_modules'), { recursive: true, force: true, maxRetries: 5 });
  }
  say('Packages', `installed in ${seconds(started)}`);
}

/**
 * Whether node_modules holds every package of the lock file in its version. npm writes its own record there last, so an
 * installation that was cut short does not pass.
 * @param {string} directory
 * @param {boolean} dev
 * @returns {boolean}
 */
export function packagesFit(directory, dev) {
  const wanted = readPackages(join(directory, 'package-lock.json'));
  const present = readPackages(join(directory, 'node_modules/.package-lock.json'));
  if (!wanted || !present) return false;
  const here = `node_modules/@esbuild/${process.platform}-${process.arch}`;
  return Object.entries(wanted).every(([path, entry]) => {
    const fits = present[path]?.version === entry.version && existsSync(join(directory, path));
    // node_modules copied from another kind of machine: esbuild's program is what tells.
    if (path === here) return fits;
    return fits || path === '' || entry.optional || entry.devOptional || (entry.dev && !dev);
  });
}

/**
 * @param {string} file
 * @returns {Record<string, { version?: string, optional?: boolean, dev?: boolean, devOptional?: boolean }> | null}
 */
function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return null;
  }
}

/**
 * The npm that runs this, else the one on the path.
 * @returns {[string, string[]]}
 */
function npm() {
  const script = process.env.npm_execpath;
  return script && basename(script) === 'npm-cli.js' ? [process.execPath, [script]] : ['npm', []];
}

/** @param {string} output */
function installProblem(output) {
  const lines = output.trim().split('\n').slice(-12);
  if (saysDiskFull(output))
    return new Problem('The disk is full: the packages could not be installed.', [
      'Free about 700 MB and start again.',
    ]);
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ECONNRESET|network/i.test(output)) {
    return new Problem('The packages could not be fetched: npm does not reach its registry.', [
      'Check the network; behind a proxy: npm config set proxy http://host:port; with a mirror: npm config set registry URL.',
      ...lines,
    ]);
  }
  if (/EACCES|EPERM/.test(output)) return notAllowed(root);
  return new Problem('npm could not install the packages. It said:', lines);
}
