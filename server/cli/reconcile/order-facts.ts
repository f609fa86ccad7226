import { type Books, dayInShanghai } from './books.ts';

export interface PlacedOrder {
  id: number;
  /** whom it was bought for, as its lineage says */
  boughtFor: number | null;
  /** for whom it counts: the unit that it was last re-attributed to */
  unitId: number | null;
  fundingSource: string;
  paymentWay: 'stripe' | 'on_account';
  channel: string;
  placedDay: string;
  isCancelled: boolean;
  lineage: { path: string; groupIds: string } | null;
}

/** A line with everything that happened to it; what is null has not happened. */
export interface LineFacts {
  id: number;
  orderId: number;
  productId: number;
  supplierId: number;
  categoryId: number;
  originPlaceId: number;
  payableFen: number;
  /** of it paid with a welfare allowance */
  allowanceFen: number;
  grams: number;
  receipts: { fen: number; grams: number; day: string; isCorrection: boolean }[];
  /** what receipts fell short of what was ordered; negative where more is owed */
  missing: { fen: number; grams: number };
  /** granted back of what was accepted */
  refunded: { fen: number; grams: number };
  /** granted back before it arrived, so that no receipt tells of it */
  notToArrive: { fen: number; grams: number };
  reviewedOn: string | null;
  /** when its statement's lines had been wholly paid */
  paidOn: string | null;
}

/** What is known of the placed orders of a range of ids, from every table but the tally. */
export async function readOrders(books: Books, from: number, to: number): Promise<[PlacedOrder, LineFacts[]][]> {
  const range = [from, to];
  const orders = await books.all<
    Omit<PlacedOrder, 'placedDay' | 'lineage'> & { placedAt: string; path: string | null; groupIds: string | null }
  >(
    `SELECT o.id, COALESCE((SELECT r.toUnitId FROM re_attribution r WHERE r.orderId = o.id AND r.state = 'approved'
         ORDER BY r.decidedAt DESC, r.id DESC LIMIT 1), o.unitId) AS unitId,
       o.unitId AS boughtFor, o.fundingSource, o.paymentWay, o.channel, o.placedAt, g.path, g.groupIds,
       EXISTS (SELECT 1 FROM cancellation c WHERE c.orderId = o.id) AS isCancelled
     FROM \`order\` o LEFT JOIN unit_lineage g ON g.id = o.lineageId
     WHERE o.id BETWEEN ? AND ? AND o.placedAt IS NOT NULL`,
    range,
  );
  const lines = await readLines(books, range);
  return orders.map(({ placedAt, path, groupIds, ...order }) => [
    {
      ...order,
      isCancelled: Boolean(order.isCancelled),
      placedDay: dayInShanghai(placedAt),
      lineage: path === null || groupIds === null ? null : { path, groupIds },
    },
    lines.get(order.id) ?? [],
  ]);
}

async function readLines(books: Books, range: readonly number[]): Promise<Map<number, LineFacts[]>> {
  const ofOrders = 'JOIN order_line l ON l.id = x.lineId WHERE l.orderId BETWEEN ? AND ?';
  const lines = await books.all<
    Omit<LineFacts, 'receipts' | 'missing' | 'refunded' | 'notToArrive' | 'reviewedOn' | 'paidOn'> & {
      reviewedAt: string | null;
    }
  >(
    `SELECT l.id, l.orderId, l.productId, l.supplierId, l.categoryId, l.originPlaceId, l.payableFen, l.allowanceFen, l.grams, v.at AS reviewedAt
     FROM order_line l LEFT JOIN delivery_review v ON v.fulfilmentId = l.fulfilmentId WHERE NOT l.isGift AND l.orderId BETWEEN ? AND ?`,
    range,
  );
  const receipts = await books.all<{
    lineId: number;
    fen: number;
    grams: number;
    missingFen: number;
    missingGrams: number;
    at: string;
    kind: string;
  }>(
    `SELECT x.lineId, x.acceptedFen AS fen, x.acceptedGrams AS grams, x.missingFen, x.missingGrams, r.at, r.kind
     FROM receipt_line x JOIN receipt r ON r.id = x.receiptId ${ofOrders}`,
    range,
  );
  const refunds = await books.all<{ lineId: number; outstanding: number; fen: number; grams: number }>(
    `SELECT x.lineId, x.outstanding, SUM(x.fen) AS fen, SUM(x.grams) AS grams
     FROM refund_line x JOIN refund r ON r.id = x.refundId AND r.state IN ('approved', 'paid') ${ofOrders} GROUP BY x.lineId, x.outstanding`,
    range,
  );
  const payments = await books.all<{ lineId: number; paidAt: string | null; isPaid: number }>(
    `SELECT x.lineId, MAX(p.at) AS paidAt, COALESCE(SUM(p.fen), 0) >= s.fen AS isPaid
     FROM receipt_line x JOIN receipt r ON r.id = x.receiptId AND r.kind <> 'settlement'
     JOIN statement_line s ON s.receiptLineId = x.id AND s.fen > 0
     LEFT JOIN (SELECT a.statementLineId AS id, a.fen, a.at FROM transfer_allocation a
       UNION ALL SELECT c.toLineId, c.fen, c.at FROM statement_credit c) p ON p.id = s.id ${ofOrders}
     GROUP BY x.lineId, s.id, s.fen`,
    range,
  );
  const receiptsOf = groupByLine(receipts);
  const refundOf = (lineId: number, outstanding: boolean) => {
    const found = refunds.find((row) => row.lineId === lineId && Boolean(row.outstanding) === outstanding);
    return { fen: found?.fen ?? 0, grams: found?.grams ?? 0 };
  };
  const paidAt = new Map<number, string | null>();
  for (const [lineId, rows] of groupByLine(payments))
    if (rows.every((row) => row.isPaid))
      paidAt.set(
        lineId,
        rows
          .map((row) => row.paidAt ?? '')
          .sort()
          .at(-1) ?? null,
      );
  const ofOrder = new Map<number, LineFacts[]>();
  for (const { reviewedAt, ...line } of lines) {
    const paid = paidAt.get(line.id);
    const facts: LineFacts = {
      ...line,
      receipts: (receiptsOf.get(line.id) ?? []).map(({ fen, grams, at, kind }) => ({
        fen,
        grams,
        day: dayInShanghai(at),
        isCorrection: kind === 'settlement',
      })),
      missing: (receiptsOf.get(line.id) ?? []).reduce(
        (sum, one) => ({ fen: sum.fen + one.missingFen, grams: sum.grams + one.missingGrams }),
        { fen: 0, grams: 0 },
      ),
      refunded: refundOf(line.id, false),
      notToArrive: refundOf(line.id, true),
      reviewedOn: reviewedAt === null ? null : dayInShanghai(reviewedAt),
      paidOn: paid ? dayInShanghai(paid) : null,
    };
    ofOrder.set(line.orderId, [...(ofOrder.get(line.orderId) ?? []), facts]);
  }
  return ofOrder;
}

function groupByLine<T extends { lineId: number }>(rows: readonly T[]): Map<number, T[]> {
  const lines = new Map<number, T[]>();
  for (const row of rows) lines.set(row.lineId, [...(lines.get(row.lineId) ?? []), row]);
  return lines;
}
