import type { Tx } from '../db/client.ts';
import { cancelByMarket } from './cancel-order.ts';
import { giveBack, standingParts } from './give-back.ts';
import { heldShares } from './held-shares.ts';
import type { LockedOrder } from './lock-order.ts';

/**
 * Leaves an order of one line with so many units and gives the rest back in the market's own name, before anything was shipped: money,
 * tally, caps and stock exactly (rule 4), the freight with the last of it. Returns how many units went back. The caller holds the
 * order's lock.
 */
export async function takeBackAllBut(
  tx: Tx,
  order: LockedOrder,
  keep: number,
  reason: string,
  at: Date,
): Promise<number> {
  const [line] = order.lines;
  const [fulfilment] = order.fulfilments;
  if (!line || !fulfilment) return 0;
  const standing = await standingParts(tx, order, fulfilment.id);
  const missing = (standing.get(line.id)?.quantity ?? 0) - keep;
  if (missing <= 0) return 0;
  if (keep === 0 && (await cancelByMarket(tx, order, reason, at))) return missing;
  if (order.state !== 'placed' || fulfilment.shippedAt) return 0;
  const held = await heldShares(tx, [line.id]);
  await giveBack(tx, order, fulfilment, { parts: [{ line, quantity: missing }], reason, byId: null, held }, at);
  return missing;
}
