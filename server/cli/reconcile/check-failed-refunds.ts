import { type Books, type Difference, overRanges } from './books.ts';

interface Row {
  id: number;
  state: string;
  again: number;
  paid: number;
  alone: number;
  open: number;
}

/** Refunds that came back: sent again by one row of the same amount, or paid otherwise once, confirmed by a second person. */
export async function* checkFailedRefunds(books: Books): AsyncGenerator<Difference> {
  const rows = overRanges<Row>(
    books,
    'payment_refund',
    `SELECT * FROM (
       SELECT b.id, b.state,
         (SELECT COUNT(*) FROM payment_refund a WHERE a.source = 'again' AND a.sourceId = b.id AND a.paymentId = b.paymentId
           AND a.refundId <=> b.refundId AND a.amountFen = b.amountFen) AS again,
         (SELECT COUNT(*) FROM refund_payout p WHERE p.paymentRefundId = b.id AND p.state = 'paid') AS paid,
         (SELECT COUNT(*) FROM refund_payout p WHERE p.paymentRefundId = b.id AND p.state = 'paid'
           AND (p.decidedById IS NULL OR p.decidedById = p.proposedById)) AS alone,
         (SELECT COUNT(*) FROM refund_payout p WHERE p.paymentRefundId = b.id AND p.state = 'proposed') AS open
       FROM payment_refund b WHERE b.id BETWEEN :from AND :to
     ) x WHERE again <> (state = 'resent') OR paid <> (state = 'paid_otherwise') OR alone > 0 OR open > (state = 'failed')`,
  );
  for await (const { id, state, again, paid, alone, open } of rows) {
    const of = (what: string) => `${what} of refund ${id} (${state})`;
    const expected = { again: Number(state === 'resent'), paid: Number(state === 'paid_otherwise') };
    if (again !== expected.again) yield { what: of('rows sent again'), expected: expected.again, found: again };
    if (paid !== expected.paid) yield { what: of('transfers instead'), expected: expected.paid, found: paid };
    if (alone > 0) yield { what: of('transfers instead confirmed by who entered them'), expected: 0, found: alone };
    const most = Number(state === 'failed');
    if (open > most) yield { what: of('transfers that wait'), expected: `at most ${most}`, found: open };
  }
}
