import type { Actor } from '../accounts/actor.ts';
import { audit } from '../db/audit.ts';
import type { PrismaClient } from '../db/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { NotFound } from '../shared/errors.ts';
import { tellBuyer } from './buyer-news.ts';
import { lockOrder } from './lock-order.ts';
import { isApproverOf } from './order-policy.ts';
import { nextOrderState } from './order-states.ts';
import { placeOrder } from './place-order.ts';
import { refuseOwn } from './refuse-own.ts';

/** How long a prepaid unit purchase is held after approval, so that it can be paid. */
const PAY_WITHIN_MS = 3 * 86_400_000;

/**
 * Approves a unit's purchase: on account it is placed, prepaid it then waits for its payment. Refuses a stranger with 404, the buyer's
 * own approval with NotAllowed `ownPurchase` (rule 26), and a state in which it cannot be approved with 409.
 */
export async function approveOrder(db: PrismaClient, actor: Actor, orderId: number, at: Date): Promise<void> {
  await inTransaction(db, async (tx) => {
    const order = await lockOrder(tx, orderId);
    if (!isApproverOf(actor, order)) throw new NotFound();
    await refuseOwn(tx, actor, order);
    if (order.paymentWay === 'on_account') await placeOrder(tx, order, 'approve', at);
    else {
      const state = nextOrderState(order.state, 'approve_to_pay');
      await tx.order.update({
        where: { id: orderId },
        data: { state, heldUntil: new Date(at.getTime() + PAY_WITHIN_MS) },
        select: { id: true },
      });
    }
    const { id } = await tx.orderDecision.create({
      data: { orderId, decision: 'approved', byId: actor.id, at },
      select: { id: true },
    });
    await tellBuyer(tx, { fact: 'order_approved', id });
    await audit(tx, {
      at,
      actorId: actor.id,
      action: 'order.approve',
      subjectType: 'order',
      subjectId: orderId,
      unitId: order.unitId,
      before: { state: order.state },
      after: { totalFen: order.totalFen },
    });
  });
}
