import type { PrismaClient } from '../db/client.ts';
import type { Prisma } from '../db/generated/client.ts';
import { pathTo } from '../paths.ts';
import { type Day, dayToColumn } from '../shared/days.ts';
import { formatYuan } from '../shared/money.ts';
import { instantText } from '../web/handlebars.ts';
import { notify } from './notify.ts';

/** Tells a unit's approvers, but never a buyer of it, that an order waits for them and until when; once an order, however often called. */
export async function tellApprovers(db: PrismaClient, orderIds: readonly number[], today: Day): Promise<void> {
  const orders = await ordersAwaiting(db, { id: { in: [...orderIds] } }, today);
  await notify(
    db,
    orders.flatMap((order) =>
      order.approverIds.map((userId) => ({
        ...{ userId, kind: 'approval_asked' as const, data: order.data, link: order.link },
        dedupeKey: `approval.asked ${order.id}`,
      })),
    ),
  );
}

/** Orders that wait for approval, with who may decide them on a day (rule 26) and what a message says of them. */
export async function ordersAwaiting(db: PrismaClient, where: Prisma.OrderWhereInput, today: Day) {
  const day = dayToColumn(today);
  const holding = { role: 'approver' as const, since: { lte: day }, OR: [{ until: null }, { until: { gt: day } }] };
  const orders = await db.order.findMany({
    where: { ...where, state: 'awaiting_approval' },
    orderBy: { id: 'asc' },
    select: {
      ...{ id: true, buyerId: true, totalFen: true, submittedAt: true, heldUntil: true },
      amends: { select: { buyerId: true } },
      buyer: { select: { name: true } },
      unit: { select: { grants: { where: holding, select: { userId: true } } } },
    },
  });
  return orders.map(({ id, buyerId, amends, buyer, unit, totalFen, submittedAt, heldUntil }) => ({
    ...{ id, buyerId, submittedAt, heldUntil },
    approverIds: [...new Set(unit?.grants.map(({ userId }) => userId))].filter(
      (userId) => userId !== buyerId && userId !== amends?.buyerId,
    ),
    data: { buyer: buyer.name, yuan: formatYuan(totalFen), until: heldUntil ? instantText(heldUntil) : '' },
    link: pathTo('order', { id }),
  }));
}
