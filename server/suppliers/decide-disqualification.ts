import type { Actor } from '../accounts/actor.ts';
import { audit } from '../db/audit.ts';
import type { PrismaClient, Tx } from '../db/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { dayFromColumn } from '../shared/days.ts';
import { NotAllowed, StateConflict } from '../shared/errors.ts';
import { type ActedCertification, type ActOnCertification, lockCertification, recordAct } from './certification-act.ts';
import { nextCertificationState } from './certification-states.ts';
import { endSuspension } from './end-suspension.ts';

export interface DecideDisqualification extends ActOnCertification {
  approve: boolean;
}

/**
 * Decides the open proposal to disqualify a certification. Approved, it no longer holds from the proposed day on, so that selling stops,
 * and what was placed since then is reversed by a job (rule 1). Refuses strangers with 404, the proposer with 403 `ownDisqualification`,
 * and with 409 where nothing is proposed or the certification's state has changed.
 */
export async function decideDisqualification(
  db: PrismaClient,
  actor: Actor,
  decided: DecideDisqualification,
): Promise<void> {
  const { approve, reason, at } = decided;
  await inTransaction(db, async (tx) => {
    const certification = await lockCertification(tx, actor, decided, true);
    const proposal = await tx.disqualification.findFirst({
      where: { certificationId: certification.id, state: 'proposed' },
    });
    if (!proposal) throw new StateConflict('nothingProposed');
    if (proposal.proposedById === actor.id) throw new NotAllowed('ownDisqualification');
    if (approve) await disqualify(tx, actor, certification, proposal, at);
    await tx.disqualification.update({
      where: { id: proposal.id },
      data: {
        ...{ state: approve ? 'reversing' : 'refused', decidedById: actor.id, decidedAt: at },
        decision: reason || null,
      },
      select: { id: true },
    });
    await audit(tx, {
      at,
      actorId: actor.id,
      action: `certification.${approve ? 'approve' : 'refuse'}_disqualification`,
      subjectType: 'certification',
      subjectId: certification.id,
      after: { since: dayFromColumn(proposal.since) },
      reason: reason || null,
    });
  });
}

async function disqualify(
  tx: Tx,
  actor: Actor,
  certification: ActedCertification,
  { since, reason, proposedById }: { since: Date; reason: string; proposedById: number },
  at: Date,
): Promise<void> {
  const { id } = certification;
  nextCertificationState(certification.state, 'disqualify');
  await endSuspension(tx, certification);
  await tx.certificationInterruption.create({
    data: { certificationId: id, kind: 'disqualification', since, reason, byId: proposedById },
  });
  await recordAct(tx, actor, certification, 'disqualify', { reason, at });
}
