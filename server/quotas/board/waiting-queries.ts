import type { Db } from '../../db/client.ts';
import { Prisma } from '../../db/generated/client.ts';
import { type Day, dayToColumn } from '../../shared/days.ts';
import type { Programme } from '../programme-list.ts';
import { lineageFilter, type SumFilter } from './progress-queries.ts';

/** What a purchase still waits for until it counts, in the order in which it comes (rule 2). */
export const AWAITED = ['shipment', 'acceptance', 'receipt', 'review', 'payment', 'verification'] as const;
export type Awaited = (typeof AWAITED)[number];

/** What is placed and not counted, of one unit purchase, or of all individuals' (and declared) ones that wait for the same. */
export interface Waiting {
  awaited: Awaited;
  orderId: number | null;
  /** the day of placing; of several the first */
  since: Day;
  unitName: string | null;
  unitNameEn: string | null;
  fen: number;
  grams: number;
  orders: number;
}

type Wish = Pick<SumFilter, 'unitIds' | 'groupId' | 'countyGroupIds' | 'until'> & { programme: Programme };

/**
 * What of a programme's placed purchases is not counted yet and why (fen, g), the oldest first. Individuals' come as one sum for each
 * reason, without order (rule 31). Of today alone: what an order waited for on a past day is not kept.
 */
export async function loadWaiting(db: Db, { programme, ...wish }: Wish): Promise<Waiting[]> {
  const { id, countPrepaidBy, countOnAccountBy } = programme;
  const until = wish.until === null ? Prisma.empty : Prisma.sql`AND e.onDay <= ${dayToColumn(wish.until)}`;
  const rows = await db.$queryRaw<Waiting[]>`
    WITH standing AS (
      SELECT e.orderId, e.lineId, e.fundingSource, e.unitId, MIN(e.placedOn) AS placedOn,
        SUM(IF(e.event = 'placed', e.fen, -e.fen)) AS fen, SUM(IF(e.event = 'placed', e.grams, -e.grams)) AS grams
      FROM tally_entry e JOIN unit_lineage l ON l.id = e.lineageId
      WHERE e.programmeId = ${id} ${until} AND ${lineageFilter(wish) ?? Prisma.sql`TRUE`}
      GROUP BY e.orderId, e.lineId, e.channel, e.fundingSource, e.unitId HAVING fen > 0 OR grams > 0
    ), waiting AS (
      SELECT s.*, IF(s.orderId IS NULL OR o.fundingSource = 'individual', NULL, s.orderId) AS shownId,
        IF(o.paymentWay = 'on_account', ${countOnAccountBy}, ${countPrepaidBy}) AS fact,
        CASE WHEN s.orderId IS NULL THEN 'verification'
          WHEN o.fundingSource = 'individual' THEN IF(f.shippedAt IS NULL, 'shipment', 'receipt')
          WHEN n.acceptedFen = 0 THEN IF(f.shippedAt IS NULL, 'shipment', 'acceptance')
        END AS early
      FROM standing s
      LEFT JOIN \`order\` o ON o.id = s.orderId
      LEFT JOIN order_line n ON n.id = s.lineId AND n.orderId = s.orderId
      LEFT JOIN fulfilment f ON f.id = n.fulfilmentId
    )
    SELECT w.shownId AS orderId, COALESCE(w.early, IF(w.fact IN ('review', 'payment'), w.fact, 'acceptance')) AS awaited,
      DATE_FORMAT(MIN(w.placedOn), '%Y-%m-%d') AS since, MIN(IF(w.shownId IS NULL, NULL, u.name)) AS unitName,
      MIN(IF(w.shownId IS NULL, NULL, u.nameEn)) AS unitNameEn, SUM(w.fen) AS fen, SUM(w.grams) AS grams,
      COUNT(DISTINCT COALESCE(w.orderId, -w.lineId)) AS orders
    FROM waiting w JOIN unit u ON u.id = w.unitId
    GROUP BY w.shownId, awaited ORDER BY since, orderId`;
  return rows.map((row) => ({ ...row, fen: Number(row.fen), grams: Number(row.grams), orders: Number(row.orders) }));
}
