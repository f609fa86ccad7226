import { type Actor, ownUnitId } from '../accounts/actor.ts';
import { findBuyableProducts } from '../catalog/shelf-products.ts';
import { fast, type PrismaClient } from '../db/client.ts';
import { findDiscounts } from '../promotions/threshold-discounts.ts';
import { findGifts } from '../promotions/threshold-gifts.ts';
import { type CountableLine, type ExpectedCount, expectedCounts } from '../quotas/tally/expected-counts.ts';
import { dayOf } from '../shared/days.ts';
import { cartWishes } from './cart-lines.ts';
import { giftsOf } from './gifts.ts';
import { type Quote, quote, type Wish } from './quote.ts';

/** A cart priced today, and what it would count for the unit or, from the own cart, for the own unit. */
export interface PricedCart {
  wishes: Wish[];
  quoted: Quote;
  /** the unit that it would count for; null: none */
  countsFor: number | null;
  counts: ExpectedCount[];
}

export async function pricedCart(
  db: PrismaClient,
  actor: Actor,
  unitId: number | null,
  now: Date,
): Promise<PricedCart> {
  return pricedWishes(db, await cartWishes(db, actor, unitId), unitId ?? ownUnitId(actor), now);
}

/** Any wishes priced in the same way, for a unit or for none. */
export async function pricedWishes(
  db: PrismaClient,
  wishes: Wish[],
  countsFor: number | null,
  now: Date,
): Promise<PricedCart> {
  const today = dayOf(now);
  const productIds = wishes.map((wish) => wish.productId);
  const [products, discounts, gifts] = await Promise.all([
    findBuyableProducts(fast(db), productIds, today),
    findDiscounts(fast(db), productIds, countsFor, now),
    findGifts(fast(db), productIds, countsFor, now),
  ]);
  const priced = quote(wishes, products, discounts);
  const quoted = { ...priced, gifts: await giftsOf(fast(db), priced, gifts, null, today) };
  const counts = countsFor === null ? [] : await expectedCounts(db, countsFor, countableLines(quoted), today);
  return { wishes, quoted, countsFor, counts };
}

/** The goods of a quote as they would count. */
export function countableLines({ parcels }: Quote): CountableLine[] {
  return parcels
    .flatMap((parcel) => parcel.lines)
    .filter((line) => line.product.onShelf)
    .map(({ product: { categoryId, placeId }, payableFen: fen, grams }) => ({ categoryId, placeId, fen, grams }));
}

/** How many products each cart of a person holds, by the unit's id; 0 is the own cart. */
export async function cartCounts(db: PrismaClient, actor: Actor): Promise<Map<number, number>> {
  const carts = await db.cart.findMany({
    where: { userId: actor.id },
    select: { unitKey: true, _count: { select: { lines: true } } },
  });
  return new Map(carts.map((cart) => [cart.unitKey, cart._count.lines]));
}
