import type { Db } from '../db/client.ts';

export interface OutboxHealth {
  waiting: number;
  /** tried at least once in vain */
  failing: number;
  /** since when the oldest of them waits */
  oldestAt: Date | null;
  failures: { topic: string; count: number; attempts: number; lastError: string; oldestAt: Date }[];
}

/** What the outbox still has to do, and which topics fail with which error, the most failing first. */
export async function outboxHealth(db: Db): Promise<OutboxHealth> {
  const [[sums], failures] = await Promise.all([
    db.$queryRaw<{ waiting: number | bigint; failing: number | bigint; oldestAt: Date | null }[]>`
      SELECT COUNT(*) AS waiting, CAST(COALESCE(SUM(attempts > 0), 0) AS SIGNED) AS failing, MIN(createdAt) AS oldestAt FROM outbox`,
    db.$queryRaw<{ topic: string; count: number | bigint; attempts: number; lastError: string; oldestAt: Date }[]>`
      SELECT topic, COUNT(*) AS count, MAX(attempts) AS attempts, COALESCE(MAX(lastError), '') AS lastError, MIN(createdAt) AS oldestAt
      FROM outbox WHERE attempts > 0 GROUP BY topic ORDER BY attempts DESC, topic LIMIT 20`,
  ]);
  return {
    waiting: Number(sums?.waiting ?? 0),
    failing: Number(sums?.failing ?? 0),
    oldestAt: sums?.oldestAt ?? null,
    failures: failures.map((row) => ({ ...row, count: Number(row.count) })),
  };
}

export interface JobHealth {
  name: string;
  nextAt: Date;
  lastAt: Date | null;
  lastError: string | null;
}

/** The periodic jobs with their last run, those that failed first. */
export async function listJobs(db: Db): Promise<JobHealth[]> {
  const jobs = await db.scheduledJob.findMany({ orderBy: { name: 'asc' } });
  return jobs.sort((a, b) => Number(b.lastError !== null) - Number(a.lastError !== null));
}
