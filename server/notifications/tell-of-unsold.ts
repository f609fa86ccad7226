import { peopleServingOne } from '../accounts/people-serving.ts';
import type { UnsoldChange } from '../assistance/unsold-told.ts';
import type { PrismaClient } from '../db/client.ts';
import { pathTo } from '../paths.ts';
import { type Day, dayToColumn } from '../shared/days.ts';
import { type Notice, notify } from './notify.ts';

/** Tells producer, operators and organizers of goods that lag, and buyers of units that are behind of a call, each once (rule 20). */
export async function tellOfUnsold(db: PrismaClient, changes: readonly UnsoldChange[], today: Day): Promise<void> {
  for (const { warningId, what, unitIds } of changes) {
    const warning = await db.unsoldWarning.findUnique({
      where: { id: warningId },
      include: {
        batch: {
          select: { productId: true, product: { select: { family: { select: { name: true, nameEn: true } } } } },
        },
        calls: { orderBy: { id: 'desc' }, take: 1 },
      },
    });
    if (!warning) continue;
    const day = dayToColumn(today);
    const grants = await db.roleGrant.findMany({
      where: {
        ...(what === 'raised'
          ? { role: { in: ['operator', 'organizer'] } }
          : { role: { in: ['buyer', 'approver'] }, unitId: { in: unitIds } }),
        ...{ since: { lte: day }, OR: [{ until: null }, { until: { gt: day } }], user: { disabledAt: null } },
      },
      select: { userId: true },
    });
    const producers = what === 'raised' ? await peopleServingOne(db, warning.supplierId, today) : [];
    const people = [...grants.map(({ userId }) => userId), ...producers];
    const { name, nameEn } = warning.batch.product.family;
    const [call] = warning.calls;
    await notify(
      db,
      [...new Set(people)].map(
        (userId): Notice => ({
          userId,
          kind: `unsold_${what}`,
          data: { name, nameEn, days: warning.daysToSpoil, text: call?.text ?? '' },
          link: what === 'raised' ? pathTo('unsold') : pathTo('product', { id: warning.batch.productId }),
          dedupeKey: `unsold.${what} ${what === 'raised' ? warningId : (call?.id ?? 0)}`,
        }),
      ),
    );
  }
}
