import type { Actor } from '../../accounts/actor.ts';
import type { AgreedTerms } from '../../cart/agreed-terms.ts';
import type { Wish } from '../../cart/quote.ts';
import { type OrderRequest, submitOrder } from '../../checkout/submit-order.ts';
import type { PrismaClient } from '../../db/client.ts';
import type { FastTx } from '../../db/sql.ts';
import { NotFound, RuleRefusal, StateConflict } from '../../shared/errors.ts';

export type JoinTerms = Omit<
  OrderRequest,
  'lines' | 'agreed' | 'recipient' | 'phone' | 'region' | 'address' | 'channel' | 'zoneId'
>;

/**
 * Joins a pool with so many pieces: an order of one's own at the case's price, delivered where the case is handed out. It is paid or
 * approved at once and placed when the case is full; when it closes unfilled everything goes back. Refuses what no longer fits
 * (`poolTooMuch`) and a pool that is over with 409.
 */
export async function joinPool(
  db: PrismaClient,
  actor: Actor,
  code: string,
  { quantity, ...terms }: JoinTerms & { quantity: number },
  now: Date,
): Promise<number> {
  const { lines, agreed, pickUp } = await poolTerms(db, code, quantity, now);
  const delivery = { ...pickUp, recipient: actor.name, channel: 'market', zoneId: null } as const;
  return submitOrder(db, actor, { ...terms, ...delivery, lines, agreed }, now);
}

/** What so many pieces of a pool cost, and where they are handed out. Throws NotFound. */
export async function poolTerms(
  db: PrismaClient,
  code: string,
  quantity: number,
  now: Date,
): Promise<{ lines: Wish[]; agreed: AgreedTerms; pickUp: { phone: string; region: string; address: string } }> {
  const pool = await db.pool.findUnique({ where: { code }, include: { product: { select: { supplierId: true } } } });
  if (!pool) throw new NotFound();
  const { id, productId, unitPriceFen, unitFreightFen, phone, region, address } = pool;
  return {
    lines: [{ productId, quantity }],
    agreed: {
      poolId: id,
      prices: new Map([[productId, unitPriceFen]]),
      freight: new Map([[pool.product.supplierId, unitFreightFen * quantity]]),
      claim: (tx) => takePart(tx, id, quantity, now),
      note: async (tx, orderId) => {
        await tx.$executeRaw`UPDATE \`order\` SET poolId = ${id} WHERE id = ${orderId}`;
      },
    },
    pickUp: { phone, region, address },
  };
}

async function takePart(tx: FastTx, poolId: number, quantity: number, now: Date): Promise<void> {
  const [pool] = await tx.$queryRaw<{ state: string; closesAt: Date; caseQuantity: number; takenQuantity: number }[]>`
    SELECT state, closesAt, caseQuantity, takenQuantity FROM pool WHERE id = ${poolId} FOR UPDATE`;
  if (pool?.state !== 'open' || pool.closesAt <= now) throw new StateConflict('poolOver');
  const left = pool.caseQuantity - pool.takenQuantity;
  if (quantity > left)
    throw new RuleRefusal('poolTooMuch', [{ path: 'lines.0.quantity', code: 'poolTooMuch', values: { left } }]);
  await tx.$executeRaw`UPDATE pool SET takenQuantity = takenQuantity + ${quantity} WHERE id = ${poolId}`;
}
