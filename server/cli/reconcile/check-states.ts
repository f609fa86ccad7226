import { type Books, type Difference, dayInShanghai, overRanges } from './books.ts';
import { readRefundsDue } from './refunds-due.ts';

interface Row {
  id: number;
  state: string;
  paymentWay: string;
  fundingSource: string;
  /** to pay with money */
  restFen: number;
  placedAt: string | null;
  placedOn: string | null;
  parcels: string | null;
  isCancelled: number;
  paidFen: number;
  payments: number;
  /** of all rows of payment_refund, sent or not, but those in whose place another was sent */
  refundFen: number;
  wrongPayments: number;
  byAllowance: number;
}

const ORDERS = `
  SELECT o.id, o.state, o.paymentWay, o.fundingSource, o.totalFen - o.allowanceFen AS restFen, o.placedAt, o.placedOn,
    (SELECT GROUP_CONCAT(DISTINCT f.state ORDER BY f.state) FROM fulfilment f WHERE f.orderId = o.id) AS parcels,
    EXISTS (SELECT 1 FROM cancellation c WHERE c.orderId = o.id) AS isCancelled,
    COALESCE((SELECT SUM(p.amountFen) FROM payment p WHERE p.orderId = o.id AND p.state = 'succeeded'), 0) AS paidFen,
    (SELECT COUNT(*) FROM payment p WHERE p.orderId = o.id AND p.state = 'succeeded') AS payments,
    COALESCE((SELECT SUM(b.amountFen) FROM payment p JOIN payment_refund b ON b.paymentId = p.id AND b.state <> 'resent' WHERE p.orderId = o.id), 0) AS refundFen,
    (SELECT COUNT(*) FROM payment p WHERE p.orderId = o.id AND p.amountFen <> o.totalFen - o.allowanceFen) AS wrongPayments,
    o.allowanceFen > 0 AS byAllowance
  FROM \`order\` o WHERE o.id BETWEEN :from AND :to`;

const ENDED = ['cancelled', 'expired', 'rejected'];
const WAITING = ['awaiting_approval', 'awaiting_payment'];
const BINDING = ['placed', 'completed'];

/** What parcels may be while their order is in a state. */
const PARCELS: Record<string, readonly string[]> = {
  awaiting_approval: ['waiting'],
  awaiting_payment: ['waiting'],
  awaiting_pool: ['waiting'],
  placed: ['to_confirm', 'confirmed', 'partly_shipped', 'shipped', 'received', 'cancelled'],
  completed: ['received', 'cancelled'],
  rejected: ['cancelled'],
  cancelled: ['cancelled'],
  expired: ['cancelled'],
};

/** An order's state against its parcels, payments, cancellation and the instant of placing. */
export async function* checkStates(books: Books): AsyncGenerator<Difference> {
  const due = await readRefundsDue(books);
  for await (const row of overRanges<Row>(books, 'order', ORDERS)) {
    yield* placing(row);
    yield* parcels(row);
    yield* payments(row, row.refundFen + (due.get(row.id) ?? 0));
  }
}

function* placing(row: Row): Generator<Difference> {
  const of = (what: string) => `${what} of order ${row.id} (${row.state})`;
  const mayBePlaced = BINDING.includes(row.state) || row.state === 'cancelled';
  if (BINDING.includes(row.state) && row.placedAt === null)
    yield { what: of('placedAt'), expected: 'an instant', found: 'none' };
  if (!mayBePlaced && row.placedAt !== null) yield { what: of('placedAt'), expected: 'none', found: row.placedAt };
  const day = row.placedAt === null ? 'none' : dayInShanghai(row.placedAt);
  if ((row.placedOn ?? 'none') !== day) yield { what: of('placedOn'), expected: day, found: row.placedOn ?? 'none' };
  if ((row.state === 'cancelled') !== Boolean(row.isCancelled))
    yield { what: of('cancellation'), expected: row.state === 'cancelled' ? 'one' : 'none', found: row.isCancelled };
}

function* parcels({ id, state, parcels: found }: Row): Generator<Difference> {
  const states = (found ?? '').split(',').filter(Boolean);
  const allowed = PARCELS[state] ?? [];
  const what = `parcels of order ${id} (${state})`;
  if (states.length === 0 || states.some((one) => !allowed.includes(one)))
    yield { what, expected: allowed.join(' or '), found: found ?? 'none' };
  else if (state === 'placed' && states.every((one) => one === 'received' || one === 'cancelled'))
    yield { what, expected: 'one that is not received', found: found ?? 'none' };
}

function* payments(row: Row, back: number): Generator<Difference> {
  const of = (what: string) => `${what} of order ${row.id} (${row.state})`;
  if (row.wrongPayments > 0)
    yield { what: of('payments of another sum'), expected: `all of ${row.restFen} fen`, found: row.wrongPayments };
  if (row.payments > 0 && WAITING.includes(row.state))
    yield { what: of('succeeded payments'), expected: 'none while it waits', found: row.payments };
  const needsPayment = row.paymentWay === 'stripe' && (row.restFen > 0 || !row.byAllowance);
  if (row.payments === 0 && needsPayment && [...BINDING, 'awaiting_pool'].includes(row.state))
    yield { what: of('succeeded payments'), expected: 'one', found: 0 };
  if (row.paymentWay === 'on_account' && row.payments > 0)
    yield { what: of('succeeded payments'), expected: 'none on account', found: row.payments };
  if (row.fundingSource === 'individual' && row.paymentWay !== 'stripe')
    yield { what: of('payment way'), expected: 'stripe', found: row.paymentWay };
  if (ENDED.includes(row.state) && row.paidFen > 0 && back !== row.paidFen)
    yield { what: of('refunds sent, under way or due'), expected: row.paidFen, found: back };
  if (back > row.paidFen) yield { what: of('refunds'), expected: `at most ${row.paidFen}`, found: back };
}
