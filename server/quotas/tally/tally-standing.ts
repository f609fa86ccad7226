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
