import { peopleServing } from '../accounts/people-serving.ts';
import type { PrismaClient } from '../db/client.ts';
import { countOverdue } from '../orders/overdue/overdue-queries.ts';
import { pathTo } from '../paths.ts';
import { dayOf, startOfDay } from '../shared/days.ts';
import { instantText } from '../web/handlebars.ts';
import { notify } from './notify.ts';

const FROM_HOUR = 8;

/** Reminds whoever looks after a supplier of its overdue parcels, once a day from eight in the morning on, however often it is called. */
export async function remindOverdueParcels(db: PrismaClient, now: Date): Promise<void> {
  const today = dayOf(now);
  if (now.getTime() < startOfDay(today).getTime() + FROM_HOUR * 3_600_000) return;
  const overdue = await countOverdue(db, now);
  if (overdue.length === 0) return;
  const suppliers = await db.supplier.findMany({
    where: { id: { in: overdue.map(({ supplierId }) => supplierId) } },
    select: { id: true, name: true, nameEn: true },
  });
  const people = await peopleServing(
    db,
    suppliers.map(({ id }) => id),
    today,
  );
  await notify(
    db,
    overdue.flatMap(({ supplierId, count, oldestDueAt }) => {
      const supplier = suppliers.find(({ id }) => id === supplierId);
      return (people.get(supplierId) ?? []).map((userId) => ({
        userId,
        kind: 'parcels_overdue' as const,
        data: {
          ...{ supplier: supplier?.name ?? '', supplierEn: supplier?.nameEn ?? '' },
          ...{ count, since: instantText(oldestDueAt) },
        },
        link: pathTo('supplierFulfilments', { state: 'overdue' }),
        dedupeKey: `parcels_overdue ${supplierId} ${today}`,
      }));
    }),
  );
}
