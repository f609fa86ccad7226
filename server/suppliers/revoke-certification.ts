import type { Actor } from '../accounts/actor.ts';
import type { PrismaClient } from '../db/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { dayToColumn } from '../shared/days.ts';
import { type ActOnCertification, lockCertification, recordAct } from './certification-act.ts';
import { nextCertificationState } from './certification-states.ts';
import { endSuspension } from './end-suspension.ts';

/**
 * Revokes a certification from today on and for good: selling stops at once, history is not rewritten (rule 1). A suspension that
 * runs ends in it. Refuses strangers with 404, lookers with 403, what is neither certified nor suspended with 409
 * `wrongCertificationState`.
 */
export async function revokeCertification(db: PrismaClient, actor: Actor, act: ActOnCertification): Promise<void> {
  await inTransaction(db, async (tx) => {
    const certification = await lockCertification(tx, actor, act);
    const { id, today } = certification;
    nextCertificationState(certification.state, 'revoke');
    await endSuspension(tx, certification);
    await tx.certificationInterruption.create({
      data: {
        certificationId: id,
        kind: 'revocation',
        since: dayToColumn(today),
        reason: act.reason,
        publicReason: act.publicReason || null,
        byId: actor.id,
      },
    });
    await recordAct(tx, actor, certification, 'revoke', act);
  });
}
