import type { PriceTier } from '../../catalog/shelf.ts';
import { onShelf } from '../../catalog/shelf.ts';
import { priceFor } from '../../catalog/shelf-products.ts';
import type { Tx } from '../../db/client.ts';
import { priceRiseLimit } from '../../quotas/programmes/price-rise-limit.ts';
import { dayOf } from '../../shared/days.ts';
import { type Fen, pricePerKg } from '../../shared/money.ts';
import { readTierList } from './read-tier-list.ts';

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
  const held = product.priceFen === null ? [] : await heldLately(tx, product.id, at);
  if (product.priceFen !== null) held.push({ priceFen: product.priceFen, tiers: [...product.tiers] });
  const fromFen = held.length === 0 ? null : Math.min(...held.map(({ priceFen }) => priceFen));
  const riseBp = held.length === 0 ? null : rise(held, proposal);
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

interface Price {
  priceFen: Fen;
  tiers: PriceTier[];
}

/** The largest rise over all quantities at which a price begins, in basis points: each against the lowest that it was of late. */
function rise(held: readonly Price[], proposal: { priceFen: Fen; tiers: readonly PriceTier[] }): number {
  const fresh = { priceFen: proposal.priceFen, tiers: [...proposal.tiers] };
  const steps = new Set([1, ...[...held, fresh].flatMap(({ tiers }) => tiers.map((tier) => tier.fromQuantity))]);
  return Math.max(
    ...[...steps].map((quantity) => {
      const was = Math.min(...held.map((price) => priceFor(price, quantity)));
      return Math.ceil(((priceFor(fresh, quantity) - was) * 10_000) / was);
    }),
  );
}

/** What it cost, with its tiers, before each change of the last 30 days. */
async function heldLately(tx: Tx, productId: number, at: Date): Promise<Price[]> {
  const since = new Date(at.getTime() - LOOK_BACK_MS);
  const changes = await tx.priceChange.findMany({
    where: { productId, oldFen: { gt: 0 }, effectiveAt: { gt: since } },
    orderBy: [{ effectiveAt: 'asc' }, { id: 'asc' }],
    select: { oldFen: true, oldTiers: true, tiers: true },
  });
  let tiers = await tiersAt(tx, productId, since);
  return changes.map((change) => {
    // Changes from before the replaced tiers were kept: those that the change before them brought.
    const price = { priceFen: change.oldFen, tiers: readTierList(change.oldTiers) ?? tiers };
    tiers = readTierList(change.tiers) ?? price.tiers;
    return price;
  });
}

async function tiersAt(tx: Tx, productId: number, instant: Date): Promise<PriceTier[]> {
  const changes = await tx.priceChange.findMany({
    where: { productId, effectiveAt: { lte: instant } },
    orderBy: [{ effectiveAt: 'desc' }, { id: 'desc' }],
    take: 20,
    select: { tiers: true },
  });
  return changes.map((change) => readTierList(change.tiers)).find((tiers) => tiers !== null) ?? [];
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
