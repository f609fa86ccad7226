import { type Books, type Difference, overRanges } from './books.ts';

/**
 * Recalls against what they did (rule 18): a recalled batch has its recall, each line's goods were replaced, given back or returned by
 * movements, refunds and receipts of the same size, and nothing of a batch whose recall has gone through its orders still waits to be sent.
 */
export async function* checkRecalls(books: Books): AsyncGenerator<Difference> {
  yield* marks(books);
  yield* lines(books);
  yield* arrivals(books);
  yield* swaps(books);
  yield* leftOver(books);
}

async function* marks(books: Books): AsyncGenerator<Difference> {
  const rows = await books.all<{ id: number; isMarked: number }>(
    `SELECT b.id, 1 AS isMarked FROM batch b LEFT JOIN recall r ON r.batchId = b.id WHERE b.recalledAt IS NOT NULL AND r.id IS NULL
     UNION ALL SELECT r.batchId, 0 FROM recall r JOIN batch b ON b.id = r.batchId WHERE b.recalledAt IS NULL`,
  );
  for (const { id, isMarked } of rows)
    yield {
      what: `recall of batch ${id}`,
      expected: 'one that takes it off sale',
      found: isMarked ? 'none' : 'a batch on sale',
    };
}

interface Line {
  id: number;
  swapped: number;
  back: number;
  held: number;
  given: number;
  refunded: number;
  sent: number;
  shipped: number;
  returned: number;
  cameBack: number;
}

async function* lines(books: Books): AsyncGenerator<Difference> {
  const refunded = (isReturn: boolean) => `COALESCE((
    SELECT SUM(y.quantity) FROM recall_refund z JOIN refund r ON r.id = z.refundId AND r.state IN ('approved', 'paid')
    JOIN refund_line y ON y.refundId = r.id AND y.lineId = x.lineId WHERE z.recallLineId = x.id AND z.isReturn = ${isReturn}), 0)`;
  const moved = (where: string) => `COALESCE((
    SELECT SUM(m.quantity) FROM stock_movement m WHERE m.source = 'recall_line' AND m.sourceId = x.id AND ${where}), 0)`;
  const rows = overRanges<Line>(
    books,
    'recall_line',
    `SELECT * FROM (
       SELECT x.id, x.swappedQuantity AS swapped, ${moved('m.batchId = r.batchId')} AS back, -${moved('m.batchId <> r.batchId')} AS held,
         x.givenBackQuantity AS given, ${refunded(false)} + COALESCE((SELECT SUM(rb.shortQuantity) FROM receipt q
           JOIN receipt_line y ON y.receiptId = q.id JOIN receipt_batch rb ON rb.receiptLineId = y.id AND rb.batchId = r.batchId
           WHERE q.kind = 'rest' AND q.reason = 'market.recalled' AND y.lineId = x.lineId), 0) AS refunded,
         x.sentQuantity AS sent, COALESCE((SELECT SUM(s.quantity) FROM shipment_line s WHERE s.lineId = x.lineId AND s.batchId = r.batchId), 0) AS shipped,
         x.returnedQuantity AS returned, ${refunded(true)} AS cameBack
       FROM recall_line x JOIN recall r ON r.id = x.recallId WHERE x.id BETWEEN :from AND :to
     ) x WHERE swapped <> back OR swapped <> held OR given <> refunded OR sent <> shipped OR returned <> cameBack OR returned > sent`,
  );
  for await (const row of rows)
    yield {
      what: `recall line ${row.id}`,
      expected: `${row.back} and ${row.held} moved, ${row.refunded} given back, ${row.shipped} sent, ${row.cameBack} returned`,
      found: `${row.swapped} swapped, ${row.given} given back, ${row.sent} sent, ${row.returned} returned`,
    };
}

/** What came back to suppliers is the sum of their notes, never more than was sent, and only what they brought about names a refund. */
async function* arrivals(books: Books): AsyncGenerator<Difference> {
  const rows = overRanges<{ id: number; arrived: number; noted: number; sent: number; foreign: number }>(
    books,
    'recall_line',
    `SELECT * FROM (
       SELECT x.id, x.arrivedQuantity AS arrived, x.sentQuantity AS sent,
         COALESCE((SELECT SUM(a.quantity) FROM recall_arrival a WHERE a.recallLineId = x.id), 0) AS noted,
         (SELECT COUNT(*) FROM recall_arrival a LEFT JOIN recall_refund z ON z.refundId = a.refundId AND z.recallLineId = x.id AND z.isReturn
          WHERE a.recallLineId = x.id AND a.refundId IS NOT NULL AND z.refundId IS NULL) AS \`foreign\`
       FROM recall_line x WHERE x.id BETWEEN :from AND :to
     ) x WHERE arrived <> noted OR arrived > sent OR \`foreign\` > 0`,
  );
  for await (const { id, arrived, noted, sent, foreign } of rows)
    yield {
      what: `goods of recall line ${id} that came back`,
      expected: `${noted} noted, at most ${sent}, every refund its own`,
      found: `${arrived}, ${foreign} with another's refund`,
    };
}

/** Batches that a recall promised to a line and that it is promised no more must have been taken back by another recall. */
async function* swaps(books: Books): AsyncGenerator<Difference> {
  const rows = overRanges<{ lineId: number; batchId: number; moved: number }>(
    books,
    'recall_line',
    `SELECT x.lineId, m.batchId, SUM(m.quantity) + COALESCE((SELECT h.quantity FROM stock_movement h
       WHERE h.batchId = m.batchId AND h.event = 'held' AND h.source = 'line' AND h.sourceId = x.lineId), 0) AS moved
     FROM recall_line x JOIN recall_line y ON y.lineId = x.lineId
     JOIN stock_movement m ON m.source = 'recall_line' AND m.sourceId = y.id
     LEFT JOIN line_allocation a ON a.lineId = x.lineId AND a.batchId = m.batchId
     WHERE x.id BETWEEN :from AND :to AND a.lineId IS NULL AND x.id = (SELECT MIN(z.id) FROM recall_line z WHERE z.lineId = x.lineId)
     GROUP BY x.lineId, m.batchId HAVING moved <> 0`,
  );
  for await (const { lineId, batchId, moved } of rows)
    yield { what: `stock held by recalls for line ${lineId} on batch ${batchId}`, expected: 0, found: moved };
}

async function* leftOver(books: Books): AsyncGenerator<Difference> {
  const rows = await books.all<{ lineId: number; batchId: number; quantity: number }>(
    `SELECT * FROM (
       SELECT a.lineId, a.batchId, a.quantity - COALESCE((SELECT SUM(m.quantity) FROM stock_movement m JOIN refund_line y ON y.id = m.sourceId
         WHERE m.batchId = a.batchId AND m.event = 'returned' AND m.source = 'refund_line' AND y.lineId = a.lineId), 0) AS quantity
       FROM recall r JOIN line_allocation a ON a.batchId = r.batchId JOIN order_line l ON l.id = a.lineId
       JOIN \`order\` o ON o.id = l.orderId JOIN fulfilment f ON f.id = l.fulfilmentId
       WHERE r.state <> 'running' AND f.state IN ('waiting', 'to_confirm', 'confirmed') AND o.state NOT IN ('rejected', 'cancelled', 'expired')
     ) x WHERE quantity > 0`,
  );
  for (const { lineId, batchId, quantity } of rows)
    yield { what: `still promised of recalled batch ${batchId} to line ${lineId}`, expected: 0, found: quantity };
}
