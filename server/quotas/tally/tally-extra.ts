import type { Tx } from '../../db/client.ts';
import { Prisma } from '../../db/generated/client.ts';
import { type Day, dayToColumn } from '../../shared/days.ts';

export interface ExtraPlacing {
  source: 'receipt';
  sourceId: number;
  orderId: number;
  lines: readonly { lineId: number; fen: number; grams: number }[];
  day: Day;
  at: Date;
}

/** Entries of what is placed beside what was ordered carry this leg: one receipt may reverse and count the same line too. */
const EXTRA_LEG = 2;

/**
 * Places what is owed beside what was ordered: goods that turned out heavier within the tolerance, or that a settled dispute found
 * accepted after all (fen, g; rule 25). In each programme in which the line was placed, for whom its last entry says, with the day of the
 * first placing, before it is counted, so that counted never exceeds placed; not of goods that were disqualified for fraud (rule 1). The
 * caller holds the order's row lock.
 */
export async function tallyExtra(tx: Tx, { source, sourceId, orderId, lines, day, at }: ExtraPlacing): Promise<void> {
  for (const { lineId, fen, grams } of lines.filter((line) => line.fen > 0 || line.grams > 0)) {
    await tx.$executeRaw`
      INSERT INTO tally_entry (event, source, sourceId, lineId, leg, orderId, at, onDay, placedOn, programmeId, lineageId, unitId, fundingSource,
        categoryId, originPlaceId, supplierId, channel, zoneId, fen, grams, isAdjustment)
      SELECT 'placed', ${source}, ${sourceId}, ${lineId}, ${EXTRA_LEG}, ${orderId}, ${at}, ${dayToColumn(day)}, s.placedOn,
        s.programmeId, s.lineageId, s.unitId, s.fundingSource, s.categoryId, s.originPlaceId, s.supplierId, s.channel, s.zoneId,
        ${fen}, ${grams}, p.state = 'closed'
      FROM tally_entry s JOIN programme p ON p.id = s.programmeId JOIN order_line l ON l.id = s.lineId JOIN \`order\` o ON o.id = l.orderId
      WHERE s.orderId = ${orderId} AND s.lineId = ${lineId} AND s.event = 'placed' AND s.id = (
          SELECT MAX(x.id) FROM tally_entry x
          WHERE x.orderId = ${orderId} AND x.lineId = ${lineId} AND x.programmeId = s.programmeId AND x.event = 'placed' AND NOT ${takenAway('x')})
        AND NOT EXISTS (SELECT 1 FROM tally_entry t WHERE t.orderId = ${orderId} AND t.lineId = ${lineId} AND t.programmeId = s.programmeId
          AND t.event = 'placed' AND ${takenAway('t')} AND t.id > s.id AND NOT (s.source = 're_attribution' AND s.sourceId = t.sourceId))
        AND NOT EXISTS (SELECT 1 FROM disqualification d WHERE d.certificationId IN (l.supplierCertificationId, l.productCertificationId)
          AND d.state IN ('reversing', 'done') AND d.since <= o.placedOn)`;
  }
}

/** What the old unit lost by a re-attribution. */
function takenAway(entry: 'x' | 't'): Prisma.Sql {
  return Prisma.raw(`(${entry}.source = 're_attribution' AND ${entry}.leg = 1)`);
}
