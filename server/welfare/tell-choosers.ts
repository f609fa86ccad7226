import type { PrismaClient } from '../db/client.ts';
import { notify } from '../notifications/notify.ts';
import { pathTo } from '../paths.ts';
import { addDays, dayFromColumn, dayOf, dayToColumn } from '../shared/days.ts';

const REMINDED_DAYS_BEFORE = 1;

/** Tells the employees with accounts that they may choose, each once a run. */
export async function tellChoosers(
  db: PrismaClient,
  runId: number,
  kind: 'welfare_open' | 'welfare_reminder' = 'welfare_open',
) {
  const claims = await db.welfareClaim.findMany({
    where: { ...{ runId, userId: { not: null }, packageId: null, token: { not: null } }, run: { state: 'choosing' } },
    select: { userId: true, token: true, run: { select: { name: true, chooseUntil: true } } },
  });
  await notify(
    db,
    claims.flatMap(({ userId, token, run }) =>
      userId && token
        ? [
            {
              ...{ userId, kind, dedupeKey: `${kind}:${runId}`, link: pathTo('welfareChoice', { token }) },
              data: { name: run.name, day: dayFromColumn(run.chooseUntil) },
            },
          ]
        : [],
    ),
  );
}

/** Reminds whoever has not chosen by the day before the last, each once a run. */
export async function remindChoosers(db: PrismaClient, now: Date): Promise<void> {
  const today = dayOf(now);
  const runs = await db.welfareRun.findMany({
    where: {
      state: 'choosing',
      chooseUntil: { gte: dayToColumn(today), lte: dayToColumn(addDays(today, REMINDED_DAYS_BEFORE)) },
    },
    select: { id: true },
  });
  for (const { id } of runs) await tellChoosers(db, id, 'welfare_reminder');
}
