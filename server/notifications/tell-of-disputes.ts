import { peopleServing } from '../accounts/people-serving.ts';
import type { PrismaClient } from '../db/client.ts';
import { pathTo } from '../paths.ts';
import type { Day } from '../shared/days.ts';
import { type Notice, notify } from './notify.ts';

/** Tells the other side of what was said in a dispute over a receipt, and both that it is closed; each once. */
export async function tellOfDisputes(db: PrismaClient, messageIds: readonly number[], today: Day): Promise<void> {
  const messages = await db.disputeMessage.findMany({
    where: { id: { in: [...messageIds] } },
    select: {
      id: true,
      side: true,
      byId: true,
      dispute: {
        select: {
          id: true,
          closedAt: true,
          messages: { orderBy: { id: 'asc' }, select: { id: true } },
          receipt: {
            select: {
              fulfilment: {
                select: {
                  orderId: true,
                  order: { select: { buyerId: true } },
                  supplierId: true,
                },
              },
            },
          },
        },
      },
    },
  });
  const people = await peopleServing(
    db,
    messages.map(({ dispute }) => dispute.receipt.fulfilment.supplierId),
    today,
  );
  await notify(
    db,
    messages.flatMap(({ id, side, byId, dispute }): Notice[] => {
      const { orderId, order, supplierId } = dispute.receipt.fulfilment;
      const suppliers = people.get(supplierId) ?? [];
      const isLast = dispute.messages.at(-1)?.id === id;
      const isClosed = dispute.closedAt !== null && isLast;
      const kind = isClosed ? 'dispute_closed' : dispute.messages[0]?.id === id ? 'dispute_opened' : 'dispute_said';
      const told = [...(side === 'buyer' ? [] : [order.buyerId]), ...(side === 'supplier' ? [] : suppliers)];
      return [...new Set(told)]
        .filter((userId) => userId !== byId)
        .map((userId) => ({
          ...{ userId, kind, data: { orderId }, link: pathTo('dispute', { id: dispute.id }) },
          dedupeKey: `dispute ${id}`,
        }));
    }),
  );
}
