import type { Books, Difference } from './books.ts';

interface Counter {
  holderId: number;
  used: number;
  moved: number;
  most: number;
}

interface Taken {
  orderId: number;
  taken: number;
  due: number;
}

/** Cap counters against their movements and limits, and what orders hold of them: what was not refunded, those that ended nothing (rule 10). */
export async function* checkCaps(books: Books): AsyncGenerator<Difference> {
  for (const { id, limitValue } of await books.all<{ id: number; limitValue: number }>(
    'SELECT id, limitValue FROM cap',
  )) {
    const counters = await books.all<Counter>(
      `SELECT holderId, SUM(used) AS used, SUM(moved) AS moved, COALESCE(MAX(own), ?) AS most FROM (
         SELECT holderId, used, 0 AS moved, limitValue AS own FROM cap_counter WHERE capId = ?
         UNION ALL SELECT holderId, 0, value, NULL FROM cap_movement WHERE capId = ?
       ) x GROUP BY holderId HAVING used <> moved OR used > most OR used < 0`,
      [limitValue, id, id],
    );
    for (const { holderId, used, moved, most } of counters) {
      const what = `cap ${id} of holder ${holderId}`;
      if (used !== moved) yield { what, expected: moved, found: used };
      if (used > most) yield { what, expected: `at most ${most}`, found: used };
      if (used < 0) yield { what, expected: '0 or more', found: used };
    }
    yield* heldByOrders(books, id);
  }
}

async function* heldByOrders(books: Books, capId: number): AsyncGenerator<Difference> {
  const rows = await books.all<Taken>(
    `SELECT * FROM (
       SELECT o.id AS orderId, SUM(m.value) + COALESCE((
           SELECT SUM(r.value) FROM cap_movement r JOIN refund_line x ON x.id = r.sourceId
           WHERE r.capId = m.capId AND r.source = 'refund' AND x.lineId = l.id), 0) AS taken,
         IF(o.state IN ('cancelled', 'expired', 'rejected'), 0, l.quantity - l.refundedQuantity) AS due
       FROM cap_movement m JOIN cap c ON c.id = m.capId JOIN \`order\` o ON o.id = m.sourceId
       JOIN order_line l ON l.orderId = o.id AND l.productId = c.productId
       WHERE m.capId = ? AND m.source IN ('order', 'release')
       GROUP BY m.capId, o.id, o.state, l.id, l.quantity, l.refundedQuantity
     ) x WHERE taken <> due`,
    [capId],
  );
  for (const { orderId, taken, due } of rows)
    yield { what: `cap ${capId} taken by order ${orderId}`, expected: due, found: taken };
}
