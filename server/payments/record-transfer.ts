import type { Actor } from '../accounts/actor.ts';
import { audit } from '../db/audit.ts';
import type { PrismaClient, Tx } from '../db/client.ts';
import { isDuplicate } from '../db/faults.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { type Day, dayOf, dayToColumn } from '../shared/days.ts';
import { NotAllowed, NotFound, RuleRefusal, StateConflict } from '../shared/errors.ts';
import { type LockedStatement, withStatement } from './lock-statement.ts';
import { lockTransfer } from './lock-transfer.ts';
import { payWhole } from './move-statement.ts';
import { settleStatement } from './settle-statement.ts';
import { isPayer, mayRecordReceived, maySeeStatement } from './statement-policy.ts';

export interface NewTransfer {
  /** of the statement that it pays; null where nothing was said */
  referenceCode: string | null;
  /** the bank's own number, by which the same line is known again */
  bankReference: string | null;
  amountFen: number;
  payerName: string | null;
  payerAccount: string;
  paidOn: Day;
  remark: string | null;
}

/**
 * Records a transfer. From the operator or the supplier it is money that came: matched by its reference code it pays the statement's
 * oldest lines first, and what is too much stays unallocated; without a known code it waits for a person. From the payer it is only
 * declared ahead (rule 27), and pays once it came. Returns its id. Refuses a day to come, a bank reference that is known with 409, and
 * a code of a stranger's statement as if there were none.
 */
export async function recordTransfer(db: PrismaClient, actor: Actor, transfer: NewTransfer, at: Date): Promise<number> {
  const statement = transfer.referenceCode
    ? await db.statement.findUnique({ where: { referenceCode: transfer.referenceCode }, include: { payer: true } })
    : null;
  const received = mayRecordReceived(actor, statement);
  if (!received && (!statement || !maySeeStatement(actor, statement)))
    throw new RuleRefusal('noSuchReference', [{ path: 'referenceCode', code: 'noSuchReference' }]);
  if (!received && statement && !isPayer(actor, statement)) throw new NotAllowed();
  if (received && transfer.paidOn > dayOf(at))
    throw new RuleRefusal('badInput', [{ path: 'paidOn', code: 'dayAfterToday' }]);
  const payerName = transfer.payerName ?? statement?.payer.title ?? '';
  const row = { ...transfer, payerName, statementId: statement?.id ?? null };
  try {
    if (!statement) return await inTransaction(db, (tx) => insert(tx, actor, row, 'unmatched', at));
    if (!received) return await inTransaction(db, (tx) => insert(tx, actor, row, 'declared', at));
    return await withStatement(db, statement.id, async (tx, locked) => {
      const id = (await takeDeclared(tx, actor, row, at)) ?? (await insert(tx, actor, row, 'matched', at));
      await pay(tx, locked, id, at);
      return id;
    });
  } catch (error) {
    if (isDuplicate(error) && (await isKnown(db, transfer.bankReference))) throw new StateConflict('transferKnown');
    throw error;
  }
}

async function isKnown(db: PrismaClient, bankReference: string | null): Promise<boolean> {
  return bankReference !== null && (await db.transfer.count({ where: { bankReference } })) > 0;
}

type Row = Omit<NewTransfer, 'payerName'> & { payerName: string; statementId: number | null };

async function insert(tx: Tx, actor: Actor, row: Row, state: 'unmatched' | 'declared' | 'matched', at: Date) {
  const { paidOn, ...columns } = row;
  const { id } = await tx.transfer.create({
    data: { ...columns, state, paidOn: dayToColumn(paidOn), recordedById: actor.id, recordedAt: at },
    select: { id: true },
  });
  await note(tx, actor.id, id, state === 'declared' ? 'transfer.declare' : 'transfer.record', row, at);
  return id;
}

/** The transfer that the payer declared ahead, when what came is that: same statement, same amount. Under the statement's lock. */
async function takeDeclared(tx: Tx, actor: Actor, row: Row, at: Date): Promise<number | null> {
  const declared = await tx.transfer.findFirst({
    where: { statementId: row.statementId, state: 'declared', amountFen: row.amountFen },
    orderBy: { id: 'asc' },
    select: { id: true },
  });
  if (!declared) return null;
  const { paidOn, payerName, payerAccount, bankReference, remark } = row;
  await tx.transfer.update({
    where: { id: declared.id },
    data: {
      state: 'matched',
      paidOn: dayToColumn(paidOn),
      payerName,
      payerAccount,
      bankReference,
      remark,
      recordedAt: at,
    },
    select: { id: true },
  });
  await note(tx, actor.id, declared.id, 'transfer.record', row, at);
  return declared.id;
}

/**
 * Matches a transfer to a statement by hand: one that nobody could match, or the rest of one that paid too much, which can only pay
 * the same payer's with the same supplier. Only the operator may. Refuses with 409 a transfer of which nothing is left.
 */
export async function matchTransfer(
  db: PrismaClient,
  actor: Actor,
  transferId: number,
  referenceCode: string,
  at: Date,
): Promise<void> {
  if (!mayRecordReceived(actor, null)) throw new NotFound();
  const statement = await db.statement.findUnique({ where: { referenceCode }, select: { id: true, unitId: true } });
  if (!statement) throw new RuleRefusal('noSuchReference', [{ path: 'referenceCode', code: 'noSuchReference' }]);
  await withStatement(db, statement.id, async (tx, locked) => {
    const transfer = await lockTransfer(tx, transferId);
    const first = transfer.statement;
    const isOthers = first !== null && (first.payerId !== locked.payerId || first.supplierId !== locked.supplierId);
    if (transfer.state === 'declared' || transfer.state === 'returned' || transfer.restFen === 0)
      throw new StateConflict('transferUsed');
    if (isOthers) throw new RuleRefusal('othersStatement', [{ path: 'referenceCode', code: 'othersStatement' }]);
    if (transfer.state === 'unmatched')
      await tx.transfer.update({
        where: { id: transferId },
        data: { state: 'matched', statementId: locked.id },
        select: { id: true },
      });
    await note(
      tx,
      actor.id,
      transferId,
      'transfer.match',
      { referenceCode, amountFen: transfer.restFen, statementId: locked.id },
      at,
    );
    await pay(tx, locked, transferId, at);
  });
}

async function pay(tx: Tx, statement: LockedStatement, transferId: number, at: Date): Promise<void> {
  const { restFen } = await lockTransfer(tx, transferId);
  const isPaid = await settleStatement(tx, statement, { transferId, fen: restFen }, at);
  if (isPaid) await payWhole(tx, statement, at);
}

function note(
  tx: Tx,
  actorId: number,
  subjectId: number,
  action: string,
  {
    referenceCode,
    amountFen,
    statementId,
  }: { referenceCode: string | null; amountFen: number; statementId: number | null },
  at: Date,
): Promise<void> {
  return audit(tx, {
    at,
    actorId,
    action,
    subjectType: 'transfer',
    subjectId,
    after: { referenceCode, amountFen, statementId },
  });
}
