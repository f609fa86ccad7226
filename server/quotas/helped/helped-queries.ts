import type { Db } from '../../db/client.ts';
import { Prisma } from '../../db/generated/client.ts';
import { type Day, dayToColumn } from '../../shared/days.ts';

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

/** What was helped to sell, the latest day first: what was told by hand one by one, orders as sums of a link's day (rule 31). */
export async function listHelped(db: Db, wish: HelpedWish, limit: number): Promise<HelpedRow[]> {
  const rows = await db.$queryRaw<HelpedRow[]>`
    SELECT s.unitId, u.name AS unitName, u.nameEn AS unitNameEn, s.onDay, s.source, c.name AS campaignName, s.fen, s.grams, s.note
    FROM (
      SELECT MAX(h.id) AS id, h.unitId, h.onDay, h.source, h.campaignId, SUM(h.fen) AS fen, SUM(h.grams) AS grams, MAX(h.note) AS note
      FROM helped_sale h WHERE ${within(wish)}
      GROUP BY IF(h.orderId IS NULL, h.id, 0), h.unitId, h.onDay, h.source, h.campaignId
      ORDER BY h.onDay DESC, id DESC LIMIT ${limit}
    ) s JOIN unit u ON u.id = s.unitId LEFT JOIN campaign c ON c.id = s.campaignId
    ORDER BY s.onDay DESC, s.id DESC`;
  return rows.map((row) => ({ ...row, fen: Number(row.fen), grams: Number(row.grams) }));
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
