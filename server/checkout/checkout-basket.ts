import type { Request } from 'express';
import { type Actor, ownUnitId } from '../accounts/actor.ts';
import { unitOfCart } from '../cart/cart-api.ts';
import { cartWishes } from '../cart/cart-lines.ts';
import { type PricedCart, pricedWishes } from '../cart/cart-page.ts';
import { buyNowQuery, cartQuery } from '../cart/cart-schemas.ts';
import { atPickupPoint } from '../cart/pickup-freight.ts';
import type { Wish } from '../cart/quote.ts';
import type { PrismaClient } from '../db/client.ts';
import { pathTo } from '../paths.ts';
import { zoneOfProduct } from '../promotions/zone-of-product.ts';
import { read } from '../web/forms.ts';

/** What is checked out: a cart, or one product at once. */
export interface Basket {
  unitId: number | null;
  unitCode: string | undefined;
  wishes: Wish[];
  /** bought past the cart, which stays as it is */
  atOnce: boolean;
  /** where its form is shown and sent */
  path: string;
  /** where it is put right */
  backPath: string;
}

/** Reads from the address what is checked out: `?product=&quantity=`, else the cart; `?unit=` for a unit bought for. */
export async function basketOf(db: PrismaClient, actor: Actor, query: Request['query']): Promise<Basket> {
  const { unit } = read(cartQuery, query);
  const common = { unitId: unitOfCart(actor, unit), unitCode: unit || undefined };
  if (query.product === undefined) {
    const wishes = await cartWishes(db, actor, common.unitId);
    const backPath = common.unitCode ? pathTo('cart', { unit }) : pathTo('cart', { own: 1 });
    return { ...common, wishes, atOnce: false, path: pathTo('checkout', { unit }), backPath };
  }
  const { product, quantity, zone } = read(buyNowQuery, query);
  return {
    ...common,
    wishes: [{ productId: product, quantity, zoneId: await zoneOfProduct(db, zone, product) }],
    atOnce: true,
    path: pathTo('checkout', { unit, product, quantity, zone: zone || undefined }),
    backPath: pathTo('product', { id: product, zone: zone || undefined }),
  };
}

/** Its prices today, with the freight to a pick-up point or to the door. */
export async function pricedBasket(
  db: PrismaClient,
  actor: Actor,
  basket: Basket,
  { now, fetched }: { now: Date; fetched: boolean },
): Promise<PricedCart> {
  const priced = await pricedWishes(db, basket.wishes, basket.unitId ?? ownUnitId(actor), now);
  return fetched ? { ...priced, quoted: atPickupPoint(priced.quoted) } : priced;
}
