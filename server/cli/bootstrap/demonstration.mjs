import { demonstrationState, isUnfinished, markFinished, markUnfinished, recreateDatabase } from './database.mjs';
import { runMarketCommand } from './market-process.mjs';
import { Problem, say, sayPlain } from './say.mjs';

/**
 * @typedef {import('./settings.mjs').Settings} Settings
 * @typedef {import('./database.mjs').Database} Database
 */

const password = 'bangfu2026';
const accounts = [
  ['employee', 'buys for themselves'],
  ['buyer', "buys for a unit's canteen or union"],
  ['approver', "approves a unit's orders"],
  ['organizer', 'runs programmes, targets, offline purchases and bulletins'],
  ['supplier', 'sells, ships, declares batches'],
  ['certifier', 'reviews suppliers and products, publishes notices'],
  ['operator', 'runs the market: refunds, transfers, accounts'],
  ['workteam', 'reports unsold goods and assistance calls from a village'],
];

/**
 * Before migrating: a first filling that was cut short is thrown away with its database. Only ever our own, and only while it
 * has held nothing else.
 * @param {Settings} settings
 * @param {Database} database
 */
export async function mendUnfinished(settings, database) {
  if (!database.own || !isUnfinished(settings)) return;
  const state = await demonstrationState(database.url);
  if (state === 'done') return markFinished(settings);
  if (state === 'empty') return;
  say('Database', 'its first filling was cut short: throwing it away and beginning anew');
  await recreateDatabase(database.url);
}

/**
 * After migrating: loads the demonstration into a database that holds nobody. Answers whether its accounts are there.
 * @param {Settings} settings
 * @param {Database} database
 * @param {AbortSignal} signal
 * @returns {Promise<boolean>}
 */
export async function ensureDemonstration(settings, database, signal) {
  const state = await demonstrationState(database.url);
  if (state === 'loading') throw halfLoaded(database);
  if (state === 'done' || state === 'people' || settings.production) {
    if (database.own) markFinished(settings);
    if (state === 'done')
      say('Demonstration', settings.production ? 'loaded; its accounts are refused in production' : 'loaded already');
    else
      say(
        'Demonstration',
        settings.production ? 'none in production' : 'not loaded: this database has accounts of its own',
      );
    return state === 'done' && !settings.production;
  }
  say('Demonstration', 'loading');
  if (database.own) markUnfinished(settings);
  await runMarketCommand('load-demo', { settings, url: database.url, signal });
  if (database.own) markFinished(settings);
  return true;
}

/** @param {Database} database */
function halfLoaded(database) {
  if (database.own) {
    return new Problem('The demonstration in this database was loaded only half.', [
      'Other things may be in there too, so nothing is thrown away unasked. To begin anew and keep the old data aside:',
      'mv .data/mariadb .data/mariadb.old && npm start',
    ]);
  }
  const name = new URL(database.url).pathname.slice(1);
  return new Problem(
    `The demonstration in the database ${name} was loaded only half: an earlier start was interrupted.`,
    [
      'DATABASE_URL names a database that is not ours to throw away. If it holds nothing else, make it anew and start again:',
      `DROP DATABASE \`${name}\`; CREATE DATABASE \`${name}\` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;`,
    ],
  );
}

/** The accounts to try. */
export function sayAccounts() {
  sayPlain(`  Accounts to try, all with the password ${password}:`);
  for (const [login = '', can] of accounts) sayPlain(`    ${login.padEnd(10)} ${can}`);
}
