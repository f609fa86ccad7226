import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Problem, say } from './bootstrap/say.mjs';
import { root } from './bootstrap/settings.mjs';

const output = join(root, '.build');
const stamp = join(output, '.made-from');

/**
 * The server and every command of server/cli, each bundled into one file of .build/, with source maps.
 * @param {{ quiet?: boolean }} [options]
 */
export async function build({ quiet = false } = {}) {
  const source = fingerprint();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === source) {
    if (!quiet) say('Build', 'up to date');
    return;
  }
  const started = Date.now();
  rmSync(output, { recursive: true, force: true });
  mkdirSync(output);
  const esbuild = await import('esbuild');
  try {
    await esbuild.build({
      absWorkingDir: root,
      entryPoints: entryPoints(),
      outbase: 'server',
      outdir: output,
      bundle: true,
      packages: 'external',
      platform: 'node',
      target: 'node20',
      format: 'esm',
      sourcemap: true,
      logLevel: 'silent',
    });
  } catch (error) {
    const { errors } = /** @type {import('esbuild').BuildFailure} */ (error);
    if (!errors) throw error;
    throw new Problem(
      'The server could not be built:',
      errors.slice(0, 10).map(({ text, location }) => (location ? `${location.file}:${location.line}: ${text}` : text)),
    );
  } finally {
    // Its helper process would otherwise live as long as the market.
    await esbuild.stop();
  }
  writeFileSync(stamp, source);
  say('Build', `made in ${((Date.now() - started) / 1000).toFixed(1)} s`);
}

function entryPoints() {
  const commands = readdirSync(join(root, 'server/cli')).filter((name) => name.endsWith('.ts'));
  return ['server/main.ts', ...commands.map((name) => `server/cli/${name}`)];
}

/** All that the build is made from. Contents, not dates: a fresh clone has new dates only. */
function fingerprint() {
  const hash = createHash('sha256');
  const sources = readdirSync(join(root, 'server'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|json|mjs)$/.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .filter((path) => !path.includes('/cli/bootstrap/'))
    .sort();
  for (const path of [...sources, join(root, 'package-lock.json'), join(root, 'tsconfig.json')]) {
    hash
      .update(`${relative(root, path)}\0`)
      .update(readFileSync(path))
      .update('\0');
  }
  return hash.digest('hex');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { live } = await import('./bootstrap/lifetime.mjs');
  await live(async () => {
    await build();
    return 0;
  });
}
