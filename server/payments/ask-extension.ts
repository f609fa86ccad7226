import type { Actor } from '../accounts/actor.ts';
import { audit } from '../db/audit.ts';
import type { PrismaClient } from '../db/client.ts';
import { enqueue } from '../jobs/outbox.ts';
import { type Day, dayFromColumn, dayOf, dayToColumn } from '../shared/days.ts';
import { NotAllowed, NotFound, RuleRefusal, StateConflict } from '../shared/errors.ts';
import { withStatement } from './lock-statement.ts';
import { latestDueOn } from './payment-term.ts';
import { isPayer, maySeeStatement } from './statement-policy.ts';
import { STATEMENT_TOLD } from './statement-told.ts';

/**
 * The payer asks for a later day to pay a statement (rule 27): once granted, none more. Refuses a stranger with 404, the supplier with
 * 403, a day that is no later than the term or beyond 60 days from its earliest delivery, by field; 409 for one that is paid, owes nothing
 * yet, has a request that waits or had its one extension. Returns the request's id.
 */
export async function askExtension(
  db: PrismaClient,
  actor: Actor,
  statementId: number,
  { untilOn, reason }: { untilOn: Day; reason: string },
  at: Date,
): Promise<number> {
  return withStatement(db, statementId, async (tx, statement) => {
    if (!maySeeStatement(actor, statement)) throw new NotFound();
    if (!isPayer(actor, statement)) throw new NotAllowed();
    const earlier = await tx.statementExtension.findFirst({
      where: { statementId, state: { in: ['asked', 'granted'] } },
      select: { state: true },
    });
    if (earlier) throw new StateConflict(earlier.state === 'asked' ? 'extensionAsked' : 'extensionUsed');
    const latest = await latestDueOn(tx, statementId);
    if (statement.state === 'paid' || !statement.dueOn || latest === null) throw new StateConflict('nothingToExtend');
    const dueOn = dayFromColumn(statement.dueOn);
    if (untilOn <= dueOn || untilOn > latest || untilOn < dayOf(at))
      throw new RuleRefusal('badInput', [
        { path: 'untilOn', code: dueOn >= latest ? 'noLongerTerm' : 'extensionDay', values: { after: dueOn, latest } },
      ]);
    const { id } = await tx.statementExtension.create({
      data: {
        ...{ statementId, reason, askedById: actor.id, askedAt: at },
        ...{ untilOn: dayToColumn(untilOn), beforeOn: dayToColumn(dueOn) },
      },
      select: { id: true },
    });
    await audit(tx, {
      ...{ at, actorId: actor.id, action: 'statement.ask_extension', subjectType: 'statement', subjectId: statementId },
      ...{ unitId: statement.unitId, after: { untilOn, dueOn }, reason },
    });
    await enqueue(tx, STATEMENT_TOLD, [{ kind: 'extension', id }]);
    return id;
  });
}
