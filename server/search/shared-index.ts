import { setTimeout as sleep } from 'node:timers/promises';
import { nanoid } from 'nanoid';
import type { Logger } from 'pino';
import type { PrismaClient } from '../db/client.ts';
import type { Clock } from '../shared/clock.ts';
import { dayOf } from '../shared/days.ts';
import type { SearchEngine } from './engine.ts';
import { refreshProducts, reindexProducts } from './index-products.ts';
import { changedSince, readSeen, type Seen } from './search-changes.ts';
import { learnWordList } from './word-list.ts';

/** `setting` keys of the index on the search server: the version and day that it is of; the last change put into it; who keeps it. */
const BUILT = 'search.built';
const APPLIED = 'search.applied';
const KEEPER = 'search.keeper';
const LEASE_SECONDS = 10;
const RENEW_MS = 3_000;
const POLL_MS = 100;
const IDLE_MS = 1_000;
const IDS_AT_ONCE = 500;

interface Parts {
  db: PrismaClient;
  search: SearchEngine;
  clock: Clock;
  log: Logger;
}

/**
 * Keeps the index that all processes share like the database until stopped. One worker at a time does it, so that no older state is
 * written over a newer one; when it dies another takes over. Every other process only looks whether the index is there.
 */
export async function followSharedIndex(parts: Parts, stopped: AbortSignal, mayKeep: boolean): Promise<void> {
  const keeper = nanoid(8);
  let learned: string | null = null;
  while (!stopped.aborted) {
    try {
      await parts.search.refresh();
      learned = await learnNewWords(parts.db, learned);
      if (mayKeep && (await hold(parts.db, keeper))) await keepIndex(parts, keeper, stopped);
    } catch (error) {
      if (!stopped.aborted) parts.log.warn({ err: error }, 'search index is behind');
    }
    await pause(IDLE_MS, stopped);
  }
  await letGo(parts.db, keeper).catch(() => {});
}

/** What operators wrote comes with the rebuild that it asks for. */
async function learnNewWords(db: PrismaClient, learned: string | null): Promise<string> {
  const built = (await read(db, BUILT)) ?? '';
  if (built !== learned) await learnWordList(db);
  return built;
}

async function keepIndex(parts: Parts, keeper: string, stopped: AbortSignal): Promise<void> {
  const { db, search, clock } = parts;
  let heldAt = Date.now();
  let rebuilding: Promise<void> | null = null;
  let fault: unknown;
  try {
    while (!stopped.aborted && !fault) {
      if (Date.now() - heldAt > RENEW_MS) {
        if (!(await hold(db, keeper))) return;
        heldAt = Date.now();
        await search.refresh();
      }
      const now = await readSeen(db, dayOf(clock()));
      const applied = await changesApplied(db, now);
      if (!rebuilding && (applied === null || (await read(db, BUILT)) !== nameOf(now))) {
        if (applied === null || !search.ready()) await write(db, APPLIED, String(now.changes));
        rebuilding = rebuild(parts, now)
          .catch((error: unknown) => {
            fault = error;
          })
          .finally(() => {
            rebuilding = null;
          });
      } else if (applied && applied.ids.length > 0 && (rebuilding || search.ready()))
        await apply(parts, now, applied.ids);
      await pause(POLL_MS, stopped);
    }
    if (fault) throw fault;
  } finally {
    await rebuilding;
  }
}

/** The products that were told and not put in yet; null when more was told than is remembered, so that all must be read again. */
async function changesApplied(db: PrismaClient, now: Seen): Promise<{ ids: number[] } | null> {
  const from = Number((await read(db, APPLIED)) ?? now.changes);
  const ids = from === now.changes ? [] : await changedSince(db, from, now.changes);
  return ids && { ids };
}

/** While a rebuild runs the engine puts the same into the new index too. */
async function apply({ db, search }: Parts, now: Seen, ids: readonly number[]): Promise<void> {
  for (let from = 0; from < ids.length; from += IDS_AT_ONCE)
    await refreshProducts(db, search, now.day, ids.slice(from, from + IDS_AT_ONCE));
  await write(db, APPLIED, String(now.changes));
}

/** For a rebuild that was asked for, and for a new day: certifications and seasons end by themselves (rule 17). */
async function rebuild({ db, search, log }: Parts, seen: Seen): Promise<void> {
  await learnWordList(db);
  const { count } = await reindexProducts(db, search, seen.day);
  await write(db, BUILT, nameOf(seen));
  log.info({ count }, 'search index built');
}

const nameOf = ({ version, day }: Seen) => `${version} ${day}`;

async function read(db: PrismaClient, key: string): Promise<string | undefined> {
  return (await db.setting.findUnique({ where: { key }, select: { value: true } }))?.value;
}

async function write(db: PrismaClient, key: string, value: string): Promise<void> {
  await db.$executeRaw`INSERT INTO setting (\`key\`, value) VALUES (${key}, ${value}) ON DUPLICATE KEY UPDATE value = ${value}`;
}

/** Takes or renews the lease, by the database's clock; false while another holds it. */
async function hold(db: PrismaClient, keeper: string): Promise<boolean> {
  await db.$executeRaw`INSERT IGNORE INTO setting (\`key\`, value) VALUES (${KEEPER}, '0 nobody')`;
  // The first number of the value is until when, in seconds; CONCAT is always another value, so that a renewal counts as a change.
  const taken = await db.$executeRaw`
    UPDATE setting SET value = CONCAT(UNIX_TIMESTAMP(NOW(3)) + ${LEASE_SECONDS}, ' ', ${keeper})
    WHERE \`key\` = ${KEEPER} AND (value LIKE ${`% ${keeper}`} OR CAST(SUBSTRING_INDEX(value, ' ', 1) AS DECIMAL(16, 3)) < UNIX_TIMESTAMP(NOW(3)))`;
  return taken > 0;
}

async function letGo(db: PrismaClient, keeper: string): Promise<void> {
  await db.$executeRaw`UPDATE setting SET value = '0 nobody' WHERE \`key\` = ${KEEPER} AND value LIKE ${`% ${keeper}`}`;
}

async function pause(milliseconds: number, stopped: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal: stopped }).catch(() => {});
}
