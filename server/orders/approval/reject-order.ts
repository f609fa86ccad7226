import type { Actor } from '../../accounts/actor.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { dayOf } from '../../shared/days.ts';
import { RuleRefusal } from '../../shared/errors.ts';
import { isAgreed } from '../amendable.ts';
import { tellBuyer } from '../buyer-news.ts';
import { lockOrder } from '../lock-order.ts';
import { nextOrderState } from '../order-states.ts';
import { releaseHolds } from '../release-holds.ts';
import { levelToDecide } from './level-to-decide.ts';
import { noteDecision } from './note-decision.ts';

/** Refuses a unit's purchase with a reason; what it held is free again. Refusals as levelToDecide's. */
export function rejectOrder(
  db: PrismaClient,
  actor: Actor,
  orderId: number,
  reason: string,
  at: Date,
  seenLevel?: number,
): Promise<void> {
  return endUndecided(db, actor, { orderId, decision: 'rejected', reason, at, seenLevel });
}

/**
 * Gives a unit's purchase back to its buyers, who amend and resubmit it (checkout/amend-order.ts); until then it holds nothing. Refuses one at
 * agreed prices (`cannotReturnAgreed`), whose agreement is used up: that is approved or refused.
 */
export function returnOrder(
  db: PrismaClient,
  actor: Actor,
  orderId: number,
  reason: string,
  at: Date,
  seenLevel?: number,
): Promise<void> {
  return endUndecided(db, actor, { orderId, decision: 'returned', reason, at, seenLevel });
}

interface Ending {
  orderId: number;
  decision: 'rejected' | 'returned';
  reason: string;
  at: Date;
  seenLevel?: number;
}

async function endUndecided(db: PrismaClient, actor: Actor, ending: Ending): Promise<void> {
  const { orderId, decision, reason, at, seenLevel } = ending;
  await inTransaction(db, async (tx) => {
    const order = await lockOrder(tx, orderId);
    const { waitsAt } = await levelToDecide(tx, actor, order, dayOf(at), seenLevel);
    if (decision === 'returned' && (await isAgreed(tx, order))) throw new RuleRefusal('cannotReturnAgreed');
    const state = nextOrderState(order.state, 'reject');
    await tx.order.update({
      where: { id: orderId },
      data: { state, heldUntil: null, closedAt: at },
      select: { id: true },
    });
    await tx.fulfilment.updateMany({ where: { orderId }, data: { state: 'cancelled' } });
    const id = await noteDecision(tx, order, waitsAt.level, { decision, byId: actor.id, reason, at });
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
