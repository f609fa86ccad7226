import type { Db } from '../db/client.ts';
import type { RefundedPart } from './line-parts.ts';
import { GRANTED } from './refund-states.ts';

/** What refunds have granted back of an order's lines so far. */
export async function refundedParts(db: Db, orderId: number): Promise<RefundedPart[]> {
  return db.refundLine.findMany({
    where: { refund: { orderId, state: { in: [...GRANTED] } } },
    select: { lineId: true, quantity: true, fen: true, grams: true, outstanding: true },
    orderBy: { id: 'asc' },
  });
}

/** Freight (fen) of a parcel that refunds have granted back so far. */
export function refundedFreightOfParcel(db: Db, fulfilmentId: number): Promise<number> {
  return refundedFreight(db, { fulfilmentId });
}

/** The same of all parcels of an order. */
export function refundedFreightOfOrder(db: Db, orderId: number): Promise<number> {
  return refundedFreight(db, { orderId });
}

async function refundedFreight(db: Db, of: { fulfilmentId: number } | { orderId: number }): Promise<number> {
  const { _sum } = await db.refund.aggregate({
    where: { ...of, state: { in: [...GRANTED] } },
    _sum: { freightFen: true },
  });
  return _sum.freightFen ?? 0;
}
