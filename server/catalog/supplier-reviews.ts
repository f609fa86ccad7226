import { fast, type PrismaClient } from '../db/client.ts';

export interface SupplierReviews {
  /** mean of 1..5 in tenths, rounded; null: nobody has reviewed */
  scoreTenths: number | null;
  reviews: number;
  /** the newest with words; who wrote them is not told */
  latest: { rating: number; text: string; answer: string | null; at: Date }[];
}

const MOST_SHOWN = 5;

/** What buyers said of a supplier's deliveries. Two statements. */
export async function findSupplierReviews(db: PrismaClient, supplierId: number): Promise<SupplierReviews> {
  const [sums, latest] = await Promise.all([
    fast(db).$queryRaw<{ reviews: number | bigint; total: number | bigint | null }[]>`
      SELECT COUNT(*) AS reviews, CAST(SUM(v.rating) AS SIGNED) AS total
      FROM fulfilment f JOIN delivery_review v ON v.fulfilmentId = f.id WHERE f.supplierId = ${supplierId}`,
    fast(db).$queryRaw<SupplierReviews['latest']>`
      SELECT v.rating, v.text, v.answer, v.at FROM fulfilment f JOIN delivery_review v ON v.fulfilmentId = f.id
      WHERE f.supplierId = ${supplierId} AND v.text <> '' ORDER BY v.id DESC LIMIT ${MOST_SHOWN}`,
  ]);
  const reviews = Number(sums[0]?.reviews ?? 0);
  const total = Number(sums[0]?.total ?? 0);
  return { reviews, scoreTenths: reviews === 0 ? null : Math.round((total * 10) / reviews), latest };
}
