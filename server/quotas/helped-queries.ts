import type { Db } from '../db/client.ts';
import { Prisma } from '../db/generated/client.ts';
import { type Day, dayToColumn } from '../shared/days.ts';

export interface HelpedSum {
  unitId: number;
  fen: number;
  grams: number;
  /** of it by the unit's campaign links; the rest was told by hand */
  linkFen: number;
}

export interface HelpedWish {
  /** null: all units */
  unitIds: readonly number[] | null;
  from: Day;
  until: Day;
}

function within({ unitIds, from, until }: HelpedWish): Prisma.Sql {
  const ofUnits =
    unitIds === null
      ? Prisma.sql`TRUE`
      : Prisma.sql`h.unitId IN (${Prisma.join(unitIds.length > 0 ? [...unitIds] : [0])})`;
  return Prisma.sql`${ofUnits} AND h.onDay >= ${dayToColumn(from)} AND h.onDay <= ${dayToColumn(until)}`;
}

/** What units helped to sell in a period, by unit, fen and grams: never mixed with what they bought (rule 16). */
export async function helpedSums(db: Db, wish: HelpedWish): Promise<HelpedSum[]> {
  const rows = await db.$queryRaw<HelpedSum[]>`
    SELECT h.unitId, SUM(h.fen) AS fen, SUM(h.grams) AS grams, SUM(IF(h.campaignId IS NULL, 0, h.fen)) AS linkFen
    FROM helped_sale h WHERE ${within(wish)} GROUP BY h.unitId`;
  return rows.map(({ unitId, fen, grams, linkFen }) => ({
    unitId,
    fen: Number(fen),
    grams: Number(grams),
    linkFen: Number(linkFen),
  }));
}

export interface HelpedRow {
  id: number;
  unitId: number;
  unitName: string;
  unitNameEn: string;
  onDay: Date;
  source: string;
  campaignName: string | null;
  fen: number;
  grams: number;
  note: string | null;
}

/** The rows behind the sums, the latest day first; an order's buyer is nowhere among them (rule 31). */
export function listHelped(db: Db, wish: HelpedWish, limit: number): Promise<HelpedRow[]> {
  return db.$queryRaw<HelpedRow[]>`
    SELECT h.id, h.unitId, u.name AS unitName, u.nameEn AS unitNameEn, h.onDay, h.source, c.name AS campaignName, h.fen, h.grams, h.note
    FROM helped_sale h JOIN unit u ON u.id = h.unitId LEFT JOIN campaign c ON c.id = h.campaignId
    WHERE ${within(wish)} ORDER BY h.onDay DESC, h.id DESC LIMIT ${limit}`;
}

export interface UnitLink {
  code: string;
  name: string;
  unitId: number;
  endsAt: Date;
}

/** The running campaign links of these units (null: all). */
export async function runningLinks(db: Db, unitIds: readonly number[] | null, now: Date): Promise<UnitLink[]> {
  const rows = await db.campaign.findMany({
    where: {
      kind: 'link',
      startsAt: { lte: now },
      endsAt: { gt: now },
      unitId: unitIds === null ? { not: null } : { in: [...unitIds] },
    },
    select: { code: true, name: true, unitId: true, endsAt: true },
    orderBy: { id: 'asc' },
  });
  return rows.map((row) => ({ ...row, unitId: row.unitId ?? 0 }));
}
