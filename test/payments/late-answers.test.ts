import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import StripeSdk from 'stripe';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Actor, findActor } from '../../server/accounts/actor.ts';
import { submitOrder } from '../../server/checkout/submit-order.ts';
import { createStripe, type Stripe } from '../../server/clients/stripe.ts';
import type { PrismaClient } from '../../server/db/client.ts';
import { drainOutbox } from '../../server/jobs/outbox.ts';
import { cancelOrder } from '../../server/orders/cancel-order.ts';
import { expireWaitingOrders } from '../../server/payments/expire-waiting-orders.ts';
import { type RefundDue, refundDue } from '../../server/payments/note-refund.ts';
import { refundPayment } from '../../server/payments/refund-payment.ts';
import { settleOpenPayments } from '../../server/payments/settle-open-payments.ts';
import { startPayment } from '../../server/payments/start-payment.ts';
import { dayOf } from '../../server/shared/days.ts';
import { StateConflict } from '../../server/shared/errors.ts';
import { outboxHandlers } from '../../server/work.ts';
import { PLAIN_ORDER } from '../bench/plain-order.ts';
import { type StripeProxy, stripeProxy } from '../crash/stripe-proxy.ts';
import { makeTestApp, type TestApp } from '../setup/app.ts';
import { makeWorld, type World } from '../world/world.ts';

const now = new Date();
const MINUTE = 60_000;
const OPENING = /\/checkout\/sessions$/;

let app: TestApp;
let db: PrismaClient;
let world: World;
let employee: Actor;
let proxy: StripeProxy;
let slow: Stripe;

beforeAll(async () => {
  app = await makeTestApp({ clock: () => now });
  db = app.db;
  world = await makeWorld(db, { now });
  const actor = await findActor(db, world.users.employee.id, dayOf(now));
  if (!actor) throw new Error('there is no employee');
  employee = actor;
});
afterAll(() => app.close());

beforeEach(async () => {
  const { apiBase = '', secretKey = '' } = app.container.sandbox ?? {};
  proxy = await stripeProxy(apiBase);
  slow = createStripe({ secretKey, apiBase: proxy.url });
  return () => proxy.close();
});

async function bought(): Promise<number> {
  const lines = [{ productId: world.products.tea.id, quantity: 1 }];
  return submitOrder(db, employee, { ...PLAIN_ORDER, lines, checkoutKey: randomUUID() }, now);
}

const opened = (id: number) => startPayment({ ...app.container, stripe: slow }, id, now);
/** Whether it was led to a page, as soon as that is known. */
const outcomeOf = (opening: Promise<string>) =>
  opening.then(
    () => 'led to a page',
    (error: unknown) => (error instanceof StateConflict ? 'refused' : String(error)),
  );

async function work(): Promise<void> {
  await db.$executeRaw`UPDATE outbox SET availableAt = NOW(3)`;
  while ((await drainOutbox(db, outboxHandlers(app.container), app.container.log)) > 0);
}

/** All that a worker does in the next minutes. */
async function later(): Promise<void> {
  await settleOpenPayments(app.container, new Date(Date.now() + 5 * MINUTE));
  await work();
}

async function pagesOf(id: number): Promise<Stripe.Checkout.Session[]> {
  const rows = await db.sandboxObject.findMany({ where: { type: 'session' } });
  const sessions = rows.map((row) => (row.data as unknown as { object: Stripe.Checkout.Session }).object);
  return sessions.filter((session) => session.client_reference_id === String(id));
}

/** Without telling the market of it. */
async function pay(page: string): Promise<number> {
  const answer = await fetch(page, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ outcome: 'succeed', delaySeconds: 3600 }),
  });
  return answer.status;
}

async function moneyOf(id: number) {
  const order = await db.order.findUniqueOrThrow({
    where: { id },
    include: { journal: true, payments: { include: { refunds: true } } },
  });
  return {
    state: order.state,
    payments: order.payments.map(({ state }) => state),
    refunds: order.payments.flatMap(({ refunds }) => refunds.map(({ state, amountFen }) => [state, amountFen])),
    owedFen: order.journal.reduce((sum, { account, fen }) => (account === 'owed' ? sum + fen : sum), 0),
    totalFen: order.totalFen,
  };
}

