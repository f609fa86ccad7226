import type { Actor } from '../accounts/actor.ts';
import type { PrismaClient } from '../db/client.ts';
import { Prisma } from '../db/generated/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { RuleRefusal, StateConflict } from '../shared/errors.ts';
import { findCartId, MAX_LINES } from './cart-lines.ts';
import { type PutMode, seenOf, wishesAfter } from './quick-order.ts';
import type { Wish } from './quote.ts';

/**
 * Puts many lines into a cart at once, or none. `seen`: the cart that the buyer saw (see seenOf), so that pressing twice
 * does not add twice; null: no matter. Refuses with `cartChanged` and, beyond 500 products, `cartFull`. Products must exist.
 */
export async function putIntoCart(
  db: PrismaClient,
  actor: Actor,
  unitId: number | null,
  { lines, mode, seen }: { lines: readonly Wish[]; mode: PutMode; seen: string | null },
): Promise<void> {
  const cartId = await findCartId(db, actor, unitId);
  await inTransaction(db, async (tx) => {
    await tx.$queryRaw`SELECT id FROM cart WHERE id = ${cartId} FOR UPDATE`;
    const held = await tx.cartLine.findMany({
      where: { cartId },
      select: { productId: true, quantity: true, note: true },
    });
    const productIds = lines.map((line) => line.productId);
    if (seen !== null && seenOf(held) !== seen) throw new StateConflict('cartChanged');
    const after = wishesAfter(held, lines, mode);
    if (after.length > MAX_LINES) throw new RuleRefusal('cartFull', [], { maximum: MAX_LINES });
    const changed = after.filter(({ productId }) => productIds.includes(productId));
    const rows = changed.map(
      ({ productId, quantity, note }) => Prisma.sql`(${cartId}, ${productId}, ${quantity}, ${note ?? null})`,
    );
    if (rows.length === 0) return;
    await tx.$executeRaw`
      INSERT INTO cart_line (cartId, productId, quantity, note) VALUES ${Prisma.join(rows)}
      ON DUPLICATE KEY UPDATE quantity = VALUES(quantity), note = VALUES(note)`;
  });
}
