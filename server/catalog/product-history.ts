import { fast, type PrismaClient } from '../db/client.ts';
import { type Day, dayOf } from '../shared/days.ts';
import type { Fen } from '../shared/money.ts';

const MOST_PRICES = 24;

export interface ProductHistory {
  /** newest first; changes that wait for the operator are not in it (rule 21) */
  priceHistory: PriceOnDay[];
  reviews: ShownReview[];
  rating: { count: number; average: number } | null;
}

export interface PriceOnDay {
  since: Day;
  /** of one unit of sale, before tiers */
  priceFen: Fen;
  /** rising by quantity; empty also where they were not kept then */
  tiers: { fromQuantity: number; priceFen: Fen }[];
}

export interface ShownReview {
  id: number;
  rating: number;
  text: string;
  /** by a unit or by a person; by whom is nobody's business (rule 31) */
  ofUnit: boolean;
  on: Day;
  answer: string | null;
}

const MOST_REVIEWS = 5;
/** The average is of the newest so many. */
const RATED = 200;

/** Prices and reviews of a product in one statement: the page has enough of them. */
export async function findHistory(db: PrismaClient, productId: number): Promise<ProductHistory> {
  const [row] = await fast(db).$queryRaw<
    { prices: unknown; reviews: unknown; createdAt: string | null; rated: number | bigint; stars: unknown }[]
  >`
    SELECT
      (SELECT JSON_ARRAYAGG(JSON_OBJECT('id', c.id, 'fen', c.newFen, 'old', c.oldFen, 'tiers', c.tiers, 'at', DATE_FORMAT(c.effectiveAt, '%Y-%m-%dT%H:%i:%s.000Z'))) FROM (
        SELECT id, newFen, oldFen, CAST(tiers AS CHAR) AS tiers, effectiveAt FROM price_change WHERE productId = ${productId} AND effectiveAt IS NOT NULL
        ORDER BY effectiveAt DESC, id DESC LIMIT ${MOST_PRICES}) c) AS prices,
      (SELECT JSON_ARRAYAGG(JSON_OBJECT('id', v.id, 'rating', v.rating, 'text', v.text, 'answer', v.answer, 'funding', v.fundingSource,
          'at', DATE_FORMAT(v.at, '%Y-%m-%dT%H:%i:%s.000Z'))) FROM (
        SELECT r.id, r.rating, r.text, r.answer, r.at, o.fundingSource FROM reviewed_product x JOIN delivery_review r ON r.id = x.reviewId
        JOIN fulfilment f ON f.id = r.fulfilmentId JOIN \`order\` o ON o.id = f.orderId
        WHERE x.productId = ${productId} ORDER BY x.reviewId DESC LIMIT ${MOST_REVIEWS}) v) AS reviews,
      (SELECT DATE_FORMAT(createdAt, '%Y-%m-%dT%H:%i:%s.000Z') FROM product WHERE id = ${productId}) AS createdAt, n.rated, n.stars
    FROM (SELECT COUNT(*) AS rated, AVG(t.rating) AS stars FROM (
      SELECT r.rating FROM reviewed_product x JOIN delivery_review r ON r.id = x.reviewId
      WHERE x.productId = ${productId} ORDER BY x.reviewId DESC LIMIT ${RATED}) t) n`;
  const prices = listIn<Change>(row?.prices).sort((a, b) => (a.at === b.at ? b.id - a.id : a.at < b.at ? 1 : -1));
  const reviews = listIn<Omit<ShownReview, 'ofUnit' | 'on'> & { funding: string; at: string }>(row?.reviews);
  const count = Number(row?.rated ?? 0);
  return {
    priceHistory: [
      ...prices.map(({ fen, tiers, at }) => ({ since: dayOf(new Date(at)), priceFen: fen, tiers: tiersIn(tiers) })),
      ...firstPrice(prices, row?.createdAt ?? null),
    ],
    reviews: reviews
      .sort((a, b) => b.id - a.id)
      .map(({ funding, at, ...review }) => ({
        ...review,
        ofUnit: funding !== 'individual',
        on: dayOf(new Date(at)),
      })),
    rating: count > 0 ? { count, average: Number(row?.stars) } : null,
  };
}

/** What a product cost before the first change that is kept of it; its tiers then are not. */
function firstPrice(prices: readonly Change[], createdAt: string | null): PriceOnDay[] {
  const first = prices.at(-1);
  if (!first || first.old === 0 || prices.length === MOST_PRICES || !createdAt) return [];
  return [{ since: dayOf(new Date(createdAt < first.at ? createdAt : first.at)), priceFen: first.old, tiers: [] }];
}

interface Change {
  id: number;
  fen: Fen;
  /** the price before; 0 where there was none */
  old: Fen;
  tiers: string | null;
  at: string;
}

function tiersIn(json: string | null): PriceOnDay['tiers'] {
  return listIn<PriceOnDay['tiers'][number]>(json ?? [])
    .map(({ fromQuantity, priceFen }) => ({ fromQuantity: Number(fromQuantity), priceFen: Number(priceFen) }))
    .sort((a, b) => a.fromQuantity - b.fromQuantity);
}

function listIn<T>(json: unknown): T[] {
  const value: unknown = typeof json === 'string' ? JSON.parse(json) : json;
  return Array.isArray(value) ? value : [];
}
