import type { Db } from '../db/client.ts';

/** A unit's campaign link that runs now, with the zone that it leads to; null: none. */
export function findRunningLink(db: Db, code: string, now: Date) {
  return db.campaign.findFirst({
    where: { code, kind: 'link', startsAt: { lte: now }, endsAt: { gt: now } },
    select: { id: true, zone: { select: { code: true } } },
  });
}

/** The campaign that an order of nobody's unit carries: that of the visitor's link while it runs; null otherwise. */
export async function campaignOf(
  db: Db,
  code: string | undefined,
  unitId: number | null,
  now: Date,
): Promise<number | null> {
  if (unitId !== null || !code) return null;
  const campaign = await findRunningLink(db, code, now);
  return campaign?.id ?? null;
}
