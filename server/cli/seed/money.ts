/** A movement of an order's money: accounts in turn, each with its signed fen; what is nothing is left out. */
const journal = (source: string, sourceId: string, at: string, amounts: [string, string][], from: string) => `
  INSERT INTO journal_entry (orderId, account, source, sourceId, fen, at)
  SELECT o.id, a.account, '${source}', ${sourceId}, CASE a.account ${amounts.map(([account, fen]) => `WHEN '${account}' THEN ${fen}`).join(' ')} END AS fen, ${at}
  FROM ${from} JOIN (${amounts.map(([account], at) => `SELECT '${account}' AS account, ${at} AS turn`).join(' UNION ALL ')}) a
  WHERE %where% HAVING fen <> 0 ORDER BY o.id, a.turn`;

const of = (statement: string, where: string) => statement.replace('%where%', where);

const TOTAL = 'o.goodsFen + o.freightFen';
const PAID = 'NOT o.isUnit';
const CANCELLED = 'o.cancelledAt IS NOT NULL';
const ORDER = 'seed_order o';
const FIRST_LINE = 'seed_order o JOIN seed_line l ON l.id = 2 * o.id - 1';

/**
 * Payments of individuals, what went back of them, and the journal of every order. A payment has its order's id; a refund sent back twice
 * the order's id, one less when it was cancelled, so that no two movements share a key.
 */
export const MONEY = [
  of(
    journal(
      'placing',
      'o.id',
      'o.placedAt',
      [
        ['goods', 'o.goodsFen'],
        ['freight', 'o.freightFen'],
        ['owed', `-(${TOTAL})`],
      ],
      ORDER,
    ),
    'TRUE',
  ),
  `INSERT INTO payment (id, orderId, state, amountFen, idempotencyKey, sessionId, paymentIntentId, method, createdAt, expiresAt, succeededAt)
   SELECT o.id, o.id, 'succeeded', ${TOTAL}, CONCAT('seed-', o.id), CONCAT('seed_session_', o.id), CONCAT('seed_intent_', o.id), 'card',
     o.placedAt - INTERVAL 2 MINUTE, o.placedAt + INTERVAL 30 MINUTE, o.placedAt
   FROM seed_order o WHERE ${PAID} ORDER BY o.id`,
  of(
    journal(
      'payment',
      'o.id',
      'o.placedAt',
      [
        ['owed', TOTAL],
        ['paid', `-(${TOTAL})`],
      ],
      ORDER,
    ),
    PAID,
  ),
  of(
    journal(
      'cancellation',
      'o.id',
      'o.cancelledAt',
      [
        ['goods', '-o.goodsFen'],
        ['freight', '-o.freightFen'],
        ['owed', TOTAL],
      ],
      ORDER,
    ),
    CANCELLED,
  ),
  `INSERT INTO payment_refund (id, paymentId, source, sourceId, amountFen, state, idempotencyKey, providerId, createdAt, succeededAt)
   SELECT 2 * o.id - 1, o.id, 'cancellation', o.id, ${TOTAL}, 'succeeded', CONCAT('seed-', 2 * o.id - 1), CONCAT('seed_refund_', 2 * o.id - 1),
     o.cancelledAt, o.cancelledAt FROM seed_order o WHERE ${PAID} AND ${CANCELLED} ORDER BY o.id`,
  of(
    journal(
      'refund',
      '2 * o.id - 1',
      'o.cancelledAt',
      [
        ['refunded', TOTAL],
        ['owed', `-(${TOTAL})`],
      ],
      ORDER,
    ),
    `${PAID} AND ${CANCELLED}`,
  ),
  of(
    journal(
      'receipt',
      '2 * o.id - 1',
      'o.receivedAt',
      [
        ['goods', '-l.short * l.priceFen'],
        ['owed', 'l.short * l.priceFen'],
      ],
      FIRST_LINE,
    ),
    'o.receivedAt IS NOT NULL AND l.short > 0',
  ),
  `INSERT INTO refund (id, orderId, fulfilmentId, state, reason, goodsFen, requestedById, requestedAt, decidedAt)
   SELECT o.id, o.id, l.fulfilmentId, 'paid', 'Seed', l.refunded * l.priceFen, o.buyerId, o.refundedAt - INTERVAL 6 HOUR, o.refundedAt
   FROM ${FIRST_LINE} WHERE o.refundedAt IS NOT NULL ORDER BY o.id`,
  `INSERT INTO refund_line (refundId, lineId, requestedQuantity, quantity, fen, grams)
   SELECT o.id, l.id, l.refunded, l.refunded, l.refunded * l.priceFen, l.refunded * l.netGrams
   FROM ${FIRST_LINE} WHERE o.refundedAt IS NOT NULL ORDER BY o.id`,
  of(
    journal(
      'refund',
      'o.id',
      'o.refundedAt',
      [
        ['goods', '-l.refunded * l.priceFen'],
        ['owed', 'l.refunded * l.priceFen'],
      ],
      FIRST_LINE,
    ),
    'o.refundedAt IS NOT NULL',
  ),
  `INSERT INTO payment_refund (id, paymentId, refundId, source, sourceId, amountFen, state, idempotencyKey, providerId, createdAt, succeededAt)
   SELECT 2 * o.id, o.id, o.id, 'refund', o.id, l.refunded * l.priceFen, 'succeeded', CONCAT('seed-', 2 * o.id), CONCAT('seed_refund_', 2 * o.id),
     o.refundedAt, o.refundedAt FROM ${FIRST_LINE} WHERE o.refundedAt IS NOT NULL ORDER BY o.id`,
  of(
    journal(
      'refund',
      '2 * o.id',
      'o.refundedAt',
      [
        ['refunded', 'l.refunded * l.priceFen'],
        ['owed', '-l.refunded * l.priceFen'],
      ],
      FIRST_LINE,
    ),
    'o.refundedAt IS NOT NULL',
  ),
];
