import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Actor, findActor } from '../../server/accounts/actor.ts';
import { submitOrder } from '../../server/checkout/submit-order.ts';
import { reconcile } from '../../server/cli/reconcile/run-checks.ts';
import type { Stripe } from '../../server/clients/stripe.ts';
import type { PrismaClient } from '../../server/db/client.ts';
import { drainOutbox } from '../../server/jobs/outbox.ts';
import { cancelOrder } from '../../server/orders/cancel-order.ts';
import { convergePayment } from '../../server/payments/converge-payment.ts';
import { expireWaitingOrders } from '../../server/payments/expire-waiting-orders.ts';
import { settleOpenPayments } from '../../server/payments/settle-open-payments.ts';
import { startPayment } from '../../server/payments/start-payment.ts';
import { webhookRoutes } from '../../server/payments/webhook-routes.ts';
import { dayOf } from '../../server/shared/days.ts';
import { outboxHandlers } from '../../server/work.ts';
import { PLAIN_ORDER } from '../bench/plain-order.ts';
import { makeTestApp, type TestApp } from '../setup/app.ts';
import { testDatabase } from '../setup/database.ts';
import { makeWorld, type World } from '../world/world.ts';
import { killedEverywhere, type Moment, type Story } from './killed-everywhere.ts';

const MINUTE = 60_000;
/** Longer than an order is held and its payment page stays open. */
const TOO_LONG_MS = 45 * MINUTE;
const MOMENTS: readonly Moment[] = ['before', 'after commit', 'before call', 'after call'];

let url: string;
let app: TestApp;
let world: World;
let db: PrismaClient;
let employee: Actor;
let passedMs = 0;
const clock = () => new Date(Date.now() + passedMs);

beforeAll(async () => {
  url = await testDatabase();
  app = await makeTestApp({ databaseUrl: url, clock });
  db = app.db;
  world = await makeWorld(db, { now: clock() });
  await db.batch.updateMany({ data: { quantity: 1_000_000, available: 1_000_000 } });
  await db.stockMovement.updateMany({ where: { event: 'produced' }, data: { quantity: 1_000_000 } });
  const actor = await findActor(db, world.users.employee.id, dayOf(clock()));
  if (!actor) throw new Error('there is no employee');
  employee = actor;
});
afterAll(() => app.close());

