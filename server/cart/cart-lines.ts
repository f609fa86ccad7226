import { type Actor, ownUnitId, unitsBoughtFor } from '../accounts/actor.ts';
import { MAX_QUANTITY } from '../catalog/shelf-products.ts';
import type { Db } from '../db/client.ts';
import { isDuplicate } from '../db/faults.ts';
import { NotFound, RuleRefusal } from '../shared/errors.ts';
import type { Wish } from './quote.ts';

/** The most different products that a cart holds. */
export const MAX_LINES = 500;

/** Whose cart: the actor's own (unitId null) or the one in which the actor buys for a unit. Throws NotFound for a unit of others. */
export async function findCartId(db: Db, actor: Actor, unitId: number | null): Promise<number> {
  if (unitId !== null && !unitsBoughtFor(actor).includes(unitId)) throw new NotFound('noSuchUnit');
  const key = { userId: actor.id, unitKey: unitId ?? 0 };
  const found = await db.cart.findUnique({ where: { userId_unitKey: key }, select: { id: true } });
  if (found) return found.id;
  try {
    const made = await db.cart.create({ data: { ...key, unitId }, select: { id: true } });
    return made.id;
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    const { id } = await db.cart.findUniqueOrThrow({ where: { userId_unitKey: key }, select: { id: true } });
    return id;
  }
}

/** The wishes in a cart, oldest first. Reads only: nobody's first look makes a cart. */
export async function cartWishes(db: Db, actor: Actor, unitId: number | null): Promise<Wish[]> {
  if (unitId !== null && !unitsBoughtFor(actor).includes(unitId)) throw new NotFound('noSuchUnit');
  return db.cartLine.findMany({
    where: { cart: { userId: actor.id, unitKey: unitId ?? 0 } },
    orderBy: [{ addedAt: 'asc' }, { productId: 'asc' }],
    select: { productId: true, quantity: true, note: true, zoneId: true },
  });
}

/** Adds to what the cart holds of a product, which from then on comes from the wish's zone. Refuses unknown products, more than a million pieces, and more than 500 lines. */
export async function addToCart(db: Db, actor: Actor, unitId: number | null, wish: Wish): Promise<void> {
  await checkProduct(db, wish.productId);
  const cartId = await findCartId(db, actor, unitId);
  await checkRoom(db, cartId, wish.productId);
  await db.$executeRaw`
    INSERT INTO cart_line (cartId, productId, quantity, zoneId) VALUES (${cartId}, ${wish.productId}, ${wish.quantity}, ${wish.zoneId ?? null})
    ON DUPLICATE KEY UPDATE quantity = LEAST(quantity + VALUES(quantity), ${MAX_QUANTITY}), zoneId = VALUES(zoneId)`;
}

/** Sets the quantity of one product; 0 takes it out. */
export async function setCartLine(db: Db, actor: Actor, unitId: number | null, wish: Wish): Promise<void> {
  if (wish.quantity === 0) return removeFromCart(db, actor, unitId, wish.productId);
  await checkProduct(db, wish.productId);
  const cartId = await findCartId(db, actor, unitId);
  await checkRoom(db, cartId, wish.productId);
  await db.$executeRaw`
    INSERT INTO cart_line (cartId, productId, quantity) VALUES (${cartId}, ${wish.productId}, ${wish.quantity})
    ON DUPLICATE KEY UPDATE quantity = VALUES(quantity)`;
}

export async function removeFromCart(db: Db, actor: Actor, unitId: number | null, productId: number): Promise<void> {
  await db.cartLine.deleteMany({ where: { productId, cart: { userId: actor.id, unitKey: unitId ?? 0 } } });
}

/** Takes what was ordered out of the cart. */
export async function takeOrdered(
  db: Db,
  actor: Actor,
  unitId: number | null,
  productIds: readonly number[],
): Promise<void> {
  await db.cartLine.deleteMany({
    where: { productId: { in: [...productIds] }, cart: { userId: actor.id, unitKey: unitId ?? 0 } },
  });
}

/** The carts that an actor can fill: the own one, and one for each unit bought for. */
export function cartUnits(actor: Actor): (number | null)[] {
  const bought = unitsBoughtFor(actor);
  return ownUnitId(actor) === null && bought.length > 0 ? bought : [null, ...bought];
}

/** Throws RuleRefusal `noSuchProduct`. */
export async function checkProduct(db: Db, productId: number): Promise<void> {
  const found = await db.product.findUnique({ where: { id: productId }, select: { id: true } });
  if (!found) throw new RuleRefusal('noSuchProduct', [{ path: 'productId', code: 'noSuchProduct' }]);
}

async function checkRoom(db: Db, cartId: number, productId: number): Promise<void> {
  const others = await db.cartLine.count({ where: { cartId, productId: { not: productId } } });
  if (others >= MAX_LINES) throw new RuleRefusal('cartFull', [], { maximum: MAX_LINES });
}
