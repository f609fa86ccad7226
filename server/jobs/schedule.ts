import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { PrismaClient } from '../db/client.ts';

/** Work that returns again and again. `run` must bear running twice, since a killed process leaves it half done. */
export interface PeriodicJob {
  name: string;
  everyMs: number;
  run: () => Promise<void>;
}

const TICK_MS = 1_000;

/**
 * Runs each job when it is due, in one process at a time: whoever moves `nextAt` runs it. A slow one holds up no other, and is not
 * started a second time here while it runs.
 */
export async function runSchedule(
  db: PrismaClient,
  jobs: readonly PeriodicJob[],
  log: Logger,
  stopped: AbortSignal,
): Promise<void> {
  const now = new Date();
  await db.scheduledJob.createMany({
    data: jobs.map((job) => ({ name: job.name, nextAt: now })),
    skipDuplicates: true,
  });
  const running = new Map<string, Promise<void>>();
  while (!stopped.aborted) {
    try {
      for (const job of jobs) {
        if (stopped.aborted) break;
        if (running.has(job.name) || !(await isMine(db, job))) continue;
        running.set(
          job.name,
          runJob(db, job, log).finally(() => running.delete(job.name)),
        );
      }
    } catch (error) {
      if (!stopped.aborted) log.warn({ err: error }, 'schedule paused');
    }
    await sleep(TICK_MS, undefined, { signal: stopped }).catch(() => {});
  }
  await Promise.all(running.values());
}

async function isMine(db: PrismaClient, job: PeriodicJob): Promise<boolean> {
  const now = new Date();
  const { count } = await db.scheduledJob.updateMany({
    where: { name: job.name, nextAt: { lte: now } },
    data: { nextAt: new Date(now.getTime() + job.everyMs) },
  });
  return count === 1;
}

async function runJob(db: PrismaClient, job: PeriodicJob, log: Logger): Promise<void> {
  let lastError: string | null = null;
  try {
    await job.run();
  } catch (error) {
    lastError = String(error).slice(0, 500);
    log.error({ err: error, job: job.name }, 'job failed');
  }
  await db.scheduledJob
    .update({ where: { name: job.name }, data: { lastAt: new Date(), lastError } })
    .catch((error: unknown) => log.warn({ err: error, job: job.name }, 'job not noted'));
}
