import type { PrismaClient } from '../db/client.ts';
import { ACCEPTED_AFTER_DAYS, lateReceipts, REMINDED_AFTER_DAYS } from '../orders/late-receipts.ts';
import { orderNumber } from '../orders/order-queries.ts';
import { pathTo } from '../paths.ts';
import { addDays, dayOf } from '../shared/days.ts';
import { notify } from './notify.ts';
import { peopleOf } from './tell-of-statements.ts';

const AT_ONCE = 200;

/**
 * Reminds a unit's buyers and approvers of goods that they have not received, two and five days after these were expected, and says when
 * they are accepted as shipped; each once a shipment and day, however often called. What waited longer is told the later one alone.
 */
export async function remindReceipts(db: PrismaClient, now: Date): Promise<void> {
  const today = dayOf(now);
  for (let after = 0, full = true; full; ) {
    const late = await lateReceipts(db, today, REMINDED_AFTER_DAYS[0], { after, take: AT_ONCE, held: true });
    const orders = await db.order.findMany({
      where: { id: { in: late.map(({ orderId }) => orderId) } },
      select: { id: true, submittedAt: true },
    });
    for (const { id, orderId, unitId, expectedOn } of late) {
      const order = orders.find((one) => one.id === orderId);
      const reached = REMINDED_AFTER_DAYS.filter((days) => addDays(expectedOn, days) <= today).at(-1);
      if (!order || !reached) continue;
      const data = {
        ...{ number: orderNumber(order), day: expectedOn },
        until: addDays(expectedOn, ACCEPTED_AFTER_DAYS),
      };
      await notify(
        db,
        [...new Set(await peopleOf(db, { unitId }, today))].map((userId) => ({
          ...{ userId, kind: 'receipt_waits' as const, data, link: pathTo('order', { id: orderId }) },
          dedupeKey: `receipt_waits ${id} ${reached}`,
        })),
      );
    }
    after = late.at(-1)?.id ?? after;
    full = late.length === AT_ONCE;
  }
}
