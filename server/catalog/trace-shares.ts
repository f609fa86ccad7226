import type { Db } from '../db/client.ts';
import { addDays, type Day } from '../shared/days.ts';

export interface Part {
  count: number;
  of: number;
}

export interface TraceShares {
  /** holders of a valid green, organic or geographic certificate with a traced batch under each; all must (rule 18) */
  enrolledHolders: Part;
  /** batches of edible goods of the last year with a conformity certificate (达标合格证); 80 % should (rule 18) */
  conformBatches: Part;
}

/** The two figures of rule 18 on a day. */
export async function traceShares(db: Db, today: Day): Promise<TraceShares> {
  const [[holders], [batches]] = await Promise.all([
    db.$queryRaw<Row[]>`
      SELECT COUNT(*) AS total, CAST(COALESCE(SUM(enrolled), 0) AS SIGNED) AS count FROM (
        SELECT m.supplierId, MIN(EXISTS (
          SELECT 1 FROM product p JOIN batch b ON b.productId = p.id
          WHERE p.supplierId = m.supplierId AND (m.familyId IS NULL OR p.familyId = m.familyId))) AS enrolled
        FROM quality_mark m WHERE m.state = 'confirmed' AND m.validFrom <= ${today} AND m.validUntil >= ${today} GROUP BY m.supplierId) holder`,
    db.$queryRaw<Row[]>`
      SELECT COUNT(*) AS total, CAST(COALESCE(SUM(b.conformityNumber <> ''), 0) AS SIGNED) AS count
      FROM batch b JOIN product p ON p.id = b.productId JOIN category c ON c.id = p.categoryId
      WHERE c.edible AND b.producedOn > ${addDays(today, -365)} AND b.producedOn <= ${today}`,
  ]);
  return { enrolledHolders: partOf(holders), conformBatches: partOf(batches) };
}

interface Row {
  total: number | bigint;
  count: number | bigint;
}

function partOf(row: Row | undefined): Part {
  return { count: Number(row?.count ?? 0), of: Number(row?.total ?? 0) };
}
