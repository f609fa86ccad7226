import type { Actor } from '../accounts/actor.ts';
import { type BuyableProduct, findBuyableProducts, priceFor } from '../catalog/shelf-products.ts';
import { fast, type PrismaClient } from '../db/client.ts';
import type { Day } from '../shared/days.ts';
import { putIntoCart } from './put-into-cart.ts';
import type { PutMode } from './quick-order.ts';
import type { Wish } from './quote.ts';

/** What became of lines on their way into a cart. */
export interface PutResult {
  put: number;
  /** left out: no longer offered, or nothing left */
  gone: BuyableProduct[];
  soldOut: BuyableProduct[];
  /** put in although there is less than wanted; the cart says so */
  short: BuyableProduct[];
  /** whose price of one differs from `formerFen` */
  repriced: { product: BuyableProduct; formerFen: number; fen: number }[];
}

/** Lines of a list or an earlier order into the cart, without what cannot be bought now; `formerFen`: what one cost then. */
export async function linesIntoCart(
  db: PrismaClient,
  actor: Actor,
  unitId: number | null,
  { lines, mode, today }: { lines: readonly (Wish & { formerFen?: number })[]; mode: PutMode; today: Day },
): Promise<PutResult> {
  const ids = lines.map((line) => line.productId);
  const products = await findBuyableProducts(fast(db), ids, today);
  const known = lines.flatMap((line) => {
    const product = products.get(line.productId);
    return product ? [{ line, product }] : [];
  });
  const buyable = known.filter(({ product }) => product.onShelf && product.available > 0);
  if (buyable.length > 0)
    await putIntoCart(db, actor, unitId, { lines: buyable.map(({ line }) => line), mode, seen: null });
  return {
    put: buyable.length,
    gone: known.filter(({ product }) => !product.onShelf).map(({ product }) => product),
    soldOut: known.filter(({ product }) => product.onShelf && product.available <= 0).map(({ product }) => product),
    short: buyable.filter(({ line, product }) => product.available < line.quantity).map(({ product }) => product),
    repriced: buyable.flatMap(({ line, product }) => {
      const fen = priceFor(product, line.quantity);
      return line.formerFen === undefined || line.formerFen === fen
        ? []
        : [{ product, formerFen: line.formerFen, fen }];
    }),
  };
}
