import { Prisma } from '../../db/generated/client.ts';
import type { FundingSource } from '../../db/generated/enums.ts';
import type { Sql } from '../../db/sql.ts';
import type { Fen } from '../../shared/money.ts';

export interface TenderedOrder {
  id: number;
  buyerId: number;
  fundingSource: FundingSource;
  allowanceFen: Fen;
  pointsFen: Fen;
  pointsPerYuan: number;
}

export interface TenderCause {
  source: 'cancellation' | 'expiry' | 'receipt' | 'refund';
  sourceId: number;
  /** nothing of the order stands any more */
  isEnded?: boolean;
  at: Date;
}

/** What went back to the buyer, and what of the goods the allowance still pays, fen. */
export interface SettledTenders {
  allowanceFen: Fen;
  pointsFen: Fen;
  keptOfGoodsFen: Fen;
}

const NOTHING: SettledTenders = { allowanceFen: 0, pointsFen: 0, keptOfGoodsFen: 0 };

/**
 * Brings allowance and points to what stands of an order, after the fact has been written: of what the buyer keeps of each line and freight
 * each tender pays the same share as of the whole, rounded down to the fen, and the rest of what was taken goes back, also to an allowance
 * whose year is over. For each whole yuan of money that accepted goods cost points are earned at the order's own rate, and taken back with
 * refunds, even below nothing. It depends on what stands alone, so that parts given back one after the other sum to the whole (rule 4).
 * The caller holds the order's lock; comes before caps and stock.
 */
export async function settleTenders(tx: Sql, order: TenderedOrder, cause: TenderCause): Promise<SettledTenders> {
  if (order.fundingSource !== 'individual') return NOTHING;
  if (order.allowanceFen === 0 && order.pointsFen === 0 && order.pointsPerYuan === 0) return NOTHING;
  const kept = cause.isEnded ? ENDED : await whatStands(tx, order.id);
  const allowanceFen = order.allowanceFen > 0 ? await returnAllowance(tx, order, kept, cause) : 0;
  const spent = order.pointsFen > 0 ? await movePoints(tx, order, 'spent', -kept.points, cause) : 0;
  if (order.pointsPerYuan > 0)
    await movePoints(tx, order, 'earned', Math.floor(kept.money / 100) * order.pointsPerYuan, cause);
  return { allowanceFen, pointsFen: spent, keptOfGoodsFen: kept.goods };
}

/** Of an order: what allowance pays of goods and freight, what points take off, and money that accepted goods cost, fen. */
interface Stands {
  goods: Fen;
  freight: Fen;
  points: Fen;
  money: Fen;
}

const ENDED: Stands = { goods: 0, freight: 0, points: 0, money: 0 };

const GRANTED = Prisma.raw("('approved', 'paid')");

async function whatStands(tx: Sql, orderId: number): Promise<Stands> {
  const [lines] = await tx.$queryRaw<Record<'goods' | 'points' | 'money', unknown>[]>`
    SELECT SUM((x.allowanceFen * x.keptFen) DIV GREATEST(x.payableFen, 1)) AS goods,
      SUM((x.pointsFen * x.keptFen) DIV GREATEST(x.payableFen, 1)) AS points,
      SUM(x.acceptedFen - (x.allowanceFen * x.acceptedFen) DIV GREATEST(x.payableFen, 1)) AS money
    FROM (
      SELECT l.allowanceFen, l.pointsFen, l.payableFen,
        l.payableFen - l.refundedFen - COALESCE((SELECT SUM(r.missingFen) FROM receipt_line r WHERE r.lineId = l.id), 0) AS keptFen,
        l.acceptedFen - COALESCE((SELECT SUM(b.fen) FROM refund_line b JOIN refund q ON q.id = b.refundId AND q.state IN ${GRANTED}
          WHERE b.lineId = l.id AND NOT b.outstanding), 0) AS acceptedFen
      FROM order_line l WHERE l.orderId = ${orderId}
    ) x`;
  const [parcels] = await tx.$queryRaw<{ freight: unknown }[]>`
    SELECT SUM((x.freightAllowanceFen * x.keptFen) DIV GREATEST(x.freightFen, 1)) AS freight
    FROM (
      SELECT f.freightAllowanceFen, f.freightFen, f.freightFen - COALESCE((SELECT SUM(q.freightFen) FROM refund q
        WHERE q.fulfilmentId = f.id AND q.state IN ${GRANTED}), 0) AS keptFen
      FROM fulfilment f WHERE f.orderId = ${orderId}
    ) x`;
  return {
    goods: Number(lines?.goods ?? 0),
    points: Number(lines?.points ?? 0),
    money: Number(lines?.money ?? 0),
    freight: Number(parcels?.freight ?? 0),
  };
}

async function returnAllowance(
  tx: Sql,
  { id: orderId }: TenderedOrder,
  { goods, freight }: Stands,
  { source, sourceId, at }: TenderCause,
): Promise<Fen> {
  const [spending] = await tx.$queryRaw<{ allowanceId: number }[]>`
    SELECT allowanceId FROM allowance_entry WHERE orderId = ${orderId} AND source = 'order'`;
  if (!spending) return 0;
  const { allowanceId } = spending;
  await tx.$queryRaw`SELECT id FROM welfare_allowance WHERE id = ${allowanceId} FOR UPDATE`;
  const [sum] = await tx.$queryRaw<{ fen: unknown }[]>`
    SELECT SUM(fen) AS fen FROM allowance_entry WHERE orderId = ${orderId}`;
  const backFen = -Number(sum?.fen ?? 0) - goods - freight;
  if (backFen === 0) return 0;
  await tx.$executeRaw`
    INSERT INTO allowance_entry (allowanceId, orderId, source, sourceId, fen, at)
    VALUES (${allowanceId}, ${orderId}, ${source}, ${sourceId}, ${backFen}, ${at})`;
  return backFen;
}

/** Brings the entries of a kind to a sum; answers by how much they changed. */
async function movePoints(
  tx: Sql,
  { id: orderId, buyerId }: TenderedOrder,
  kind: 'spent' | 'earned',
  points: number,
  { source, sourceId, at }: TenderCause,
): Promise<number> {
  const [sum] = await tx.$queryRaw<{ points: unknown }[]>`
    SELECT COALESCE(SUM(points), 0) AS points FROM point_entry WHERE orderId = ${orderId} AND kind = ${kind}`;
  const change = points - Number(sum?.points ?? 0);
  if (change === 0) return 0;
  await tx.$executeRaw`
    INSERT INTO point_balance (userId, points) VALUES (${buyerId}, ${change}) ON DUPLICATE KEY UPDATE points = points + VALUES(points)`;
  await tx.$executeRaw`
    INSERT INTO point_entry (userId, orderId, kind, source, sourceId, points, at)
    VALUES (${buyerId}, ${orderId}, ${kind}, ${source}, ${sourceId}, ${change}, ${at})`;
  return change;
}
