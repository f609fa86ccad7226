import { peopleServing } from '../accounts/people-serving.ts';
import type { PrismaClient } from '../db/client.ts';
import { pathTo } from '../paths.ts';
import type { Day } from '../shared/days.ts';
import { notify } from './notify.ts';

/** Tells suppliers that a receipt reported goods short or damaged, each receipt once. */
export async function tellOfShortages(db: PrismaClient, receiptIds: readonly number[], today: Day): Promise<void> {
  const receipts = await db.receipt.findMany({
    where: { id: { in: [...receiptIds] } },
    select: {
      ...{ id: true, fulfilmentId: true },
      lines: { select: { shortQuantity: true, damagedQuantity: true } },
      fulfilment: { select: { supplierId: true } },
    },
  });
  const people = await peopleServing(
    db,
    receipts.map(({ fulfilment }) => fulfilment.supplierId),
    today,
  );
  await notify(
    db,
    receipts.flatMap(({ id, fulfilmentId, lines, fulfilment }) =>
      (people.get(fulfilment.supplierId) ?? []).map((userId) => ({
        userId,
        kind: 'shortage_reported' as const,
        data: {
          ...{ fulfilmentId, parcel: String(fulfilmentId).padStart(6, '0') },
          short: lines.reduce((sum, line) => sum + line.shortQuantity, 0),
          damaged: lines.reduce((sum, line) => sum + line.damagedQuantity, 0),
        },
        link: pathTo('supplierFulfilment', { id: fulfilmentId }),
        dedupeKey: `shortage ${id}`,
      })),
    ),
  );
}
