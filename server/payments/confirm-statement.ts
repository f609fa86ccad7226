import type { Actor } from '../accounts/actor.ts';
import type { PrismaClient } from '../db/client.ts';
import { NotAllowed, NotFound, RuleRefusal } from '../shared/errors.ts';
import { withStatement } from './lock-statement.ts';
import { moveStatement, payWhole } from './move-statement.ts';
import { settleStatement } from './settle-statement.ts';
import { isPaidSupplier, isPayer, maySeeStatement } from './statement-policy.ts';

/**
 * The payer or the supplier confirms what a statement comes to, from when on it takes up no more; once both have, what was given back
 * pays its part (rule 27). `seenFen`: the total that the person saw. Refuses a stranger with 404, the operator with 403, a total that
 * has changed meanwhile with `statementChanged`, and a second confirmation with 409.
 */
export async function confirmStatement(
  db: PrismaClient,
  actor: Actor,
  statementId: number,
  seenFen: number | null,
  at: Date,
): Promise<void> {
  await withStatement(db, statementId, async (tx, statement) => {
    if (!maySeeStatement(actor, statement)) throw new NotFound();
    if (!isPayer(actor, statement) && !isPaidSupplier(actor, statement)) throw new NotAllowed();
    const event = isPayer(actor, statement) ? 'buyer_confirm' : 'supplier_confirm';
    const state = await moveStatement(tx, statement, event, { actorId: actor.id, at });
    if (seenFen !== null && BigInt(seenFen) !== statement.totalFen) throw new RuleRefusal('statementChanged');
    if (state !== 'confirmed') return;
    const isPaid = await settleStatement(tx, statement, null, at);
    if (isPaid) await payWhole(tx, { ...statement, state }, at);
  });
}
