/** Granted back of a line `l` altogether, or of what was accepted of it. */
const refunded = (which: string) => `COALESCE((SELECT SUM(b.fen) FROM refund_line b JOIN refund q ON q.id = b.refundId
  WHERE b.lineId = l.id AND q.state IN ('approved', 'paid') ${which}), 0)`;
const accepted = 'COALESCE((SELECT SUM(x.acceptedFen) FROM receipt_line x WHERE x.lineId = l.id), 0)';
const missing = 'COALESCE((SELECT SUM(x.missingFen) FROM receipt_line x WHERE x.lineId = l.id), 0)';
const KEPT = `(l.payableFen - ${missing} - ${refunded('')})`;
const ACCEPTED = `(${accepted} - ${refunded('AND NOT b.outstanding')})`;
const FREIGHT = `(f.freightFen - COALESCE((SELECT SUM(q.freightFen) FROM refund q WHERE q.fulfilmentId = f.id AND q.state IN ('approved', 'paid')), 0))`;

/**
 * What an order's tenders come to while it stands, as SQL over the order of an alias, from lines, receipts and refunds alone (fen): what
 * allowance and points still pay, of goods and of all, and the money that accepted goods cost, which points are earned for.
 */
export function tendersKept(order: string) {
  const ofLines = (fen: string) => `COALESCE((SELECT SUM(${fen}) FROM order_line l WHERE l.orderId = ${order}.id), 0)`;
  const ofGoods = ofLines(`IF(l.allowanceFen = 0, 0, FLOOR(l.allowanceFen * ${KEPT} / l.payableFen))`);
  const ofFreight = `COALESCE((SELECT SUM(IF(f.freightAllowanceFen = 0, 0, FLOOR(f.freightAllowanceFen * ${FREIGHT} / f.freightFen)))
    FROM fulfilment f WHERE f.orderId = ${order}.id), 0)`;
  return {
    GOODS_BY_ALLOWANCE: ofGoods,
    KEPT_BY_ALLOWANCE: `(${ofGoods} + ${ofFreight})`,
    KEPT_BY_POINTS: ofLines(`IF(l.pointsFen = 0, 0, FLOOR(l.pointsFen * ${KEPT} / l.payableFen))`),
    ACCEPTED_FOR_MONEY: ofLines(
      `${ACCEPTED} - IF(l.allowanceFen = 0, 0, FLOOR(l.allowanceFen * ${ACCEPTED} / l.payableFen))`,
    ),
  };
}
