import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { PrismaClient } from '../db/client.ts';
import { Prisma } from '../db/generated/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import type { Sql } from '../db/sql.ts';
import { groupBy } from '../shared/group-by.ts';

const BATCH = 50;
const LEASE_SECONDS = 20;
const RETRY_SECONDS = 5;
const IDLE_MS = 250;

interface Row {
  id: number;
  topic: string;
  payload: unknown;
  attempts: number;
}

/** What a topic's rows are handled by. A handler must bear being called again with the same payloads. */
export type OutboxHandler = (payloads: Prisma.JsonValue[]) => Promise<void>;

/** Notes, in the fact's own transaction, that something must follow. */
export async function enqueue(tx: Sql, topic: string, payloads: readonly Prisma.InputJsonValue[]): Promise<void> {
  if (payloads.length === 0) return;
  const rows = payloads.map((payload) => Prisma.sql`(${topic}, ${JSON.stringify(payload)})`);
  await tx.$executeRaw`INSERT INTO outbox (topic, payload) VALUES ${Prisma.join(rows)}`;
}

/**
 * Takes due rows of these handlers' topics, first come first served, and hands them over. A row leaves only after its handler
 * succeeded, so a killed process repeats it; a failing one waits longer each time, and is tried by itself from then on, so that it
 * holds up no other. Returns how many rows were taken.
 */
export async function drainOutbox(
  db: PrismaClient,
  handlers: Record<string, OutboxHandler>,
  log: Logger,
  leaseSeconds = LEASE_SECONDS,
): Promise<number> {
  const rows = await lease(db, Object.keys(handlers), leaseSeconds);
  const waiting = new Set(rows.map((row) => row.id));
  const renewing = setInterval(
    () => void renew(db, [...waiting], leaseSeconds).catch(() => {}),
    (leaseSeconds * 1000) / 3,
  );
  try {
    for (const group of groupBy(rows, (row) => (row.attempts > 0 ? row.id : row.topic)).values()) {
      await handOver(db, handlers, log, group);
      for (const row of group) waiting.delete(row.id);
    }
  } finally {
    clearInterval(renewing);
  }
  return rows.length;
}

async function handOver(
  db: PrismaClient,
  handlers: Record<string, OutboxHandler>,
  log: Logger,
  group: readonly Row[],
): Promise<void> {
  const ids = group.map((row) => row.id);
  const topic = group[0]?.topic ?? '';
  try {
    await handlers[topic]?.(group.map((row) => row.payload as Prisma.JsonValue));
    await db.outbox.deleteMany({ where: { id: { in: ids } } });
  } catch (error) {
    const attempts = Math.max(...group.map((row) => row.attempts)) + 1;
    log[attempts >= 5 ? 'error' : 'warn']({ err: error, topic, ids, attempts }, 'outbox handler failed');
    const seconds = RETRY_SECONDS * 2 ** Math.min(attempts, 6);
    await db.$executeRaw`
      UPDATE outbox SET attempts = ${attempts}, lastError = ${String(error).slice(0, 500)}, availableAt = NOW(3) + INTERVAL ${seconds} SECOND
      WHERE id IN (${Prisma.join(ids)})`;
  }
}

/**
 * Sets due rows aside for a while, so that several workers share them and a dead one's come back; a living one renews its own. By the
 * database's clock, which all of them share.
 */
function lease(db: PrismaClient, topics: readonly string[], leaseSeconds: number): Promise<Row[]> {
  return inTransaction(db, async (tx) => {
    const rows = await tx.$queryRaw<Row[]>`
      SELECT id, topic, payload, attempts FROM outbox WHERE availableAt <= NOW(3) AND topic IN (${Prisma.join([...topics])})
      ORDER BY availableAt, id LIMIT ${BATCH} FOR UPDATE SKIP LOCKED`;
    await renew(
      tx,
      rows.map((row) => row.id),
      leaseSeconds,
    );
    return rows;
  });
}

async function renew(db: Sql, ids: readonly number[], leaseSeconds: number): Promise<void> {
  if (ids.length === 0) return;
  await db.$executeRaw`
    UPDATE outbox SET availableAt = NOW(3) + INTERVAL ${leaseSeconds} SECOND WHERE id IN (${Prisma.join([...ids])})`;
}

/** Works until stopped; sleeps a quarter second when there is nothing. */
export async function runOutbox(
  db: PrismaClient,
  handlers: Record<string, OutboxHandler>,
  log: Logger,
  stopped: AbortSignal,
): Promise<void> {
  while (!stopped.aborted) {
    try {
      const taken = await drainOutbox(db, handlers, log);
      if (taken === 0) await sleep(IDLE_MS, undefined, { signal: stopped });
    } catch (error) {
      if (stopped.aborted) return;
      log.warn({ err: error }, 'outbox paused');
      await sleep(2_000, undefined, { signal: stopped }).catch(() => {});
    }
  }
}
