import { z } from 'zod';
import type { Sql } from '../db/sql.ts';
import type { Fen } from '../shared/money.ts';

/** A campaign that takes so much off goods from so much on (满减), once an order. */
export interface ThresholdDiscount {
  campaignId: number;
  name: string;
  thresholdFen: Fen;
  discountFen: Fen;
  /** of those asked about, the goods of its zone; null: all goods */
  productIds: ReadonlySet<number> | null;
}

/** What a campaign takes off and from how much on, fen; never more than the goods are worth. */
export const thresholdRule = z
  .object({ thresholdFen: z.int().positive(), discountFen: z.int().positive() })
  .refine((rule) => rule.discountFen < rule.thresholdFen);

interface Row {
  id: number;
  name: string;
  rule: unknown;
  zoneId: number | null;
  /** what is left of its budget, fen; null: no limit */
  leftFen: number | bigint | null;
  productId: number | null;
}

/** The discounts that run at an instant, with enough left of their budget, for these goods when they are bought for this unit, or for none. */
export async function findDiscounts(
  db: Sql,
  productIds: readonly number[],
  unitId: number | null,
  at: Date,
): Promise<ThresholdDiscount[]> {
  if (productIds.length === 0) return [];
  // Without the goods in the statement: two hundred of them took longer to read than the whole zone that a campaign may be of.
  const asked = new Set(productIds);
  const rows = await db.$queryRaw<Row[]>`
    SELECT c.id, c.name, c.rule, c.zoneId, c.budgetFen - c.givenFen AS leftFen, z.productId
    FROM campaign c LEFT JOIN zone_product z ON z.zoneId = c.zoneId
    WHERE c.kind = 'threshold_discount' AND c.stoppedAt IS NULL AND c.startsAt <= ${at} AND c.endsAt > ${at} AND (c.unitId IS NULL OR c.unitId = ${unitId})
    ORDER BY c.id`;
  const found = new Map<number, ThresholdDiscount>();
  for (const { id, name, rule, zoneId, leftFen, productId } of rows) {
    const read = thresholdRule.safeParse(typeof rule === 'string' ? JSON.parse(rule) : rule);
    if (!read.success || (leftFen !== null && Number(leftFen) < read.data.discountFen)) continue;
    const known = found.get(id)?.productIds ?? [];
    const ids =
      zoneId === null ? null : new Set([...known, ...(productId !== null && asked.has(productId) ? [productId] : [])]);
    found.set(id, { campaignId: id, name, ...read.data, productIds: ids });
  }
  return [...found.values()];
}
