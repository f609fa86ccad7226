import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { connect, type PrismaClient } from '../../server/db/client.ts';
import { inTransaction } from '../../server/db/in-transaction.ts';
import { drainOutbox, enqueue, type OutboxHandler } from '../../server/jobs/outbox.ts';
import { runSchedule } from '../../server/jobs/schedule.ts';
import { testDatabase } from '../setup/database.ts';

const log = pino({ level: 'silent' });
let db: PrismaClient;

beforeAll(async () => {
  db = connect(await testDatabase(), { pool: 6 });
});
afterAll(() => db.$disconnect());
beforeEach(async () => void (await db.outbox.deleteMany()));

const note = (topic: string, ...numbers: number[]) => inTransaction(db, (tx) => enqueue(tx, topic, numbers));
const aMinuteLater = () => db.$executeRaw`UPDATE outbox SET availableAt = availableAt - INTERVAL 1 MINUTE`;

/** Handles payloads but for those it is told to stumble over. */
function handler(stumble: readonly number[] = []) {
  const done: number[] = [];
  const handle: OutboxHandler = async (payloads) => {
    for (const payload of payloads as number[]) {
      if (stumble.includes(payload)) throw new Error(`cannot do ${payload}`);
      done.push(payload);
    }
  };
  return { done, handle };
}

describe('the outbox', () => {
  it('hands over together what came together, and forgets what was done', async () => {
    await note('bread', 1, 2, 3);
    const handle = vi.fn<OutboxHandler>(async () => {});
    expect(await drainOutbox(db, { bread: handle }, log)).toBe(3);
    expect(handle.mock.calls).toEqual([[[1, 2, 3]]]);
    expect(await db.outbox.count()).toBe(0);
  });

  it('does not let one that always fails hold up those beside it', async () => {
    await note('bread', 1, 2, 3);
    const { done, handle } = handler([1]);
    await drainOutbox(db, { bread: handle }, log);
    await aMinuteLater();
    await drainOutbox(db, { bread: handle }, log);
    expect(done).toEqual([2, 3]);
    expect(await db.outbox.findMany({ select: { payload: true, attempts: true } })).toEqual([
      { payload: 1, attempts: 2 },
    ]);
  });

  it('waits longer after each failure', async () => {
    await note('bread', 1);
    const { handle } = handler([1]);
    const waits: number[] = [];
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await drainOutbox(db, { bread: handle }, log);
      const [row] = await db.$queryRaw<{ wait: number }[]>`
        SELECT CAST(TIMESTAMPDIFF(SECOND, NOW(3), availableAt) AS SIGNED) AS wait FROM outbox`;
      waits.push(Math.round((Number(row?.wait) + 1) / 10));
      await db.$executeRaw`UPDATE outbox SET availableAt = NOW(3)`;
    }
    expect(waits).toEqual([1, 2, 4]);
  });

  it('leaves a slow handler’s rows to it, and gives a dead one’s to another', async () => {
    await note('bread', 1);
    const slow = vi.fn<OutboxHandler>(() => sleep(2_500));
    const other = vi.fn<OutboxHandler>(async () => {});
    const first = drainOutbox(db, { bread: slow }, log, 1);
    await vi.waitFor(() => expect(slow).toHaveBeenCalled());
    const busy = { over: false };
    void first.then(() => {
      busy.over = true;
    });
    while (!busy.over) {
      await drainOutbox(db, { bread: other }, log, 1);
      await sleep(50);
    }
    expect(other).not.toHaveBeenCalled();

    await note('bread', 2);
    await db.$executeRaw`UPDATE outbox SET availableAt = NOW(3) + INTERVAL 1 SECOND`;
    await vi.waitFor(
      async () => {
        await drainOutbox(db, { bread: other }, log, 1);
        expect(other).toHaveBeenCalledWith([2]);
      },
      { timeout: 5_000 },
    );
  });

  it('is worked off by several at once without doing anything twice', async () => {
    await note('bread', ...Array.from({ length: 120 }, (_, index) => index));
    const { done, handle } = handler();
    const work = async () => {
      while ((await drainOutbox(db, { bread: handle }, log)) > 0);
    };
    await Promise.all([work(), work(), work()]);
    expect([...done].sort((a, b) => a - b)).toEqual(Array.from({ length: 120 }, (_, index) => index));
  });

  it('takes only what it has a handler for', async () => {
    await note('bread', 1);
    await note('butter', 2);
    const { done, handle } = handler();
    await drainOutbox(db, { butter: handle }, log);
    expect(done).toEqual([2]);
    expect(await db.outbox.findMany({ select: { topic: true, attempts: true } })).toEqual([
      { topic: 'bread', attempts: 0 },
    ]);
  });
});

describe('the schedule', () => {
  it('lets a job that hangs hold up no other, and starts it no second time', async () => {
    const stopping = new AbortController();
    let release = () => {};
    const hanging = vi.fn(
      () =>
        new Promise<void>((resolve) => {
          release = resolve;
        }),
    );
    const quick = vi.fn(async () => {});
    const jobs = [
      { name: 'hanging', everyMs: 1, run: hanging },
      { name: 'quick', everyMs: 1, run: quick },
    ];
    const running = runSchedule(db, jobs, log, stopping.signal);
    await vi.waitFor(() => expect(quick.mock.calls.length).toBeGreaterThan(1), { timeout: 10_000 });
    stopping.abort();
    release();
    await running;
    expect(hanging).toHaveBeenCalledTimes(1);
  });
});
