import type { PrismaClient } from '../db/client.ts';
import type { ZoneKind } from '../db/generated/enums.ts';
import { remember } from '../shared/remember.ts';

export interface ZoneNode {
  id: number;
  code: string;
  kind: ZoneKind;
  name: string;
  nameEn: string;
  intro: string;
  introEn: string;
  placeId: number | null;
  unitId: number | null;
  unit: { code: string; name: string; nameEn: string } | null;
  closedAt: Date | null;
  /** as its page tells it */
  closedReason: string | null;
}

/** Zones that are open (pavilions, unit and theme zones, cabinets) in the operators' order; at most 10 seconds old. */
export async function zoneList(db: PrismaClient): Promise<ZoneNode[]> {
  return (await everyZone(db)).filter(({ closedAt }) => closedAt === null);
}

/** The same with those that are closed. */
export const everyZone = remember(
  10_000,
  async (db: PrismaClient): Promise<ZoneNode[]> =>
    db.zone.findMany({
      select: {
        id: true,
        code: true,
        kind: true,
        name: true,
        nameEn: true,
        intro: true,
        introEn: true,
        placeId: true,
        unitId: true,
        unit: { select: { code: true, name: true, nameEn: true } },
        closedAt: true,
        closedReason: true,
      },
      orderBy: [{ sort: 'asc' }, { id: 'asc' }],
    }),
);
