import { existsSync, mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { prepareCheckout } from './checkout.mjs';
import { databaseDirectory, databaseName, markFinished, openDatabase } from './database.mjs';
import { mendUnfinished } from './demonstration.mjs';
import { live, pause } from './lifetime.mjs';
import { askHolder, claim } from './lock.mjs';
import { urlOfRunningServer } from './mariadb-server.mjs';
import { runMarketCommand } from './market-process.mjs';
import { run } from './processes.mjs';
import { Problem, say, sayOnStandardError } from './say.mjs';
import { readSettings, root } from './settings.mjs';

/**
 * `node server/cli/run.mjs <command> [arguments]`: runs server/cli/<command>.ts with DATABASE_URL set to the market's database,
 * the private one included, which is started for as long as it takes when no market runs. Standard output is the command's.
 */
export function runCommand() {
  sayOnStandardError();
  return live(async ({ signal, defer }) => {
    const [name = '', ...args] = process.argv.slice(2);
    if (!/^[a-z-]+$/.test(name) || !existsSync(join(root, `server/cli/${name}.ts`))) {
      throw new Problem(`There is no command ${JSON.stringify(name)}.`, ['See the scripts in package.json.']);
    }
    const settings = readSettings(process.env);
    mkdirSync(settings.dataDir, { recursive: true, mode: 0o700 });
    settings.dataDir = realpathSync(settings.dataDir);
    await prepareCheckout({ dev: !settings.production, signal, quiet: true });
    const url = settings.databaseUrl ?? (await privateUrl(settings, signal, defer));
    const { code } = await run(
      process.execPath,
      ['--enable-source-maps', join(root, `.build/cli/${name}.js`), ...args],
      {
        cwd: root,
        env: { ...process.env, DATABASE_URL: url, DATA_DIR: settings.dataDir },
        bound: true,
        show: true,
        signal,
      },
    );
    return code;
  });
}

/**
 * @param {import('./settings.mjs').Settings} settings
 * @param {AbortSignal} signal
 * @param {(putAway: () => unknown) => void} defer
 * @returns {Promise<string>}
 */
async function privateUrl(settings, signal, defer) {
  const name = `data ${settings.dataDir}`;
  for (let told = false; ; told = true) {
    const lock = await claim(name, () => ({ command: process.argv[2] }));
    if (lock.held) {
      defer(lock.release);
      const database = await openDatabase(settings, signal);
      defer(database.stop);
      await mendUnfinished(settings, database);
      if (process.argv[2] !== 'migrate') {
        await runMarketCommand('migrate', { settings, url: database.url, signal, show: 'as errors' });
      }
      // What the command puts in is there to stay, so the next start must not take it for a half of its own.
      markFinished(settings);
      return database.url;
    }
    const url =
      (await askHolder(name))?.serving && urlOfRunningServer(databaseDirectory(settings.dataDir), databaseName);
    if (url) return url;
    if (!told)
      say(
        'Database',
        `in use by a start or command that is not ready yet (process ${lock.holder.pid ?? 'unknown'}): waiting`,
      );
    await pause(500, signal);
  }
}
