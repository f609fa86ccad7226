import type { Tx } from '../db/client.ts';
import { Prisma } from '../db/generated/client.ts';
import { writeJournal } from '../orders/order-journal.ts';
import { tallyCounting } from '../quotas/tally/tally-counting.ts';
import { dayOf } from '../shared/days.ts';
import { groupBy } from '../shared/group-by.ts';
import type { LockedStatement, OpenLine } from './lock-statement.ts';
import { type Spread, spreadPayment } from './spread-payment.ts';

export interface Payment {
  transferId: number;
  /** what of the transfer has paid for nothing yet */
  fen: number;
}

/**
 * Pays a statement's lines with what was given back and, if given, a transfer; a line that is now wholly paid counts where a programme
 * counts by that (rules 2, 27). The transfer, or where there is none the negative line, is the entries' source. Returns whether
 * nothing of the statement is owed any more. The caller holds the locks of withStatement.
 */
export async function settleStatement(
  tx: Tx,
  statement: LockedStatement,
  payment: Payment | null,
  at: Date,
): Promise<boolean> {
  const { id, openLines } = statement;
  const spread = spreadPayment(id, openLines, payment?.fen ?? 0);
  await payLines(tx, spread, payment?.transferId ?? 0, at);
  const creditIds = await writeCredits(tx, spread, at);
  if (payment) await writeAllocations(tx, spread, payment.transferId, at);
  await writeJournals(tx, openLines, spread, { transferId: payment?.transferId ?? 0, creditIds, at });
  await countSettled(tx, spread, payment?.transferId ?? 0, at);
  const owed = openLines.filter((line) => line.statementId === id && line.fen > line.paidFen);
  return owed.length === spread.settled.length;
}

async function payLines(
  tx: Tx,
  { credits, allocations, settled }: Spread,
  transferId: number,
  at: Date,
): Promise<void> {
  const paid = new Map<number, number>();
  const add = (lineId: number, fen: number) => paid.set(lineId, (paid.get(lineId) ?? 0) + fen);
  for (const { fromLineId, toLineId, fen } of credits) {
    add(fromLineId, -fen);
    add(toLineId, fen);
  }
  for (const { lineId, fen } of allocations) add(lineId, fen);
  if (paid.size === 0) return;
  const parts = [...paid].map(([id, fen]) => Prisma.sql`WHEN ${id} THEN ${fen}`);
  await tx.$executeRaw`
    UPDATE statement_line SET paidFen = paidFen + CASE id ${Prisma.join(parts, ' ')} ELSE 0 END WHERE id IN (${Prisma.join([...paid.keys()])})`;
  for (const [by, lines] of groupBy(settled, ({ by }) => (by === 'transfer' ? transferId : by.creditLineId)))
    await tx.statementLine.updateMany({
      where: { id: { in: lines.map(({ line }) => line.id) } },
      data: { paidAt: at, settlementId: by },
    });
}

async function writeCredits(tx: Tx, { credits }: Spread, at: Date): Promise<number[]> {
  const ids: number[] = [];
  for (const credit of credits)
    ids.push((await tx.statementCredit.create({ data: { ...credit, at }, select: { id: true } })).id);
  return ids;
}

async function writeAllocations(tx: Tx, { allocations }: Spread, transferId: number, at: Date): Promise<void> {
  await tx.transferAllocation.createMany({
    data: allocations.map(({ lineId, fen }) => ({ transferId, statementLineId: lineId, fen, at })),
  });
}

/** An order is paid by transfers, and by what was given back of another; what was given back of itself is no longer owed already. */
async function writeJournals(
  tx: Tx,
  lines: readonly OpenLine[],
  { credits, allocations }: Spread,
  { transferId, creditIds, at }: { transferId: number; creditIds: number[]; at: Date },
): Promise<void> {
  const orderOf = new Map(lines.map((line) => [line.id, line.orderId]));
  for (const [orderId, parts] of groupBy(allocations, ({ lineId }) => orderOf.get(lineId) ?? 0)) {
    const fen = parts.reduce((sum, part) => sum + part.fen, 0);
    await writeJournal(tx, {
      orderId,
      source: 'transfer',
      sourceId: transferId,
      at,
      amounts: { owed: fen, paid: -fen },
    });
  }
  for (const [index, { fromLineId, toLineId, fen }] of credits.entries()) {
    const [from = 0, to = 0] = [orderOf.get(fromLineId), orderOf.get(toLineId)];
    if (from === to) continue;
    const fact = { source: 'credit', sourceId: creditIds[index] ?? 0, at } as const;
    await writeJournal(tx, { ...fact, orderId: from, amounts: { refunded: fen, owed: -fen } });
    await writeJournal(tx, { ...fact, orderId: to, amounts: { owed: fen, paid: -fen } });
  }
}

async function countSettled(tx: Tx, { settled }: Spread, transferId: number, at: Date): Promise<void> {
  const unpaid = await unpaidLines(
    tx,
    settled.flatMap(({ line }) => line.lineId ?? []),
  );
  const goods = settled.filter(({ line }) => line.lineId !== null && !unpaid.has(line.lineId));
  const facts = groupBy(goods, ({ line, by }) => `${line.orderId} ${by === 'transfer' ? transferId : by.creditLineId}`);
  for (const [key, lines] of facts) {
    const [orderId = 0, sourceId = 0] = key.split(' ').map(Number);
    await tallyCounting(tx, {
      source: 'settlement',
      sourceId,
      orderId,
      lineIds: [...new Set(lines.map(({ line }) => line.lineId ?? 0))],
      way: 'on_account',
      day: dayOf(at),
      at,
    });
  }
}

/** Of these lines those that came in several deliveries of which not every one is wholly paid; what a settled dispute added comes with them. */
async function unpaidLines(tx: Tx, lineIds: readonly number[]): Promise<Set<number>> {
  if (lineIds.length === 0) return new Set();
  const rows = await tx.$queryRaw<{ lineId: number }[]>`
    SELECT DISTINCT x.lineId FROM receipt_line x JOIN receipt r ON r.id = x.receiptId AND r.kind <> 'settlement'
    JOIN statement_line s ON s.receiptLineId = x.id
    WHERE x.lineId IN (${Prisma.join([...lineIds])}) AND s.fen > 0 AND s.paidAt IS NULL`;
  return new Set(rows.map(({ lineId }) => lineId));
}
