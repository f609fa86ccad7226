import { type Books, type Difference, overRanges } from './books.ts';
import { tendersKept } from './tenders-kept.ts';

type Row = Record<
  'id' | 'allowanceTaken' | 'allowanceDue' | 'pointsTaken' | 'pointsDue' | 'earned' | 'earnedDue' | 'strangers',
  number
>;

const { KEPT_BY_ALLOWANCE, KEPT_BY_POINTS, ACCEPTED_FOR_MONEY } = tendersKept('o');
const stands = (fen: string) => `IF(o.state IN ('cancelled', 'expired', 'rejected'), 0, ${fen})`;
const points = (kind: string) =>
  `COALESCE((SELECT SUM(p.points) FROM point_entry p WHERE p.orderId = o.id AND p.kind = '${kind}'), 0)`;

const ORDERS = `SELECT * FROM (
  SELECT o.id, -COALESCE((SELECT SUM(a.fen) FROM allowance_entry a WHERE a.orderId = o.id), 0) AS allowanceTaken,
    ${stands(KEPT_BY_ALLOWANCE)} AS allowanceDue, -${points('spent')} AS pointsTaken, ${stands(KEPT_BY_POINTS)} AS pointsDue,
    ${points('earned')} AS earned, ${stands(`FLOOR(${ACCEPTED_FOR_MONEY} / 100)`)} * o.pointsPerYuan AS earnedDue,
    (SELECT COUNT(*) FROM allowance_entry a JOIN welfare_allowance w ON w.id = a.allowanceId WHERE a.orderId = o.id
      AND (w.userId <> o.buyerId OR NOT w.unitId <=> o.unitId OR w.year <> YEAR(o.submittedAt + INTERVAL 8 HOUR)))
    + (SELECT COUNT(*) FROM point_entry p WHERE p.orderId = o.id AND p.userId <> o.buyerId) AS strangers
  FROM \`order\` o WHERE o.id BETWEEN :from AND :to AND o.fundingSource = 'individual'
    AND (o.allowanceFen > 0 OR o.pointsFen > 0 OR o.pointsPerYuan > 0)
) x WHERE allowanceTaken <> allowanceDue OR pointsTaken <> pointsDue OR earned <> earnedDue OR strangers > 0`;

/**
 * Allowance and points of every order: taken is what they pay of what stands, earned what the money paid for accepted goods comes to, of the
 * buyer's own and of the order's unit and year; a person's balance is the sum of the entries.
 */
export async function* checkTenders(books: Books): AsyncGenerator<Difference> {
  for await (const row of overRanges<Row>(books, 'order', ORDERS)) {
    const of = (what: string) => `${what} of order ${row.id}`;
    if (row.allowanceTaken !== row.allowanceDue)
      yield { what: of('allowance spent'), expected: row.allowanceDue, found: row.allowanceTaken };
    if (row.pointsTaken !== row.pointsDue)
      yield { what: of('points spent'), expected: row.pointsDue, found: row.pointsTaken };
    if (row.earned !== row.earnedDue) yield { what: of('points earned'), expected: row.earnedDue, found: row.earned };
    if (row.strangers > 0) yield { what: of("others' allowance or points"), expected: 0, found: row.strangers };
  }
  const balances = await books.all<{ userId: number; found: number; expected: number }>(
    `SELECT userId, SUM(kept) AS found, SUM(moved) AS expected FROM (
       SELECT userId, points AS kept, 0 AS moved FROM point_balance
       UNION ALL SELECT userId, 0, SUM(points) FROM point_entry GROUP BY userId
     ) x GROUP BY userId HAVING found <> expected`,
  );
  for (const { userId, found, expected } of balances) yield { what: `points of person ${userId}`, expected, found };
}
