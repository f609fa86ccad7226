import { type Books, type Difference, overRanges } from './books.ts';

type Row = Record<string, number>;

/** Sums within an order: lines, parcels, totals, refunds. */
export async function* checkOrders(books: Books): AsyncGenerator<Difference> {
  yield* totals(books);
  yield* parcels(books);
  yield* lines(books);
  yield* refunds(books);
  yield* discounts(books);
  yield* campaigns(books);
}

async function* totals(books: Books): AsyncGenerator<Difference> {
  const rows = overRanges<Row>(
    books,
    'order',
    `SELECT * FROM (
       SELECT o.id, o.goodsFen, o.discountFen, o.pointsFen, o.freightFen, o.totalFen, o.allowanceFen,
         o.goodsFen - o.discountFen - o.pointsFen + o.freightFen AS total,
         COALESCE((SELECT SUM(l.pointsFen) FROM order_line l WHERE l.orderId = o.id), 0) AS points,
         COALESCE((SELECT SUM(l.allowanceFen) FROM order_line l WHERE l.orderId = o.id), 0)
           + COALESCE((SELECT SUM(f.freightAllowanceFen) FROM fulfilment f WHERE f.orderId = o.id), 0) AS allowance,
         COALESCE((SELECT SUM(l.goodsFen) FROM order_line l WHERE l.orderId = o.id), 0) AS goods,
         COALESCE((SELECT SUM(l.discountFen) FROM order_line l WHERE l.orderId = o.id), 0) AS discount,
         COALESCE((SELECT SUM(f.freightFen) FROM fulfilment f WHERE f.orderId = o.id), 0) AS freight
       FROM \`order\` o WHERE o.id BETWEEN :from AND :to
     ) x WHERE goodsFen <> goods OR discountFen <> discount OR freightFen <> freight OR totalFen <> total
       OR pointsFen <> points OR allowanceFen <> allowance`,
  );
  for await (const row of rows)
    yield* unequal(`order ${row.id}`, row, {
      goodsFen: 'goods',
      discountFen: 'discount',
      freightFen: 'freight',
      totalFen: 'total',
      pointsFen: 'points',
      allowanceFen: 'allowance',
    });
}

async function* parcels(books: Books): AsyncGenerator<Difference> {
  const rows = overRanges<Row>(
    books,
    'fulfilment',
    `SELECT f.id, f.orderId, f.goodsFen, COALESCE(SUM(l.goodsFen), 0) AS goods, COALESCE(SUM(l.orderId <> f.orderId), 0) AS strangers
     FROM fulfilment f LEFT JOIN order_line l ON l.fulfilmentId = f.id WHERE f.id BETWEEN :from AND :to
     GROUP BY f.id, f.orderId, f.goodsFen HAVING goodsFen <> goods OR strangers > 0`,
  );
  for await (const row of rows) {
    yield* unequal(`parcel ${row.id} of order ${row.orderId}`, row, { goodsFen: 'goods' });
    if (row.strangers) yield { what: `lines of other orders in parcel ${row.id}`, expected: 0, found: row.strangers };
  }
}

async function* lines(books: Books): AsyncGenerator<Difference> {
  const rows = overRanges<Row>(
    books,
    'order',
    `SELECT * FROM (
       SELECT l.id, l.orderId, l.quantity, l.goodsFen, l.payableFen, l.grams, l.acceptedQuantity, l.acceptedFen, l.acceptedGrams,
         l.refundedQuantity, l.refundedFen, l.refundedGrams, l.pricePerKgFen IS NOT NULL AS isWeighed,
         l.unitPriceFen * l.quantity AS goods, l.goodsFen - l.discountFen - l.pointsFen AS payable,
         l.allowanceFen, l.netGrams * l.quantity AS weight,
         COALESCE(a.quantity, 0) AS accepted, COALESCE(a.fen, 0) AS acceptedSum, COALESCE(a.grams, 0) AS acceptedWeight,
         COALESCE(b.quantity, 0) AS refunded, COALESCE(b.fen, 0) AS refundedSum, COALESCE(b.grams, 0) AS refundedWeight
       FROM order_line l
       LEFT JOIN (SELECT x.lineId, SUM(x.acceptedQuantity) AS quantity, SUM(x.acceptedFen) AS fen, SUM(x.acceptedGrams) AS grams
         FROM receipt_line x JOIN order_line y ON y.id = x.lineId WHERE y.orderId BETWEEN :from AND :to GROUP BY x.lineId) a ON a.lineId = l.id
       LEFT JOIN (SELECT x.lineId, SUM(x.quantity) AS quantity, SUM(x.fen) AS fen, SUM(x.grams) AS grams
         FROM refund_line x JOIN refund r ON r.id = x.refundId AND r.state IN ('approved', 'paid') JOIN order_line y ON y.id = x.lineId
         WHERE y.orderId BETWEEN :from AND :to GROUP BY x.lineId) b ON b.lineId = l.id
       WHERE l.orderId BETWEEN :from AND :to
     ) x WHERE NOT isWeighed AND (goodsFen <> goods OR grams <> weight OR acceptedFen > payableFen) OR payableFen <> payable
       OR acceptedQuantity <> accepted OR acceptedFen <> acceptedSum OR acceptedGrams <> acceptedWeight OR acceptedQuantity > quantity
       OR refundedQuantity <> refunded OR refundedFen <> refundedSum OR refundedGrams <> refundedWeight OR refundedQuantity > quantity
       OR allowanceFen > payableFen`,
  );
  for await (const row of rows) {
    const what = `order ${row.orderId} line ${row.id}`;
    if (!row.isWeighed) yield* unequal(what, row, { goodsFen: 'goods', grams: 'weight' });
    yield* unequal(what, row, {
      payableFen: 'payable',
      acceptedQuantity: 'accepted',
      acceptedFen: 'acceptedSum',
      acceptedGrams: 'acceptedWeight',
      refundedQuantity: 'refunded',
      refundedFen: 'refundedSum',
      refundedGrams: 'refundedWeight',
    });
    yield* atMost(what, row, 'acceptedQuantity', 'quantity');
    yield* atMost(what, row, 'refundedQuantity', 'quantity');
    yield* atMost(what, row, 'allowanceFen', 'payableFen');
    if (!row.isWeighed) yield* atMost(what, row, 'acceptedFen', 'payableFen');
  }
}

