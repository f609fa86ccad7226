import { type Books, type Difference, overRanges } from './books.ts';

/** Batches against their movements, holds against what orders were promised (rules 10, 18). */
export async function* checkStock(books: Books): AsyncGenerator<Difference> {
  yield* batches(books);
  yield* inspected(books);
  yield* holds(books);
  yield* promised(books);
  yield* strayMovements(books);
  yield* restocked(books);
}

async function* batches(books: Books): AsyncGenerator<Difference> {
  const rows = overRanges<{ id: number; available: number; moved: number }>(
    books,
    'batch',
    `SELECT b.id, b.available, COALESCE(SUM(m.quantity), 0) AS moved
     FROM batch b LEFT JOIN stock_movement m ON m.batchId = b.id WHERE b.id BETWEEN :from AND :to
     GROUP BY b.id, b.available HAVING available <> moved OR available < 0`,
  );
  for await (const { id, available, moved } of rows) {
    if (available !== moved) yield { what: `available of batch ${id}`, expected: moved, found: available };
    if (available < 0) yield { what: `available of batch ${id}`, expected: '0 or more', found: available };
  }
}

/** A batch is off sale exactly when its latest inspection failed. */
async function* inspected(books: Books): AsyncGenerator<Difference> {
  const rows = overRanges<{ id: number; isStopped: number }>(
    books,
    'batch',
    `SELECT b.id, b.failedAt IS NOT NULL AS isStopped FROM batch b WHERE b.id BETWEEN :from AND :to
       AND (b.failedAt IS NOT NULL) <> COALESCE((SELECT NOT i.passed FROM inspection_report i WHERE i.batchId = b.id
         ORDER BY i.issuedOn DESC, i.id DESC LIMIT 1), 0)`,
  );
  for await (const { id, isStopped } of rows)
    yield {
      what: `sale of batch ${id} by its latest inspection`,
      expected: isStopped ? 'on' : 'off',
      found: isStopped ? 'off' : 'on',
    };
}

/** What recalls put back of a batch that a line was promised, less what they promised it of the batch instead. */
const recalled = (lineId: string, batchId: string) => `COALESCE((
  SELECT SUM(q.quantity) FROM recall_line x JOIN stock_movement q ON q.batchId = ${batchId} AND q.source = 'recall_line' AND q.sourceId = x.id
  WHERE x.lineId = ${lineId}), 0)`;
const RECALLED = recalled('l.id', 'a.batchId');

interface Hold {
  lineId: number;
  orderId: number;
  batchId: number;
  isOver: number;
  promised: number;
  held: number;
  released: number;
  /** put back by refunds */
  returned: number;
}

async function* holds(books: Books): AsyncGenerator<Difference> {
  const rows = overRanges<Hold>(
    books,
    'order',
    `SELECT * FROM (
       SELECT l.id AS lineId, o.id AS orderId, a.batchId, o.state IN ('cancelled', 'expired', 'rejected') AS isOver, a.quantity AS promised,
         -COALESCE(h.quantity, 0) - ${RECALLED} AS held, COALESCE(r.quantity, 0) AS released, COALESCE((
           SELECT SUM(b.quantity) FROM stock_movement b JOIN refund_line x ON x.id = b.sourceId
           WHERE b.batchId = a.batchId AND b.event = 'returned' AND b.source = 'refund_line' AND x.lineId = l.id), 0) AS returned
       FROM \`order\` o JOIN order_line l ON l.orderId = o.id JOIN line_allocation a ON a.lineId = l.id
       LEFT JOIN stock_movement h ON h.batchId = a.batchId AND h.event = 'held' AND h.source = 'line' AND h.sourceId = l.id
       LEFT JOIN stock_movement r ON r.batchId = a.batchId AND r.event = 'released' AND r.source = 'line' AND r.sourceId = l.id
       WHERE o.id BETWEEN :from AND :to
     ) x WHERE held <> promised OR released <> IF(isOver, promised - returned, 0)`,
  );
  for await (const row of rows) {
    const line = `of order ${row.orderId} line ${row.lineId} on batch ${row.batchId}`;
    if (row.held !== row.promised) yield { what: `stock held ${line}`, expected: row.promised, found: row.held };
    const released = row.isOver ? row.promised - row.returned : 0;
    if (row.released !== released) yield { what: `stock released ${line}`, expected: released, found: row.released };
  }
}

async function* promised(books: Books): AsyncGenerator<Difference> {
  const rows = overRanges<{ id: number; orderId: number; quantity: number; promised: number }>(
    books,
    'order',
    `SELECT l.id, l.orderId, l.quantity, COALESCE(SUM(a.quantity), 0) AS promised
     FROM order_line l LEFT JOIN line_allocation a ON a.lineId = l.id WHERE l.orderId BETWEEN :from AND :to
     GROUP BY l.id, l.orderId, l.quantity HAVING promised <> quantity`,
  );
  for await (const row of rows)
    yield {
      what: `quantity promised of order ${row.orderId} line ${row.id}`,
      expected: row.quantity,
      found: row.promised,
    };
}

async function* strayMovements(books: Books): AsyncGenerator<Difference> {
  const rows = overRanges<{ id: number; batchId: number; event: string; sourceId: number; quantity: number }>(
    books,
    'stock_movement',
    `SELECT m.id, m.batchId, m.event, m.sourceId, m.quantity
     FROM stock_movement m LEFT JOIN line_allocation a ON a.lineId = m.sourceId AND a.batchId = m.batchId
     WHERE m.id BETWEEN :from AND :to AND m.source = 'line' AND m.event IN ('held', 'released') AND a.lineId IS NULL
       AND (m.event <> 'held' OR m.quantity + ${recalled('m.sourceId', 'm.batchId')} <> 0)`,
  );
  for await (const row of rows)
    yield {
      what: `stock movement ${row.id}: ${row.event} on batch ${row.batchId} for line ${row.sourceId}`,
      expected: 'a promise to that line',
      found: row.quantity,
    };
}

async function* restocked(books: Books): AsyncGenerator<Difference> {
  const rows = overRanges<{ id: number; restocked: number; quantity: number; returned: number }>(
    books,
    'refund_line',
    `SELECT * FROM (
       SELECT x.id, x.quantity, IF(r.state IN ('approved', 'paid'), x.restocked, 0) AS restocked, COALESCE((
         SELECT SUM(m.quantity) FROM line_allocation a JOIN stock_movement m ON m.batchId = a.batchId
         WHERE a.lineId = x.lineId AND m.event = 'returned' AND m.source = 'refund_line' AND m.sourceId = x.id), 0) AS returned
       FROM refund_line x JOIN refund r ON r.id = x.refundId WHERE x.id BETWEEN :from AND :to
     ) x WHERE restocked <> returned OR returned > quantity`,
  );
  for await (const { id, restocked, returned } of rows)
    yield { what: `stock put back by refund line ${id}`, expected: restocked, found: returned };
}
