import type { Actor } from '../accounts/actor.ts';
import { audit } from '../db/audit.ts';
import type { PrismaClient, Tx } from '../db/client.ts';
import type { OrderState } from '../db/generated/enums.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { enqueue } from '../jobs/outbox.ts';
import { tallyReversal } from '../quotas/tally/tally-reversal.ts';
import { dayOf } from '../shared/days.ts';
import { NotFound, StateConflict } from '../shared/errors.ts';
import { type LockedOrder, lockOrder } from './lock-order.ts';
import { writeJournal } from './order-journal.ts';
import { mayBuyerSee } from './order-policy.ts';
import { mayHappen, mayHappenTo, nextOrderState } from './order-states.ts';
import { refundedFreightOfOrder } from './refunded-parts.ts';
import { releaseHolds } from './release-holds.ts';
import { type SettledTenders, settleTenders } from './tenders/settle-tenders.ts';

/**
 * Cancels an order that no supplier has confirmed yet: stock and caps are free again, what was placed or counted is reversed, what
 * was paid is due back (rules 4, 10). Refuses another's order with 404, and one that a supplier has begun with 409 `alreadyConfirmed`.
 */
export async function cancelOrder(
  db: PrismaClient,
  actor: Actor,
  orderId: number,
  reason: string,
  at: Date,
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const order = await lockOrder(tx, orderId);
    if (!mayBuyerSee(actor, order)) throw new NotFound();
    const state = nextOrderState(order.state, 'cancel');
    const open = order.fulfilments.filter((fulfilment) => fulfilment.state !== 'cancelled');
    if (open.some((fulfilment) => !mayHappenTo(fulfilment.state, 'cancel')))
      throw new StateConflict('alreadyConfirmed');
    await carryOutCancelling(tx, order, { byId: actor.id, state, reason, at });
  });
}

/** Cancels in the market's own name, as when nothing was harvested. False when the order ended or a supplier has begun. */
export async function cancelByMarket(tx: Tx, order: LockedOrder, reason: string, at: Date): Promise<boolean> {
  const open = order.fulfilments.filter((fulfilment) => fulfilment.state !== 'cancelled');
  if (!mayHappen(order.state, 'cancel') || open.some((fulfilment) => !mayHappenTo(fulfilment.state, 'cancel')))
    return false;
  const state = nextOrderState(order.state, 'cancel');
  await carryOutCancelling(tx, order, { byId: null, state, reason, at });
  return true;
}

/** The outbox topic of orders that ended while they could be paid. */
export const SESSIONS_TO_CLOSE = 'payment.sessions_to_close';

export interface Cancelling {
  /** null: the market itself */
  byId: number | null;
  state: OrderState;
  reason: string;
  at: Date;
}

/** Ends an order, whatever its parcels are, and gives back all that it holds and owes. Under the order's lock. */
export async function carryOutCancelling(
  tx: Tx,
  order: LockedOrder,
  { byId, state, reason, at }: Cancelling,
): Promise<void> {
  const orderId = order.id;
  await tx.order.update({
    where: { id: orderId },
    data: { state, heldUntil: null, closedAt: at },
    select: { id: true },
  });
  await tx.fulfilment.updateMany({ where: { orderId }, data: { state: 'cancelled', dueAt: null } });
  const cancellation = await tx.cancellation.create({ data: { orderId, byId, reason, at }, select: { id: true } });
  await tx.refund.updateMany({ where: { orderId, state: 'requested' }, data: { state: 'withdrawn', decidedAt: at } });
  const back = await settleTenders(tx, order, {
    ...{ source: 'cancellation', sourceId: cancellation.id, isEnded: true, at },
  });
  if (order.placedAt) await reversePlacing(tx, order, cancellation.id, back, at);
  else if (order.state === 'awaiting_pool') await payBack(tx, order, cancellation.id);
  if (order.state === 'awaiting_payment') await enqueue(tx, SESSIONS_TO_CLOSE, [{ orderId }]);
  await audit(tx, {
    at,
    actorId: byId,
    action: 'order.cancel',
    subjectType: 'order',
    subjectId: orderId,
    unitId: order.unitId,
    before: { state: order.state },
    after: { state },
    reason,
  });
  await releaseHolds(tx, order, at);
}

/** What was paid into a pool that never became an order that binds. */
async function payBack(
  tx: Tx,
  { id: orderId, paymentWay, totalFen: amountFen }: LockedOrder,
  sourceId: number,
): Promise<void> {
  if (paymentWay === 'stripe' && amountFen > 0)
    await enqueue(tx, 'payment.refund_due', [{ orderId, source: 'cancellation', sourceId, amountFen }]);
}

async function reversePlacing(
  tx: Tx,
  order: LockedOrder,
  cancellationId: number,
  back: SettledTenders,
  at: Date,
): Promise<void> {
  const refundedFen = order.lines.reduce((sum, line) => sum + line.refundedFen, 0);
  const freightFen = await refundedFreightOfOrder(tx, order.id);
  const refundedPointsFen = order.pointsFen - back.pointsFen;
  const amountFen = order.totalFen - refundedFen - freightFen - back.allowanceFen;
  await tallyReversal(tx, {
    source: 'cancellation',
    sourceId: cancellationId,
    orderId: order.id,
    of: 'outstanding',
    lines: order.lines.map((line) => ({
      lineId: line.id,
      fen: line.payableFen - line.refundedFen,
      grams: line.grams - line.refundedGrams,
    })),
    day: dayOf(at),
    at,
  });
  await writeJournal(tx, {
    orderId: order.id,
    source: 'cancellation',
    sourceId: cancellationId,
    at,
    amounts: {
      goods: -(order.goodsFen - refundedFen - refundedPointsFen),
      discount: order.discountFen,
      points: back.pointsFen,
      allowance: back.allowanceFen,
      freight: -(order.freightFen - freightFen),
      owed: amountFen,
    },
  });
  if (order.paymentWay === 'stripe' && amountFen > 0) {
    await enqueue(tx, 'payment.refund_due', [
      { orderId: order.id, source: 'cancellation', sourceId: cancellationId, amountFen },
    ]);
  }
}
