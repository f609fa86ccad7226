import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { findActor } from '../../server/accounts/actor.ts';
import type { Order } from '../../server/db/generated/client.ts';
import { drainOutbox } from '../../server/jobs/outbox.ts';
import { decideRefund } from '../../server/orders/decide-refund.ts';
import { requestRefund } from '../../server/orders/request-refund.ts';
import { handleRecalls } from '../../server/recalls/handle-recalls.ts';
import { recallBatch } from '../../server/recalls/recall-batch.ts';
import { returnRecalled } from '../../server/recalls/return-recalled.ts';
import { dayOf } from '../../server/shared/days.ts';
import { outboxHandlers } from '../../server/work.ts';
import type { TestApp } from '../setup/app.ts';

const SETTLED_WITHIN_MS = 20_000;

const actorOf = async ({ db }: TestApp, userId: number, now: Date) => {
  const actor = await findActor(db, userId, dayOf(now));
  if (!actor) throw new Error(`user ${userId} is nobody`);
  return actor;
};

const operatorOf = async (app: TestApp, now: Date) =>
  actorOf(app, (await app.db.user.findUniqueOrThrow({ where: { login: 'operator' } })).id, now);

/** Goods of an individual's order, received and unasked for since, whose payment lies this far back. */
async function receivedOrder({ db }: TestApp, from: Date, until: Date): Promise<Order> {
  const lines = { some: { refundLines: { none: {} }, allocations: { some: { batch: { recalledAt: null } } } } };
  return db.order.findFirstOrThrow({
    where: {
      ...{ paymentWay: 'stripe', state: 'completed', placedAt: { gte: from, lt: until } },
      ...{ allowanceFen: 0, refunds: { none: {} }, lines },
      fulfilments: { every: { state: 'received' } },
    },
    orderBy: { id: 'asc' },
  });
}

/** Asks for one of a line back, which the operator grants. Returns the order's id. */
export async function refundOne(app: TestApp, from: Date, until: Date, now: Date): Promise<number> {
  const order = await receivedOrder(app, from, until);
  const line = await app.db.orderLine.findFirstOrThrow({ where: { orderId: order.id, acceptedQuantity: { gt: 0 } } });
  const asked = { lines: [{ lineId: line.id, quantity: 1 }], reason: '多买了', photos: [] };
  const refundId = await requestRefund(app.container, await actorOf(app, order.buyerId, now), order.id, asked, now);
  await decideRefund(
    app.db,
    await operatorOf(app, now),
    refundId,
    { decision: 'approve', lines: [], freightFen: 0, reason: '' },
    now,
  );
  return order.id;
}

/** Recalls the batch that an order's first line came from, and sends one of it back. Returns the order's id. */
export async function returnOne(app: TestApp, from: Date, until: Date, now: Date): Promise<number> {
  const { id, buyerId } = await receivedOrder(app, from, until);
  const { batchId } = await app.db.shipmentLine.findFirstOrThrow({
    where: { shipment: { fulfilment: { orderId: id } } },
  });
  const request = { severity: 'class_one', reason: '检出异物', advice: null } as const;
  const recallId = await recallBatch(app.db, await operatorOf(app, now), batchId, request, now);
  while ((await handleRecalls(app.db, now)) > 0);
  await returnRecalled(app.db, await actorOf(app, buyerId, now), { recallId, orderId: id, quantity: 1 }, now);
  return id;
}

/** Until all money due has been confirmed by the payment sandbox, as when everybody serves. */
export async function untilAllIsPaidBack(app: TestApp): Promise<void> {
  const handlers = { ...outboxHandlers(app.container), 'product.changed': async () => {} };
  for (const until = Date.now() + SETTLED_WITHIN_MS; ; await sleep(100)) {
    while ((await drainOutbox(app.db, handlers, app.container.log)) > 0);
    const open = await app.db.paymentRefund.findMany({ where: { state: { not: 'succeeded' } } });
    if (open.length === 0) return;
    if (Date.now() > until) expect(open).toEqual([]);
  }
}
