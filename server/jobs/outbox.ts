import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { PrismaClient } from '../db/client.ts';
import { Prisma } from '../db/generated/client.ts';
import type { Sql } from '../db/sql.ts';
import { groupBy } from '../shared/group-by.ts';

const BATCH = 50;
const RETRY_MS = 5_000;
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
 * Takes due rows, first come first served, and hands them to their topics' handlers. A row leaves only after its handler succeeded,
 * so a killed process repeats it; a failing one waits longer each time. Returns how many rows were taken.
 */
export async function drainOutbox(
  db: PrismaClient,
  handlers: Record<string, OutboxHandler>,
  log: Logger,
): Promise<number> {
  const rows = await lease(db);
  for (const [topic, group] of groupBy(rows, (row) => row.topic)) {
    const ids = group.map((row) => row.id);
    try {
      const handler = handlers[topic];
      if (!handler) throw new Error(`no handler for topic ${topic}`);
      await handler(group.map((row) => row.payload as Prisma.JsonValue));
      await db.outbox.deleteMany({ where: { id: { in: ids } } });
    } catch (error) {
      const attempts = Math.max(...group.map((row) => row.attempts)) + 1;
      log[attempts >= 5 ? 'error' : 'warn']({ err: error, topic, ids, attempts }, 'outbox handler failed');
      await db.outbox.updateMany({
        where: { id: { in: ids } },
        data: {
          attempts,
          lastError: String(error).slice(0, 500),
          availableAt: new Date(Date.now() + RETRY_MS * 2 ** Math.min(attempts, 6)),
        },
      });
    }
  }
  return rows.length;
}

/** Sets due rows aside for a minute, so that several workers share them and a dead one's come back. */
async function lease(db: PrismaClient): Promise<Row[]> {
  return db.$transaction(
    async (tx) => {
      const rows = await tx.$queryRaw<Row[]>`
        SELECT id, topic, payload, attempts FROM outbox WHERE availableAt <= NOW(3) ORDER BY availableAt, id LIMIT ${BATCH} FOR UPDATE SKIP LOCKED`;
      if (rows.length > 0) {
        await tx.outbox.updateMany({
          where: { id: { in: rows.map((row) => row.id) } },
          data: { availableAt: new Date(Date.now() + 60_000) },
        });
      }
      return rows;
    },
    { isolationLevel: 'ReadCommitted' },
  );
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
