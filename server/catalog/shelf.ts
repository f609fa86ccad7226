import { Prisma } from '../db/generated/client.ts';
import type { Day } from '../shared/days.ts';
import { certificationHeldBy } from '../suppliers/certification-held.ts';

/** Whether the product `p` is offered in the day's month; a season may run over the turn of the year (11 to 2). */
export function inSeason(today: Day): Prisma.Sql {
  const month = Number(today.slice(5, 7));
  return Prisma.sql`(p.seasonFrom IS NULL OR p.seasonTo IS NULL
    OR IF(p.seasonFrom <= p.seasonTo, ${month} BETWEEN p.seasonFrom AND p.seasonTo, ${month} >= p.seasonFrom OR ${month} <= p.seasonTo))`;
}

/**
 * The shelf rule as an SQL condition over `product p` and `supplier s`: on sale, in season, its supplier active, and both certified
 * on the day. What expires leaves the shelves by itself (rule 17); stock has no part in it: what is sold out is still shown.
 */
export function onShelf(today: Day): Prisma.Sql {
  return Prisma.sql`(p.state = 'on_sale' AND s.state = 'active' AND ${inSeason(today)}
    AND ${certificationHeldBy('product', today)} IS NOT NULL AND ${certificationHeldBy('supplier', today)} IS NOT NULL)`;
}

/** What can still be promised of the product `p`, in units of sale: its batches that are neither recalled, failed in inspection, spoiled nor still to be harvested, as `chooseBatches` promises them. */
export function availableQuantity(today: Day): Prisma.Sql {
  return Prisma.sql`(SELECT CAST(COALESCE(SUM(b.available), 0) AS SIGNED) FROM batch b
    WHERE b.productId = p.id AND b.recalledAt IS NULL AND b.failedAt IS NULL AND NOT b.coming AND (b.expiresOn IS NULL OR b.expiresOn > ${today}))`;
}

/** The same with the day of the earliest of those batches that still has something, "120 2026-09-30": one look at the batches for both. */
export function stockText(today: Day): Prisma.Sql {
  return Prisma.sql`(SELECT CONCAT(COALESCE(SUM(b.available), 0), ' ', COALESCE(MIN(IF(b.available > 0, b.producedOn, NULL)), '')) FROM batch b
    WHERE b.productId = p.id AND b.recalledAt IS NULL AND b.failedAt IS NULL AND NOT b.coming AND (b.expiresOn IS NULL OR b.expiresOn > ${today}))`;
}

/** `producedOn` is later than the day of reading for a coming harvest; null when nothing is left. */
export function readStock(text: string): { available: number; producedOn: Day | null } {
  const [available, producedOn] = text.split(' ');
  return { available: Number(available), producedOn: producedOn || null };
}

/** The price tiers of the product `p` as one text, "10:3800,40:3600", lowest quantity first. */
export const tiersText = Prisma.sql`(SELECT GROUP_CONCAT(CONCAT(t.fromQuantity, ':', t.priceFen) ORDER BY t.fromQuantity)
  FROM price_tier t WHERE t.productId = p.id)`;

export interface PriceTier {
  fromQuantity: number;
  priceFen: number;
}

export function readTiers(text: string | null): PriceTier[] {
  return (text ?? '')
    .split(',')
    .filter(Boolean)
    .map((part) => {
      const [fromQuantity, priceFen] = part.split(':').map(Number);
      return { fromQuantity: fromQuantity ?? 1, priceFen: priceFen ?? 0 };
    });
}
