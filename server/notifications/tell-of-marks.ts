import { peopleServingOne } from '../accounts/people-serving.ts';
import type { PrismaClient } from '../db/client.ts';
import { pathTo } from '../paths.ts';
import { type Day, dayToColumn } from '../shared/days.ts';
import { placeTree } from '../units/place-tree.ts';
import type { MarkChanged } from '../workbench/marks/mark-changed.ts';
import { type Notice, notify } from './notify.ts';

/** Tells certifiers of certificates that were handed in, and suppliers of what became of theirs; each fact once. */
export async function tellOfMarks(db: PrismaClient, changes: readonly MarkChanged[], today: Day): Promise<void> {
  for (const { what, markId, at } of changes) {
    const mark = await db.qualityMark.findUnique({
      where: { id: markId },
      include: { supplier: { select: { id: true, name: true, nameEn: true, placeId: true } } },
    });
    if (!mark) continue;
    const { supplier } = mark;
    const toCertifiers = what === 'submitted';
    const people = toCertifiers
      ? await certifiersOf(db, supplier.placeId, today)
      : await peopleServingOne(db, supplier.id, today);
    await notify(
      db,
      [...new Set(people)].map(
        (userId): Notice => ({
          userId,
          kind: `mark_${what}`,
          data: { name: supplier.name, nameEn: supplier.nameEn, number: mark.number, reason: mark.reason ?? '' },
          link: toCertifiers ? pathTo('markDesk') : pathTo('supplierMarks', { supplier: supplier.id }),
          dedupeKey: `mark.${what} ${markId} ${at}`,
        }),
      ),
    );
  }
}

/** Who certifies at the place: by a right of it, of a place above, or of the whole market. */
async function certifiersOf(db: PrismaClient, placeId: number, today: Day): Promise<number[]> {
  const above = (await placeTree(db)).pathOf(placeId).map(({ id }) => id);
  const day = dayToColumn(today);
  const rows = await db.roleGrant.findMany({
    where: {
      ...{ role: 'certifier', since: { lte: day }, user: { disabledAt: null } },
      AND: [{ OR: [{ placeId: { in: above } }, { placeId: null }] }, { OR: [{ until: null }, { until: { gt: day } }] }],
    },
    select: { userId: true },
    take: 200,
  });
  return rows.map(({ userId }) => userId);
}
