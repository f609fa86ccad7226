import { attributeRefunds, type GoodsLine, goodsLinesOf } from '../../payments/invoices/attribute-refunds.ts';
import { type Books, type Difference, overRanges } from './books.ts';

interface Invoice {
  id: number;
  amountFen: number;
  redFen: number;
  standingFen: number;
  strangers: number;
}

const GRANTED = "('approved', 'paid')";

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
    SELECT i.id, i.statementId, i.amountFen, COALESCE((SELECT SUM(r.amountFen) FROM invoice r WHERE r.redOfId = i.id), 0) AS redFen,
      COALESCE(IF(i.statementId IS NULL, ${OF_PARCEL},
        (SELECT SUM(l.fen) FROM statement_line l WHERE l.statementId = i.statementId AND l.fen > 0)), 0) AS standingFen,
      (SELECT COUNT(*) FROM invoice r WHERE r.redOfId = i.id
        AND (r.kind <> 'red' OR NOT r.statementId <=> i.statementId OR NOT r.fulfilmentId <=> i.fulfilmentId)) AS strangers
    FROM invoice i WHERE i.kind = 'blue' AND (i.statementId IS NOT NULL OR i.fulfilmentId IS NOT NULL) AND i.id BETWEEN ? AND ?`;

/** What a payer's statements with a supplier come to, and what is or can still be invoiced of it, whichever statement bears a refund. */
const ACCOUNTS = `
  SELECT s.payerId, s.supplierId, SUM(s.totalFen) AS owed, SUM(COALESCE(
      (SELECT SUM(IF(i.kind = 'red', -i.amountFen, i.amountFen)) FROM invoice i WHERE i.statementId = s.id),
      (SELECT SUM(l.fen) FROM statement_line l WHERE l.statementId = s.id AND l.fen > 0), 0)) AS invoiced
  FROM statement s GROUP BY s.payerId, s.supplierId HAVING invoiced < owed`;

/**
 * Invoices: red-letter ones stay within theirs and take back no more than was given back, every refund once; all of a payer's from a
 * supplier come to what is owed, with what is yet to be invoiced. Transfers: what pays and goes back stays
 * within what came, and two persons sent it back. Statements: one extension at most, that holds; none due later than 60 days after its earliest
 * delivery.
 */
export async function* checkInvoices(books: Books): AsyncGenerator<Difference> {
  for await (const one of invoices(books)) {
    const what = `invoice ${one.id} less its red-letter ones`;
    const found = one.amountFen - one.redFen;
    if (found < 0 || found < one.standingFen)
      yield { what, expected: `at least ${Math.max(0, one.standingFen)}`, found };
    if (one.strangers > 0)
      yield { what: `red-letter invoices of invoice ${one.id} of other goods`, expected: 0, found: one.strangers };
  }
  const accounts = await books.all<{ payerId: number; supplierId: number; owed: number; invoiced: number }>(ACCOUNTS);
  for (const { payerId, supplierId, owed, invoiced } of accounts)
    yield {
      what: `invoices of payer ${payerId} from supplier ${supplierId}`,
      expected: `at least ${owed}`,
      found: invoiced,
    };
  yield* returns(books);
  yield* extensions(books);
}

/** Invoices with what stands of theirs: a statement's goods and freight less what of them was given back, every fen once. */
async function* invoices(books: Books): AsyncGenerator<Invoice> {
  for await (const range of books.ranges('invoice')) {
    const found = await books.all<Invoice & { statementId: number | null }>(INVOICES, range);
    const ids = found.flatMap(({ statementId }) => (statementId === null ? [] : [statementId]));
    const givenBack = new Map<number, number>();
    for (const { statementId, fen } of ids.length === 0 ? [] : await refundsOf(books, ids))
      givenBack.set(statementId, (givenBack.get(statementId) ?? 0) + fen);
    for (const one of found)
      yield { ...one, standingFen: one.standingFen - ((one.statementId && givenBack.get(one.statementId)) || 0) };
  }
}

async function refundsOf(
  books: Books,
  statementIds: readonly number[],
): Promise<{ statementId: number; fen: number }[]> {
  const goods = goodsLinesOf(statementIds);
  const freight = await books.all<{ statementId: number; fen: number }>(
    `SELECT a.statementId, -n.fen AS fen FROM statement_line a JOIN refund q ON q.fulfilmentId = a.fulfilmentId
     JOIN statement_line n ON n.refundId = q.id WHERE a.statementId IN (?)`,
    [statementIds],
  );
  return [...attributeRefunds(await books.all<GoodsLine>(goods.sql, goods.values)), ...freight];
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
  const rows = overRanges<{ id: number; dueOn: string; untilOn: string | null; latestOn: string; granted: number }>(
    books,
    'statement',
    `SELECT * FROM (
       SELECT s.id, DATE_FORMAT(s.dueOn, '%Y-%m-%d') AS dueOn, DATE_FORMAT(MAX(e.untilOn), '%Y-%m-%d') AS untilOn, COUNT(e.id) AS granted,
         DATE_FORMAT((SELECT MIN(l.at) FROM statement_line l WHERE l.statementId = s.id AND l.fen > 0)
           + INTERVAL 8 HOUR + INTERVAL 60 DAY, '%Y-%m-%d') AS latestOn
       FROM statement s LEFT JOIN statement_extension e ON e.statementId = s.id AND e.state = 'granted'
       WHERE s.id BETWEEN :from AND :to GROUP BY s.id, s.dueOn
     ) x WHERE granted > 1 OR dueOn < LEAST(untilOn, latestOn) OR dueOn > latestOn`,
  );
  for await (const { id, dueOn, untilOn, latestOn, granted } of rows) {
    if (granted > 1) yield { what: `granted extensions of statement ${id}`, expected: 1, found: granted };
    if (untilOn !== null && dueOn < untilOn && dueOn < latestOn)
      yield { what: `dueOn of statement ${id}`, expected: `${untilOn} or later`, found: dueOn };
    if (dueOn > latestOn)
      yield { what: `dueOn of statement ${id}`, expected: `${latestOn} at the latest`, found: dueOn };
  }
}
