import { join } from 'node:path';
import { prepareCheckout } from './checkout.mjs';
import { ensureChromium } from './chromium.mjs';
import { requireSpace } from './disk.mjs';
import { live } from './lifetime.mjs';
import { run } from './processes.mjs';
import { say, sayPlain } from './say.mjs';
import { root } from './settings.mjs';
import { readResults } from './test-results.mjs';
import { startThrowAwayDatabase } from './throw-away-database.mjs';

/** `npm test`, with Vitest's own arguments after `--`: `npm test -- test/orders`. */
export function testMarket() {
  let lastLine = '';
  process.on('exit', () => lastLine && sayPlain(lastLine));
  return live(async ({ signal, defer }) => {
    say('Node.js', process.versions.node);
    await requireSpace(root, 200, 'the tests');
    await prepareCheckout({ dev: true, signal });
    const chromium = await ensureChromium(signal);
    const database = await startThrowAwayDatabase(signal);
    defer(database.stop);

    const file = join(database.directory, 'results.json');
    const { NODE_ENV: _, DATABASE_URL: __, ...env } = process.env;
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
    const { code } = await run(
      process.execPath,
      [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...reporters, ...process.argv.slice(2)],
      {
        cwd: root,
        env: { ...env, TEST_DATABASE_URL: database.url, ...(chromium ? { CHROMIUM_PATH: chromium } : {}) },
        bound: true,
        show: true,
        signal,
      },
    );
    const { line, remark } = readResults(file, code);
    if (remark) say('Tests', remark);
    lastLine = line;
    return code;
  });
}
