import { peopleServing } from '../accounts/people-serving.ts';
import type { PrismaClient } from '../db/client.ts';
import { pathTo } from '../paths.ts';
import type { Day } from '../shared/days.ts';
import { type Notice, notify } from './notify.ts';

/**
 * Tells everyone who looks after the supplier of a refund that was asked for, and its buyer of one that was decided; each once, however
 * often it is called.
 */
export async function tellOfRefunds(db: PrismaClient, refundIds: readonly number[], today: Day): Promise<void> {
  const refunds = await db.refund.findMany({
    where: { id: { in: [...refundIds] } },
    select: {
      id: true,
      orderId: true,
      state: true,
      requestedById: true,
      order: { select: { buyerId: true } },
      fulfilment: { select: { supplierId: true } },
    },
  });
  const people = await peopleServing(
    db,
    refunds.map(({ fulfilment }) => fulfilment.supplierId),
    today,
  );
  await notify(
    db,
    refunds.flatMap(({ id, orderId, state, requestedById, order, fulfilment }): Notice[] => {
      const data = { refundId: id, orderId };
      if (state === 'withdrawn') return [];
      const kind =
        state === 'requested' ? 'refund_requested' : state === 'refused' ? 'refund_refused' : 'refund_approved';
      const told =
        state === 'requested'
          ? (people.get(fulfilment.supplierId) ?? [])
          : [order.buyerId, requestedById ?? order.buyerId];
      const link =
        state === 'requested' ? pathTo('refund', { id }) : `${pathTo('order', { id: orderId })}#refund-${id}`;
      return [...new Set(told)].map((userId) => ({ userId, kind, data, link, dedupeKey: `${kind} ${id}` }));
    }),
  );
}
