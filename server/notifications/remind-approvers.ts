import type { PrismaClient } from '../db/client.ts';
import { dayOf } from '../shared/days.ts';
import { notify } from './notify.ts';
import { ordersAwaiting } from './tell-approvers.ts';

const DAY_MS = 86_400_000;
/** As long as an order is held for its approval. */
const HELD_DAYS = 3;

/**
 * Reminds those who may decide of what has waited for them more than a day, and tells them and the buyer a day before what an order holds
 * is given back (rule 26). Each once an order and level, however often called.
 */
export async function remindApprovers(db: PrismaClient, now: Date): Promise<void> {
  const heldUntil = { gt: now, lte: new Date(now.getTime() + (HELD_DAYS - 1) * DAY_MS) };
  const orders = await ordersAwaiting(db, { heldUntil }, dayOf(now));
  await notify(
    db,
    orders.flatMap((order) => {
      const ends = Number(order.heldUntil) <= now.getTime() + DAY_MS;
      const kind = ends ? ('approval_ends' as const) : ('approval_waits' as const);
      return [...order.approverIds, ...(ends ? [order.buyerId] : [])].map((userId) => ({
        ...{ userId, kind, data: order.data, link: order.link },
        dedupeKey: `${kind} ${order.key}`,
      }));
    }),
  );
}
