import type { Actor } from '../../accounts/actor.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient, Tx } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { BadInput, NotAllowed, RuleRefusal, StateConflict } from '../../shared/errors.ts';
import { mayReview, type UnitInProgramme } from './declaration-policy.ts';
import { acceptedOf, type Declaration, loadDeclarations } from './declaration-queries.ts';
import { setTarget } from './set-target.ts';
import { MOST_TARGET } from './target-amounts.ts';

export interface ReviewDeclaration extends UnitInProgramme {
  declaration: Declaration;
  decision: 'accept' | 'return';
  reason: string | undefined;
  at: Date;
}

/**
 * Accepts a declaration, which makes the unit's overall target: what it comes to, together with the newest accepted one of the other
 * basis; or sends it back (rule 9). The state decides once, whoever presses at the same time. Refuses whoever may not review with 403,
 * an own declaration with 403 `ownDeclaration`, a missing reason, one that is not waiting with 409 `wrongDeclarationState`.
 */
export async function reviewDeclaration(db: PrismaClient, actor: Actor, review: ReviewDeclaration): Promise<void> {
  const { programme, unit, byId, declaration, decision, at } = review;
  const { id, unitId } = declaration;
  if (!mayReview(actor, programme, unit, byId)) throw new NotAllowed();
  if (declaration.submittedById === actor.id) throw new NotAllowed('ownDeclaration');
  const reason = review.reason?.trim();
  if (!reason) throw new BadInput([{ path: 'reason', code: 'reasonNeeded' }]);
  const state = decision === 'accept' ? 'accepted' : 'returned';
  await inTransaction(db, async (tx) => {
    const { count } = await tx.targetDeclaration.updateMany({
      where: { id, state: 'submitted' },
      data: { state, reason, reviewedById: actor.id, reviewedAt: at },
    });
    if (count === 0) throw new StateConflict('wrongDeclarationState');
    if (decision === 'accept') await makeTarget(tx, actor, declaration, reason, at);
    await audit(tx, {
      ...{ at, actorId: actor.id, action: `target_declaration.${decision}`, subjectType: 'target_declaration' },
      ...{ subjectId: id, unitId, before: { state: 'submitted' }, after: { state }, reason },
    });
  });
}

async function makeTarget(tx: Tx, actor: Actor, declaration: Declaration, reason: string, at: Date): Promise<void> {
  const { id, programmeId, unitId, contractor } = declaration;
  const of = { programmeId, unitId };
  // Both bases of a unit may be accepted at once: the unit's lock makes the second see the first.
  await tx.$queryRaw`SELECT id FROM unit WHERE id = ${unitId} FOR UPDATE`;
  if ((await tx.targetExemption.count({ where: { ...of, endedAt: null } })) > 0) throw new RuleRefusal('unitExempt');
  if (contractor) await tx.unit.update({ where: { id: unitId }, data: { contractor } });
  const value = targetOf(await loadDeclarations(tx, { programmeIds: [programmeId], unitIds: [unitId] }));
  if (value > MOST_TARGET) throw new RuleRefusal('amountTooLarge');
  const everything = { categoryId: null, placeId: null, fundingSource: null };
  await setTarget(
    tx,
    { programmeId, reason, byId: actor.id, at, declarationId: id },
    { unitId, ...everything, measure: 'fen', value },
  );
}

/** What a unit's accepted declarations come to, fen. */
export function targetOf(declarations: readonly Declaration[]): number {
  return acceptedOf(declarations).reduce((sum, { valueFen }) => sum + valueFen, 0);
}
