import type { Actor } from '../accounts/actor.ts';
import { audit } from '../db/audit.ts';
import type { PrismaClient } from '../db/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { NotFound, RuleRefusal } from '../shared/errors.ts';
import { isAgreed } from './amendable.ts';
import { tellBuyer } from './buyer-news.ts';
import { lockOrder } from './lock-order.ts';
import { isApproverOf } from './order-policy.ts';
import { nextOrderState } from './order-states.ts';
import { refuseOwn } from './refuse-own.ts';
import { releaseHolds } from './release-holds.ts';

/** Refuses a unit's purchase with a reason; what it held is free again. Refusals as in approve-order.ts. */
export function rejectOrder(db: PrismaClient, actor: Actor, orderId: number, reason: string, at: Date): Promise<void> {
  return endUndecided(db, actor, { orderId, decision: 'rejected', reason, at });
}

/**
 * Gives a unit's purchase back to its buyers, who amend and resubmit it (checkout/amend-order.ts); until then it holds nothing. Refuses one at
 * agreed prices (`cannotReturnAgreed`), whose agreement is used up: that is approved or refused.
 */
export function returnOrder(db: PrismaClient, actor: Actor, orderId: number, reason: string, at: Date): Promise<void> {
  return endUndecided(db, actor, { orderId, decision: 'returned', reason, at });
}

interface Ending {
  orderId: number;
  decision: 'rejected' | 'returned';
  reason: string;
  at: Date;
}

async function endUndecided(db: PrismaClient, actor: Actor, { orderId, decision, reason, at }: Ending): Promise<void> {
  await inTransaction(db, async (tx) => {
    const order = await lockOrder(tx, orderId);
    if (!isApproverOf(actor, order)) throw new NotFound();
    await refuseOwn(tx, actor, order);
    if (decision === 'returned' && (await isAgreed(tx, order))) throw new RuleRefusal('cannotReturnAgreed');
    const state = nextOrderState(order.state, 'reject');
    await tx.order.update({
      where: { id: orderId },
      data: { state, heldUntil: null, closedAt: at },
      select: { id: true },
    });
    await tx.fulfilment.updateMany({ where: { orderId }, data: { state: 'cancelled' } });
    const { id } = await tx.orderDecision.create({
      data: { orderId, decision, byId: actor.id, reason, at },
      select: { id: true },
    });
    await tellBuyer(tx, { fact: `order_${decision}`, id });
    await audit(tx, {
      at,
      actorId: actor.id,
      action: decision === 'returned' ? 'order.return' : 'order.reject',
      subjectType: 'order',
      subjectId: orderId,
      unitId: order.unitId,
      before: { state: order.state },
      after: { state },
      reason,
    });
    await releaseHolds(tx, order, at);
  });
}
