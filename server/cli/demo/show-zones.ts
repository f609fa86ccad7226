import { findActor, unitsBoughtFor } from '../../accounts/actor.ts';
import type { PrismaClient } from '../../db/client.ts';
import { addToZone, openZone } from '../../promotions/edit-zone.ts';
import { dayOf } from '../../shared/days.ts';

const ZONE = {
  kind: 'unit_zone',
  ...{ code: 'bank-canteen', name: '掌银兴农专区', nameEn: 'Palm bank zone', place: null },
  intro: '农行市分行职工和食堂自己选的帮扶产品（演示选品）。',
  introEn: 'Goods that the bank’s canteen and employees chose (made-up selection).',
} as const;
const GOODS = 8;

/** The zone of the unit that the demonstration's buyer buys for, filled by that buyer. */
export async function showZones(db: PrismaClient, now: Date): Promise<void> {
  const today = dayOf(now);
  const [operator, buyer] = await Promise.all(
    ['operator', 'buyer'].map(async (login) => {
      const user = await db.user.findUnique({ where: { login }, select: { id: true } });
      return user && findActor(db, user.id, today);
    }),
  );
  const unitId = buyer ? unitsBoughtFor(buyer)[0] : undefined;
  if (!operator || !buyer || unitId === undefined) return;
  const { code } = await db.unit.findUniqueOrThrow({ where: { id: unitId }, select: { code: true } });
  const zoneId = await openZone(db, operator, { ...ZONE, unit: code }, now);
  const goods = await db.product.findMany({
    where: { state: 'on_sale', caps: { none: {} } },
    select: { id: true, familyId: true },
    orderBy: [{ sold: 'desc' }, { id: 'asc' }],
    take: 100,
  });
  const families = new Set<number>();
  for (const { id, familyId } of goods) {
    if (families.has(familyId) || families.size >= GOODS) continue;
    families.add(familyId);
    await addToZone(db, buyer, zoneId, id, now);
  }
}
