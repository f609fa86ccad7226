import { type Books, type Difference, overRanges } from './books.ts';

interface Invoice {
  id: number;
  amountFen: number;
  redFen: number;
  standingFen: number;
  strangers: number;
}

const GRANTED = "('approved', 'paid')";

/** What stands of a statement's goods and freight: each positive line less what refunds of the same parcel took back after acceptance. */
const OF_STATEMENT = `
  COALESCE((SELECT SUM(l.fen) FROM statement_line l WHERE l.statementId = i.statementId AND l.fen > 0), 0)
  - COALESCE((SELECT SUM(b.fen) FROM refund_line b JOIN refund q ON q.id = b.refundId AND q.state IN ${GRANTED}
      WHERE NOT b.outstanding AND b.lineId IN (SELECT r.lineId FROM statement_line l JOIN receipt_line r ON r.id = l.receiptLineId
        WHERE l.statementId = i.statementId)
        AND EXISTS (SELECT 1 FROM statement_line n WHERE n.refundLineId = b.id)), 0)
  - COALESCE((SELECT SUM(q.freightFen) FROM refund q WHERE q.state IN ${GRANTED}
      AND q.fulfilmentId IN (SELECT l.fulfilmentId FROM statement_line l WHERE l.statementId = i.statementId)
      AND EXISTS (SELECT 1 FROM statement_line n WHERE n.refundId = q.id)), 0)`;

const KEPT_OF_LINE = `IF(f.state = 'received', x.acceptedFen - COALESCE((SELECT SUM(b.fen) FROM refund q JOIN refund_line b ON b.refundId = q.id
    AND b.lineId = x.id AND NOT b.outstanding WHERE q.state IN ${GRANTED}), 0), x.payableFen - x.refundedFen)`;
const KEPT_OF_FREIGHT = `(f.freightFen - COALESCE((SELECT SUM(q.freightFen) FROM refund q WHERE q.fulfilmentId = f.id AND q.state IN ${GRANTED}), 0))`;
const less = (kept: string, allowance: string, whole: string) =>
  `${kept} - IF(${allowance} > 0, FLOOR(${allowance} * ${kept} / ${whole}), 0)`;

/** What the buyer of a parcel that was paid at once keeps of it for money: less the share that a welfare allowance pays. */
const OF_PARCEL = `
  (SELECT IF(f.state = 'cancelled', 0,
    (SELECT SUM(${less(KEPT_OF_LINE, 'x.allowanceFen', 'x.payableFen')}) FROM order_line x WHERE x.fulfilmentId = f.id)
    + ${less(KEPT_OF_FREIGHT, 'f.freightAllowanceFen', 'f.freightFen')})
   FROM fulfilment f WHERE f.id = i.fulfilmentId)`;

const INVOICES = `
  SELECT * FROM (
    SELECT i.id, i.amountFen, COALESCE((SELECT SUM(r.amountFen) FROM invoice r WHERE r.redOfId = i.id), 0) AS redFen,
      COALESCE(IF(i.statementId IS NULL, ${OF_PARCEL}, ${OF_STATEMENT}), 0) AS standingFen,
      (SELECT COUNT(*) FROM invoice r WHERE r.redOfId = i.id
        AND (r.kind <> 'red' OR NOT r.statementId <=> i.statementId OR NOT r.fulfilmentId <=> i.fulfilmentId)) AS strangers
    FROM invoice i WHERE i.kind = 'blue' AND (i.statementId IS NOT NULL OR i.fulfilmentId IS NOT NULL) AND i.id BETWEEN :from AND :to
  ) x WHERE redFen > amountFen OR amountFen - redFen < standingFen OR strangers > 0`;

/**
 * Invoices: red-letter ones stay within theirs and take back no more than was given back. Transfers: what pays and goes back stays
 * within what came, and two persons sent it back. Statements: one extension at most, within 60 days of the last delivery, that holds.
 */
