import type { Actor } from '../accounts/actor.ts';
import { audit } from '../db/audit.ts';
import type { PrismaClient } from '../db/client.ts';
import { enqueue } from '../jobs/outbox.ts';
import { dayFromColumn, dayToColumn } from '../shared/days.ts';
import { NotAllowed, NotFound, StateConflict } from '../shared/errors.ts';
import { withStatement } from './lock-statement.ts';
import { liftPrepaying } from './overdue.ts';
import { latestDueOn } from './payment-term.ts';
import { isPaidSupplier, maySeeStatement } from './statement-policy.ts';
import { STATEMENT_TOLD } from './statement-told.ts';

export interface ExtensionDecision {
  decision: 'grant' | 'refuse';
  answer: string;
}

/**
 * The supplier grants or refuses the extension that waits on a statement. Granted, the statement is due on the day asked for, or on the last
 * that 60 days from its earliest delivery leave, and a
 * payer that prepays because it was overdue buys on account again (rule 27). Refuses a stranger with 404, the payer with 403; 409
 * where none waits or the statement was paid meanwhile.
 */
export async function decideExtension(
  db: PrismaClient,
  actor: Actor,
  statementId: number,
  { decision, answer }: ExtensionDecision,
  at: Date,
): Promise<void> {
  await withStatement(db, statementId, async (tx, statement) => {
    if (!maySeeStatement(actor, statement)) throw new NotFound();
    if (!isPaidSupplier(actor, statement)) throw new NotAllowed();
    const asked = await tx.statementExtension.findFirst({ where: { statementId, state: 'asked' } });
    if (!asked || !statement.dueOn) throw new StateConflict('noExtensionAsked');
    if (decision === 'grant' && statement.state === 'paid') throw new StateConflict('nothingToExtend');
    await tx.statementExtension.update({
      where: { id: asked.id },
      data: {
        ...{ state: decision === 'grant' ? 'granted' : 'refused', decidedById: actor.id, decidedAt: at },
        ...{ answer: answer || null, beforeOn: statement.dueOn },
      },
      select: { id: true },
    });
    const latest = await latestDueOn(tx, statementId);
    // Something that was delivered before may have come onto the statement since it was asked for.
    const until = latest && latest < dayFromColumn(asked.untilOn) ? dayToColumn(latest) : asked.untilOn;
    const dueOn = decision === 'grant' && until > statement.dueOn ? until : statement.dueOn;
    await tx.statement.update({ where: { id: statementId }, data: { dueOn }, select: { id: true } });
    await audit(tx, {
      ...{ at, actorId: actor.id, action: `statement.${decision}_extension` },
      ...{ subjectType: 'statement', subjectId: statementId, unitId: statement.unitId },
      before: { dueOn: dayFromColumn(statement.dueOn) },
      after: { dueOn: dayFromColumn(dueOn) },
      reason: answer || null,
    });
    await enqueue(tx, STATEMENT_TOLD, [{ kind: 'extension', id: asked.id }]);
    await liftPrepaying(tx, statement, at);
  });
}
