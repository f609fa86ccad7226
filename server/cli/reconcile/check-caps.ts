import type { Books, Difference } from './books.ts';
import { tendersKept } from './tenders-kept.ts';

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

/**
 * Cap counters against their movements and limits, and what orders hold of them: what was neither refunded nor missing on arrival, of
 * those that ended nothing; of union funds the same in fen (rule 10).
 */
export async function* checkCaps(books: Books): AsyncGenerator<Difference> {
  for (const { id, kind, limitValue } of await books.all<{ id: number; kind: string; limitValue: number }>(
    'SELECT id, kind, limitValue FROM cap',
  )) {
    const isUnion = kind === 'employee_union_year';
    const counters = await books.all<Counter>(
      `SELECT holderId, SUM(used) AS used, SUM(moved) AS moved, COALESCE(MAX(own), MAX(${isUnion ? '? * COALESCE(un.employees, 0)' : '?'})) AS most FROM (
         SELECT holderId, used, 0 AS moved, limitValue AS own FROM cap_counter WHERE capId = ?
         UNION ALL SELECT holderId, 0, value, NULL FROM cap_movement WHERE capId = ?
       ) x LEFT JOIN unit un ON un.id = x.holderId
       GROUP BY holderId HAVING used <> moved OR used > most OR used < 0`,
      [limitValue, id, id],
    );
    for (const { holderId, used, moved, most } of counters) {
      const what = `cap ${id} of holder ${holderId}`;
      if (used !== moved) yield { what, expected: moved, found: used };
      if (used > most) yield { what, expected: `at most ${most}`, found: used };
      if (used < 0) yield { what, expected: '0 or more', found: used };
    }
    const orders = await books.all<Taken>(isUnion ? HELD_OF_UNION_FUNDS : HELD_OF_GOODS, [id]);
    for (const { orderId, taken, due } of orders)
      yield { what: `cap ${id} taken by order ${orderId}`, expected: due, found: taken };
  }
}

const ENDED = "o.state IN ('cancelled', 'expired', 'rejected')";

const HELD_OF_GOODS = `SELECT * FROM (
    SELECT o.id AS orderId, SUM(m.value) + COALESCE((
        SELECT SUM(r.value) FROM cap_movement r JOIN refund_line x ON x.id = r.sourceId
        WHERE r.capId = m.capId AND r.source = 'refund' AND x.lineId = l.id), 0) + COALESCE((
        SELECT SUM(r.value) FROM cap_movement r WHERE r.capId = m.capId AND r.source = 'receipt' AND r.sourceId = l.id), 0) + COALESCE((
        SELECT SUM(r.value) FROM cap_movement r JOIN receipt_line x ON x.id = r.sourceId
        WHERE r.capId = m.capId AND r.source = 'receipt_line' AND x.lineId = l.id), 0) AS taken,
      IF(${ENDED}, 0, l.quantity - l.refundedQuantity
        - COALESCE((SELECT SUM(z.shortQuantity + z.damagedQuantity) FROM receipt_line z WHERE z.lineId = l.id), 0)) AS due
    FROM cap_movement m JOIN cap c ON c.id = m.capId JOIN \`order\` o ON o.id = m.sourceId
    JOIN order_line l ON l.orderId = o.id AND l.productId = c.productId AND NOT l.isGift
    WHERE m.capId = ? AND m.source IN ('order', 'release')
    GROUP BY m.capId, o.id, o.state, l.id, l.quantity, l.refundedQuantity
  ) x WHERE taken <> due`;

/** What was ordered less what receipts found missing and what was refunded; of an individual's order the share of a welfare allowance. */
const HELD_OF_UNION_FUNDS = `SELECT * FROM (
    SELECT o.id AS orderId, SUM(m.value) + COALESCE((
        SELECT SUM(r.value) FROM cap_movement r JOIN refund x ON x.id = r.sourceId AND x.orderId = o.id
        WHERE r.capId = m.capId AND r.source = 'refund'), 0) + COALESCE((
        SELECT SUM(r.value) FROM cap_movement r JOIN receipt x ON x.id = r.sourceId JOIN fulfilment f ON f.id = x.fulfilmentId AND f.orderId = o.id
        WHERE r.capId = m.capId AND r.source = 'receipt'), 0) AS taken,
      IF(${ENDED}, 0, IF(o.fundingSource = 'individual', ${tendersKept('o').GOODS_BY_ALLOWANCE}, (SELECT SUM(l.payableFen - l.refundedFen
          - COALESCE((SELECT SUM(z.missingFen) FROM receipt_line z WHERE z.lineId = l.id), 0))
        FROM order_line l WHERE l.orderId = o.id))) AS due
    FROM cap_movement m JOIN \`order\` o ON o.id = m.sourceId
    WHERE m.capId = ? AND m.source IN ('order', 'release')
    GROUP BY m.capId, o.id, o.state, o.fundingSource
  ) x WHERE taken <> due`;
