import { audit } from '../db/audit.ts';
import type { PrismaClient, Tx } from '../db/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { dayOf, dayToColumn } from '../shared/days.ts';

const BATCH = 200;

/**
 * Lets every payer prepay of whom a statement is overdue (rule 27). One that prepays by agreement stays as it is. May run again.
 * Returns how many prepay from now on.
 */
export async function markOverdue(db: PrismaClient, now: Date): Promise<number> {
  const due = await db.statement.findMany({
    where: { state: { not: 'paid' }, dueOn: { lt: dayToColumn(dayOf(now)) }, payer: { mustPrepay: false } },
    distinct: ['payerId'],
    orderBy: { payerId: 'asc' },
    take: BATCH,
    select: { payerId: true },
  });
  let marked = 0;
  for (const { payerId } of due) if (await mark(db, payerId, now)) marked += 1;
  return marked;
}

function mark(db: PrismaClient, payerId: number, at: Date): Promise<boolean> {
  return inTransaction(db, async (tx) => {
    await tx.$queryRaw`SELECT id FROM unit_payer WHERE id = ${payerId} FOR UPDATE`;
    const payer = await tx.unitPayer.findUniqueOrThrow({ where: { id: payerId } });
    const overdue = await overdueOf(tx, payerId, at);
    if (payer.mustPrepay || overdue.length === 0) return false;
    await tx.unitPayer.update({
      where: { id: payerId },
      data: { mustPrepay: true, prepaysForOverdue: true },
      select: { id: true },
    });
    await note(tx, payer, 'payer.prepay', overdue[0]?.id ?? 0, at);
    return true;
  });
}

/** The last overdue statement was paid: the payer may buy on account again. The caller holds the statement's lock. */
export async function liftPrepaying(tx: Tx, statement: { id: number; payerId: number }, at: Date): Promise<void> {
  await tx.$queryRaw`SELECT id FROM unit_payer WHERE id = ${statement.payerId} FOR UPDATE`;
  const payer = await tx.unitPayer.findUniqueOrThrow({ where: { id: statement.payerId } });
  if (!payer.prepaysForOverdue || (await overdueOf(tx, payer.id, at)).length > 0) return;
  await tx.unitPayer.update({
    where: { id: payer.id },
    data: { mustPrepay: false, prepaysForOverdue: false },
    select: { id: true },
  });
  await note(tx, payer, 'payer.on_account', statement.id, at);
}

/** A payer's statements that should have been paid before this day. */
export function overdueOf(tx: Tx | PrismaClient, payerId: number, now: Date) {
  return tx.statement.findMany({
    where: { payerId, state: { not: 'paid' }, dueOn: { lt: dayToColumn(dayOf(now)) } },
    orderBy: { dueOn: 'asc' },
    select: { id: true, referenceCode: true, dueOn: true },
  });
}

function note(tx: Tx, payer: { id: number; unitId: number }, action: string, statementId: number, at: Date) {
  return audit(tx, {
    at,
    actorId: null,
    action,
    subjectType: 'payer',
    subjectId: payer.id,
    unitId: payer.unitId,
    after: { mustPrepay: action === 'payer.prepay', statementId },
  });
}
