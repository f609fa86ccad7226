import { type Books, type Difference, overRanges } from './books.ts';

interface Row {
  id: number;
  state: string;
  caseQuantity: number;
  takenQuantity: number;
  committedQuantity: number;
  taken: number;
  committed: number;
  wrongLines: number;
}

const POOLS = `
  SELECT p.id, p.state, p.caseQuantity, p.takenQuantity, p.committedQuantity,
    COALESCE(SUM(IF(o.state NOT IN ('cancelled', 'expired', 'rejected'), l.quantity, 0)), 0) AS taken,
    COALESCE(SUM(IF(o.state IN ('awaiting_pool', 'placed', 'completed'), l.quantity, 0)), 0) AS committed,
    COALESCE(SUM(l.unitPriceFen <> p.unitPriceFen OR l.discountFen <> 0 OR l.productId <> p.productId
      OR o.freightFen <> p.unitFreightFen * l.quantity), 0) AS wrongLines
  FROM pool p LEFT JOIN \`order\` o ON o.poolId = p.id LEFT JOIN order_line l ON l.orderId = o.id
  WHERE p.id BETWEEN :from AND :to GROUP BY p.id`;

/** Pools against their orders: what was taken and committed, never above the case, and nothing placed of a case that is not full. */
export async function* checkPools(books: Books): AsyncGenerator<Difference> {
  for await (const row of overRanges<Row>(books, 'pool', POOLS)) {
    const what = (of: string) => `${of} of pool ${row.id} (${row.state})`;
    if (row.takenQuantity !== row.taken) yield { what: what('taken'), expected: row.taken, found: row.takenQuantity };
    if (row.committedQuantity !== row.committed)
      yield { what: what('committed'), expected: row.committed, found: row.committedQuantity };
    if (row.taken > row.caseQuantity)
      yield { what: what('taken'), expected: `at most ${row.caseQuantity}`, found: row.taken };
    const isFull = row.state === 'full' || row.state === 'placed';
    if (isFull !== (row.committed === row.caseQuantity))
      yield {
        what: what('case'),
        expected: isFull ? row.caseQuantity : `less than ${row.caseQuantity}`,
        found: row.committed,
      };
    if (row.wrongLines > 0)
      yield { what: what('lines at another price or freight'), expected: 0, found: row.wrongLines };
  }
}
