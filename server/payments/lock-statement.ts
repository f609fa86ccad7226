import type { PrismaClient, Tx } from '../db/client.ts';
import { Prisma } from '../db/generated/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { NotFound } from '../shared/errors.ts';

const TRIES = 8;

/** Thrown when a statement took up another order's line while its orders were being locked: nothing was written, try again. */
class StatementMoved extends Error {}

/**
 * Runs `work` with a statement under the locks that paying needs: the orders of every line that may be paid or may pay, in id order,
 * then all statements of the payer with the supplier, since what was given back on one pays another. Throws NotFound.
 */
export async function withStatement<T>(
  db: PrismaClient,
  statementId: number,
  work: (tx: Tx, statement: LockedStatement) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await inTransaction(db, async (tx) => work(tx, await lockStatement(tx, statementId)));
    } catch (error) {
      if (!(error instanceof StatementMoved) || attempt === TRIES) throw error;
    }
  }
}

export type LockedStatement = Awaited<ReturnType<typeof lockStatement>>;

async function lockStatement(tx: Tx, statementId: number) {
  const found = await tx.statement.findUnique({
    where: { id: statementId },
    select: { payerId: true, supplierId: true },
  });
  if (!found) throw new NotFound();
  const locked = await lockOrders(tx, await openLines(tx, statementId, found));
  await lockStatementsOf(tx, found.payerId, found.supplierId);
  const statement = await tx.statement.findUniqueOrThrow({ where: { id: statementId }, include: { payer: true } });
  const lines = await openLines(tx, statementId, found);
  if (lines.some((line) => !locked.has(line.orderId))) throw new StatementMoved();
  return { ...statement, openLines: lines };
}

/** The statements of a payer with a supplier, in id order. */
export async function lockStatementsOf(tx: Tx, payerId: number, supplierId: number): Promise<void> {
  await tx.$queryRaw`
    SELECT id FROM statement WHERE payerId = ${payerId} AND supplierId = ${supplierId} ORDER BY id FOR UPDATE`;
}

async function lockOrders(tx: Tx, lines: readonly OpenLine[]): Promise<Set<number>> {
  const ids = [...new Set(lines.map(({ orderId }) => orderId))].sort((a, b) => a - b);
  if (ids.length > 0)
    await tx.$queryRaw`SELECT id FROM \`order\` WHERE id IN (${Prisma.join(ids)}) ORDER BY id FOR UPDATE`;
  return new Set(ids);
}

export interface OpenLine {
  id: number;
  statementId: number;
  orderId: number;
  /** the line of the order that it is of; null for freight */
  lineId: number | null;
  fen: number;
  paidFen: number;
}

/**
 * What the statement still owes, the oldest first, and what was given back and has paid for nothing yet: on it, or on another that
 * takes up no more.
 */
function openLines(
  tx: Tx,
  statementId: number,
  { payerId, supplierId }: { payerId: number; supplierId: number },
): Promise<OpenLine[]> {
  return tx.$queryRaw<OpenLine[]>`
    SELECT l.id, l.statementId, l.orderId, COALESCE(x.lineId, b.lineId) AS lineId, l.fen, l.paidFen
    FROM statement s JOIN statement_line l ON l.statementId = s.id
    LEFT JOIN receipt_line x ON x.id = l.receiptLineId LEFT JOIN refund_line b ON b.id = l.refundLineId
    WHERE s.payerId = ${payerId} AND s.supplierId = ${supplierId} AND l.fen <> l.paidFen
      AND (s.id = ${statementId} OR (l.fen < 0 AND s.state <> 'open'))
    ORDER BY l.at, l.id`;
}
