import type { Actor } from '../../accounts/actor.ts';
import type { AgreedTerms } from '../../cart/agreed-terms.ts';
import type { Wish } from '../../cart/quote.ts';
import { type OrderRequest, submitOrder } from '../../checkout/submit-order.ts';
import type { PrismaClient } from '../../db/client.ts';
import type { FastTx } from '../../db/sql.ts';
import { dayFromColumn } from '../../shared/days.ts';
import { NotFound, StateConflict } from '../../shared/errors.ts';

/**
 * Orders ahead from a coming batch: held like stock, at the announced price, whatever the product's minimum and season, through the
 * ordinary submission. Refuses with 409 `preOrderClosed` once it closed: who orders shares the announcement's row, who closes it waits.
 */
export async function preOrder(
  db: PrismaClient,
  actor: Actor,
  harvestId: number,
  request: Omit<OrderRequest, 'lines' | 'agreed'> & { quantity: number },
  now: Date,
): Promise<number> {
  const { quantity, ...terms } = request;
  const { lines, agreed } = await preOrderTerms(db, harvestId, quantity, now);
  return submitOrder(db, actor, { ...terms, lines, agreed }, now);
}

/** What so many units of a coming batch are ordered at. Throws NotFound. */
export async function preOrderTerms(
  db: PrismaClient,
  harvestId: number,
  quantity: number,
  now: Date,
): Promise<{ lines: Wish[]; agreed: AgreedTerms }> {
  const harvest = await db.harvest.findUnique({
    where: { id: harvestId },
    select: { productId: true, batchId: true, priceFen: true, expectedOn: true },
  });
  if (!harvest) throw new NotFound();
  const { productId, batchId, priceFen, expectedOn } = harvest;
  return {
    lines: [{ productId, quantity }],
    agreed: {
      prices: new Map([[productId, priceFen]]),
      batches: new Map([[productId, batchId]]),
      days: { readyOn: dayFromColumn(expectedOn) },
      claim: (tx) => stillOpen(tx, harvestId, now),
      note: async (tx, orderId) => {
        await tx.$executeRaw`UPDATE \`order\` SET harvestId = ${harvestId} WHERE id = ${orderId}`;
      },
    },
  };
}

async function stillOpen(tx: FastTx, harvestId: number, now: Date): Promise<void> {
  const [harvest] = await tx.$queryRaw<{ state: string; closesAt: Date }[]>`
    SELECT state, closesAt FROM harvest WHERE id = ${harvestId} LOCK IN SHARE MODE`;
  if (harvest?.state !== 'open' || harvest.closesAt <= now) throw new StateConflict('preOrderClosed');
}
