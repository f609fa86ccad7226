import { type Actor, suppliersServedBy, unitsApprovedFor } from '../../accounts/actor.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { onBehalf } from '../../orders/on-behalf.ts';
import { dayOf, dayToColumn } from '../../shared/days.ts';
import { NotFound, StateConflict } from '../../shared/errors.ts';
import { lockAgreement, lockIntention } from './lock-matching.ts';
import { tellLater } from './matching-changed.ts';
import { nextAgreementState, nextIntentionState } from './matching-states.ts';

/**
 * An approver of the unit signs what the supplier proposed, or declines it with a reason (`reason` given); the intention is agreed, or stays
 * open for a better proposal. Refuses a stranger with 404, what was decided with `agreementDecided`, and to sign what has ended already.
 */
export async function decideAgreement(
  db: PrismaClient,
  actor: Actor,
  id: number,
  reason: string | null,
  at: Date,
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const agreement = await lockAgreement(tx, id);
    if (!unitsApprovedFor(actor).includes(agreement.unitId)) throw new NotFound();
    const state = nextAgreementState(agreement.state, reason === null ? 'sign' : 'decline');
    if (reason === null && agreement.endsOn < dayToColumn(dayOf(at))) throw new StateConflict('agreementDecided');
    if (reason === null && agreement.intentionId !== null) {
      const intention = await lockIntention(tx, agreement.intentionId);
      const agreed = nextIntentionState(intention.state, 'agree');
      await tx.matchingIntention.update({ where: { id: intention.id }, data: { state: agreed }, select: { id: true } });
    }
    const data = { state, reason, decidedById: actor.id, decidedAt: at };
    await tx.frameworkAgreement.update({ where: { id }, data, select: { id: true } });
    await audit(tx, {
      ...{ at, actorId: actor.id, action: `agreement.${reason === null ? 'sign' : 'decline'}`, reason },
      ...{ subjectType: 'framework_agreement', subjectId: id, unitId: agreement.unitId },
    });
    await tellLater(tx, { what: reason === null ? 'signed' : 'declined', agreementId: id });
  });
}

/** The supplier takes back what was not decided yet. */
export async function withdrawAgreement(db: PrismaClient, actor: Actor, id: number, at: Date): Promise<void> {
  await inTransaction(db, async (tx) => {
    const agreement = await lockAgreement(tx, id);
    if (!suppliersServedBy(actor).includes(agreement.supplierId)) throw new NotFound();
    const state = nextAgreementState(agreement.state, 'withdraw');
    await tx.frameworkAgreement.update({ where: { id }, data: { state, endedAt: at }, select: { id: true } });
    await audit(tx, {
      ...{ at, actorId: actor.id, action: 'agreement.withdraw', subjectType: 'framework_agreement', subjectId: id },
      onBehalfOf: await onBehalf(tx, actor, agreement.supplierId),
      unitId: agreement.unitId,
    });
  });
}

/** Either side ends a signed agreement before its last day, with a reason; what was called off goes on. */
export async function endAgreement(
  db: PrismaClient,
  actor: Actor,
  id: number,
  reason: string,
  at: Date,
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const agreement = await lockAgreement(tx, id);
    const isSide =
      unitsApprovedFor(actor).includes(agreement.unitId) || suppliersServedBy(actor).includes(agreement.supplierId);
    if (!isSide) throw new NotFound();
    const state = nextAgreementState(agreement.state, 'end');
    await tx.frameworkAgreement.update({ where: { id }, data: { state, reason, endedAt: at }, select: { id: true } });
    await audit(tx, {
      ...{ at, actorId: actor.id, action: 'agreement.end', subjectType: 'framework_agreement', subjectId: id },
      onBehalfOf: await onBehalf(tx, actor, agreement.supplierId),
      ...{ unitId: agreement.unitId, reason },
    });
    await tellLater(tx, { what: 'ended', agreementId: id });
  });
}
