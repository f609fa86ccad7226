import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { PRODUCT_CHANGED } from '../catalog/product-changed.ts';
import type { Db, PrismaClient } from '../db/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import type { Sql } from '../db/sql.ts';
import type { OutboxHandler } from '../jobs/outbox.ts';
import type { Clock } from '../shared/clock.ts';
import { type Day, dayOf } from '../shared/days.ts';
import type { SearchEngine } from './engine.ts';
import { refreshProducts, reindexProducts } from './index-products.ts';
import { learnWordList } from './word-list.ts';

/** `setting` keys: how often a rebuild was asked for; how many changes were told; the last of them, in a ring of slots. */
const VERSION = 'search.version';
const CHANGES = 'search.changes';
const SLOTS = 1_024;
const IDS_A_SLOT = 45;
const POLL_MS = 1_000;

interface Parts {
  db: PrismaClient;
  search: SearchEngine;
  clock: Clock;
  log: Logger;
}

/** Outbox handlers of search: what changed is told to whoever keeps an index. */
export function searchHandlers({ db }: Pick<Parts, 'db'>): { [PRODUCT_CHANGED]: OutboxHandler } {
  return {
    [PRODUCT_CHANGED]: async (payloads) => {
      const ids = [...new Set(payloads.map((payload) => (payload as { productId: number }).productId))];
      await tellProcesses(db, ids);
    },
  };
}

/** Asks every process with an embedded index to build it anew. */
export async function askForReindex(db: Sql): Promise<void> {
  await db.$executeRaw`INSERT INTO setting (\`key\`, value) VALUES (${VERSION}, '1') ON DUPLICATE KEY UPDATE value = value + 1`;
}

/** Writes the changed ids into the ring, from which each process reads what it has not seen. */
async function tellProcesses(db: PrismaClient, ids: readonly number[]): Promise<void> {
  await inTransaction(db, async (tx) => {
    await tx.$executeRaw`INSERT IGNORE INTO setting (\`key\`, value) VALUES (${CHANGES}, '0')`;
    const [counter] = await tx.$queryRaw<
      { value: string }[]
    >`SELECT value FROM setting WHERE \`key\` = ${CHANGES} FOR UPDATE`;
    let told = Number(counter?.value ?? 0);
    for (let from = 0; from < ids.length; from += IDS_A_SLOT) {
      told += 1;
      const value = `${told}:${ids.slice(from, from + IDS_A_SLOT).join(',')}`;
      await tx.$executeRaw`INSERT INTO setting (\`key\`, value) VALUES (${slotOf(told)}, ${value}) ON DUPLICATE KEY UPDATE value = ${value}`;
    }
    await tx.$executeRaw`UPDATE setting SET value = ${String(told)} WHERE \`key\` = ${CHANGES}`;
  });
}

const slotOf = (change: number) => `${CHANGES}.${change % SLOTS}`;

export interface Seen {
  version: string;
  changes: number;
  day: Day;
}

/**
 * Keeps this process's embedded index like the database until stopped: builds it, then looks every second for a rebuild asked for,
 * a new day (certifications and seasons end by themselves, rule 17) or changed products.
 */
export async function followSearch(parts: Parts, stopped: AbortSignal): Promise<void> {
  let seen: Seen | null = null;
  while (!stopped.aborted) {
    try {
      seen = await catchUp(parts, seen);
    } catch (error) {
      if (!stopped.aborted) parts.log.warn({ err: error }, 'search index is behind');
    }
    await sleep(POLL_MS, undefined, { signal: stopped }).catch(() => {});
  }
}

/** One look. What was told before a rebuild began is in it; null before the first. */
export async function catchUp({ db, search, clock, log }: Parts, seen: Seen | null): Promise<Seen> {
  const now = await readSeen(db, dayOf(clock()));
  if (seen && seen.version === now.version && seen.changes === now.changes && seen.day === now.day) return seen;
  const ids =
    seen && seen.version === now.version && seen.day === now.day
      ? await changedSince(db, seen.changes, now.changes)
      : null;
  if (ids) {
    await refreshProducts(db, search, now.day, ids);
  } else {
    await learnWordList(db);
    const { count } = await reindexProducts(db, search, now.day);
    log.info({ count }, 'search index built');
  }
  return now;
}

export async function readSeen(db: Db, day: Day): Promise<Seen> {
  const rows = await db.setting.findMany({
    where: { key: { in: [VERSION, CHANGES] } },
    select: { key: true, value: true },
  });
  const value = (key: string) => rows.find((row) => row.key === key)?.value ?? '0';
  return { version: value(VERSION), changes: Number(value(CHANGES)), day };
}

/** The ids told after `from`; null when more was told than the ring holds. */
export async function changedSince(db: Db, from: number, to: number): Promise<number[] | null> {
  if (to - from > SLOTS || to < from) return null;
  const wanted = Array.from({ length: to - from }, (_, index) => from + index + 1);
  const slots = await db.setting.findMany({ where: { key: { in: wanted.map(slotOf) } }, select: { value: true } });
  const told = new Map(
    slots.map(({ value }) => [Number(value.slice(0, value.indexOf(':'))), value.slice(value.indexOf(':') + 1)]),
  );
  const ids = wanted.map((change) => told.get(change));
  if (ids.some((text) => text === undefined)) return null;
  return [...new Set(ids.flatMap((text) => (text ?? '').split(',').map(Number)))];
}
