import type { Actor } from '../../accounts/actor.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { NotAllowed, StateConflict } from '../../shared/errors.ts';
import { mayDeclare } from './declaration-policy.ts';
import type { Declaration } from './declaration-queries.ts';

/** The unit takes its declaration back while it waits. Refuses others with 403, a reviewed one with 409 `wrongDeclarationState`. */
export async function withdrawDeclaration(
  db: PrismaClient,
  actor: Actor,
  { id, unitId }: Pick<Declaration, 'id' | 'unitId'>,
  at: Date,
): Promise<void> {
  if (!mayDeclare(actor, unitId)) throw new NotAllowed();
  await inTransaction(db, async (tx) => {
    const { count } = await tx.targetDeclaration.updateMany({
      where: { id, state: 'submitted' },
      data: { state: 'withdrawn' },
    });
    if (count === 0) throw new StateConflict('wrongDeclarationState');
    await audit(tx, {
      ...{ at, actorId: actor.id, action: 'target_declaration.withdraw', subjectType: 'target_declaration' },
      ...{ subjectId: id, unitId, before: { state: 'submitted' }, after: { state: 'withdrawn' } },
    });
  });
}
