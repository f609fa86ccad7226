import type { PrismaClient } from '../db/client.ts';
import { pathTo } from '../paths.ts';
import { type Day, dayToColumn } from '../shared/days.ts';
import { formatYuan } from '../shared/money.ts';
import { instantText } from '../web/handlebars.ts';
import { notify } from './notify.ts';

/** Tells a unit's approvers, but never the buyer, that an order waits for them and until when; once an order, however often called. */
export async function tellApprovers(db: PrismaClient, orderIds: readonly number[], today: Day): Promise<void> {
  const day = dayToColumn(today);
  const holding = { role: 'approver' as const, since: { lte: day }, OR: [{ until: null }, { until: { gt: day } }] };
  const orders = await db.order.findMany({
    where: { id: { in: [...orderIds] }, state: 'awaiting_approval' },
    select: {
      ...{ id: true, buyerId: true, totalFen: true, heldUntil: true },
      buyer: { select: { name: true } },
      unit: { select: { grants: { where: holding, select: { userId: true } } } },
    },
  });
  await notify(
    db,
    orders.flatMap(({ id, buyerId, buyer, unit, totalFen, heldUntil }) =>
      [...new Set(unit?.grants.map(({ userId }) => userId))]
        .filter((userId) => userId !== buyerId)
        .map((userId) => ({
          userId,
          kind: 'approval_asked' as const,
          data: { buyer: buyer.name, yuan: formatYuan(totalFen), until: heldUntil ? instantText(heldUntil) : '' },
          link: pathTo('order', { id }),
          dedupeKey: `approval.asked ${id}`,
        })),
    ),
  );
}
