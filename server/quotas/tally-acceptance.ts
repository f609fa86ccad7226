import type { Tx } from '../db/client.ts';
import { type Day, dayToColumn } from '../shared/days.ts';

export interface Acceptance {
  receiptId: number;
  day: Day;
  at: Date;
  way: 'individual' | 'prepaid' | 'on_account';
}

/**
 * Writes the counted entries of a receipt for what was accepted, in the programmes that count this way of buying by it: units by
 * acceptance, individuals where the programme asks for receipt (rule 2). Everything is copied from the placed entry; facts after a
 * programme's `countUntil` do not count (rule 3).
 */
export async function tallyAcceptance(tx: Tx, { receiptId, day, at, way }: Acceptance): Promise<void> {
  const on = dayToColumn(day);
  await tx.$executeRaw`
    INSERT INTO tally_entry (programmeId, event, source, sourceId, lineId, leg, orderId, at, onDay, placedOn, lineageId, unitId,
      fundingSource, categoryId, originPlaceId, supplierId, channel, zoneId, fen, grams, isAdjustment)
    SELECT e.programmeId, 'counted', 'receipt', r.receiptId, e.lineId, 0, e.orderId, ${at}, ${on}, e.placedOn, e.lineageId, e.unitId,
      e.fundingSource, e.categoryId, e.originPlaceId, e.supplierId, e.channel, e.zoneId, r.acceptedFen, r.acceptedGrams, p.state = 'closed'
    FROM receipt_line r
    JOIN order_line l ON l.id = r.lineId
    JOIN tally_entry e ON e.orderId = l.orderId AND e.lineId = l.id AND e.event = 'placed' AND e.source = 'order'
    JOIN programme p ON p.id = e.programmeId
    WHERE r.receiptId = ${receiptId} AND r.acceptedQuantity > 0 AND p.countUntil >= ${on}
      AND CASE ${way}
        WHEN 'individual' THEN p.countIndividualBy = 'receipt'
        WHEN 'prepaid' THEN p.countPrepaidBy = 'acceptance'
        ELSE p.countOnAccountBy = 'acceptance' END`;
}
