import type { PrismaClient } from '../db/client.ts';
import type { Prisma } from '../db/generated/client.ts';
import { decidersOf } from '../orders/approval/order-approvals.ts';
import { pathTo } from '../paths.ts';
import type { Day } from '../shared/days.ts';
import { formatYuan } from '../shared/money.ts';
import { instantText } from '../web/handlebars.ts';
import { notify } from './notify.ts';

/** Tells those who may decide an order at the level where it waits, and until when; once an order and level, however often called. */
export async function tellApprovers(db: PrismaClient, orderIds: readonly number[], today: Day): Promise<void> {
  const orders = await ordersAwaiting(db, { id: { in: [...orderIds] } }, today);
  await notify(
    db,
    orders.flatMap((order) =>
      order.approverIds.map((userId) => ({
        ...{ userId, kind: 'approval_asked' as const, data: order.data, link: order.link },
        dedupeKey: `approval.asked ${order.key}`,
      })),
    ),
  );
}

/** Orders that wait for approval, with who may decide them on a day (rule 26) and what a message says of them. */
export async function ordersAwaiting(db: PrismaClient, where: Prisma.OrderWhereInput, today: Day) {
  const orders = await db.order.findMany({
    where: { ...where, state: 'awaiting_approval' },
    orderBy: { id: 'asc' },
    select: {
      ...{ id: true, buyerId: true, totalFen: true, submittedAt: true, heldUntil: true },
      buyer: { select: { name: true } },
    },
  });
  const deciders = await decidersOf(
    db,
    orders.map(({ id }) => id),
    today,
  );
  return orders.map(({ id, buyerId, buyer, totalFen, submittedAt, heldUntil }) => {
    const { level, userIds } = deciders.get(id) ?? { level: 1, userIds: [] };
    return {
      ...{ id, buyerId, submittedAt, heldUntil, approverIds: userIds },
      /** names the order at its level */
      key: level === 1 ? `${id}` : `${id} level ${level}`,
      data: { buyer: buyer.name, yuan: formatYuan(totalFen), until: heldUntil ? instantText(heldUntil) : '' },
      link: pathTo('order', { id }),
    };
  });
}
