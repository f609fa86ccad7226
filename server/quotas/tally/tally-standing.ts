import { Prisma } from '../../db/generated/client.ts';

/** What entries are of: a line of an order here, or a line that was declared or imported. */
export type TalliedLine = { orderId: number; lineId: number } | { channel: 'offline' | 'external'; lineId: number };

/** The columns that a later entry of the same purchase copies, so that what an entry says never changes (rule 5). */
export const COPIED = Prisma.raw(
  'programmeId, lineageId, unitId, fundingSource, categoryId, originPlaceId, supplierId, channel, zoneId',
);

/**
 * A derived table `s`: what still stands of a line, placed and counted, by programme and by whom it counts for now: after a
 * re-attribution only the new unit's, since the old one's sums are nothing. Columns: COPIED, placedOn, placedFen, placedGrams,
 * countedFen, countedGrams. Under READ COMMITTED with the purchase's lock held, so that nothing is missing.
 */
export function standing(line: TalliedLine): Prisma.Sql {
  const ofLine =
    'orderId' in line
      ? Prisma.sql`orderId = ${line.orderId} AND lineId = ${line.lineId}`
      : Prisma.sql`orderId IS NULL AND lineId = ${line.lineId} AND channel = ${line.channel}`;
  return Prisma.sql`(
    SELECT ${COPIED}, MIN(placedOn) AS placedOn,
      SUM(IF(event = 'placed', fen, 0)) AS placedFen, SUM(IF(event = 'placed', grams, 0)) AS placedGrams,
      SUM(IF(event = 'counted', fen, 0)) AS countedFen, SUM(IF(event = 'counted', grams, 0)) AS countedGrams
    FROM tally_entry WHERE ${ofLine}
    GROUP BY ${COPIED}
    HAVING placedFen > 0 OR placedGrams > 0
  ) s`;
}

/** Added to the leg of the part of a line that a welfare allowance paid, so that both parts of it have a key. */
export const ALLOWANCE_LEG = 4;

/** Both tenders of a line as a table `t`: the second only of a line `l` that a welfare allowance pays a share of. */
export const TENDERS = Prisma.raw('(SELECT 0 AS tender UNION ALL SELECT 1) t ON t.tender = 0 OR l.allowanceFen > 0');

/** Of an amount of a line `l` (fen or g), what tender `t` paid: the SQL of allowanceShare (shared/tender-share.ts). */
export function shareOfTender(amount: Prisma.Sql): Prisma.Sql {
  const ofAllowance = Prisma.sql`(l.allowanceFen * ${amount}) DIV GREATEST(l.payableFen, 1)`;
  return Prisma.sql`IF(t.tender = 1, ${ofAllowance}, ${amount} - IF(l.allowanceFen = 0, 0, ${ofAllowance}))`;
}

/** What tender `t` has more of a line when an amount of it becomes another. */
export function tenderDifference(before: Prisma.Sql, after: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`${shareOfTender(after)} - ${shareOfTender(before)}`;
}

/**
 * Tables `s`, `l`, `o` and `t` for what is added to or taken from an order's line: what still stands of all tenders together, as in `standing` but
 * without `fundingSource`, which is FUNDING_OF_TENDER, the line, its order `o`, and its tenders.
 */
export function standingByTender(orderId: number, lineId: number): Prisma.Sql {
  return Prisma.sql`(
    SELECT programmeId, lineageId, unitId, categoryId, originPlaceId, supplierId, channel, zoneId, MIN(placedOn) AS placedOn,
      SUM(IF(event = 'placed', fen, 0)) AS placedFen, SUM(IF(event = 'placed', grams, 0)) AS placedGrams,
      SUM(IF(event = 'counted', fen, 0)) AS countedFen, SUM(IF(event = 'counted', grams, 0)) AS countedGrams
    FROM tally_entry WHERE orderId = ${orderId} AND lineId = ${lineId}
    GROUP BY programmeId, lineageId, unitId, categoryId, originPlaceId, supplierId, channel, zoneId
    HAVING placedFen > 0 OR placedGrams > 0
  ) s JOIN order_line l ON l.id = ${lineId} JOIN \`order\` o ON o.id = ${orderId} JOIN ${TENDERS}`;
}

/** The funding source of tender `t` of an order `o`: of the allowance's share union funds (rule 6). */
export const FUNDING_OF_TENDER = Prisma.raw("IF(t.tender = 1, 'union_funds', o.fundingSource)");
