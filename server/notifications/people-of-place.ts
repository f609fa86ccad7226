import type { PrismaClient } from '../db/client.ts';
import { type Day, dayToColumn } from '../shared/days.ts';
import type { PlaceTree } from '../units/place-tree.ts';

/** Who speaks for a place or certifies there: by a right of it, of a place above, or certifying the whole market. */
export async function peopleOfPlace(
  db: PrismaClient,
  tree: PlaceTree,
  told: 'place' | 'certifiers',
  placeId: number,
  today: Day,
): Promise<number[]> {
  const above = tree.pathOf(placeId).map(({ id }) => id);
  const day = dayToColumn(today);
  const places = { placeId: { in: above } };
  const rows = await db.roleGrant.findMany({
    where: {
      ...(told === 'place'
        ? { role: 'work_team', ...places }
        : { role: 'certifier', AND: [{ OR: [places, { placeId: null }] }] }),
      since: { lte: day },
      OR: [{ until: null }, { until: { gt: day } }],
      user: { disabledAt: null },
    },
    select: { userId: true },
    take: 200,
  });
  return rows.map(({ userId }) => userId);
}
