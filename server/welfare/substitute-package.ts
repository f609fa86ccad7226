import type { Actor } from '../accounts/actor.ts';
import { audit } from '../db/audit.ts';
import type { PrismaClient } from '../db/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { RuleRefusal } from '../shared/errors.ts';
import { requireNothingOrdered } from './link-order.ts';
import { lockRun } from './lock-run.ts';
import { requireRunState } from './run-states.ts';

/**
 * Gives everybody who has a package another one instead, when it cannot be had, while nothing of the run is ordered. Refuses where the other
 * one is too scarce. Answers how many.
 */
export async function substitutePackage(
  db: PrismaClient,
  actor: Actor,
  runId: number,
  { from, to }: { from: number; to: number },
  at: Date,
): Promise<number> {
  return inTransaction(db, async (tx) => {
    const run = await lockRun(tx, actor, runId);
    requireRunState(run.state, 'choosing', 'ordered');
    await requireNothingOrdered(tx, runId);
    const count = await tx.welfareClaim.count({ where: { runId, packageId: from } });
    if (count === 0 || from === to) return 0;
    const taken = await tx.$executeRaw`
      UPDATE welfare_package SET chosen = chosen + ${count}
      WHERE id = ${to} AND runId = ${runId} AND (capacity IS NULL OR chosen + ${count} <= capacity)`;
    if (taken === 0) throw new RuleRefusal('packageGone', [{ path: 'to', code: 'packageGone' }]);
    await tx.$executeRaw`UPDATE welfare_package SET chosen = chosen - ${count} WHERE id = ${from} AND runId = ${runId}`;
    await tx.$executeRaw`
      UPDATE welfare_claim SET packageId = ${to}, chosenById = ${actor.id} WHERE runId = ${runId} AND packageId = ${from}`;
    await audit(tx, {
      ...{
        at,
        actorId: actor.id,
        action: 'welfare.substitute',
        subjectType: 'welfare_run',
        subjectId: runId,
        unitId: run.unitId,
      },
      ...{ before: { packageId: from }, after: { packageId: to, count } },
    });
    return count;
  });
}
