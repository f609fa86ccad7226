import type { Actor } from '../accounts/actor.ts';
import { audit } from '../db/audit.ts';
import type { PrismaClient } from '../db/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { type Day, dayToColumn } from '../shared/days.ts';
import { RuleRefusal, StateConflict } from '../shared/errors.ts';
import { type ActOnCertification, lockCertification } from './certification-act.ts';
import { nextCertificationState } from './certification-states.ts';

export interface ProposeDisqualification extends ActOnCertification {
  /** from when on what was placed shall no longer count */
  since: Day;
}

/**
 * Proposes that a certification be disqualified for fraud (rule 1); nothing changes until a second person has approved. Refuses
 * strangers with 404, lookers with 403, a state that cannot be disqualified or a second proposal with 409, a day to come by its field.
 */
export async function proposeDisqualification(
  db: PrismaClient,
  actor: Actor,
  proposed: ProposeDisqualification,
): Promise<number> {
  const { since, reason, at } = proposed;
  return inTransaction(db, async (tx) => {
    const certification = await lockCertification(tx, actor, proposed);
    const { id, today } = certification;
    nextCertificationState(certification.state, 'disqualify');
    if (since > today) throw new RuleRefusal('badInput', [{ path: 'disqualifySince', code: 'dayToCome' }]);
    const open = await tx.disqualification.findFirst({
      where: { certificationId: id, state: 'proposed' },
      select: { id: true },
    });
    if (open) throw new StateConflict('disqualificationOpen');
    const made = await tx.disqualification.create({
      data: { certificationId: id, since: dayToColumn(since), reason, proposedById: actor.id, proposedAt: at },
      select: { id: true },
    });
    await audit(tx, {
      at,
      actorId: actor.id,
      action: 'certification.propose_disqualification',
      subjectType: 'certification',
      subjectId: id,
      after: { since },
      reason,
    });
    return made.id;
  });
}