export async function* checkInvoices(books: Books): AsyncGenerator<Difference> {
  for await (const one of overRanges<Invoice>(books, 'invoice', INVOICES)) {
    const what = `invoice ${one.id} less its red-letter ones`;
    const found = one.amountFen - one.redFen;
    if (found < 0 || found < one.standingFen)
      yield { what, expected: `at least ${Math.max(0, one.standingFen)}`, found };
    if (one.strangers > 0)
      yield { what: `red-letter invoices of invoice ${one.id} of other goods`, expected: 0, found: one.strangers };
  }
  yield* returns(books);
  yield* extensions(books);
}

async function* returns(books: Books): AsyncGenerator<Difference> {
  const rows = overRanges<{ id: number; amountFen: number; spent: number; back: number; state: string; alone: number }>(
    books,
    'transfer',
    `SELECT * FROM (
       SELECT t.id, t.amountFen, t.state,
         COALESCE((SELECT SUM(a.fen) FROM transfer_allocation a WHERE a.transferId = t.id), 0)
           + COALESCE((SELECT SUM(b.fen) FROM transfer_return b WHERE b.transferId = t.id AND b.state <> 'refused'), 0) AS spent,
         COALESCE((SELECT SUM(b.fen) FROM transfer_return b WHERE b.transferId = t.id AND b.state = 'returned'), 0) AS back,
         (SELECT COUNT(*) FROM transfer_return b WHERE b.transferId = t.id AND b.state = 'returned'
           AND (b.decidedById IS NULL OR b.decidedById = b.proposedById)) AS alone
       FROM transfer t WHERE t.id BETWEEN :from AND :to
     ) x WHERE spent > amountFen OR alone > 0 OR (state = 'returned' AND back <> amountFen) OR (state = 'unmatched' AND back = amountFen)`,
  );
  for await (const { id, amountFen, spent, back, state, alone } of rows) {
    const of = (what: string) => `${what} of transfer ${id} (${state})`;
    if (spent > amountFen)
      yield { what: of('what pays and goes back'), expected: `at most ${amountFen}`, found: spent };
    if (alone > 0) yield { what: of('returns decided by their proposer'), expected: 0, found: alone };
    if ((state === 'returned') !== (back === amountFen) && (state === 'returned' || state === 'unmatched'))
      yield {
        what: of('what was returned'),
        expected: state === 'returned' ? amountFen : 'less than all',
        found: back,
      };
  }
}

async function* extensions(books: Books): AsyncGenerator<Difference> {
  const rows = overRanges<{ id: number; dueOn: string; untilOn: string; latestOn: string; granted: number }>(
    books,
    'statement',
    `SELECT * FROM (
       SELECT s.id, DATE_FORMAT(s.dueOn, '%Y-%m-%d') AS dueOn, DATE_FORMAT(MAX(e.untilOn), '%Y-%m-%d') AS untilOn, COUNT(*) AS granted,
         DATE_FORMAT((SELECT MAX(l.at) FROM statement_line l WHERE l.statementId = s.id AND l.fen > 0)
           + INTERVAL 8 HOUR + INTERVAL 60 DAY, '%Y-%m-%d') AS latestOn
       FROM statement s JOIN statement_extension e ON e.statementId = s.id AND e.state = 'granted'
       WHERE s.id BETWEEN :from AND :to GROUP BY s.id, s.dueOn
     ) x WHERE granted > 1 OR dueOn < untilOn OR untilOn > latestOn`,
  );
  for await (const { id, dueOn, untilOn, latestOn, granted } of rows) {
    if (granted > 1) yield { what: `granted extensions of statement ${id}`, expected: 1, found: granted };
    if (dueOn < untilOn) yield { what: `dueOn of statement ${id}`, expected: `${untilOn} or later`, found: dueOn };
    if (untilOn > latestOn)
      yield { what: `extension of statement ${id}`, expected: `${latestOn} at the latest`, found: untilOn };
  }
}
