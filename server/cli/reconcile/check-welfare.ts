import { type Books, type Difference, overRanges } from './books.ts';

interface Ordered {
  orderId: number;
  runId: number;
  productId: number;
  chosen: unknown;
  ordered: unknown;
  back: unknown;
  refunded: unknown;
}

/** Welfare runs: what was ordered is what was chosen for its address and what is noted as left over, what went back is never asked for twice, places are counted as chosen, and of no allowance is more spent than it is. */
export async function* checkWelfare(books: Books): AsyncGenerator<Difference> {
  const packages = overRanges<{ id: number; chosen: number; claims: unknown }>(
    books,
    'welfare_package',
    `SELECT k.id, k.chosen, COUNT(c.id) AS claims FROM welfare_package k LEFT JOIN welfare_claim c ON c.packageId = k.id
     WHERE k.id BETWEEN :from AND :to GROUP BY k.id, k.chosen HAVING k.chosen <> claims`,
  );
  for await (const { id, chosen, claims } of packages)
    yield { what: `places taken of welfare package ${id}`, expected: Number(claims), found: chosen };
  const overspent = overRanges<{ id: number; amountFen: number; spent: unknown }>(
    books,
    'welfare_allowance',
    `SELECT w.id, w.amountFen, -SUM(e.fen) AS spent FROM welfare_allowance w JOIN allowance_entry e ON e.allowanceId = w.id
     WHERE w.id BETWEEN :from AND :to GROUP BY w.id, w.amountFen HAVING spent > w.amountFen OR spent < 0`,
  );
  for await (const { id, amountFen, spent } of overspent)
    yield { what: `spent of allowance ${id}`, expected: `0 to ${amountFen}`, found: Number(spent) };
  const ordered = overRanges<Ordered>(
    books,
    'welfare_run',
    `SELECT * FROM (
       SELECT w.runId, w.orderId, l.productId, l.quantity AS ordered,
         COALESCE((SELECT SUM(i.quantity) FROM welfare_claim c JOIN welfare_package_item i ON i.packageId = c.packageId
           LEFT JOIN welfare_delivery d ON d.runId = c.runId AND d.department = c.department
           WHERE c.runId = w.runId AND COALESCE(d.addressId, 0) = w.addressId AND i.productId = l.productId), 0)
         + COALESCE((SELECT s.quantity FROM welfare_surplus s WHERE s.orderId = w.orderId AND s.productId = l.productId), 0) AS chosen,
         COALESCE((SELECT SUM(i.quantity) FROM welfare_claim c JOIN welfare_package_item i ON i.packageId = c.packageId
           LEFT JOIN welfare_delivery d ON d.runId = c.runId AND d.department = c.department
           WHERE c.runId = w.runId AND COALESCE(d.addressId, 0) = w.addressId AND i.productId = l.productId
             AND c.returnedAt IS NOT NULL), 0) AS back,
         COALESCE((SELECT SUM(r.requestedQuantity) FROM refund_line r WHERE r.refundId = w.refundId AND r.lineId = l.id), 0) AS refunded
       FROM welfare_order w JOIN order_line l ON l.orderId = w.orderId AND NOT l.isGift WHERE w.runId BETWEEN :from AND :to
     ) x WHERE chosen <> ordered OR refunded > back`,
  );
  for await (const row of ordered) {
    const what = `product ${row.productId} of order ${row.orderId} of welfare run ${row.runId}`;
    if (Number(row.chosen) !== Number(row.ordered))
      yield { what: `${what}, ordered`, expected: Number(row.chosen), found: Number(row.ordered) };
    else yield { what: `${what}, returned`, expected: `at most ${Number(row.back)}`, found: Number(row.refunded) };
  }
}
