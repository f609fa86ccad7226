import type { Db } from '../../db/client.ts';
import { type RedDue, spreadReds } from './reds-due.ts';

export interface StatementInvoicing {
  /** what was accepted, with its freight */
  deliveredFen: number;
  /** given back of it since, on whichever statement that stands; not negative */
  givenBackFen: number;
  /** what invoices should come to: delivered less given back */
  standingFen: number;
  blueFen: number;
  redFen: number;
  /** of which refunds a red-letter invoice is missing, and over how much */
  redsDue: RedDue[];
}

/**
 * What a statement's invoices should come to and what they do, fen (rule 27): an invoice is over the goods and freight of its own
 * statement, less what of them was given back until then; what is given back later asks for a red-letter invoice, on whichever
 * statement it is credited. Exact while the statements of the payer with the supplier are locked.
 */
export async function invoicingOfStatement(db: Db, statementId: number): Promise<StatementInvoicing> {
  const [[delivered], refunds, invoices] = await Promise.all([
    db.$queryRaw<{ fen: unknown }[]>`
      SELECT COALESCE(SUM(fen), 0) AS fen FROM statement_line WHERE statementId = ${statementId} AND fen > 0`,
    refundsOf(db, statementId),
    db.invoice.findMany({ where: { statementId }, select: { kind: true, amountFen: true, refundId: true } }),
  ]);
  const deliveredFen = Number(delivered?.fen ?? 0);
  const givenBackFen = refunds.reduce((sum, { fen }) => sum + fen, 0);
  const standingFen = deliveredFen - givenBackFen;
  const sumOf = (kind: 'blue' | 'red') =>
    invoices.filter((one) => one.kind === kind).reduce((sum, { amountFen }) => sum + Number(amountFen), 0);
  const [blueFen, redFen] = [sumOf('blue'), sumOf('red')];
  const redsDue = blueFen === 0 ? [] : spreadReds(blueFen - redFen - standingFen, refunds, invoices);
  return { deliveredFen, givenBackFen, standingFen, blueFen, redFen, redsDue };
}

/** What was given back of a statement's goods and freight, by refund, the latest first. */
async function refundsOf(db: Db, statementId: number): Promise<{ refundId: number; orderId: number; fen: number }[]> {
  const rows = await db.$queryRaw<{ refundId: number; orderId: number; fen: unknown }[]>`
    SELECT x.refundId, x.orderId, -SUM(x.fen) AS fen FROM (
      SELECT n.id, n.orderId, n.fen, b.refundId FROM statement_line a JOIN receipt_line r ON r.id = a.receiptLineId
      JOIN refund_line b ON b.lineId = r.lineId JOIN statement_line n ON n.refundLineId = b.id
      WHERE a.statementId = ${statementId}
      UNION SELECT n.id, n.orderId, n.fen, n.refundId FROM statement_line a JOIN refund q ON q.fulfilmentId = a.fulfilmentId
      JOIN statement_line n ON n.refundId = q.id WHERE a.statementId = ${statementId}
    ) x GROUP BY x.refundId, x.orderId ORDER BY MAX(x.id) DESC`;
  return rows.map(({ refundId, orderId, fen }) => ({ refundId, orderId, fen: Number(fen) }));
}
