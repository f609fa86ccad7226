import { z } from 'zod';
import type { Sql } from '../db/sql.ts';
import type { Fen } from '../shared/money.ts';

/** A campaign that adds a gift to goods of the gift's supplier from so much on (满赠), once an order and while stocks last. */
export interface ThresholdGift {
  campaignId: number;
  name: string;
  thresholdFen: Fen;
  giftProductId: number;
  giftQuantity: number;
  /** of those asked about, the goods of its zone; null: all goods */
  productIds: ReadonlySet<number> | null;
}

/** What is given, by the product's code, and from how much on, fen. */
export const giftRule = z.object({
  thresholdFen: z.int().positive(),
  giftProduct: z.string().min(1).max(64),
  giftQuantity: z.int().min(1).max(100),
});

interface Row {
  id: number;
  name: string;
  rule: unknown;
  giftProductId: number;
  zoneId: number | null;
  productId: number | null;
}

/** The gifts that campaigns give at an instant for these goods when they are bought for this unit, or for none. */
export async function findGifts(
  db: Sql,
  productIds: readonly number[],
  unitId: number | null,
  at: Date,
): Promise<ThresholdGift[]> {
  if (productIds.length === 0) return [];
  // Without the goods in the statement: two hundred of them took longer to read than the whole zone that a campaign may be of.
  const asked = new Set(productIds);
  const rows = await db.$queryRaw<Row[]>`
    SELECT c.id, c.name, c.rule, c.zoneId, g.id AS giftProductId, z.productId
    FROM campaign c JOIN product g ON g.code = CONVERT(JSON_UNQUOTE(JSON_EXTRACT(c.rule, '$.giftProduct')) USING utf8mb4) COLLATE utf8mb4_bin
    LEFT JOIN zone_product z ON z.zoneId = c.zoneId
    WHERE c.kind = 'threshold_gift' AND c.stoppedAt IS NULL AND c.startsAt <= ${at} AND c.endsAt > ${at} AND (c.unitId IS NULL OR c.unitId = ${unitId})
    ORDER BY c.id`;
  const found = new Map<number, ThresholdGift>();
  for (const { id, name, rule, giftProductId, zoneId, productId } of rows) {
    const read = giftRule.safeParse(typeof rule === 'string' ? JSON.parse(rule) : rule);
    if (!read.success) continue;
    const known = found.get(id)?.productIds ?? [];
    const ids =
      zoneId === null ? null : new Set([...known, ...(productId !== null && asked.has(productId) ? [productId] : [])]);
    const { thresholdFen, giftQuantity } = read.data;
    found.set(id, { campaignId: id, name, thresholdFen, giftProductId, giftQuantity, productIds: ids });
  }
  return [...found.values()];
}
