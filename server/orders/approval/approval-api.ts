import { z } from 'zod';
import type { Actor } from '../../accounts/actor.ts';
import { requireRole } from '../../accounts/actor.ts';
import { actorOf } from '../../accounts/who-acts.ts';
import type { PrismaClient } from '../../db/client.ts';
import type { Clock } from '../../shared/clock.ts';
import { dayFromColumn, dayOf } from '../../shared/days.ts';
import { Refusal } from '../../shared/errors.ts';
import { type Endpoint, endpoint } from '../../web/api.ts';
import { movedDeliveries } from '../delivery/move-window.ts';
import { listAwaitingApproval, orderNumber } from '../order-queries.ts';
import { decisionsBody } from '../order-schemas.ts';
import { whyNotDecide } from './approval-policy.ts';
import { approveOrder } from './approve-order.ts';
import { approvalsOf, type OrderApprovals } from './order-approvals.ts';
import { rejectOrder, returnOrder } from './reject-order.ts';

interface Parts {
  db: PrismaClient;
  clock: Clock;
}

const MOST_AWAITING = 200;

const waitingJson = z.object({
  id: z.int(),
  number: z.string(),
  unit: z.string().nullable(),
  fundingSource: z.string(),
  buyer: z.object({ id: z.int(), name: z.string() }),
  totalFen: z.int(),
  submittedAt: z.date(),
  heldUntil: z.date().nullable(),
  /** at which of its approvals it waits, and of which unit */
  level: z.int(),
  levels: z.int(),
  waitsFor: z.string().nullable(),
  mayDecide: z.boolean(),
  /** the day of delivery that was chosen, and the later one that an approval now would move it to; null: it stays */
  deliverOn: z.string().nullable(),
  deliveryMovesTo: z.string().nullable(),
  /** why it is not the caller's to decide now */
  whyNot: z.enum(['ownPurchase', 'decidedBefore', 'atOtherLevel', 'namedOthers']).nullable(),
});

const resultJson = z.object({
  orderId: z.int(),
  decided: z.boolean(),
  /** of one that was refused */
  status: z.int().nullable(),
  code: z.string().nullable(),
});

/** What waits for an approver, and deciding several at once. One by one is in order-api.ts. */
export function approvalEndpoints({ db, clock }: Parts): Endpoint[] {
  const common = { tag: 'orders', access: 'signed_in', scope: 'orders' } as const;
  return [
    endpoint({
      ...common,
      method: 'get',
      path: '/approvals',
      summary:
        'Purchases that wait for the approval of the caller’s units, with the level at which each waits, oldest first',
      response: z.object({ items: z.array(waitingJson), total: z.int(), nextCursor: z.null() }),
      handle: async ({ req }) => {
        const actor = actorOf(req);
        requireRole(actor, 'approver');
        const orders = await listAwaitingApproval(db, actor, MOST_AWAITING);
        const ids = orders.map(({ id }) => id);
        const now = clock();
        const [approvals, moved] = await Promise.all([
          approvalsOf(db, ids, dayOf(now)),
          movedDeliveries(db, orders, now),
        ]);
        const items = orders.map((order) => ({
          ...toWaitingJson(actor, order, approvals.get(order.id)),
          deliverOn: order.deliverOn && dayFromColumn(order.deliverOn),
          deliveryMovesTo: moved.get(order.id)?.to ?? null,
        }));
        return { items, total: items.length, nextCursor: null };
      },
    }),
    endpoint({
      ...common,
      method: 'post',
      path: '/approvals/decisions',
      summary:
        'Approves, refuses or returns several purchases, each by itself: one that is refused keeps none of the others back',
      body: decisionsBody,
      response: z.object({ items: z.array(resultJson) }),
      idempotent: true,
      handle: async ({ req, body }) => {
        const items: z.infer<typeof resultJson>[] = [];
        for (const one of body.decisions) items.push(await decide(db, actorOf(req), one, clock()));
        return { items };
      },
    }),
  ];
}

type Waiting = Awaited<ReturnType<typeof listAwaitingApproval>>[number];

function toWaitingJson(
  actor: Actor,
  order: Waiting,
  approvals: OrderApprovals | undefined,
): Omit<z.infer<typeof waitingJson>, 'deliverOn' | 'deliveryMovesTo'> {
  const { id, unit, fundingSource, buyer, totalFen, submittedAt, heldUntil } = order;
  const whyNot = approvals ? whyNotDecide(actor, approvals) : 'atOtherLevel';
  return {
    ...{ id, fundingSource, buyer, totalFen, submittedAt, heldUntil, whyNot },
    number: orderNumber(order),
    unit: unit?.code ?? null,
    level: approvals?.waitsAt?.level ?? 1,
    levels: approvals?.levels.length ?? 1,
    waitsFor: approvals?.waitsAt?.unitCode ?? null,
    mayDecide: whyNot === null,
  };
}

async function decide(
  db: PrismaClient,
  actor: Actor,
  { orderId, decision, reason = '', level }: z.infer<typeof decisionsBody>['decisions'][number],
  at: Date,
): Promise<z.infer<typeof resultJson>> {
  try {
    if (decision === 'approve') await approveOrder(db, actor, orderId, at, level);
    else if (decision === 'reject') await rejectOrder(db, actor, orderId, reason, at, level);
    else await returnOrder(db, actor, orderId, reason, at, level);
    return { orderId, decided: true, status: null, code: null };
  } catch (refusal) {
    if (!(refusal instanceof Refusal)) throw refusal;
    return { orderId, decided: false, status: refusal.status, code: refusal.code };
  }
}
