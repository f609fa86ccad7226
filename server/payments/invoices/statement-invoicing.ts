import type { Db } from '../../db/client.ts';
import { groupBy } from '../../shared/group-by.ts';
import { attributeRefunds, type GoodsLine, goodsLinesOf, type RefundShare } from './attribute-refunds.ts';
import { type RedDue, spreadReds } from './reds-due.ts';

export interface StatementInvoicing {
  /** what was accepted, with its freight */
  deliveredFen: number;
  /** given back of it since, on whichever statement that is credited (see attributeRefunds); not negative */
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
async function refundsOf(db: Db, statementId: number): Promise<RedDue[]> {
  const [goods, freight] = await Promise.all([
    db.$queryRaw<GoodsLine[]>(goodsLinesOf([statementId])),
    db.$queryRaw<Omit<RefundShare, 'statementId'>[]>`
      SELECT n.id, n.orderId, n.refundId, -n.fen AS fen FROM statement_line a JOIN refund q ON q.fulfilmentId = a.fulfilmentId
      JOIN statement_line n ON n.refundId = q.id WHERE a.statementId = ${statementId}`,
  ]);
  const own = attributeRefunds(goods).filter((share) => share.statementId === statementId);
  const latestFirst = [...own, ...freight].toSorted((a, b) => b.id - a.id);
  return [...groupBy(latestFirst, ({ refundId }) => refundId).values()].flatMap((shares) =>
    shares.slice(0, 1).map(({ refundId, orderId }) => ({
      refundId,
      orderId,
      fen: shares.reduce((sum, { fen }) => sum + Number(fen), 0),
    })),
  );
}
