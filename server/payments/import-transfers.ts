import { createHash } from 'node:crypto';
import type { Actor } from '../accounts/actor.ts';
import type { PrismaClient } from '../db/client.ts';
import { dayFromColumn } from '../shared/days.ts';
import { StateConflict } from '../shared/errors.ts';
import type { BankLine } from './read-bank-lines.ts';
import { type NewTransfer, recordTransfer } from './record-transfer.ts';

export interface Imported {
  matched: number;
  /** wait for a person */
  unmatched: number;
  /** lines that were recorded before */
  known: number;
}

/** Records a bank's lines one by one; the same list again records only what is new, so an import that was cut off is done again. */
export async function importTransfers(
  db: PrismaClient,
  actor: Actor,
  lines: readonly BankLine[],
  at: Date,
): Promise<Imported> {
  const imported: Imported = { matched: 0, unmatched: 0, known: 0 };
  for (const { codes, ...line } of lines) {
    const id = await record(db, actor, { ...line, referenceCode: await existingCode(db, codes) }, at);
    if (id === null) {
      imported.known += 1;
      continue;
    }
    const { state } = await db.transfer.findUniqueOrThrow({ where: { id }, select: { state: true } });
    imported[state === 'matched' ? 'matched' : 'unmatched'] += 1;
  }
  return imported;
}

/** The likeliest code that is a statement's; null where none is. */
async function existingCode(db: PrismaClient, codes: readonly string[]): Promise<string | null> {
  if (codes.length === 0) return null;
  const found = await db.statement.findMany({
    where: { referenceCode: { in: [...codes] } },
    select: { referenceCode: true },
  });
  return codes.find((code) => found.some(({ referenceCode }) => referenceCode === code)) ?? null;
}

/** The transfer's id; null: the line is known. Banks print one voucher's number on several lines: another line with it stands apart. */
async function record(db: PrismaClient, actor: Actor, line: NewTransfer, at: Date): Promise<number | null> {
  try {
    return await recordTransfer(db, actor, line, at);
  } catch (error) {
    if (!(error instanceof StateConflict) || error.code !== 'transferKnown') throw error;
  }
  if (await isSameLine(db, line)) return null;
  try {
    return await recordTransfer(db, actor, { ...line, bankReference: apart(line) }, at);
  } catch (error) {
    if (error instanceof StateConflict && error.code === 'transferKnown') return null;
    throw error;
  }
}

/** Whether what is recorded under the bank's number is this line; who recorded it by hand typed no remark. */
async function isSameLine(db: PrismaClient, line: NewTransfer): Promise<boolean> {
  const known = await db.transfer.findUnique({ where: { bankReference: line.bankReference ?? '' } });
  if (!known) return false;
  const isSameMoney = Number(known.amountFen) === line.amountFen && dayFromColumn(known.paidOn) === line.paidOn;
  const isSameAccount = bare(known.payerAccount) === bare(line.payerAccount);
  return isSameMoney && isSameAccount && (known.remark === null || known.remark === line.remark);
}

const bare = (account: string) => account.replace(/[\s-]/g, '');

function apart({ bankReference, paidOn, amountFen, payerAccount, remark }: NewTransfer): string {
  const line = [paidOn, amountFen, payerAccount, remark].join('\n');
  return `${bankReference?.slice(0, 31)}~${createHash('sha256').update(line).digest('hex').slice(0, 32)}`;
}