const STORIES: Record<string, () => Promise<Story>> = {
  'the opening of a payment page': async () => {
    const id = await bought();
    const open = (of: PrismaClient, stripe: Stripe) => startPayment({ ...app.container, db: of, stripe }, id, clock());
    return {
      act: open,
      holds: async () => {
        await pay(await open(db, app.container.stripe));
        await askLater();
        expect(await stateOf(id)).toMatchObject({ state: 'placed', payments: ['succeeded'], pages: ['complete'] });
        await expectMoney(id, { charged: 1, refunded: 0 });
      },
    };
  },
  'the opening of a payment page to which nobody comes back': async () => {
    const id = await bought();
    return {
      act: (of, stripe) => startPayment({ ...app.container, db: of, stripe }, id, clock()),
      restart: async () => {},
      holds: async () => {
        passedMs += TOO_LONG_MS;
        await endHolds(db, app.container.stripe);
        await vi.waitFor(async () => expect((await stateOf(id)).pages).not.toContain('open'), 5_000);
        await askLater();
        const { state, payments } = await stateOf(id);
        expect(state).toBe('expired');
        expect(payments.filter((payment) => payment !== 'expired')).toEqual([]);
        await expectMoney(id, { charged: 0, refunded: 0 });
      },
    };
  },
  'the refund of a cancelled order': async () => {
    const id = await placed();
    await cancelOrder(db, employee, id, '不要了', clock());
    return { act: work, restart: restarted, holds: () => expectAllBack(id, 'cancelled') };
  },
  'the closing of a cancelled order’s payment page': async () => {
    const id = await bought();
    await startPayment(app.container, id, clock());
    await cancelOrder(db, employee, id, '不要了', clock());
    return {
      act: work,
      restart: restarted,
      holds: async () => {
        await askLater();
        expect(await stateOf(id)).toMatchObject({ state: 'cancelled', payments: ['expired'], pages: ['expired'] });
        await expectMoney(id, { charged: 0, refunded: 0 });
      },
    };
  },
  'the closing of a payment page that was paid before its order was cancelled': async () => {
    const { id } = await paidUnheard();
    await cancelOrder(db, employee, id, '不要了', clock());
    return { act: work, restart: restarted, holds: () => expectAllBack(id, 'cancelled') };
  },
  'the end of a hold that nobody paid for': async () => {
    const id = await bought();
    await startPayment(app.container, id, clock());
    await db.order.update({ where: { id }, data: { heldUntil: clock() } });
    return {
      act: endHolds,
      holds: async () => {
        await askLater();
        expect(await stateOf(id)).toMatchObject({ state: 'expired', payments: ['expired'], pages: ['expired'] });
        await expectMoney(id, { charged: 0, refunded: 0 });
      },
    };
  },
  'the end of a hold that was paid for unheard': async () => {
    const { id } = await paidUnheard();
    await db.order.update({ where: { id }, data: { heldUntil: clock() } });
    return {
      act: endHolds,
      holds: async () => {
        expect(await stateOf(id)).toMatchObject({ state: 'placed', payments: ['succeeded'] });
        await expectMoney(id, { charged: 1, refunded: 0 });
      },
    };
  },
  // Every other time Stripe sends it again; else the market finds it by asking.
  'a notice of a payment': async () => {
    const { id, sessionId } = await paidUnheard();
    const event = await eventOf('checkout.session.completed', (object) => object.id === sessionId);
    const act = (of: PrismaClient, stripe: Stripe) => notify(of, stripe, event);
    return {
      act,
      restart: id % 2 === 0 ? askLater : undefined,
      holds: async () => {
        expect(await stateOf(id)).toMatchObject({ state: 'placed', payments: ['succeeded'] });
        await act(db, app.container.stripe);
        expect(await db.webhookEvent.findFirst({ where: { eventId: event.id } })).toMatchObject({
          processedAt: expect.any(Date),
        });
        await expectMoney(id, { charged: 1, refunded: 0 });
      },
    };
  },
  'a notice of a refund to a wallet': async () => {
    const id = await placed({ paymentMethod: 'alipay' });
    const intent = (await db.payment.findFirstOrThrow({ where: { orderId: id } })).paymentIntentId;
    await cancelOrder(db, employee, id, '不要了', clock());
    await restarted();
    const event = await eventOf('refund.created', (object) => object.payment_intent === intent);
    return { act: (of, stripe) => notify(of, stripe, event), holds: () => expectAllBack(id, 'cancelled') };
  },
};

async function bought(): Promise<number> {
  const lines = [{ productId: world.products.tea.id, quantity: 10 }];
  const terms = { unitId: world.units.bank.id, checkoutKey: randomUUID() };
  return submitOrder(db, employee, { ...PLAIN_ORDER, ...terms, lines }, clock());
}

/** Succeeds at the payment page; no notice of it, nor of what becomes of it, reaches the market. */
async function pay(page: string, how: object = {}): Promise<void> {
  const answer = await fetch(page, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ outcome: 'succeed', delaySeconds: 3600, ...how }),
  });
  expect(answer.status).toBe(200);
}

async function paidUnheard(how: object = {}): Promise<{ id: number; sessionId: string }> {
  const id = await bought();
  await pay(await startPayment(app.container, id, clock()), how);
  const { sessionId } = await db.payment.findFirstOrThrow({ where: { orderId: id } });
  return { id, sessionId: sessionId ?? '' };
}

async function placed(how: object = {}): Promise<number> {
  const { id, sessionId } = await paidUnheard(how);
  await convergePayment(db, app.container.stripe, sessionId, clock());
  await restarted();
  return id;
}

/** What the outbox holds of money. */
async function work(of: PrismaClient, stripe: Stripe): Promise<void> {
  const handlers = outboxHandlers({ ...app.container, db: of, stripe });
  const money = ['payment.sessions_to_close', 'payment.refund_due'] as const;
  const asked = Object.fromEntries(money.map((topic) => [topic, handlers[topic]]));
  while ((await drainOutbox(of, asked, app.container.log)) > 0);
}

/** A new process, once what the dead one had taken in hand is free again. */
async function restarted(): Promise<void> {
  await db.$executeRaw`UPDATE outbox SET availableAt = NOW(3)`;
  await work(db, app.container.stripe);
}

