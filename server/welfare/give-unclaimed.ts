import type { Actor } from '../accounts/actor.ts';
import { audit } from '../db/audit.ts';
import type { PrismaClient } from '../db/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { RuleRefusal } from '../shared/errors.ts';
import { lockRun } from './lock-run.ts';
import { requireRunState } from './run-states.ts';

export interface Gift {
  packageId: number;
  /** the department or other run whose people get it */
  list: string;
  names: string[];
}

/**
 * Gives packages that nobody fetched to people of another list, one each, instead of sending them back (rule 29). Those on the roster whose
 * packages went are taken by staff number. Refuses more names than packages are left, giving none.
 */
export async function giveUnclaimed(
  db: PrismaClient,
  actor: Actor,
  runId: number,
  { packageId, list, names }: Gift,
  at: Date,
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const run = await lockRun(tx, actor, runId);
    requireRunState(run.state, 'distributed');
    const left = await tx.welfareClaim.findMany({
      where: { runId, packageId, signedAt: null, returnedAt: null, givenAt: null },
      select: { id: true },
      orderBy: { staffNumber: 'asc' },
    });
    if (names.length > left.length)
      throw new RuleRefusal('badInput', [{ path: 'names', code: 'fewerUnclaimed', values: { count: left.length } }]);
    for (const [index, name] of names.entries()) {
      const claimId = left[index]?.id ?? 0;
      await tx.welfareClaim.update({
        where: { id: claimId },
        data: { givenToName: name, givenToList: list, givenAt: at },
        select: { id: true },
      });
      await audit(tx, {
        ...{ at, actorId: actor.id, action: 'welfare.give', subjectType: 'welfare_claim', subjectId: claimId },
        ...{ unitId: run.unitId, after: { list, name } },
      });
    }
  });
}
