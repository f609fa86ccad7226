import { type Actor, hasRole } from '../../accounts/actor.ts';
import type { Db } from '../../db/client.ts';
import { addDays, dayToColumn, startOfDay } from '../../shared/days.ts';
import type { FinanceFilter } from './finance-filter.ts';

type Period = Pick<FinanceFilter, 'from' | 'to'>;

/** What transfers did that the journal of no order knows: they came, were used for statements, and went back; fen. */
export const TRANSFER_FACTS = ['came', 'used', 'back'] as const;
export type TransferFact = (typeof TRANSFER_FACTS)[number];

export interface TransferMovement {
  fact: TransferFact;
  transferId: number;
  payerName: string;
  fen: number;
  at: Date;
}

/** Transfers are of no order: shown to the operator, and where nothing asks for some orders alone. */
export function showsTransfers(actor: Actor, { query }: FinanceFilter): boolean {
  const { unit, supplier, funding, order, account } = query;
  return hasRole(actor, 'operator') && !(unit || supplier || funding || order || account);
}

/** What came, was used and went back in a period, and what had come by its last day and neither was used nor went back; fen. */
export async function sumTransfers(db: Db, { from, to }: Period): Promise<Record<TransferFact | 'left', number>> {
  const [first, end] = [startOfDay(from), startOfDay(addDays(to, 1))];
  const [came, used, back] = await Promise.all([
    db.$queryRaw<Sum[]>`
      SELECT SUM(amountFen) AS ever, SUM(IF(paidOn >= ${dayToColumn(from)}, amountFen, 0)) AS fen
      FROM transfer WHERE state <> 'declared' AND paidOn <= ${dayToColumn(to)}`,
    db.$queryRaw<Sum[]>`
      SELECT SUM(fen) AS ever, SUM(IF(at >= ${first}, fen, 0)) AS fen FROM transfer_allocation WHERE at < ${end}`,
    db.$queryRaw<Sum[]>`
      SELECT SUM(fen) AS ever, SUM(IF(decidedAt >= ${first}, fen, 0)) AS fen
      FROM transfer_return WHERE state = 'returned' AND decidedAt < ${end}`,
  ]);
  const of = ([row]: Sum[], name: keyof Sum) => Number(row?.[name] ?? 0);
  return {
    ...{ came: of(came, 'fen'), used: of(used, 'fen'), back: of(back, 'fen') },
    left: of(came, 'ever') - of(used, 'ever') - of(back, 'ever'),
  };
}

interface Sum {
  ever: unknown;
  fen: unknown;
}

/** Every movement of transfers in a period, by key, for sheets that are written as they are read. */
export async function* transferMovements(db: Db, period: Period, batch: number): AsyncGenerator<TransferMovement> {
  for (const fact of TRANSFER_FACTS)
    for (let after: Key = { id: 0, sub: 0 }; ; ) {
      const rows = await readMovements[fact](db, period, after, batch);
      for (const { id: _, sub: __, ...row } of rows) yield { ...row, fact, fen: Number(row.fen) };
      const last = rows.at(-1);
      if (!last || rows.length < batch) break;
      after = { id: last.id, sub: Number(last.sub) };
    }
}

/** Of a row; `sub` where a transfer has several. */
interface Key {
  id: number;
  sub: number;
}

type Row = Omit<TransferMovement, 'fact'> & Key;
type Reading = (db: Db, period: Period, after: Key, take: number) => Promise<Row[]>;

const readMovements: Record<TransferFact, Reading> = {
  came: (db, { from, to }, after, take) => db.$queryRaw<Row[]>`
    SELECT id, 0 AS sub, id AS transferId, payerName, amountFen AS fen, CAST(paidOn AS DATETIME) AS at FROM transfer
    WHERE state <> 'declared' AND paidOn BETWEEN ${dayToColumn(from)} AND ${dayToColumn(to)} AND id > ${after.id} ORDER BY id LIMIT ${take}`,
  used: (db, { from, to }, after, take) => db.$queryRaw<Row[]>`
    SELECT a.transferId AS id, a.statementLineId AS sub, a.transferId, t.payerName, a.fen, a.at FROM transfer_allocation a JOIN transfer t ON t.id = a.transferId
    WHERE a.at >= ${startOfDay(from)} AND a.at < ${startOfDay(addDays(to, 1))} 
      AND (a.transferId > ${after.id} OR (a.transferId = ${after.id} AND a.statementLineId > ${after.sub}))
    ORDER BY a.transferId, a.statementLineId LIMIT ${take}`,
  back: (db, { from, to }, after, take) => db.$queryRaw<Row[]>`
    SELECT b.id, 0 AS sub, b.transferId, t.payerName, b.fen, b.decidedAt AS at FROM transfer_return b JOIN transfer t ON t.id = b.transferId
    WHERE b.state = 'returned' AND b.decidedAt >= ${startOfDay(from)} AND b.decidedAt < ${startOfDay(addDays(to, 1))}
      AND b.id > ${after.id} ORDER BY b.id LIMIT ${take}`,
};
