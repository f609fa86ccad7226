import { audit } from '../db/audit.ts';
import type { Tx } from '../db/client.ts';
import type { StatementState } from '../db/generated/enums.ts';
import type { LockedStatement } from './lock-statement.ts';
import { liftPrepaying } from './overdue.ts';
import { nextStatementState, type StatementEvent } from './statement-states.ts';

/** Moves a statement on and writes who did it down. */
export async function moveStatement(
  tx: Tx,
  statement: Pick<LockedStatement, 'id' | 'state' | 'unitId' | 'totalFen'>,
  event: StatementEvent,
  { actorId, at, after = {} }: { actorId: number | null; at: Date; after?: Record<string, string | number> },
): Promise<StatementState> {
  const state = nextStatementState(statement.state, event);
  await tx.statement.update({ where: { id: statement.id }, data: { state }, select: { id: true } });
  await audit(tx, {
    at,
    actorId,
    action: `statement.${event}`,
    subjectType: 'statement',
    subjectId: statement.id,
    unitId: statement.unitId,
    before: { state: statement.state },
    after: { state, totalFen: Number(statement.totalFen), ...after },
  });
  return state;
}

/** Nothing of the statement is owed any more. */
export async function payWhole(
  tx: Tx,
  statement: Pick<LockedStatement, 'id' | 'state' | 'unitId' | 'payerId' | 'totalFen'>,
  at: Date,
): Promise<void> {
  if (statement.state === 'paid') return;
  await moveStatement(tx, statement, 'pay', { actorId: null, at });
  await liftPrepaying(tx, statement, at);
}
