import { type Books, type Difference, overRanges } from './books.ts';

interface Awarded {
  id: number;
  orderId: number | null;
  unitPriceFen: number;
  quantity: number;
  offerState: string;
  awarded: number;
  isSold: number;
}

/** Accepted offers against their orders: exactly the offered price and quantity, each line of a request once. */
export async function* checkQuotes(books: Books): AsyncGenerator<Difference> {
  const rows = overRanges<Awarded>(
    books,
    'quote_offer_line',
    `SELECT * FROM (
       SELECT x.id, x.orderId, x.unitPriceFen, x.quantity, o.state AS offerState,
         (SELECT COUNT(*) FROM quote_request_line l WHERE l.awardedLineId = x.id AND l.id = x.requestLineId) AS awarded,
         EXISTS (SELECT 1 FROM order_line s WHERE s.orderId = x.orderId AND s.productId = x.productId
           AND s.unitPriceFen = x.unitPriceFen AND s.quantity = x.quantity AND s.discountFen = 0) AS isSold
       FROM quote_offer_line x JOIN quote_offer o ON o.id = x.offerId WHERE x.id BETWEEN :from AND :to
     ) x WHERE IF(orderId IS NULL, awarded > 0, awarded <> 1 OR offerState <> 'accepted' OR NOT isSold)`,
  );
  for await (const row of rows) {
    const what = `offered line ${row.id}`;
    if (row.orderId === null) yield { what, expected: 'no award without an order', found: row.awarded };
    else if (!row.isSold)
      yield {
        what: `${what} in order ${row.orderId}`,
        expected: `${row.quantity} at ${row.unitPriceFen} fen`,
        found: 'something else',
      };
    else yield { what, expected: 'accepted, once', found: `${row.offerState}, ${row.awarded} times` };
  }
}