/** A refund's goods are its lines', it is paid when its money has gone, and no parcel gives more freight back than it had. */
async function* refunds(books: Books): AsyncGenerator<Difference> {
  const rows = overRanges<Row>(
    books,
    'refund',
    `SELECT * FROM (
       SELECT r.id, r.goodsFen, r.state = 'paid' AS paid, f.freightFen AS parcelFen, r.state IN ('approved', 'paid') AS isGranted,
         COALESCE((SELECT SUM(x.fen) FROM refund_line x WHERE x.refundId = r.id), 0) AS goods,
         (SELECT COUNT(*) FROM refund_line x JOIN order_line l ON l.id = x.lineId WHERE x.refundId = r.id AND l.fulfilmentId <> r.fulfilmentId) AS strangers,
         IF(r.goodsFen + r.freightFen > 0 AND r.state IN ('approved', 'paid') AND r.goodsFen + r.freightFen = COALESCE((
             SELECT SUM(a.fen) FROM allowance_entry a WHERE a.orderId = r.orderId AND a.source = 'refund' AND a.sourceId = r.id), 0), 1,
           (SELECT COUNT(*) FROM payment_refund p WHERE p.refundId = r.id AND p.state IN ('succeeded', 'paid_otherwise'))) AS sent,
         COALESCE((SELECT SUM(q.freightFen) FROM refund q WHERE q.fulfilmentId = r.fulfilmentId AND q.state IN ('approved', 'paid')), 0) AS freight
       FROM refund r JOIN fulfilment f ON f.id = r.fulfilmentId WHERE r.id BETWEEN :from AND :to
     ) x WHERE (isGranted AND goodsFen <> goods) OR paid <> sent OR freight > parcelFen OR strangers > 0`,
  );
  for await (const row of rows) {
    const what = `refund ${row.id}`;
    if (row.isGranted) yield* unequal(what, row, { goodsFen: 'goods' });
    yield* unequal(what, row, { paid: 'sent' });
    yield* atMost(`its parcel by ${what}`, row, 'freight', 'parcelFen');
    if (row.strangers) yield { what: `lines of other parcels in ${what}`, expected: 0, found: row.strangers };
  }
}

/** What campaigns took off an order is what its lines bear. */
async function* discounts(books: Books): AsyncGenerator<Difference> {
  const rows = overRanges<Row>(
    books,
    'order',
    `SELECT * FROM (
       SELECT o.id, o.discountFen, COALESCE((SELECT SUM(d.fen) FROM order_discount d WHERE d.orderId = o.id), 0) AS campaigns,
         (SELECT COUNT(*) FROM order_line l WHERE l.orderId = o.id AND (l.discountFen < 0 OR l.discountFen > l.goodsFen)) AS wrongLines
       FROM \`order\` o WHERE o.id BETWEEN :from AND :to
     ) x WHERE discountFen <> campaigns OR wrongLines > 0`,
  );
  for await (const row of rows) {
    yield* unequal(`order ${row.id}`, row, { discountFen: 'campaigns' });
    if (row.wrongLines)
      yield { what: `lines of order ${row.id} with an impossible discount`, expected: 0, found: row.wrongLines };
  }
}

/** What a campaign with a budget has given is what its standing orders took, and never more than the budget. */
async function* campaigns(books: Books): AsyncGenerator<Difference> {
  const rows = await books.all<Row>(
    `SELECT * FROM (
       SELECT c.id, c.givenFen, c.budgetFen, COALESCE((SELECT SUM(d.fen) FROM order_discount d JOIN \`order\` o ON o.id = d.orderId
         WHERE d.campaignId = c.id AND o.state NOT IN ('cancelled', 'rejected', 'expired')), 0) AS taken
       FROM campaign c WHERE c.budgetFen IS NOT NULL
     ) x WHERE givenFen <> taken OR givenFen > budgetFen`,
  );
  for (const row of rows) {
    yield* unequal(`campaign ${row.id}`, row, { givenFen: 'taken' });
    yield* atMost(`campaign ${row.id}`, row, 'givenFen', 'budgetFen');
  }
}

function* unequal(what: string, row: Row, columns: Record<string, string>): Generator<Difference> {
  for (const [column, source] of Object.entries(columns)) {
    const [found = 0, expected = 0] = [row[column], row[source]];
    if (found !== expected) yield { what: `${column} of ${what}`, expected, found };
  }
}

function* atMost(what: string, row: Row, column: string, limit: string): Generator<Difference> {
  const [found = 0, most = 0] = [row[column], row[limit]];
  if (found > most) yield { what: `${column} of ${what}`, expected: `at most ${most}`, found };
}
