import { type Books, type Difference, overRanges } from './books.ts';

interface Covered {
  id: number;
  orderId: number;
  isReceived: number;
  isStrange: number;
  dueQuantity: number;
  dueFen: number;
  dueGrams: number;
  coveredQuantity: number;
  coveredFen: number;
  coveredGrams: number;
}

/**
 * Shipments and receipts against the lines that they are of: what receipts say of a line, accepted or missing, is all of it once its
 * parcel is received and never more; nothing goes twice; a parcel's state is that of its shipments; weighed goods are within what was
 * agreed (rules 25, 28).
 */
export async function* checkDeliveries(books: Books): AsyncGenerator<Difference> {
  yield* covered(books);
  yield* shipped(books);
  yield* states(books);
  yield* weighed(books);
  yield* batches(books);
  yield* corrections(books);
}

async function* covered(books: Books): AsyncGenerator<Difference> {
  const rows = overRanges<Covered>(
    books,
    'order',
    `SELECT * FROM (
       SELECT l.id, l.orderId, f.state = 'received' AS isReceived, COALESCE(SUM(r.fulfilmentId <> l.fulfilmentId), 0) AS isStrange,
         l.quantity - COALESCE(g.quantity, 0) AS dueQuantity, l.payableFen - COALESCE(g.fen, 0) AS dueFen, l.grams - COALESCE(g.grams, 0) AS dueGrams,
         COALESCE(SUM(x.acceptedQuantity + x.shortQuantity + x.damagedQuantity), 0) AS coveredQuantity,
         COALESCE(SUM(x.acceptedFen + x.missingFen), 0) AS coveredFen, COALESCE(SUM(x.acceptedGrams + x.missingGrams), 0) AS coveredGrams
       FROM order_line l JOIN fulfilment f ON f.id = l.fulfilmentId
       LEFT JOIN receipt_line x ON x.lineId = l.id LEFT JOIN receipt r ON r.id = x.receiptId
       LEFT JOIN (SELECT b.lineId, SUM(b.quantity) AS quantity, SUM(b.fen) AS fen, SUM(b.grams) AS grams FROM refund_line b
         JOIN refund q ON q.id = b.refundId AND q.state IN ('approved', 'paid') WHERE b.outstanding AND q.orderId BETWEEN :from AND :to
         GROUP BY b.lineId) g ON g.lineId = l.id
       WHERE l.orderId BETWEEN :from AND :to GROUP BY l.id, l.orderId, f.state, l.quantity, l.payableFen, l.grams, g.quantity, g.fen, g.grams
     ) x WHERE isStrange > 0 OR coveredQuantity > dueQuantity OR coveredFen > dueFen OR coveredGrams > dueGrams
       OR (isReceived AND (coveredQuantity <> dueQuantity OR coveredFen <> dueFen OR coveredGrams <> dueGrams))`,
  );
  for await (const row of rows) {
    const most = row.isReceived ? '' : 'at most ';
    yield {
      what: `accepted, short and damaged of order ${row.orderId} line ${row.id}`,
      expected: `${most}${row.dueQuantity}, ${row.dueFen} fen, ${row.dueGrams} g on receipts of its parcel`,
      found: `${row.coveredQuantity}, ${row.coveredFen} fen, ${row.coveredGrams} g${row.isStrange ? ', on another' : ''}`,
    };
  }
}

async function* shipped(books: Books): AsyncGenerator<Difference> {
  const rows = overRanges<{ lineId: number; batchId: number; promised: number; went: number }>(
    books,
    'order',
    `SELECT l.id AS lineId, s.batchId, COALESCE(a.quantity, 0) AS promised, SUM(s.quantity) AS went
     FROM order_line l JOIN shipment_line s ON s.lineId = l.id LEFT JOIN line_allocation a ON a.lineId = l.id AND a.batchId = s.batchId
     WHERE l.orderId BETWEEN :from AND :to GROUP BY l.id, s.batchId, a.quantity HAVING went > promised`,
  );
  for await (const { lineId, batchId, promised, went } of rows)
    yield { what: `shipped of line ${lineId} from batch ${batchId}`, expected: `at most ${promised}`, found: went };
}

