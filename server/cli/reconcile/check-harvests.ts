import { type Books, type Difference, overRanges } from './books.ts';

interface Row {
  id: number;
  state: string;
  coming: number;
  produced: number;
  there: number;
  ordered: number;
  strangers: number;
  wrongLines: number;
  wrongShares: number;
}

const HARVESTS = `
  SELECT h.id, h.state, b.coming,
    COALESCE((SELECT SUM(m.quantity) FROM stock_movement m WHERE m.batchId = b.id AND m.source = 'harvest'), 0) AS produced,
    COALESCE(IF(h.state IN ('harvested', 'failed'), h.harvestedQuantity, h.expectedQuantity), 0) AS there,
    COALESCE((SELECT SUM(l.quantity - l.refundedQuantity) FROM \`order\` o JOIN order_line l ON l.orderId = o.id
      WHERE o.harvestId = h.id AND o.state IN ('awaiting_approval', 'awaiting_payment', 'placed', 'completed')), 0) AS ordered,
    (SELECT COUNT(*) FROM line_allocation a JOIN order_line l ON l.id = a.lineId JOIN \`order\` o ON o.id = l.orderId
      WHERE a.batchId = b.id AND b.coming AND COALESCE(o.harvestId, 0) <> h.id) AS strangers,
    (SELECT COUNT(*) FROM \`order\` o JOIN order_line l ON l.orderId = o.id LEFT JOIN line_allocation a ON a.lineId = l.id
      WHERE o.harvestId = h.id AND (l.unitPriceFen <> h.priceFen OR l.discountFen <> 0 OR COALESCE(a.batchId, 0) <> b.id)) AS wrongLines,
    (SELECT COUNT(*) FROM harvest_share s JOIN order_line l ON l.orderId = s.orderId
      WHERE s.harvestId = h.id AND s.settledAt IS NOT NULL AND l.quantity - l.refundedQuantity > s.givenQuantity
        AND EXISTS (SELECT 1 FROM \`order\` o WHERE o.id = s.orderId AND o.state IN ('placed', 'completed'))) AS wrongShares
  FROM harvest h JOIN batch b ON b.id = h.batchId WHERE h.id BETWEEN :from AND :to`;

/** Coming batches: their stock, who ordered from them at which price, and what was shared out. */
export async function* checkHarvests(books: Books): AsyncGenerator<Difference> {
  for await (const row of overRanges<Row>(books, 'harvest', HARVESTS)) {
    const what = (of: string) => `${of} of harvest ${row.id} (${row.state})`;
    const isComing = ['open', 'closed', 'sharing'].includes(row.state) ? 1 : 0;
    if (row.coming !== isComing) yield { what: what('batch still to come'), expected: isComing, found: row.coming };
    if (row.produced !== row.there) yield { what: what('quantity'), expected: row.there, found: row.produced };
    if (row.ordered > row.there) yield { what: what('ordered'), expected: `at most ${row.there}`, found: row.ordered };
    if (row.strangers > 0) yield { what: what('orders without a pre-order'), expected: 0, found: row.strangers };
    if (row.wrongLines > 0) yield { what: what('lines at another price or batch'), expected: 0, found: row.wrongLines };
    if (row.wrongShares > 0) yield { what: what('orders above their share'), expected: 0, found: row.wrongShares };
  }
}
