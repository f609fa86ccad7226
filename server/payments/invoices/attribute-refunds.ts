import { Prisma } from '../../db/generated/client.ts';
import { groupBy } from '../../shared/group-by.ts';

/** A line of a statement that is over goods of an order's line: accepted (positive), or given back (negative). */
export interface GoodsLine {
  /** of the statement's line; they grow in the order in which things were gathered */
  id: number;
  statementId: number;
  orderLineId: number;
  orderId: number;
  /** of what is given back */
  refundId: number | null;
  fen: number;
}

/** So much of a refund is of goods that this statement is over, fen. */
export interface RefundShare {
  /** of the refund's line on whichever statement it is credited */
  id: number;
  statementId: number;
  orderId: number;
  refundId: number;
  fen: number;
}

/**
 * Of which statement's goods each refund is, every fen of it once, where one line of an order was received, and so invoiced, in parts:
 * it is taken off what was accepted last before it, up to its fen, then off what came before. What is received later changes nothing of
 * it, so that what an invoice was written over stays so. `lines`: all of each order's line that occurs.
 */
export function attributeRefunds(lines: readonly GoodsLine[]): RefundShare[] {
  return [...groupBy(lines, ({ orderLineId }) => orderLineId).values()].flatMap(ofOrderLine);
}

function ofOrderLine(lines: readonly GoodsLine[]): RefundShare[] {
  const accepted: { statementId: number; restFen: number }[] = [];
  return lines
    .toSorted((a, b) => a.id - b.id)
    .flatMap(({ id, statementId, orderId, refundId, fen }) => {
      if (refundId === null) {
        accepted.push({ statementId, restFen: fen });
        return [];
      }
      let missingFen = -fen;
      return accepted.toReversed().flatMap((goods): RefundShare[] => {
        const share = Math.min(missingFen, goods.restFen);
        missingFen -= share;
        goods.restFen -= share;
        return share > 0 ? [{ id, statementId: goods.statementId, orderId, refundId, fen: share }] : [];
      });
    });
}

/** Statement over all lines, on any statement, of the orders' lines of which these statements have accepted goods. */
export function goodsLinesOf(statementIds: readonly number[]): Prisma.Sql {
  return Prisma.sql`
    WITH own AS (SELECT DISTINCT r.lineId FROM statement_line s JOIN receipt_line r ON r.id = s.receiptLineId
      WHERE s.statementId IN (${Prisma.join([...statementIds])}))
    SELECT a.id, a.statementId, r.lineId AS orderLineId, a.orderId, NULL AS refundId, a.fen
    FROM own JOIN receipt_line r ON r.lineId = own.lineId JOIN statement_line a ON a.receiptLineId = r.id
    UNION ALL
    SELECT n.id, n.statementId, b.lineId, n.orderId, b.refundId, n.fen
    FROM own JOIN refund_line b ON b.lineId = own.lineId JOIN statement_line n ON n.refundLineId = b.id`;
}
