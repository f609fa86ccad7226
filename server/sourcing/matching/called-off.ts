import { Prisma } from '../../db/generated/client.ts';
import type { Sql } from '../../db/sql.ts';
import type { Fen } from '../../shared/money.ts';

/** States of orders that still stand, waiting or not. */
export const STANDING = Prisma.sql`('awaiting_approval', 'awaiting_payment', 'awaiting_pool', 'placed', 'completed')`;

/** Goods that the standing orders of an agreement come to, less what was refunded; freight is no part of it. One statement. */
export async function calledOffFen(db: Sql, agreementId: number): Promise<Fen> {
  const [row] = await db.$queryRaw<{ fen: bigint | number | null }[]>`
    SELECT SUM(l.payableFen - l.refundedFen) AS fen FROM \`order\` o JOIN order_line l ON l.orderId = o.id
    WHERE o.agreementId = ${agreementId} AND o.state IN ${STANDING}`;
  return Number(row?.fen ?? 0);
}
