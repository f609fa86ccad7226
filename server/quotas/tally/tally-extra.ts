import type { Tx } from '../../db/client.ts';
import { type Day, dayToColumn } from '../../shared/days.ts';
import { COPIED, standing } from './tally-standing.ts';

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
 * accepted after all (fen, g; rule 25). In each programme in which the line was placed, for whom it counts now, with the day of the
 * first placing, before it is counted, so that counted never exceeds placed. The caller holds the order's row lock.
 */
export async function tallyExtra(tx: Tx, { source, sourceId, orderId, lines, day, at }: ExtraPlacing): Promise<void> {
  for (const { lineId, fen, grams } of lines.filter((line) => line.fen > 0 || line.grams > 0)) {
    await tx.$executeRaw`
      INSERT INTO tally_entry (event, source, sourceId, lineId, leg, orderId, at, onDay, placedOn, ${COPIED}, fen, grams, isAdjustment)
      SELECT 'placed', ${source}, ${sourceId}, ${lineId}, ${EXTRA_LEG}, ${orderId}, ${at}, ${dayToColumn(day)}, s.placedOn,
        s.programmeId, s.lineageId, s.unitId, s.fundingSource, s.categoryId, s.originPlaceId, s.supplierId, s.channel, s.zoneId,
        ${fen}, ${grams}, p.state = 'closed'
      FROM ${standing({ orderId, lineId })} JOIN programme p ON p.id = s.programmeId`;
  }
}