describe('a payment page that is still being opened', () => {
  const ends = {
    'while its order is cancelled': async (id: number) => cancelOrder(db, employee, id, '不要了', now),
    'while its order’s hold ends': async (id: number) => {
      await db.order.update({ where: { id }, data: { heldUntil: now } });
      await expireWaitingOrders(db, app.container.stripe, now);
    },
  };

  it.each(Object.entries(ends))('%s is closed, and nobody is led to it', async (_, end) => {
    const id = await bought();
    const held = proxy.holdAnswers(OPENING);
    // Two at once: both ask for the same page.
    const openings = [outcomeOf(opened(id)), outcomeOf(opened(id))];
    await held.done;
    await end(id);
    await work();
    const [page] = await pagesOf(id);
    expect(page?.status).toBe('open');
    held.release();
    expect(await Promise.all(openings)).toEqual(['refused', 'refused']);
    expect((await pagesOf(id)).map(({ status }) => status)).toEqual(['expired']);
    expect(await pay(page?.url ?? '')).not.toBe(200);
    await later();
    expect(await moneyOf(id)).toMatchObject({ payments: ['expired'], refunds: [], owedFen: 0 });
  });

  it.each(Object.entries(ends))('%s, and paid at that moment, is paid back in full, once', async (_, end) => {
    const id = await bought();
    const held = proxy.holdAnswers(OPENING);
    const opening = outcomeOf(opened(id));
    await held.done;
    await end(id);
    const [page] = await pagesOf(id);
    expect(await pay(page?.url ?? '')).toBe(200);
    await work();
    held.release();
    expect(await opening).toBe('refused');
    await later();
    await later();
    const { totalFen, ...money } = await moneyOf(id);
    expect(money).toMatchObject({ payments: ['succeeded'], refunds: [['succeeded', totalFen]], owedFen: 0 });
  });

  it('although every answer about it is lost, is the page that the next try leads to', async () => {
    const id = await bought();
    proxy.loseAnswers(1);
    const page = await opened(id);
    const other = await bought();
    proxy.loseAnswers(3);
    expect(await outcomeOf(opened(other))).not.toBe('led to a page');
    await opened(other);
    for (const order of [id, other]) expect(await pagesOf(order)).toHaveLength(1);
    expect(page).toBe((await pagesOf(id))[0]?.url);
  });

  it('by another process, of which Stripe says so, is no page that it refuses', async () => {
    const id = await bought();
    await expect(startPayment({ ...app.container, stripe: busy() }, id, now)).rejects.toThrow('in use');
    expect(await moneyOf(id)).toMatchObject({ payments: ['created'] });
    await opened(id);
    expect(await moneyOf(id)).toMatchObject({ payments: ['open'] });
  });
});

describe('a refund', () => {
  async function due(): Promise<{ id: number; due: RefundDue }> {
    const id = await bought();
    await pay(await opened(id));
    await later();
    await cancelOrder(db, employee, id, '不要了', now);
    const { payload } = await db.outbox.findFirstOrThrow({ where: { topic: 'payment.refund_due' } });
    return { id, due: refundDue.parse(payload) };
  }

  it('of which every answer is lost is sent once', async () => {
    const { id, due: cause } = await due();
    proxy.loseAnswers(3);
    await expect(refundPayment({ ...app.container, stripe: slow }, cause, now)).rejects.toThrow();
    await work();
    const { totalFen, ...money } = await moneyOf(id);
    expect(money).toMatchObject({ refunds: [['succeeded', totalFen]], owedFen: 0 });
    const charges = await db.sandboxObject.findMany({ where: { type: 'refund' } });
    const intent = (await pagesOf(id))[0]?.payment_intent;
    const sent = charges.map((row) => (row.data as unknown as { object: Stripe.Refund }).object);
    expect(sent.filter((refund) => refund.payment_intent === intent)).toHaveLength(1);
  });

  it('of which the answer was lost is sent once, also when Stripe has forgotten its key by the time that the market is back', async () => {
    const { id, due: cause } = await due();
    const { totalFen } = await moneyOf(id);
    const half = { ...cause, amountFen: Math.floor(totalFen / 2) };
    await db.outbox.deleteMany({ where: { topic: 'payment.refund_due' } });
    proxy.loseAnswers(3);
    await expect(refundPayment({ ...app.container, stripe: slow }, half, now)).rejects.toThrow();
    await db.sandboxObject.deleteMany({ where: { type: 'idempotency' } });
    await db.paymentRefund.updateMany({
      where: { payment: { orderId: id } },
      data: { createdAt: new Date(Date.now() - 30 * 60 * MINUTE) },
    });
    await refundPayment(app.container, half, now);
    await refundPayment(app.container, half, now);
    expect((await moneyOf(id)).refunds.map(([, fen]) => fen)).toEqual([half.amountFen]);
    const intent = String((await pagesOf(id))[0]?.payment_intent);
    const made = await app.container.stripe.refunds.list({ payment_intent: intent });
    expect(made.data.map(({ amount }) => amount)).toEqual([half.amountFen]);
  });

  it('that another process is sending just now, of which Stripe says so, did not come back', async () => {
    const { id, due: cause } = await due();
    await expect(refundPayment({ ...app.container, stripe: busy() }, cause, now)).rejects.toThrow('in use');
    const { totalFen, ...money } = await moneyOf(id);
    expect(money.refunds).toEqual([['created', totalFen]]);
    await work();
    expect((await moneyOf(id)).refunds).toEqual([['succeeded', totalFen]]);
  });
});

/** Stripe while another request with the same key is under way. */
function busy(): Stripe {
  const inUse = async () => {
    await sleep(1);
    throw new StripeSdk.errors.StripeInvalidRequestError({
      ...{ type: 'invalid_request_error', code: 'idempotency_key_in_use', statusCode: 409 },
      message: 'This key is in use by another request.',
    });
  };
  const { checkout, refunds } = app.container.stripe;
  return {
    ...{ checkout: { sessions: { retrieve: checkout.sessions.retrieve.bind(checkout.sessions), create: inUse } } },
    refunds: { retrieve: refunds.retrieve.bind(refunds), create: inUse },
  } as unknown as Stripe;
}
