import type { Actor } from '../../accounts/actor.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient, Tx } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { enqueue } from '../../jobs/outbox.ts';
import { dayOf } from '../../shared/days.ts';
import { RuleRefusal } from '../../shared/errors.ts';
import { tellBuyer } from '../buyer-news.ts';
import { moveDeliveryIfLate } from '../delivery/move-window.ts';
import { type LockedOrder, lockOrder } from '../lock-order.ts';
import { nextOrderState } from '../order-states.ts';
import { placeOrder } from '../place-order.ts';
import { APPROVAL_ASKED } from './approval-levels.ts';
import { keepWithinBudget } from './keep-within-budget.ts';
import { levelToDecide } from './level-to-decide.ts';
import { mustPrepayNow } from './must-prepay.ts';
import { noteDecision } from './note-decision.ts';

/** How long a purchase is held for each further level of approval, and a prepaid one after the last for its payment. */
const HELD_ON_MS = 3 * 86_400_000;

/**
 * Approves a unit's purchase at the level where it waits (`seenLevel`: only if it is still that one). After the last level it is placed
 * when it is on account, and waits for its payment when prepaid; a day of delivery that has become too early moves with the placing. Refuses as levelToDecide, and what a budget that refuses does not cover
 * with `overBudget` (rule 26); at the last level what is on account of a payer that must prepay by now with `mustPrepayNow` (rule 27).
 */
export async function approveOrder(
  db: PrismaClient,
  actor: Actor,
  orderId: number,
  at: Date,
  seenLevel?: number,
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const order = await lockOrder(tx, orderId);
    const { waitsAt, next } = await levelToDecide(tx, actor, order, dayOf(at), seenLevel);
    if (order.unitId !== null) await keepWithinBudget(tx, { ...order, unitId: order.unitId }, 'decision', at);
    if (!next && (await mustPrepayNow(tx, order)))
      throw new RuleRefusal('mustPrepayNow', [{ path: 'payment', code: 'mustPrepayNow' }]);
    const decisionId = await noteDecision(tx, order, waitsAt.level, { decision: 'approved', byId: actor.id, at });
    if (next) await holdForNext(tx, orderId, at);
    else await passOn(tx, order, decisionId, at);
    await audit(tx, {
      at,
      actorId: actor.id,
      action: 'order.approve',
      subjectType: 'order',
      subjectId: orderId,
      unitId: order.unitId,
      before: { state: order.state },
      after: { totalFen: order.totalFen, ...(next ? { level: waitsAt.level } : {}) },
    });
  });
}

async function holdForNext(tx: Tx, orderId: number, at: Date): Promise<void> {
  const heldUntil = new Date(at.getTime() + HELD_ON_MS);
  await tx.order.update({ where: { id: orderId }, data: { heldUntil }, select: { id: true } });
  await enqueue(tx, APPROVAL_ASKED, [{ orderId }]);
}

async function passOn(tx: Tx, order: LockedOrder, decisionId: number, at: Date): Promise<void> {
  if (order.paymentWay === 'on_account') {
    await moveDeliveryIfLate(tx, order, at);
    await placeOrder(tx, order, 'approve', at);
  } else {
    const state = nextOrderState(order.state, 'approve_to_pay');
    const heldUntil = new Date(at.getTime() + HELD_ON_MS);
    await tx.order.update({ where: { id: order.id }, data: { state, heldUntil }, select: { id: true } });
  }
  await tellBuyer(tx, { fact: 'order_approved', id: decisionId });
}
