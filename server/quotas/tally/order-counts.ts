import type { Db } from '../../db/client.ts';
import { Prisma } from '../../db/generated/client.ts';

export interface OrderCount {
  programmeId: number;
  programmeCode: string;
  programmeName: string;
  programmeNameEn: string;
  countIndividualBy: string;
  countPrepaidBy: string;
  countOnAccountBy: string;
  placedFen: number;
  placedGrams: number;
  countedFen: number;
  countedGrams: number;
}

/** What an order adds to each programme now, in fen and grams: the sums of its entries (rule 2). */
export async function countsOfOrder(db: Db, orderId: number): Promise<OrderCount[]> {
  const rows = await db.$queryRaw<OrderCount[]>`
    SELECT p.id AS programmeId, p.code AS programmeCode, p.name AS programmeName, p.nameEn AS programmeNameEn,
      p.countIndividualBy, p.countPrepaidBy, p.countOnAccountBy,
      SUM(IF(e.event = 'placed', e.fen, 0)) AS placedFen, SUM(IF(e.event = 'placed', e.grams, 0)) AS placedGrams,
      SUM(IF(e.event = 'counted', e.fen, 0)) AS countedFen, SUM(IF(e.event = 'counted', e.grams, 0)) AS countedGrams
    FROM tally_entry e JOIN programme p ON p.id = e.programmeId
    WHERE e.orderId = ${orderId} GROUP BY p.id ORDER BY p.id`;
  return rows.map((row) => ({
    ...row,
    placedFen: Number(row.placedFen),
    placedGrams: Number(row.placedGrams),
    countedFen: Number(row.countedFen),
    countedGrams: Number(row.countedGrams),
  }));
}

export interface LineCount
  extends Pick<OrderCount, 'programmeId' | 'programmeName' | 'programmeNameEn' | 'countOnAccountBy'> {
  lineId: number;
  countedFen: number;
}

/** What each line of several orders counts in each programme now, fen; nothing for a line that was never placed there. */
export async function countsOfLines(db: Db, orderIds: readonly number[]): Promise<LineCount[]> {
  if (orderIds.length === 0) return [];
  const rows = await db.$queryRaw<LineCount[]>`
    SELECT e.lineId, p.id AS programmeId, p.name AS programmeName, p.nameEn AS programmeNameEn, p.countOnAccountBy,
      SUM(IF(e.event = 'counted', e.fen, 0)) AS countedFen
    FROM tally_entry e JOIN programme p ON p.id = e.programmeId
    WHERE e.orderId IN (${Prisma.join([...orderIds])}) GROUP BY e.lineId, p.id ORDER BY p.id, e.lineId`;
  return rows.map((row) => ({ ...row, countedFen: Number(row.countedFen) }));
}
