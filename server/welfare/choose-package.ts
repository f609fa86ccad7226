import type { Actor } from '../accounts/actor.ts';
import { audit } from '../db/audit.ts';
import type { PrismaClient, Tx } from '../db/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { dayFromColumn, dayOf } from '../shared/days.ts';
import { NotFound, RuleRefusal, StateConflict } from '../shared/errors.ts';
import { mayRun } from './lock-run.ts';

/** Who chooses: the person by the personal link, an employee for themselves, or the union for somebody. */
export type Chooser = { token: string } | { actor: Actor; runId: number; claimId?: number };

/**
 * Chooses a package, or another one, until the last day (rule 29); the union also after it until it orders. A scarce package goes to
 * exactly as many as it is for, at any concurrency: the counter decides. Refuses strangers with 404, a choice after the day with 409.
 */
export async function choosePackage(db: PrismaClient, chooser: Chooser, packageId: number, at: Date): Promise<void> {
  await inTransaction(db, async (tx) => {
    const { claim, run, byUnion } = await claimOf(tx, chooser);
    if (run.state !== 'choosing') throw new StateConflict('choosingIsOver');
    if (!byUnion && dayFromColumn(run.chooseUntil) < dayOf(at)) throw new StateConflict('choosingIsOver');
    if (claim.packageId === packageId) return;
    await movePlace(tx, run.id, claim.packageId, packageId);
    const actorId = 'actor' in chooser ? chooser.actor.id : claim.userId;
    await tx.$executeRaw`
      UPDATE welfare_claim SET packageId = ${packageId}, chosenAt = ${at}, chosenById = ${byUnion ? actorId : null} WHERE id = ${claim.id}`;
    await audit(tx, {
      ...{
        at,
        actorId,
        action: 'welfare.choose',
        subjectType: 'welfare_claim',
        subjectId: claim.id,
        unitId: run.unitId,
      },
      ...{ before: { packageId: claim.packageId }, after: { packageId } },
    });
  });
}

/** The claim with its run, both locked: the run shared, so that all choose at once, but none while it is being closed. */
async function claimOf(tx: Tx, chooser: Chooser) {
  const where =
    'token' in chooser
      ? { token: chooser.token }
      : chooser.claimId
        ? { id: chooser.claimId, runId: chooser.runId }
        : { runId: chooser.runId, userId: chooser.actor.id };
  const found = await tx.welfareClaim.findFirst({ where, select: { id: true, runId: true } });
  if (!found) throw new NotFound();
  await tx.$queryRaw`SELECT id FROM welfare_run WHERE id = ${found.runId} LOCK IN SHARE MODE`;
  await tx.$queryRaw`SELECT id FROM welfare_claim WHERE id = ${found.id} FOR UPDATE`;
  const claim = await tx.welfareClaim.findUnique({ where: { id: found.id }, include: { run: true } });
  const byUnion = !('token' in chooser) && chooser.claimId !== undefined;
  if (!claim || claim.run.state === 'draft' || (byUnion && !mayRun(chooser.actor, claim.run.unitId)))
    throw new NotFound();
  return { claim, run: claim.run, byUnion };
}

/** Counters in id order, so that two who swap cannot deadlock. */
async function movePlace(tx: Tx, runId: number, from: number | null, to: number): Promise<void> {
  const leave = () => tx.$executeRaw`UPDATE welfare_package SET chosen = chosen - 1 WHERE id = ${from}`;
  if (from !== null && from < to) await leave();
  const taken = await tx.$executeRaw`
    UPDATE welfare_package SET chosen = chosen + 1
    WHERE id = ${to} AND runId = ${runId} AND (capacity IS NULL OR chosen < capacity)`;
  if (taken === 0) throw new RuleRefusal('packageGone', [{ path: 'packageId', code: 'packageGone' }]);
  if (from !== null && from > to) await leave();
}
