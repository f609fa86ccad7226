import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './processes.mjs';
import { notAllowed, Problem, say, seconds } from './say.mjs';
import { root } from './settings.mjs';

const generated = join(root, 'server/db/generated');
const stamp = join(generated, '.made-from');

/**
 * Generates the database client when the schema, or Prisma itself, has changed since.
 * @param {{ signal: AbortSignal, quiet?: boolean }} options
 */
export async function ensurePrismaClient({ signal, quiet = false }) {
  const source = fingerprint();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === source) {
    if (!quiet) say('Prisma client', 'up to date');
    return;
  }
  const started = Date.now();
  rmSync(stamp, { force: true });
  const { code, output } = await run(process.execPath, [join(root, 'node_modules/prisma/build/index.js'), 'generate'], {
    cwd: root,
    bound: true,
    signal,
    env: {
      ...process.env,
      // Generating needs no schema engine, but Prisma downloads one unless it is pointed at a file that exists.
      PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
      PRISMA_HIDE_UPDATE_MESSAGE: '1',
      CHECKPOINT_DISABLE: '1',
    },
  });
  if (code !== 0) {
    if (/EACCES|EPERM/.test(output)) throw notAllowed(root);
    throw new Problem(
      'Prisma could not generate its client from prisma/schema.prisma. It said:',
      output.trim().split('\n').slice(-20),
    );
  }
  mkdirSync(generated, { recursive: true });
  writeFileSync(stamp, source);
  say('Prisma client', `generated in ${seconds(started)}`);
}

function fingerprint() {
  const hash = createHash('sha256');
  for (const file of ['prisma/schema.prisma', 'prisma.config.ts', 'node_modules/prisma/package.json'])
    hash.update(readFileSync(join(root, file)));
  return hash.digest('hex');
}
