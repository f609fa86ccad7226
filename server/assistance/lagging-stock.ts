import { onShelf } from '../catalog/shelf.ts';
import { fast, type PrismaClient } from '../db/client.ts';
import { addDays, type Day, dayFromColumn, daysBetween } from '../shared/days.ts';

/** Goods that keep longer than this are not looked at yet. */
const WITHIN_DAYS = 120;
/** The pace of sale is that of so many days. */
const PACE_DAYS = 30;
/** What does not sell at all would last for ever; a page shows so many days at most. */
export const FOR_EVER = 9999;

export interface LaggingBatch {
  batchId: number;
  productId: number;
  supplierId: number;
  available: number;
  coverDays: number;
  daysToSpoil: number;
}

interface Row {
  batchId: number;
  productId: number;
  supplierId: number;
  available: number;
  expiresOn: Date;
  sold: number | bigint;
}

/**
 * Batches on sale that will not be sold before they spoil (rule 20): at the pace of the last 30 days, with what spoils earlier of the same
 * good sold first, they last longer than they keep.
 */
export async function laggingBatches(db: PrismaClient, today: Day): Promise<LaggingBatch[]> {
  const rows = await fast(db).$queryRaw<Row[]>`
    SELECT b.id AS batchId, b.productId, p.supplierId, b.available, b.expiresOn, COALESCE(paced.sold, 0) AS sold
    FROM batch b JOIN product p ON p.id = b.productId JOIN supplier s ON s.id = p.supplierId
    LEFT JOIN (SELECT l.productId, SUM(l.quantity - l.refundedQuantity) AS sold FROM \`order\` o JOIN order_line l ON l.orderId = o.id
      WHERE o.placedOn > ${addDays(today, -PACE_DAYS)} AND o.state IN ('placed', 'completed') GROUP BY l.productId) paced ON paced.productId = p.id
    WHERE b.available > 0 AND b.recalledAt IS NULL AND b.failedAt IS NULL AND NOT b.coming AND b.expiresOn > ${today}
      AND b.expiresOn <= ${addDays(today, WITHIN_DAYS)} AND ${onShelf(today)}
    ORDER BY b.productId, b.expiresOn, b.id`;
  let product = 0;
  let before = 0;
  return rows.flatMap(({ expiresOn, sold, ...batch }) => {
    if (batch.productId !== product) before = 0;
    product = batch.productId;
    before += batch.available;
    const daysToSpoil = daysBetween(today, dayFromColumn(expiresOn));
    const pace = Number(sold);
    const coverDays = pace > 0 ? Math.min(FOR_EVER, Math.ceil((before * PACE_DAYS) / pace)) : FOR_EVER;
    return coverDays > daysToSpoil ? [{ ...batch, coverDays, daysToSpoil }] : [];
  });
}
