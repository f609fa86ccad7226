import type { Db } from '../../db/client.ts';
import type { Fen } from '../../shared/money.ts';
import { STANDING } from './called-off.ts';

/** What came of one event between a unit and a supplier; fen of goods, without freight. */
export interface EventResult {
  unitId: number;
  unitName: string;
  unitNameEn: string;
  supplierId: number;
  supplierName: string;
  supplierNameEn: string;
  intendedFen: Fen;
  agreedFen: Fen;
  /** orders that stand, less what was refunded */
  calledOffFen: Fen;
  acceptedFen: Fen;
}

/** Results of an event by unit and supplier, the largest intention first (rule 22). One statement. */
export async function eventResults(db: Db, eventId: number): Promise<EventResult[]> {
  const rows = await db.$queryRaw<EventResult[]>`
    SELECT i.unitId, u.name AS unitName, u.nameEn AS unitNameEn, i.supplierId, s.name AS supplierName, s.nameEn AS supplierNameEn,
      SUM(i.amountFen) AS intendedFen, COALESCE(SUM(a.agreedFen), 0) AS agreedFen,
      COALESCE(SUM(a.calledOffFen), 0) AS calledOffFen, COALESCE(SUM(a.acceptedFen), 0) AS acceptedFen
    FROM matching_intention i JOIN unit u ON u.id = i.unitId JOIN supplier s ON s.id = i.supplierId
    LEFT JOIN (
      SELECT f.intentionId, SUM(f.amountFen) AS agreedFen, SUM(o.calledOffFen) AS calledOffFen, SUM(o.acceptedFen) AS acceptedFen
      FROM framework_agreement f JOIN matching_intention own ON own.id = f.intentionId AND own.eventId = ${eventId}
      LEFT JOIN (
        SELECT r.agreementId, SUM(l.payableFen - l.refundedFen) AS calledOffFen, SUM(l.acceptedFen) AS acceptedFen
        FROM \`order\` r JOIN order_line l ON l.orderId = r.id
        WHERE r.agreementId IN (
            SELECT g.id FROM framework_agreement g JOIN matching_intention m ON m.id = g.intentionId WHERE m.eventId = ${eventId})
          AND r.state IN ${STANDING} GROUP BY r.agreementId) o ON o.agreementId = f.id
      WHERE f.state IN ('signed', 'ended') GROUP BY f.intentionId) a ON a.intentionId = i.id
    WHERE i.eventId = ${eventId} AND i.state <> 'withdrawn'
    GROUP BY i.unitId, u.name, u.nameEn, i.supplierId, s.name, s.nameEn ORDER BY intendedFen DESC, i.unitId, i.supplierId`;
  return rows.map((row) => ({
    ...row,
    intendedFen: Number(row.intendedFen),
    agreedFen: Number(row.agreedFen),
    calledOffFen: Number(row.calledOffFen),
    acceptedFen: Number(row.acceptedFen),
  }));
}

export type ResultSum = Pick<EventResult, 'intendedFen' | 'agreedFen' | 'calledOffFen' | 'acceptedFen'>;

export function sumOfResults(results: readonly EventResult[]): ResultSum {
  const sum = (of: (result: EventResult) => Fen) => results.reduce((total, result) => total + of(result), 0);
  return {
    intendedFen: sum((result) => result.intendedFen),
    agreedFen: sum((result) => result.agreedFen),
    calledOffFen: sum((result) => result.calledOffFen),
    acceptedFen: sum((result) => result.acceptedFen),
  };
}
