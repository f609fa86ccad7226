import type { PrismaClient } from '../db/client.ts';
import { pathTo } from '../paths.ts';

/**
 * Tells everyone who acts for the supplier of a refund that was asked for, and its buyer of one that was decided; each once, however
 * often it is called.
 */
export async function tellOfRefunds(db: PrismaClient, refundIds: readonly number[]): Promise<void> {
  const refunds = await db.refund.findMany({
    where: { id: { in: [...refundIds] } },
    select: {
      id: true,
      orderId: true,
      state: true,
      requestedById: true,
      order: { select: { buyerId: true } },
      fulfilment: {
        select: { supplier: { select: { grants: { where: { role: 'supplier' }, select: { userId: true } } } } },
      },
    },
  });
  const wanted = refunds.flatMap(({ id, orderId, state, requestedById, order, fulfilment }) => {
    const data = { refundId: id, orderId };
    if (state === 'requested')
      return fulfilment.supplier.grants.map(({ userId }) => ({
        userId,
        kind: 'refund.requested',
        data,
        link: pathTo('refund', { id }),
      }));
    if (state === 'withdrawn') return [];
    const kind = state === 'refused' ? 'refund.refused' : 'refund.approved';
    const buyers = [...new Set([order.buyerId, requestedById ?? order.buyerId])];
    return buyers.map((userId) => ({ userId, kind, data, link: `${pathTo('order', { id: orderId })}#refund-${id}` }));
  });
  const told = await db.notification.findMany({
    where: { userId: { in: wanted.map((notice) => notice.userId) }, link: { in: wanted.map((notice) => notice.link) } },
    select: { userId: true, kind: true, link: true },
  });
  const keyOf = (notice: { userId: number; kind: string; link: string | null }) =>
    `${notice.userId} ${notice.kind} ${notice.link}`;
  const known = new Set(told.map(keyOf));
  await db.notification.createMany({ data: wanted.filter((notice) => !known.has(keyOf(notice))) });
}
