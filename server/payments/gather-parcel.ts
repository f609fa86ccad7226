import type { PrismaClient, Tx } from '../db/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { enqueue } from '../jobs/outbox.ts';
import { lockFulfilment } from '../orders/lock-order.ts';
import { GRANTED } from '../orders/refund-states.ts';
import { type Day, dayOf } from '../shared/days.ts';
import { groupBy } from '../shared/group-by.ts';
import { findPayer } from '../units/unit-queries.ts';
import { openStatement, raiseStatement } from './open-statement.ts';
import { STATEMENT_TOLD } from './statement-told.ts';

/** A line that no statement has yet, with exactly one of the four ids. */
interface DueLine {
  receiptLineId?: number;
  refundLineId?: number;
  /** freight */
  fulfilmentId?: number;
  /** freight given back */
  refundId?: number;
  fen: number;
  at: Date;
}

/**
 * Gathers what a received parcel of an order on account comes to into the statement of its payer, supplier and month: what was
 * accepted, from the day that the last of it came or was given up, its freight, and as negative lines what was granted back since (rules 27, 28). What was gathered before stays where it is,
 * so it may run again and again. Returns how many lines were new.
 */
export async function gatherParcel(db: PrismaClient, fulfilmentId: number): Promise<number> {
  return inTransaction(db, async (tx) => {
    const { order, fulfilment } = await lockFulfilment(tx, fulfilmentId);
    if (order.paymentWay !== 'on_account' || fulfilment.state !== 'received' || order.unitId === null) return 0;
    const due = await findDue(tx, fulfilment, await wholeSince(tx, fulfilment.id));
    if (due.length === 0) return 0;
    const payer = await findPayer(tx, order.unitId, order.fundingSource);
    if (!payer) throw new Error(`order ${order.id} is on account of a unit that has no payer for it`);
    for (const [day, lines] of groupBy(due, ({ at }): Day => dayOf(at))) {
      const statementId = await openStatement(tx, payer, fulfilment.supplierId, day);
      await tx.statementLine.createMany({ data: lines.map((line) => ({ ...line, statementId, orderId: order.id })) });
      const isReceipt = lines.some((line) => line.receiptLineId !== undefined);
      const fen = lines.reduce((sum, line) => sum + line.fen, 0);
      await raiseStatement(tx, { statementId, fen, termDays: payer.termDays, receivedOn: isReceipt ? day : null });
    }
    // Of what was invoiced before, what is given back asks for a red-letter invoice.
    if (due.some(({ fen }) => fen < 0)) await enqueue(tx, STATEMENT_TOLD, [{ kind: 'refund', id: fulfilment.id }]);
    return due.length;
  });
}

/** When the last of a parcel came or its rest was given up: the term of all of it runs from then, as nothing was asked for before. */
async function wholeSince(tx: Tx, fulfilmentId: number): Promise<Date> {
  const where = { fulfilmentId, kind: { not: 'settlement' as const } };
  const last = await tx.receipt.aggregate({ where, _max: { at: true } });
  return last._max.at ?? new Date(0);
}

async function findDue(
  tx: Tx,
  parcel: { id: number; freightFen: number; receivedAt: Date | null },
  wholeAt: Date,
): Promise<DueLine[]> {
  const since = (at: Date) => (at < wholeAt ? wholeAt : at);
  const none = { none: {} };
  const accepted = await tx.receiptLine.findMany({
    where: { receipt: { fulfilmentId: parcel.id }, acceptedFen: { gt: 0 }, statementLines: none },
    orderBy: { id: 'asc' },
    select: { id: true, acceptedFen: true, receipt: { select: { at: true } } },
  });
  const isFreightDue =
    parcel.freightFen > 0 &&
    !(await tx.statementLine.findUnique({ where: { fulfilmentId: parcel.id }, select: { id: true } }));
  const refunds = await tx.refund.findMany({
    where: { fulfilmentId: parcel.id, state: { in: [...GRANTED] } },
    orderBy: { id: 'asc' },
    select: {
      id: true,
      freightFen: true,
      decidedAt: true,
      requestedAt: true,
      statementLines: { select: { id: true } },
      lines: { where: { outstanding: false, fen: { gt: 0 }, statementLines: none }, select: { id: true, fen: true } },
    },
  });
  return [
    ...accepted.map(({ id, acceptedFen, receipt }) => ({ receiptLineId: id, fen: acceptedFen, at: since(receipt.at) })),
    ...(isFreightDue && parcel.receivedAt
      ? [{ fulfilmentId: parcel.id, fen: parcel.freightFen, at: since(parcel.receivedAt) }]
      : []),
    ...refunds.flatMap(({ id, freightFen, decidedAt, requestedAt, statementLines, lines }): DueLine[] => {
      const at = decidedAt ?? requestedAt;
      const isFreightGiven = freightFen > 0 && statementLines.length === 0;
      return [
        ...lines.map((line) => ({ refundLineId: line.id, fen: -line.fen, at })),
        ...(isFreightGiven ? [{ refundId: id, fen: -freightFen, at }] : []),
      ];
    }),
  ];
}
