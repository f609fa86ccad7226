import type { Tx } from '../../db/client.ts';
import { Prisma } from '../../db/generated/client.ts';
import type { TallySource } from '../../db/generated/enums.ts';
import { type Day, dayToColumn } from '../../shared/days.ts';
import { lowerHelped } from './helped-tally.ts';
import { ALLOWANCE_LEG, FUNDING_OF_TENDER, standingByTender, tenderDifference } from './tally-standing.ts';

export interface Reversal {
  source: Extract<TallySource, 'cancellation' | 'rejection' | 'receipt' | 'refund'>;
  sourceId: number;
  orderId: number;
  /** outstanding: never delivered, so it counts only if paying had counted it; accepted: goods that acceptance had counted */
  of: 'outstanding' | 'accepted';
  lines: { lineId: number; fen: number; grams: number }[];
  day: Day;
  at: Date;
}

/** Entries of a reversal carry this leg, so that one receipt can both count the accepted and reverse the missing. */
const REVERSING_LEG = 1;

/**
 * Writes the reversing entries for parts of an order's lines: in each programme as much as the part, never more than what still
 * stands, so that counted never exceeds placed, by each tender its share (rule 6); dated when it happened, marked as an adjustment in a closed programme (rules 2, 4).
 * What a unit's link helped to sell is lowered alike (rule 16). The caller holds the order's row lock.
 */
export async function tallyReversal(tx: Tx, reversal: Reversal): Promise<void> {
  const { source, sourceId, orderId, day, at } = reversal;
  const on = dayToColumn(day);
  for (const { lineId, fen, grams } of reversal.lines.filter((line) => line.fen > 0 || line.grams > 0)) {
    await tx.$executeRaw`
      INSERT INTO tally_entry (programmeId, event, source, sourceId, lineId, leg, orderId, at, onDay, placedOn, lineageId, unitId,
        fundingSource, categoryId, originPlaceId, supplierId, channel, zoneId, fen, grams, isAdjustment)
      SELECT s.programmeId, v.event, ${source}, ${sourceId}, ${lineId}, ${REVERSING_LEG} + t.tender * ${ALLOWANCE_LEG},
        ${orderId}, ${at}, ${on}, s.placedOn, s.lineageId, s.unitId, ${FUNDING_OF_TENDER}, s.categoryId, s.originPlaceId, s.supplierId, s.channel, s.zoneId,
        ${takenBack(reversal.of, 'Fen', fen)}, ${takenBack(reversal.of, 'Grams', grams)}, p.state = 'closed'
      FROM ${standingByTender(orderId, lineId)}
      JOIN programme p ON p.id = s.programmeId
      JOIN (SELECT 'placed' AS event UNION ALL SELECT 'counted') v ON v.event = 'placed' OR s.countedFen > 0 OR s.countedGrams > 0
      HAVING fen <> 0 OR grams <> 0`;
  }
  await lowerHelped(tx, reversal);
}

/** What becomes less of the tender: the difference of its shares before and after. */
function takenBack(of: Reversal['of'], measure: 'Fen' | 'Grams', part: number): Prisma.Sql {
  const placed = Prisma.raw(`s.placed${measure}`);
  const counted = Prisma.raw(`s.counted${measure}`);
  const placedAfter = Prisma.sql`GREATEST(0, ${placed} - ${part})`;
  const countedAfter =
    of === 'accepted' ? Prisma.sql`GREATEST(0, ${counted} - ${part})` : Prisma.sql`LEAST(${counted}, ${placedAfter})`;
  return Prisma.sql`
    IF(v.event = 'placed', ${tenderDifference(placed, placedAfter)}, ${tenderDifference(counted, countedAfter)})
    AS ${Prisma.raw(measure.toLowerCase())}`;
}
