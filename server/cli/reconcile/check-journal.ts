import { type Books, type Difference, overRanges } from './books.ts';
import { readRefundsDue } from './refunds-due.ts';
import { tendersKept } from './tenders-kept.ts';

interface Row {
  id: number;
  paymentWay: string;
  sum: number;
  goods: number;
  discount: number;
  allowance: number;
  points: number;
  freight: number;
  paid: number;
  refunded: number;
  owed: number;
  isPlaced: number;
  isPooled: number;
  isCancelled: number;
  goodsFen: number;
  discountFen: number;
  freightFen: number;
  missingFen: number;
  allowanceFen: number;
  pointsFen: number;
  pointsKeptFen: number;
  allowanceKeptFen: number;
  refundGoodsFen: number;
  refundFreightFen: number;
  paymentFen: number;
  sentBackFen: number;
  onItsWayFen: number;
  payments: number;
  transferFen: number;
  creditTakenFen: number;
  creditGivenFen: number;
}

const account = (name: string) => `COALESCE(SUM(IF(j.account = '${name}', j.fen, 0)), 0) AS ${name}`;
const ofRefunds = (column: string) =>
  `COALESCE((SELECT SUM(r.${column}) FROM refund r WHERE r.orderId = o.id AND r.state IN ('approved', 'paid')), 0)`;
const ofPayments = (column: string, where: string) =>
  `COALESCE((SELECT SUM(${column}) FROM payment p ${where} p.orderId = o.id), 0)`;
const ofStatements = (column: string, join: string) =>
  `COALESCE((SELECT SUM(${column}) FROM statement_line s JOIN ${join} WHERE s.orderId = o.id), 0)`;

const { KEPT_BY_ALLOWANCE, KEPT_BY_POINTS } = tendersKept('o');

const JOURNAL = `
  SELECT o.id, o.paymentWay, o.placedAt IS NOT NULL AS isPlaced, o.state = 'awaiting_pool' AS isPooled, o.goodsFen, o.discountFen, o.freightFen, o.allowanceFen, o.pointsFen,
    ${KEPT_BY_POINTS} AS pointsKeptFen, ${KEPT_BY_ALLOWANCE} AS allowanceKeptFen,
    EXISTS (SELECT 1 FROM cancellation c WHERE c.orderId = o.id) AS isCancelled,
    COALESCE((SELECT SUM(x.missingFen) FROM order_line l JOIN receipt_line x ON x.lineId = l.id WHERE l.orderId = o.id), 0) AS missingFen,
    ${ofRefunds('goodsFen')} AS refundGoodsFen, ${ofRefunds('freightFen')} AS refundFreightFen,
    ${ofPayments('p.amountFen', "WHERE p.state = 'succeeded' AND")} AS paymentFen,
    ${ofPayments('b.amountFen', "JOIN payment_refund b ON b.paymentId = p.id AND b.state IN ('succeeded', 'paid_otherwise') WHERE")} AS sentBackFen,
    ${ofPayments('b.amountFen', "JOIN payment_refund b ON b.paymentId = p.id AND b.state IN ('created', 'pending', 'failed') WHERE")} AS onItsWayFen,
    ${ofStatements('x.fen', 'transfer_allocation x ON x.statementLineId = s.id')} AS transferFen,
    ${ofStatements('x.fen', 'statement_credit x ON x.toLineId = s.id JOIN statement_line z ON z.id = x.fromLineId AND z.orderId <> s.orderId')} AS creditTakenFen,
    ${ofStatements('x.fen', 'statement_credit x ON x.fromLineId = s.id JOIN statement_line z ON z.id = x.toLineId AND z.orderId <> s.orderId')} AS creditGivenFen,
    (SELECT COUNT(*) FROM payment p WHERE p.orderId = o.id AND p.state = 'succeeded') AS payments,
    COALESCE(SUM(j.fen), 0) AS sum, ${['goods', 'discount', 'allowance', 'points', 'freight', 'paid', 'refunded', 'owed'].map(account).join(', ')}
  FROM \`order\` o LEFT JOIN journal_entry j ON j.orderId = o.id
  WHERE o.id BETWEEN :from AND :to GROUP BY o.id`;

/**
 * The journal of every order: it sums to zero, its accounts are what order, receipts, refunds, payments, transfers and credits come to, and of an order
 * that was paid at once nothing stays owed but what is on its way back.
 */
export async function* checkJournal(books: Books): AsyncGenerator<Difference> {
  const due = await readRefundsDue(books);
  for await (const row of overRanges<Row>(books, 'order', JOURNAL)) {
    const of = (name: string) => `journal of order ${row.id}, ${name}`;
    if (row.sum !== 0) yield { what: of('all accounts'), expected: 0, found: row.sum };
    const expected = accountsOf(row);
    for (const name of ['goods', 'discount', 'allowance', 'points', 'freight', 'paid', 'refunded'] as const) {
      if (row[name] !== expected[name]) yield { what: of(name), expected: expected[name], found: row[name] };
    }
    // Paid into a pool that is not full: owed to the buyer until the order binds.
    const back = row.onItsWayFen + (due.get(row.id) ?? 0) + (row.isPooled ? row.paymentFen : 0);
    const isSettled = row.payments > 0 || (row.isPlaced && row.allowanceFen > 0);
    if (isSettled && row.owed !== back) yield { what: of('owed'), expected: back, found: row.owed };
  }
}

function accountsOf(row: Row) {
  const stands = row.isPlaced && !row.isCancelled;
  return {
    goods: stands ? row.goodsFen - row.missingFen - row.refundGoodsFen - (row.pointsFen - row.pointsKeptFen) : 0,
    discount: stands ? 0 - row.discountFen : 0,
    allowance: stands ? 0 - row.allowanceKeptFen : 0,
    points: stands ? 0 - row.pointsKeptFen : 0,
    freight: stands ? row.freightFen - row.refundFreightFen : 0,
    paid: 0 - row.paymentFen - row.transferFen - row.creditTakenFen,
    refunded: row.sentBackFen + row.creditGivenFen,
  };
}
