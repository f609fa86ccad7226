import type { Sql } from '../../db/sql.ts';
import { type Day, dayToColumn } from '../../shared/days.ts';

/**
 * Notes what an outside buyer's order through a unit's link comes to as helped to sell by that unit: another figure than bought, which
 * only orders of no unit are (rules 6, 16). Amounts without freight, fen and grams. Other orders note nothing.
 */
export async function noteHelped(tx: Sql, orderId: number, day: Day): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO helped_sale (unitId, campaignId, orderId, source, sourceId, onDay, fen, grams)
    SELECT c.unitId, c.id, o.id, 'order', o.id, ${dayToColumn(day)}, SUM(l.payableFen), SUM(l.grams)
    FROM \`order\` o JOIN campaign c ON c.id = o.campaignId AND c.kind = 'link' AND c.unitId IS NOT NULL
    JOIN order_line l ON l.orderId = o.id
    WHERE o.id = ${orderId} AND o.unitId IS NULL GROUP BY o.id, c.id, c.unitId`;
}

export interface HelpReversal {
  source: string;
  sourceId: number;
  orderId: number;
  lines: readonly { fen: number; grams: number }[];
  day: Day;
}

/** Lowers what an order helped to sell by what was cancelled, short or refunded of it, never below nothing (rules 4, 16). */
export async function lowerHelped(tx: Sql, { source, sourceId, orderId, lines, day }: HelpReversal): Promise<void> {
  const sum = (of: 'fen' | 'grams') => lines.reduce((total, line) => total + line[of], 0);
  await tx.$executeRaw`
    INSERT INTO helped_sale (unitId, campaignId, orderId, source, sourceId, onDay, fen, grams)
    SELECT h.unitId, h.campaignId, h.orderId, ${source}, ${sourceId}, ${dayToColumn(day)},
      -LEAST(${sum('fen')}, SUM(h.fen)) AS takenFen, -LEAST(${sum('grams')}, SUM(h.grams)) AS takenGrams
    FROM helped_sale h WHERE h.orderId = ${orderId} GROUP BY h.unitId, h.campaignId, h.orderId HAVING takenFen < 0 OR takenGrams < 0`;
}
