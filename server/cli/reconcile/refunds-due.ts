import type { Books } from './books.ts';

interface Due {
  orderId: number;
  source: string;
  sourceId: number;
  amountFen: number;
}

/** Refunds that a fact has asked for in the outbox and that no row of payment_refund has taken up yet: fen by order. */
export async function readRefundsDue(books: Books): Promise<Map<number, number>> {
  const rows = await books.all<{ payload: Due | string }>(
    "SELECT payload FROM outbox WHERE topic = 'payment.refund_due'",
  );
  const due = new Map<number, number>();
  for (const { payload } of rows) {
    const fact = typeof payload === 'string' ? (JSON.parse(payload) as Due) : payload;
    const taken = await books.all('SELECT 1 FROM payment_refund WHERE source = ? AND sourceId = ?', [
      fact.source,
      fact.sourceId,
    ]);
    if (taken.length === 0) due.set(fact.orderId, (due.get(fact.orderId) ?? 0) + fact.amountFen);
  }
  return due;
}