async function* states(books: Books): AsyncGenerator<Difference> {
  const rows = overRanges<{ id: number; state: string; shipments: number; open: number; wrong: number }>(
    books,
    'fulfilment',
    `SELECT * FROM (
       SELECT f.id, f.state, COUNT(s.id) AS shipments, COALESCE(SUM(s.receivedAt IS NULL), 0) AS open,
         COALESCE(SUM((s.receivedAt IS NULL) <> (r.id IS NULL)), 0) AS wrong
       FROM fulfilment f LEFT JOIN shipment s ON s.fulfilmentId = f.id LEFT JOIN receipt r ON r.shipmentId = s.id
       WHERE f.id BETWEEN :from AND :to GROUP BY f.id, f.state
     ) x WHERE wrong > 0 OR (state IN ('partly_shipped', 'shipped', 'received') AND shipments = 0) OR (state = 'shipped' AND open = 0)
       OR (state = 'received' AND open > 0) OR (state IN ('waiting', 'to_confirm', 'confirmed') AND shipments > 0)`,
  );
  for await (const { id, state, shipments, open } of rows)
    yield {
      what: `shipments of parcel ${id} (${state})`,
      expected: 'as its state says, each with its receipt or on its way',
      found: `${shipments}, ${open} on their way`,
    };
}

/** Of goods settled by weight no more is owed than the tolerance lets, nor ever more than was agreed where the supplier bears it. */
async function* weighed(books: Books): AsyncGenerator<Difference> {
  const rows = overRanges<{ id: number; lineId: number; fen: number; most: number }>(
    books,
    'receipt',
    `SELECT * FROM (
       SELECT x.id, x.lineId, x.acceptedFen AS fen, CEIL((x.acceptedFen + x.missingFen)
         * IF(l.pricePerKgFen IS NOT NULL AND o.paymentWay = 'on_account' AND o.fundingSource = 'canteen_budget', 1 + l.toleranceBp / 10000, 1)) AS most
       FROM receipt r JOIN receipt_line x ON x.receiptId = r.id JOIN order_line l ON l.id = x.lineId JOIN \`order\` o ON o.id = l.orderId
       WHERE r.id BETWEEN :from AND :to AND r.kind <> 'settlement'
     ) x WHERE fen > most OR fen < 0`,
  );
  for await (const { id, lineId, fen, most } of rows)
    yield { what: `accepted of line ${lineId} on receipt line ${id}`, expected: `at most ${most} fen`, found: fen };
}

async function* batches(books: Books): AsyncGenerator<Difference> {
  const rows = overRanges<{ id: number; whole: string; parts: string }>(
    books,
    'receipt',
    `SELECT x.id, CONCAT(x.acceptedQuantity, '/', x.shortQuantity, '/', x.damagedQuantity) AS whole,
       CONCAT(SUM(b.acceptedQuantity), '/', SUM(b.shortQuantity), '/', SUM(b.damagedQuantity)) AS parts
     FROM receipt r JOIN receipt_line x ON x.receiptId = r.id JOIN receipt_batch b ON b.receiptLineId = x.id
     WHERE r.id BETWEEN :from AND :to GROUP BY x.id, x.acceptedQuantity, x.shortQuantity, x.damagedQuantity HAVING whole <> parts`,
  );
  for await (const { id, whole, parts } of rows)
    yield { what: `accepted/short/damaged by batch of receipt line ${id}`, expected: whole, found: parts };
}

/** What a dispute corrects is never more than what its receipt found missing, and every correction has its dispute. */
async function* corrections(books: Books): AsyncGenerator<Difference> {
  const rows = overRanges<{ id: number; disputeId: number | null; wrong: number }>(
    books,
    'receipt',
    `SELECT r.id, d.id AS disputeId, COALESCE(SUM(b.id IS NULL OR x.acceptedQuantity > b.shortQuantity + b.damagedQuantity
         OR -x.shortQuantity > b.shortQuantity OR -x.damagedQuantity > b.damagedQuantity OR x.acceptedFen + x.missingFen <> 0), 0) AS wrong
     FROM receipt r LEFT JOIN receipt_dispute d ON d.settlementId = r.id AND d.state IN ('settled', 'decided')
     LEFT JOIN receipt_line x ON x.receiptId = r.id LEFT JOIN receipt_line b ON b.receiptId = d.receiptId AND b.lineId = x.lineId
     WHERE r.kind = 'settlement' AND r.id BETWEEN :from AND :to GROUP BY r.id, d.id HAVING disputeId IS NULL OR wrong > 0`,
  );
  for await (const { id, disputeId, wrong } of rows)
    yield {
      what: `correction by receipt ${id}`,
      expected: 'of a dispute, within what was short or damaged',
      found: disputeId === null ? 'of none' : `${wrong} lines beyond it`,
    };
}
