import { peopleServingOne } from '../accounts/people-serving.ts';
import type { PrismaClient } from '../db/client.ts';
import { pathTo } from '../paths.ts';
import type { Day } from '../shared/days.ts';
import { placeTree } from '../units/place-tree.ts';
import type { MarkChanged } from '../workbench/marks/mark-changed.ts';
import { type Notice, notify } from './notify.ts';
import { peopleOfPlace } from './people-of-place.ts';

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
      ? await peopleOfPlace(db, await placeTree(db), 'certifiers', supplier.placeId, today)
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
