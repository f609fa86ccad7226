import type { Actor } from '../accounts/actor.ts';
import type { PrismaClient } from '../db/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { dayToColumn } from '../shared/days.ts';
import { StateConflict } from '../shared/errors.ts';
import { type ActOnCertification, lockCertification, recordAct } from './certification-act.ts';
import { nextCertificationState } from './certification-states.ts';

/**
 * Suspends a certification from today until it is lifted: what it covers leaves the shelf at once (rules 1, 17). Refuses strangers
 * with 404, lookers with 403, what is not certified with 409 `wrongCertificationState`, what has run out with 409 `certificationExpired`.
 */
export async function suspendCertification(db: PrismaClient, actor: Actor, act: ActOnCertification): Promise<void> {
  await inTransaction(db, async (tx) => {
    const certification = await lockCertification(tx, actor, act);
    const { id, state, validUntil, today } = certification;
    nextCertificationState(state, 'suspend');
    if (validUntil !== null && validUntil < today) throw new StateConflict('certificationExpired');
    await tx.certificationInterruption.create({
      data: {
        certificationId: id,
        kind: 'suspension',
        since: dayToColumn(today),
        reason: act.reason,
        publicReason: act.publicReason || null,
        byId: actor.id,
      },
    });
    await recordAct(tx, actor, certification, 'suspend', act);
  });
}
