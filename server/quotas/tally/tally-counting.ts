import type { Tx } from '../../db/client.ts';
import { Prisma } from '../../db/generated/client.ts';
import type { TallySource } from '../../db/generated/enums.ts';
import { type Day, dayToColumn } from '../../shared/days.ts';
import { ALLOWANCE_LEG, COPIED, FUNDING_OF_TENDER, standingByTender, tenderDifference } from './tally-standing.ts';

export type WayOfBuying = 'individual' | 'prepaid' | 'on_account';

export interface CountingFact {
  /** receipt: accepted; review: the buyer reviewed the delivery; settlement: the line is wholly paid */
  source: Extract<TallySource, 'receipt' | 'review' | 'settlement'>;
  sourceId: number;
  orderId: number;
  lineIds: readonly number[];
  /** at most so much of a line (fen, g), of which more may still be to arrive; none: all of it */
  parts?: ReadonlyMap<number, { fen: number; grams: number }>;
  way: WayOfBuying;
  /** a receipt that corrects what was reviewed or paid counts as that did */
  countedAs?: 'review' | 'settlement';
  day: Day;
  at: Date;
}

const ALL = Number.MAX_SAFE_INTEGER;

/**
 * Writes the counted entries of a fact: of each line all that stands placed and is not counted yet, in the programmes that count this
 * way of buying by such a fact (rule 2), by each tender its share (rule 6). What is short or damaged must have been reversed before, so that just the accepted counts.
 * Facts after a programme's `countUntil` do not count (rule 3). The caller holds the order's row lock.
 */
export async function tallyCounting(tx: Tx, fact: CountingFact): Promise<void> {
  const { source, sourceId, orderId, day, at } = fact;
  const on = dayToColumn(day);
  for (const lineId of fact.lineIds) {
    const most = fact.parts?.get(lineId) ?? { fen: ALL, grams: ALL };
    const more = (measure: 'Fen' | 'Grams', part: number) => {
      const counted = Prisma.raw(`s.counted${measure}`);
      return tenderDifference(counted, Prisma.sql`LEAST(${Prisma.raw(`s.placed${measure}`)}, ${counted} + ${part})`);
    };
    await tx.$executeRaw`
      INSERT INTO tally_entry (event, source, sourceId, lineId, leg, orderId, at, onDay, placedOn, ${COPIED}, fen, grams, isAdjustment)
      SELECT 'counted', ${source}, ${sourceId}, ${lineId}, t.tender * ${ALLOWANCE_LEG}, ${orderId}, ${at}, ${on}, s.placedOn,
        s.programmeId, s.lineageId, s.unitId, ${FUNDING_OF_TENDER}, s.categoryId, s.originPlaceId, s.supplierId, s.channel, s.zoneId,
        ${more('Fen', most.fen)} AS fen, ${more('Grams', most.grams)} AS grams, p.state = 'closed'
      FROM ${standingByTender(orderId, lineId)} JOIN programme p ON p.id = s.programmeId
      WHERE p.countUntil >= ${on} AND ${countsBy(fact)} AND (s.placedFen > s.countedFen OR s.placedGrams > s.countedGrams)
      HAVING fen <> 0 OR grams <> 0`;
  }
}

/** Whether programme `p` counts this way of buying by this fact (the table of rule 2). */
function countsBy({ source: itself, countedAs, way }: CountingFact): Prisma.Sql {
  const source = countedAs ?? itself;
  const fact = { receipt: way === 'individual' ? 'receipt' : 'acceptance', review: 'review', settlement: 'payment' }[
    source
  ];
  if (way === 'individual') return source === 'receipt' ? Prisma.sql`p.countIndividualBy = ${fact}` : Prisma.sql`FALSE`;
  return way === 'prepaid' ? Prisma.sql`p.countPrepaidBy = ${fact}` : Prisma.sql`p.countOnAccountBy = ${fact}`;
}
