import type { Request } from 'express';
import type { Actor } from '../accounts/actor.ts';
import { MAX_QUANTITY } from '../catalog/shelf-products.ts';
import type { PrismaClient } from '../db/client.ts';
import { Prisma } from '../db/generated/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { RuleRefusal } from '../shared/errors.ts';
import { flash } from '../web/flash.ts';
import { cartUnits, checkProduct, findCartId, MAX_LINES } from './cart-lines.ts';
import type { Wish } from './quote.ts';

/** The most different products that a visitor's cart holds: it lies in the session, which is read with every page. */
export const MAX_GUEST_LINES = 50;

type Session = Request['session'];

/** What a visitor has put into the cart, oldest first. */
export function guestWishes({ guestCart }: Session): Wish[] {
  return (guestCart ?? []).map(({ productId, quantity, zoneId = null }) => ({ productId, quantity, zoneId }));
}

/** Adds to what a visitor's cart holds of a product. Refuses as `addToCart` does, and beyond 50 products with `cartFull`. */
export async function addToGuestCart(db: PrismaClient, session: Session, wish: Wish): Promise<void> {
  const { productId, quantity, zoneId = null } = wish;
  const held = guestWishes(session).find((line) => line.productId === productId)?.quantity ?? 0;
  await setGuestLine(db, session, { productId, quantity: Math.min(held + quantity, MAX_QUANTITY), zoneId });
}

/** Sets the quantity of one product in a visitor's cart, and its zone where one is named or none (null); 0 takes it out. */
export async function setGuestLine(db: PrismaClient, session: Session, wish: Wish): Promise<void> {
  const { productId, quantity, zoneId } = wish;
  const wishes = guestWishes(session);
  const held = wishes.find((line) => line.productId === productId);
  if (quantity === 0) {
    session.guestCart = wishes.filter((line) => line !== held);
    return;
  }
  await checkProduct(db, productId);
  if (!held && wishes.length >= MAX_GUEST_LINES) throw new RuleRefusal('cartFull', [], { maximum: MAX_GUEST_LINES });
  const line = { productId, quantity, zoneId: zoneId === undefined ? (held?.zoneId ?? null) : zoneId };
  session.guestCart = held ? wishes.map((one) => (one === held ? line : one)) : [...wishes, line];
}

/**
 * Takes what a visitor chose over into the cart of the person who has signed in, and says so on the next page. Returns how many
 * products that were.
 */
export async function takeGuestCart(db: PrismaClient, req: Request, actor: Actor): Promise<number> {
  const wishes = guestWishes(req.session);
  if (wishes.length === 0) return 0;
  const kept = await mergeGuestCart(db, actor, wishes);
  delete req.session.guestCart;
  flash(req, 'success', req.t('guest:merged', { count: kept }));
  if (kept < wishes.length)
    flash(req, 'error', req.t('guest:leftOut', { count: wishes.length - kept, maximum: MAX_LINES }));
  return kept;
}

/**
 * Puts a visitor's wishes into the first cart that the person fills: the own one, or a buyer's unit's. Of what both hold the larger
 * quantity stands, so that a thing that was put in twice is not bought twice and merging again changes nothing. Beyond 500 products
 * the rest is left out. Returns how many are in the cart.
 */
export async function mergeGuestCart(db: PrismaClient, actor: Actor, wishes: readonly Wish[]): Promise<number> {
  const cartId = await findCartId(db, actor, cartUnits(actor)[0] ?? null);
  return inTransaction(db, async (tx) => {
    await tx.$queryRaw`SELECT id FROM cart WHERE id = ${cartId} FOR UPDATE`;
    const ids = wishes.map((wish) => wish.productId);
    const held = await tx.cartLine.findMany({ where: { cartId }, select: { productId: true } });
    const known = await tx.product.findMany({ where: { id: { in: ids } }, select: { id: true } });
    const inCart = new Set(held.map((line) => line.productId));
    const there = wishes.filter((wish) => known.some((product) => product.id === wish.productId));
    const fresh = there.filter((wish) => !inCart.has(wish.productId)).slice(0, MAX_LINES - inCart.size);
    const merged = [...there.filter((wish) => inCart.has(wish.productId)), ...fresh];
    if (merged.length === 0) return 0;
    const rows = merged.map(
      ({ productId, quantity, zoneId }) =>
        Prisma.sql`(${cartId}, ${productId}, ${quantity}, (SELECT id FROM zone WHERE id = ${zoneId ?? null}))`,
    );
    await tx.$executeRaw`
      INSERT INTO cart_line (cartId, productId, quantity, zoneId) VALUES ${Prisma.join(rows)}
      ON DUPLICATE KEY UPDATE quantity = GREATEST(quantity, VALUES(quantity)), zoneId = COALESCE(VALUES(zoneId), zoneId)`;
    return merged.length;
  });
}
