import { mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { prepareCheckout } from './checkout.mjs';
import { openDatabase } from './database.mjs';
import { ensureDemonstration, mendUnfinished, sayAccounts } from './demonstration.mjs';
import { requireSpaceToStart } from './disk.mjs';
import { live } from './lifetime.mjs';
import { claim } from './lock.mjs';
import { runMarketCommand, serveMarket, stopLeftoverMarket } from './market-process.mjs';
import { requirePort } from './ports.mjs';
import { Problem, say, sayPlain, seconds } from './say.mjs';
import { keptSecret } from './secrets.mjs';
import { localAddress, readSettings, root } from './settings.mjs';

export function startMarket() {
  return live(async ({ signal, defer }) => {
    const started = Date.now();
    say('Node.js', process.versions.node);
    const settings = readSettings(process.env);
    await requireSpaceToStart(settings, root);
    mkdirSync(settings.dataDir, { recursive: true, mode: 0o700 });
    settings.dataDir = realpathSync(settings.dataDir);

    let serving = false;
    const address = process.env.BASE_URL || localAddress(settings);
    const lock = await claim(`data ${settings.dataDir}`, () => ({ serving, address }));
    if (!lock.held) throw alreadyStarted(settings.dataDir, lock.holder);
    defer(lock.release);
    await stopLeftoverMarket(settings);
    if (settings.listens) await requirePort(settings);

    await prepareCheckout({ dev: !settings.production, signal });

    const database = await openDatabase(settings, signal);
    defer(async () => {
      await database.stop();
      if (database.own) say('Database', 'stopped');
    });
    await mendUnfinished(settings, database);
    await runMarketCommand('migrate', { settings, url: database.url, signal });
    const demonstration = await ensureDemonstration(settings, database, signal);

    const sessionSecret = settings.sessionSecret ?? keptSecret(join(settings.dataDir, 'session-secret'));
    const server = await serveMarket({ settings, url: database.url, sessionSecret, signal });
    defer(async () => {
      await server.stop();
      say('Market', 'stopped');
    });
    serving = true;

    sayPlain();
    sayPlain(
      settings.listens
        ? `  The market is at ${address}   (started in ${seconds(started)})`
        : `  The worker runs (started in ${seconds(started)}).`,
    );
    if (settings.host === '0.0.0.0' || settings.host === '::')
      sayPlain(`  and at every address of this machine, port ${settings.port}.`);
    if (demonstration) sayAccounts();
    sayPlain('  Ctrl-C stops it; the data stays.');
    sayPlain();

    return servedUntilTheEnd({ server, database, signal });
  }, 'The next start goes on from here, and begins anew what was half done.');
}

/**
 * @param {{
 *   server: { exited: Promise<number> },
 *   database: import('./database.mjs').Database,
 *   signal: AbortSignal,
 * }} running
 * @returns {Promise<number>}
 */
async function servedUntilTheEnd({ server, database, signal }) {
  const interrupted = new Promise((resolve) =>
    signal.addEventListener('abort', () => resolve('interrupted'), { once: true }),
  );
  const end = await Promise.race([
    interrupted,
    server.exited,
    ...(database.exited ? [database.exited.then(() => 'database')] : []),
  ]);
  if (end === 'interrupted') {
    say('Market', 'stopping');
    return 0;
  }
  if (end === 'database') {
    throw new Problem('The database server ended unexpectedly, so the market stops.', [
      `Its log: ${database.log}`,
      'Start again: the data is kept.',
    ]);
  }
  throw new Problem(`The server ended by itself (code ${end}); its last lines above say why.`);
}

/**
 * @param {string} dataDir
 * @param {Record<string, any>} holder
 */
function alreadyStarted(dataDir, holder) {
  const who = `process ${holder.pid ?? 'unknown'}`;
  return new Problem(
    holder.serving
      ? `This market is running already, at ${holder.address} (${who}).`
      : `Another command is using the data in ${dataDir} just now (${who}).`,
    [
      holder.serving
        ? 'Open that address, or stop it there with Ctrl-C.'
        : 'Wait for it, or stop it there with Ctrl-C.',
      'For a second market beside it, give it a port and data of its own:',
      'PORT=3001 DATA_DIR=.data-3001 npm start',
    ],
  );
}
