import type { Actor } from '../accounts/actor.ts';
import { audit } from '../db/audit.ts';
import type { PrismaClient } from '../db/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { enqueue } from '../jobs/outbox.ts';
import { dayFromColumn, dayOf } from '../shared/days.ts';
import { RuleRefusal } from '../shared/errors.ts';
import { lockRun } from './lock-run.ts';
import { nextRunState } from './run-states.ts';

/** The outbox topic by which employees with accounts are told. */
export const WELFARE_OPENED = 'welfare.opened';

/** Opens choosing. Refuses a run without roster, packages, or whose last day is over. */
export async function openRun(db: PrismaClient, actor: Actor, runId: number, at: Date): Promise<void> {
  await inTransaction(db, async (tx) => {
    const run = await lockRun(tx, actor, runId);
    const state = nextRunState(run.state, 'open');
    if ((await tx.welfareClaim.count({ where: { runId } })) === 0) throw new RuleRefusal('emptyRoster');
    if ((await tx.welfarePackage.count({ where: { runId } })) === 0) throw new RuleRefusal('noPackages');
    if (dayFromColumn(run.chooseUntil) < dayOf(at)) throw new RuleRefusal('dayIsOver');
    await tx.welfareRun.update({ where: { id: runId }, data: { state }, select: { id: true } });
    await audit(tx, {
      ...{
        at,
        actorId: actor.id,
        action: 'welfare.open',
        subjectType: 'welfare_run',
        subjectId: runId,
        unitId: run.unitId,
      },
      ...{ before: { state: run.state }, after: { state } },
    });
    await enqueue(tx, WELFARE_OPENED, [{ runId }]);
  });
}
