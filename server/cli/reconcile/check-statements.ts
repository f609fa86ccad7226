import { type Books, type Difference, overRanges } from './books.ts';

interface Line {
  id: number;
  fen: number;
  paidFen: number;
  paid: number;
  owed: number | null;
  isPaid: number;
  isOfOrder: number;
}

interface Statement {
  id: number;
  state: string;
  totalFen: number;
  total: number;
  open: number;
}

/** Statements against their lines, lines against receipts, refunds and transfers, transfers against what they were spread over. */
export async function* checkStatements(books: Books): AsyncGenerator<Difference> {
  const statements = overRanges<Statement>(
    books,
    'statement',
    `SELECT s.id, s.state, s.totalFen, COALESCE(SUM(l.fen), 0) AS total, COALESCE(SUM(GREATEST(0, l.fen - l.paidFen)), 0) AS open
     FROM statement s LEFT JOIN statement_line l ON l.statementId = s.id WHERE s.id BETWEEN :from AND :to
     GROUP BY s.id, s.state, s.totalFen HAVING totalFen <> total OR (state = 'paid' AND open > 0 AND total > 0)`,
  );
  for await (const { id, state, totalFen, total, open } of statements) {
    if (totalFen !== total) yield { what: `totalFen of statement ${id}`, expected: total, found: totalFen };
    if (state === 'paid' && open > 0) yield { what: `unpaid of statement ${id} (paid)`, expected: 0, found: open };
  }
  const lines = overRanges<Line>(
    books,
    'statement_line',
    `SELECT * FROM (
       SELECT l.id, l.fen, l.paidFen, l.paidAt IS NOT NULL AS isPaid,
         COALESCE((SELECT SUM(a.fen) FROM transfer_allocation a WHERE a.statementLineId = l.id), 0)
           + COALESCE((SELECT SUM(c.fen) FROM statement_credit c WHERE c.toLineId = l.id), 0)
           - COALESCE((SELECT SUM(c.fen) FROM statement_credit c WHERE c.fromLineId = l.id), 0) AS paid,
         COALESCE(r.acceptedFen, -b.fen, f.freightFen, -q.freightFen) AS owed,
         COALESCE(rl.orderId, bl.orderId, f.orderId, q.orderId) <=> l.orderId AS isOfOrder
       FROM statement_line l LEFT JOIN receipt_line r ON r.id = l.receiptLineId LEFT JOIN order_line rl ON rl.id = r.lineId
       LEFT JOIN refund_line b ON b.id = l.refundLineId LEFT JOIN order_line bl ON bl.id = b.lineId
       LEFT JOIN fulfilment f ON f.id = l.fulfilmentId LEFT JOIN refund q ON q.id = l.refundId
       WHERE l.id BETWEEN :from AND :to
     ) x WHERE paidFen <> paid OR paidFen NOT BETWEEN LEAST(0, fen) AND GREATEST(0, fen) OR owed IS NULL OR fen <> owed OR NOT isOfOrder
       OR isPaid <> (fen > 0 AND paidFen = fen)`,
  );
  for await (const { id, fen, paidFen, paid, owed, isPaid, isOfOrder } of lines) {
    const of = (name: string) => `${name} of statement line ${id}`;
    if (paidFen !== paid) yield { what: of('paidFen'), expected: paid, found: paidFen };
    if (paidFen < Math.min(0, fen) || paidFen > Math.max(0, fen))
      yield { what: of('paidFen'), expected: `between 0 and ${fen}`, found: paidFen };
    if (owed !== fen) yield { what: of('fen'), expected: owed ?? 'a receipt, refund or freight', found: fen };
    if (!isOfOrder) yield { what: of('order'), expected: 'that of its receipt or refund', found: 'another' };
    const isWhole = fen > 0 && paidFen === fen;
    if (Boolean(isPaid) !== isWhole)
      yield { what: of('wholly paid'), expected: String(isWhole), found: String(Boolean(isPaid)) };
  }
  const transfers = overRanges<{ id: number; amountFen: number; spread: number }>(
    books,
    'transfer',
    `SELECT t.id, t.amountFen, COALESCE(SUM(a.fen), 0) AS spread FROM transfer t LEFT JOIN transfer_allocation a ON a.transferId = t.id
     WHERE t.id BETWEEN :from AND :to GROUP BY t.id, t.amountFen HAVING spread > amountFen`,
  );
  for await (const { id, amountFen, spread } of transfers)
    yield { what: `what transfer ${id} pays`, expected: `at most ${amountFen}`, found: spread };
}
