import type { ThresholdDiscount } from '../promotions/threshold-discounts.ts';
import { allocate, type Fen } from '../shared/money.ts';

interface Goods {
  productId: number;
  goodsFen: Fen;
}

export interface AppliedDiscount {
  campaignId: number;
  name: string;
  fen: Fen;
}

/** A discount that a little more would reach. */
export interface DiscountInReach {
  name: string;
  missingFen: Fen;
}

const eligible = <T extends Goods>({ productIds }: ThresholdDiscount, lines: readonly T[]): T[] =>
  lines.filter((line) => productIds === null || productIds.has(line.productId));
const goodsOf = (lines: readonly Goods[]) => lines.reduce((sum, line) => sum + line.goodsFen, 0);

/**
 * The one discount that takes most off these lines, with each line's share in fen, which sum to it (rule 4); null when none is reached.
 * Freight has no part in it, and discounts do not add up.
 */
export function bestDiscount(
  discounts: readonly ThresholdDiscount[],
  lines: readonly Goods[],
): { applied: AppliedDiscount; shares: Map<number, Fen> } | null {
  const reached = discounts.filter((discount) => goodsOf(eligible(discount, lines)) >= discount.thresholdFen);
  const [best] = reached.sort((a, b) => b.discountFen - a.discountFen || a.campaignId - b.campaignId);
  if (!best) return null;
  const { campaignId, name, discountFen } = best;
  const bearing = eligible(best, lines);
  const parts = allocate(
    discountFen,
    bearing.map((line) => line.goodsFen),
  );
  return {
    applied: { campaignId, name, fen: discountFen },
    shares: new Map(bearing.map((line, index) => [line.productId, parts[index] ?? 0])),
  };
}

/** Of the discounts that take more off than the one that is reached, the nearest; none of goods that are not in the cart. */
export function discountInReach(
  discounts: readonly ThresholdDiscount[],
  lines: readonly Goods[],
  appliedFen: Fen,
): DiscountInReach | null {
  const near = discounts
    .filter((discount) => discount.discountFen > appliedFen && eligible(discount, lines).length > 0)
    .map((discount) => ({
      name: discount.name,
      missingFen: discount.thresholdFen - goodsOf(eligible(discount, lines)),
    }))
    .filter(({ missingFen }) => missingFen > 0)
    .sort((a, b) => a.missingFen - b.missingFen);
  return near[0] ?? null;
}
