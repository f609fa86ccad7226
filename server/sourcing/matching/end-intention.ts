import { type Actor, suppliersServedBy } from '../../accounts/actor.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { onBehalf } from '../../orders/on-behalf.ts';
import { NotFound } from '../../shared/errors.ts';
import { lockIntention } from './lock-matching.ts';
import { tellLater } from './matching-changed.ts';
import { nextIntentionState } from './matching-states.ts';
import { unitsIntendedFor } from './state-intention.ts';

/** The supplier says that it cannot serve an intention, and why. Refuses a stranger with 404 and what is not open with `intentionOver`. */
export async function declineIntention(
  db: PrismaClient,
  actor: Actor,
  id: number,
  reason: string,
  at: Date,
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const intention = await lockIntention(tx, id);
    if (!suppliersServedBy(actor).includes(intention.supplierId)) throw new NotFound();
    const state = nextIntentionState(intention.state, 'decline');
    await tx.matchingIntention.update({ where: { id }, data: { state, reason }, select: { id: true } });
    await audit(tx, {
      ...{
        at,
        actorId: actor.id,
        action: 'matching.decline',
        subjectType: 'matching_intention',
        subjectId: id,
        reason,
      },
      ...{ unitId: intention.unitId, onBehalfOf: await onBehalf(tx, actor, intention.supplierId) },
    });
    await tellLater(tx, { what: 'intention_declined', intentionId: id });
  });
}

/** The unit takes its intention back, before an agreement was signed; one that lies proposed is withdrawn with it. */
export async function withdrawIntention(db: PrismaClient, actor: Actor, id: number, at: Date): Promise<void> {
  await inTransaction(db, async (tx) => {
    const intention = await lockIntention(tx, id);
    if (!unitsIntendedFor(actor).includes(intention.unitId)) throw new NotFound();
    const state = nextIntentionState(intention.state, 'withdraw');
    await tx.matchingIntention.update({ where: { id }, data: { state }, select: { id: true } });
    await tx.frameworkAgreement.updateMany({
      where: { intentionId: id, state: 'proposed' },
      data: { state: 'declined', decidedById: actor.id, decidedAt: at },
    });
    await audit(tx, {
      ...{ at, actorId: actor.id, action: 'matching.withdraw', subjectType: 'matching_intention', subjectId: id },
      unitId: intention.unitId,
    });
  });
}