const endHolds = (of: PrismaClient, stripe: Stripe) => expireWaitingOrders(of, stripe, clock());

/** What is asked by the clock about all that stayed open, minutes later. */
async function askLater(): Promise<void> {
  await settleOpenPayments(app.container, new Date(clock().getTime() + 5 * MINUTE));
  await restarted();
}

/** Posts an event, as Stripe signs it, to a process of this database; throws when it is not taken. */
async function notify(of: PrismaClient, stripe: Stripe, event: Stripe.Event): Promise<void> {
  const { stripeWebhookSecret: secret, log } = app.container;
  const server = express()
    .use(webhookRoutes({ db: of, stripe, stripeWebhookSecret: secret, clock, log }))
    .listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const payload = JSON.stringify(event);
    const signature = stripe.webhooks.generateTestHeaderString({ payload, secret });
    const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, {
      method: 'POST',
      headers: { 'stripe-signature': signature },
      body: payload,
    });
    if (answer.status !== 200) throw new Error(`the notice was answered with ${answer.status}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

async function atStripe<T>(type: string): Promise<T[]> {
  const rows = await db.sandboxObject.findMany({ where: { type } });
  return rows.map((row) => (row.data as unknown as { object: T }).object);
}

async function eventOf(type: string, isMeant: (object: { id: string; payment_intent?: unknown }) => boolean) {
  const events = await atStripe<Stripe.Event>('event');
  const found = events.find((event) => event.type === type && isMeant(event.data.object as { id: string }));
  if (!found) throw new Error(`Stripe knows of no such ${type}`);
  return found;
}

async function pagesOf(id: number): Promise<Stripe.Checkout.Session[]> {
  const sessions = await atStripe<Stripe.Checkout.Session>('session');
  return sessions.filter((session) => session.client_reference_id === String(id));
}

async function stateOf(id: number) {
  const order = await db.order.findUniqueOrThrow({ where: { id }, include: { payments: true } });
  return {
    state: order.state,
    payments: order.payments.map(({ state }) => state),
    pages: (await pagesOf(id)).map(({ status }) => String(status)),
  };
}

/** What Stripe took and gave back, so many times the order's total, and nothing is owed to anybody. */
async function expectMoney(id: number, { charged, refunded }: { charged: number; refunded: number }): Promise<void> {
  const { totalFen, journal } = await db.order.findUniqueOrThrow({ where: { id }, include: { journal: true } });
  const intents = (await pagesOf(id)).map((page) => page.payment_intent);
  const own = (object: { payment_intent: unknown }) => intents.includes(object.payment_intent as string);
  const charges = (await atStripe<Stripe.Charge>('charge')).filter((charge) => charge.paid && own(charge));
  const refunds = (await atStripe<Stripe.Refund>('refund')).filter(own);
  expect(charges.map(({ amount }) => amount)).toEqual(Array(charged).fill(totalFen));
  expect(refunds.map(({ amount }) => amount)).toEqual(Array(refunded).fill(totalFen));
  const owed = journal.reduce((sum, row) => (row.account === 'owed' ? sum + row.fen : sum), 0);
  expect(owed).toBe(0);
}

async function expectAllBack(id: number, state: string): Promise<void> {
  const where = { payment: { orderId: id } };
  await vi.waitFor(async () => {
    await askLater();
    expect((await db.paymentRefund.findMany({ where })).map((refund) => refund.state)).toEqual(['succeeded']);
  }, 10_000);
  expect(await stateOf(id)).toMatchObject({ state, payments: ['succeeded'] });
  await expectMoney(id, { charged: 1, refunded: 1 });
}

describe.each(Object.entries(STORIES))('%s', (name, prepare) => {
  it('takes and gives back everything once, wherever its process is killed around its calls of Stripe', async () => {
    const counts: number[] = [];
    for (const moment of MOMENTS)
      counts.push(await killedEverywhere({ url, container: app.container }, prepare, moment));
    const [statements, commits, calls, answers] = counts;
    console.log(`${name}: killed before ${statements} statements, after ${commits} commits, around ${calls} calls`);
    expect(calls).toBeGreaterThan(0);
    expect(answers).toBe(calls);
    expect(await db.outbox.count({ where: { topic: { startsWith: 'payment.' } } })).toBe(0);
    expect(await reconcile(url, (difference) => console.log(difference))).toBe(0);
  }, 240_000);
});
