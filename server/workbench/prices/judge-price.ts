import type { PriceTier } from '../../catalog/shelf.ts';
import { onShelf } from '../../catalog/shelf.ts';
import { priceFor } from '../../catalog/shelf-products.ts';
import type { Tx } from '../../db/client.ts';
import { priceRiseLimit } from '../../quotas/programmes/price-rise-limit.ts';
import { dayOf } from '../../shared/days.ts';
import { type Fen, pricePerKg } from '../../shared/money.ts';

export type PriceFlag = 'rise_above_limit' | 'above_the_like';

/** What a price was judged by; prices of a kilogram in fen, shares in basis points. */
export interface PriceBasis {
  limitBp: number;
  /** null: there was no price before */
  riseBp: number | null;
  /** the lowest price of the last 30 days that it is measured against */
  fromFen: Fen | null;
  perKgFen: Fen;
  /** the median of the like, and of how many; null: too few to compare */
  likePerKgFen: Fen | null;
  like: number;
}

interface Judged {
  id: number;
  supplierId: number;
  categoryId: number;
  placeId: number;
  netGrams: number;
  /** null: it has none yet */
  priceFen: Fen | null;
  tiers: readonly PriceTier[];
}

const LOOK_BACK_MS = 30 * 86_400_000;
const FEWEST_LIKE = 3;
const MOST_LIKE = 200;
/** “Far above”: half as much again as the median of the like. */
export const FAR_ABOVE_BP = 5000;

/**
 * Whether the operator has to look at a price first (rule 21): at any quantity it rises beyond the strictest limit of the programmes
 * that count the goods, measured against the lowest price of the last 30 days so that many small rises are one; or a kilogram of it
 * costs half as much again as the median of other suppliers' goods of its category and about its weight.
 */
export async function judgePrice(
  tx: Tx,
  product: Judged,
  proposal: { priceFen: Fen; tiers: readonly PriceTier[] },
  at: Date,
): Promise<{ flag: PriceFlag | null; basis: PriceBasis }> {
  const today = dayOf(at);
  const limitBp = await priceRiseLimit(tx, product, today);
  const fromFen = product.priceFen === null ? null : await lowestLately(tx, product.id, product.priceFen, at);
  const riseBp = product.priceFen === null || fromFen === null ? null : rise(product, fromFen, proposal);
  const perKgFen = pricePerKg(proposal.priceFen, product.netGrams);
  const prices = await pricesOfTheLike(tx, product, today);
  const likePerKgFen = prices.length < FEWEST_LIKE ? null : (prices[Math.floor(prices.length / 2)] ?? null);
  const isFar = likePerKgFen !== null && perKgFen * 10_000 > likePerKgFen * (10_000 + FAR_ABOVE_BP);
  const isRise = riseBp !== null && riseBp > limitBp;
  // A price that falls is not flagged, however far above the others it still is.
  const isLower = riseBp !== null && riseBp <= 0;
  return {
    flag: isRise ? 'rise_above_limit' : isFar && !isLower ? 'above_the_like' : null,
    basis: { limitBp, riseBp, fromFen, perKgFen, likePerKgFen, like: prices.length },
  };
}

/** The largest rise over all quantities at which a price begins, in basis points; the base price against the lowest of late. */
function rise(before: Judged, fromFen: Fen, proposal: { priceFen: Fen; tiers: readonly PriceTier[] }): number {
  const old = { priceFen: fromFen, tiers: [...before.tiers] };
  const fresh = { priceFen: proposal.priceFen, tiers: [...proposal.tiers] };
  const steps = [1, ...old.tiers.map((tier) => tier.fromQuantity), ...fresh.tiers.map((tier) => tier.fromQuantity)];
  return Math.max(
    ...steps.map((quantity) => {
      const [was, is] = [Math.min(fromFen, priceFor(old, quantity)), priceFor(fresh, quantity)];
      return Math.ceil(((is - was) * 10_000) / was);
    }),
  );
}

async function lowestLately(tx: Tx, productId: number, presentFen: Fen, at: Date): Promise<Fen> {
  const { _min } = await tx.priceChange.aggregate({
    where: { productId, oldFen: { gt: 0 }, effectiveAt: { gt: new Date(at.getTime() - LOOK_BACK_MS) } },
    _min: { oldFen: true },
  });
  return Math.min(presentFen, _min.oldFen ?? presentFen);
}

/** Fen a kilogram of what other suppliers have on the shelf in this category, of half to twice this weight, rising. */
async function pricesOfTheLike(tx: Tx, product: Judged, today: string): Promise<Fen[]> {
  const rows = await tx.$queryRaw<{ priceFen: number; netGrams: number }[]>`
    SELECT p.priceFen, p.netGrams FROM product p JOIN supplier s ON s.id = p.supplierId
    WHERE p.categoryId = ${product.categoryId} AND p.supplierId <> ${product.supplierId}
      AND p.netGrams BETWEEN ${Math.ceil(product.netGrams / 2)} AND ${product.netGrams * 2} AND ${onShelf(today)}
    ORDER BY p.sold DESC, p.id LIMIT ${MOST_LIKE}`;
  return rows.map(({ priceFen, netGrams }) => pricePerKg(priceFen, netGrams)).sort((a, b) => a - b);
}
