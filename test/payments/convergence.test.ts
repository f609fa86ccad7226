import supertest from 'supertest';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Stripe } from '../../server/clients/stripe.ts';
import { drainOutbox } from '../../server/jobs/outbox.ts';
import { expireOrder } from '../../server/orders/expire-order.ts';
import { patterns } from '../../server/paths.ts';
import { expireWaitingOrders } from '../../server/payments/expire-waiting-orders.ts';
import { refundPayment } from '../../server/payments/refund-payment.ts';
import { settleOpenPayments } from '../../server/payments/settle-open-payments.ts';
import { startPayment } from '../../server/payments/start-payment.ts';
import { outboxHandlers } from '../../server/work.ts';
import { apiTokenFor, makeTestApp, type TestApp } from '../setup/app.ts';
import { aProduct, stockOf } from '../world/products.ts';
import { makeWorld, type World } from '../world/world.ts';

const start = new Date('2026-06-15T04:00:00Z');
const MINUTE = 60_000;
const address = { recipient: '收货人', phone: '13800000000', region: '重庆市 渝中区', detail: '测试路 1 号' };
/** events of such a payment are recorded and not sent: the test sends them itself */
const keptBack = { delaySeconds: 3600 };

let now = start;
let app: TestApp;
let world: World;
let token: string;
let product: { id: number };

beforeAll(async () => {
  app = await makeTestApp({ clock: () => now });
  world = await makeWorld(app.db, { now });
  token = await apiTokenFor(app.db, world.users.employee);
});
afterAll(() => app.close());

beforeEach(async () => {
  now = start;
  const { lianghe } = world.suppliers;
  product = await aProduct(app.db, { supplier: lianghe, category: world.categories.tea, priceFen: 20_000, stock: 20 });
});

interface Bought {
  id: number;
  payPath: string;
  sessionId: string;
}

async function buy(quantity = 1): Promise<Bought> {
  const order = await post('/orders', {
    lines: [{ productId: product.id, quantity }],
    fundingSource: 'individual',
    payment: 'stripe',
    address,
  }).expect(201);
  const payPath = new URL(order.body.payment.url).pathname;
  return { id: order.body.id, payPath, sessionId: payPath.split('/').at(-1) ?? '' };
}

function post(path: string, body: object) {
  return supertest(app.url).post(`/api/v1${path}`).auth(token, { type: 'bearer' }).send(body);
}

function pay({ payPath }: Bought, how: object = {}) {
  return supertest(app.url)
    .post(payPath)
    .send({ outcome: 'succeed', ...how });
}

function cancel({ id }: Bought) {
  return post(`/orders/${id}/cancellation`, {}).expect(200);
}

/** What Stripe has recorded about one payment, in the order in which it happened. */
async function eventsOf({ sessionId }: Bought): Promise<Stripe.Event[]> {
  const rows = await app.db.sandboxObject.findMany({ where: { type: 'event' }, orderBy: { createdAt: 'asc' } });
  const events = rows.map((row) => (row.data as unknown as { object: Stripe.Event }).object);
  const session = events.find((event) => (event.data.object as { id: string }).id === sessionId);
  const intent = (session?.data.object as Stripe.Checkout.Session | undefined)?.payment_intent;
  const about = (event: Stripe.Event) => event.data.object as { id: string; payment_intent?: unknown };
  return events.filter(
    (event) => [sessionId, intent].includes(about(event).id) || about(event).payment_intent === intent,
  );
}

function send(event: object, secret = app.container.stripeWebhookSecret) {
  const payload = JSON.stringify(event);
  const signature = app.container.stripe.webhooks.generateTestHeaderString({ payload, secret });
  return supertest(app.url)
    .post(patterns.stripeWebhook)
    .set('Content-Type', 'application/json')
    .set('Stripe-Signature', signature)
    .send(payload);
}

/** Each of them twenty times, all at once, in an order that a failing run names. */
async function sendShuffled(events: readonly Stripe.Event[]): Promise<void> {
  const seed = Date.now() % 2 ** 31;
  let state = seed;
  const random = () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state;
  };
  const deliveries = Array.from({ length: 20 }, () => events)
    .flat()
    .map((event) => ({ event, at: random() }))
    .sort((a, b) => a.at - b.at);
  const answers = await Promise.all(deliveries.map(({ event }) => send(event)));
  expect(new Set(answers.map((answer) => answer.status)), `shuffled by ${seed}`).toEqual(new Set([200]));
}

/** Everything that follows from what has happened, as the worker would do it. */
async function drain(): Promise<void> {
  while ((await drainOutbox(app.db, outboxHandlers(app.container), app.container.log)) > 0);
}

async function moneyOf({ id }: { id: number }) {
  const journal = await app.db.journalEntry.findMany({ where: { orderId: id } });
  const on = (account: string) =>
    journal.filter((row) => row.account === account).reduce((sum, row) => sum + row.fen, 0);
  const charges = (await app.db.sandboxObject.findMany({ where: { type: 'charge' } })).map(
    (row) => (row.data as unknown as { object: Stripe.Charge }).object,
  );
  const payments = await app.db.payment.findMany({
    where: { orderId: id },
    include: { refunds: true },
    orderBy: { id: 'asc' },
  });
  const own = charges.filter((charge) => payments.some((payment) => payment.paymentIntentId === charge.payment_intent));
  return {
    state: (await app.db.order.findUniqueOrThrow({ where: { id } })).state,
    payments: payments.map((payment) => payment.state),
    refunds: payments.flatMap((payment) =>
      payment.refunds.map((refund) => [refund.source, refund.state, refund.amountFen]),
    ),
    chargedFen: own.reduce((sum, charge) => sum + charge.amount_captured, 0),
    refundedFen: own.reduce((sum, charge) => sum + charge.amount_refunded, 0),
    owedFen: on('owed'),
    journalFen: journal.reduce((sum, row) => sum + row.fen, 0),
  };
}

async function countedOf({ id }: { id: number }) {
  const entries = await app.db.tallyEntry.findMany({ where: { orderId: id, programmeId: world.programmes.group.id } });
  const of = (event: string) => entries.filter((row) => row.event === event).reduce((sum, row) => sum + row.fen, 0);
  return { placedFen: of('placed'), countedFen: of('counted') };
}

const everythingBack = { journalFen: 0, owedFen: 0, chargedFen: 20_000, refundedFen: 20_000 };

describe('events of a payment', () => {
  it('twenty times at once and shuffled place the order once', async () => {
    const order = await buy();
    await pay(order, keptBack).expect(200);
    const events = await eventsOf(order);
    expect(events.map((event) => event.type)).toContain('checkout.session.completed');
    expect((await moneyOf(order)).state).toBe('awaiting_payment');
    const told = await app.db.webhookEvent.count();

    await sendShuffled(events);

    expect(await moneyOf(order)).toMatchObject({
      state: 'placed',
      payments: ['succeeded'],
      refunds: [],
      owedFen: 0,
      journalFen: 0,
    });
    expect(await countedOf(order)).toEqual({ placedFen: 20_000, countedFen: 20_000 });
    expect(await stockOf(app.db, product)).toBe(19);
    expect(await app.db.webhookEvent.count()).toBe(told + events.length);
    const placings = await app.db.outbox.findMany({ where: { topic: 'order.placed' } });
    expect(placings.filter((row) => (row.payload as { orderId: number }).orderId === order.id)).toHaveLength(1);
  });

  it('with a forged signature are refused with 400 and leave nothing behind', async () => {
    const order = await buy();
    await pay(order, keptBack).expect(200);
    const [event] = (await eventsOf(order)).filter(({ type }) => type === 'checkout.session.completed');
    const told = await app.db.webhookEvent.count();
    await send(event ?? {}, 'whsec_of_somebody_else').expect(400);
    await supertest(app.url).post(patterns.stripeWebhook).send({ type: 'checkout.session.completed' }).expect(400);
    expect(await app.db.webhookEvent.count()).toBe(told);
    expect(await moneyOf(order)).toMatchObject({ state: 'awaiting_payment', payments: ['open'] });
  });

  it('that were recorded by a process killed before it carried them out are carried out when they come again', async () => {
    const order = await buy();
    await pay(order, keptBack).expect(200);
    const [event] = (await eventsOf(order)).filter(({ type }) => type === 'checkout.session.completed');
    if (!event) throw new Error('no event');
    await app.db.webhookEvent.create({
      data: { provider: 'stripe', eventId: event.id, type: event.type, objectId: order.sessionId },
    });
    await send(event).expect(200);
    expect((await moneyOf(order)).state).toBe('placed');
  });

  it('that never come are found by asking', async () => {
    const order = await buy();
    await pay(order, keptBack).expect(200);
    await app.db.payment.updateMany({
      where: { orderId: order.id },
      data: { createdAt: new Date(now.getTime() - 3 * MINUTE) },
    });
    await settleOpenPayments(app.container, now);
    expect((await moneyOf(order)).state).toBe('placed');
  });

  it('of a payment that nobody can be asked about hold up no other one', async () => {
    const [broken, order] = [await buy(), await buy()];
    await app.db.payment.updateMany({ where: { orderId: broken.id }, data: { sessionId: `cs_gone_${broken.id}` } });
    await pay(order, keptBack).expect(200);
    const earlier = new Date(now.getTime() - 3 * MINUTE);
    await app.db.payment.updateMany({
      where: { orderId: { in: [broken.id, order.id] } },
      data: { createdAt: earlier },
    });
    await settleOpenPayments(app.container, now).catch(() => {});
    expect((await moneyOf(order)).state).toBe('placed');
    await expireOrder(app.db, broken.id, new Date(now.getTime() + 60 * MINUTE));
    await app.db.payment.updateMany({ where: { orderId: broken.id }, data: { state: 'expired' } });
  });
});

describe('money that came too late', () => {
  it('cannot come for a cancelled order: its payment page is closed', async () => {
    const order = await buy();
    await cancel(order);
    await drain();
    const session = await app.container.stripe.checkout.sessions.retrieve(order.sessionId);
    expect(session.status).toBe('expired');
    expect((await pay(order)).status).not.toBe(200);
    expect(await moneyOf(order)).toMatchObject({ payments: ['expired'], refunds: [], chargedFen: 0 });
  });

  it('before the page of a cancelled order could be closed goes back in full', async () => {
    const order = await buy();
    await pay(order, keptBack).expect(200);
    await cancel(order);
    await drain();
    expect(await moneyOf(order)).toMatchObject({
      ...everythingBack,
      state: 'cancelled',
      refunds: [['late_payment', 'succeeded', 20_000]],
    });
  });

  it('for a cancelled order goes back in full, once', async () => {
    const order = await buy();
    await pay(order, keptBack).expect(200);
    await cancel(order);
    for (const event of await eventsOf(order)) await Promise.all([send(event), send(event)]);
    await drain();
    expect(await moneyOf(order)).toMatchObject({
      ...everythingBack,
      state: 'cancelled',
      refunds: [['late_payment', 'succeeded', 20_000]],
    });
    expect(await countedOf(order)).toEqual({ placedFen: 0, countedFen: 0 });
    expect(await stockOf(app.db, product)).toBe(20);
  });

  it('for an expired order goes back in full, once', async () => {
    const order = await buy();
    await expireOrder(app.db, order.id, new Date(now.getTime() + 60 * MINUTE));
    await pay(order, { duplicate: true, outOfOrder: true }).expect(200);
    await drain();
    expect(await moneyOf(order)).toMatchObject({
      ...everythingBack,
      state: 'expired',
      refunds: [['late_payment', 'succeeded', 20_000]],
    });
    expect(await stockOf(app.db, product)).toBe(20);
  });

  it('tells its buyer once that it came too late, and once more that it was sent back', async () => {
    const order = await buy();
    await expireOrder(app.db, order.id, new Date(now.getTime() + 60 * MINUTE));
    await pay(order, { duplicate: true, outOfOrder: true }).expect(200);
    await drain();
    for (const event of await eventsOf(order)) await send(event);
    await drain();
    const told = await app.db.notification.findMany({
      where: { userId: world.users.employee.id, link: `/orders/${order.id}` },
      orderBy: { id: 'asc' },
    });
    expect(told.map((notice) => notice.kind)).toEqual(['order_expired', 'paid_too_late', 'money_sent']);
    expect(told[1]?.data).toEqual({ orderId: order.id, yuan: '200.00' });
  });

  it('or in another amount than was asked for places nothing and goes back', async () => {
    const order = await buy();
    const row = await app.db.sandboxObject.findUniqueOrThrow({ where: { id: order.sessionId } });
    const data = row.data as unknown as { object: Stripe.Checkout.Session };
    data.object.amount_total = 1;
    await app.db.sandboxObject.update({
      where: { id: order.sessionId },
      data: { data: JSON.parse(JSON.stringify(data)) },
    });
    await pay(order).expect(200);
    await drain();
    expect(await moneyOf(order)).toMatchObject({
      state: 'awaiting_payment',
      refunds: [['late_payment', 'succeeded', 1]],
      chargedFen: 1,
      refundedFen: 1,
      journalFen: 0,
    });
    expect(await countedOf(order)).toEqual({ placedFen: 0, countedFen: 0 });
  });

  it('beside the payment that placed the order is what goes back, and cancelling returns the other', async () => {
    const order = await buy();
    await app.db.payment.updateMany({ where: { orderId: order.id }, data: { expiresAt: now } });
    const url = await startPayment(app.container, order.id, now);
    const second = { ...order, payPath: new URL(url).pathname };
    expect(second.payPath).not.toBe(order.payPath);
    await pay(second).expect(200);
    await pay(order).expect(200);
    await cancel(order);
    await drain();
    const { refunds, ...rest } = await moneyOf(order);
    expect(rest).toMatchObject({
      state: 'cancelled',
      owedFen: 0,
      journalFen: 0,
      chargedFen: 40_000,
      refundedFen: 40_000,
    });
    expect(refunds.sort()).toEqual([
      ['cancellation', 'succeeded', 20_000],
      ['late_payment', 'succeeded', 20_000],
    ]);
  });
});

describe('the end of a hold', () => {
  const overdue = (...orders: { id: number }[]) =>
    app.db.order.updateMany({
      where: { id: { in: orders.map(({ id }) => id) } },
      data: { heldUntil: new Date(now.getTime() - 1) },
    });

  it('at the moment of payment lets exactly one of both win', async () => {
    const orders = await Promise.all(Array.from({ length: 8 }, () => buy()));
    await overdue(...orders);
    await Promise.all([
      ...orders.map((order) => pay(order)),
      expireWaitingOrders(app.db, app.container.stripe, now),
      expireWaitingOrders(app.db, app.container.stripe, now),
    ]);
    await drain();
    let kept = 0;
    for (const order of orders) {
      const money = await moneyOf(order);
      const paid = money.state === 'placed';
      if (paid) kept += 1;
      expect(money).toMatchObject({ state: paid ? 'placed' : 'expired', owedFen: 0, journalFen: 0 });
      expect(money.chargedFen - money.refundedFen).toBe(paid ? 20_000 : 0);
      expect(await countedOf(order)).toEqual(
        paid ? { placedFen: 20_000, countedFen: 20_000 } : { placedFen: 0, countedFen: 0 },
      );
    }
    expect(await stockOf(app.db, product)).toBe(20 - kept);
  });

  it('keeps the goods for who paid in the last second', async () => {
    const order = await buy();
    await pay(order, keptBack).expect(200);
    await overdue(order);
    await expireWaitingOrders(app.db, app.container.stripe, now);
    expect((await moneyOf(order)).state).toBe('placed');
  });

  it('closes the payment, so that nobody pays what has ended', async () => {
    const order = await buy();
    await overdue(order);
    await expireWaitingOrders(app.db, app.container.stripe, now);
    expect(await moneyOf(order)).toMatchObject({ state: 'expired', payments: ['expired'] });
    await pay(order).expect(409);
    expect(await app.db.auditLine.count({ where: { action: 'order.expire', subjectId: order.id } })).toBe(1);
  });

  it('waits while Stripe does not answer, and holds up nothing that needs no Stripe', async () => {
    const order = await buy();
    const withoutSession = await buy();
    await app.db.payment.deleteMany({ where: { orderId: withoutSession.id } });
    await overdue(order, withoutSession);
    const down = stripeWith({ retrieve: () => Promise.reject(new Error('Stripe is down')) });
    await expireWaitingOrders(app.db, down, now).catch(() => {});
    expect((await moneyOf(order)).state).toBe('awaiting_payment');
    expect((await moneyOf(withoutSession)).state).toBe('expired');
    await expireWaitingOrders(app.db, app.container.stripe, now);
    expect((await moneyOf(order)).state).toBe('expired');
  });

  it('leaves an order alone whose payment could not be closed', async () => {
    const order = await buy();
    await overdue(order);
    const deaf = stripeWith({ expire: () => Promise.reject(new Error('timed out')) });
    await expireWaitingOrders(app.db, deaf, now).catch(() => {});
    expect((await moneyOf(order)).state).toBe('awaiting_payment');
    await pay(order).expect(200);
    expect((await moneyOf(order)).state).toBe('placed');
  });
});

describe('starting a payment', () => {
  it('of which Stripe answers late does not undo that it was paid meanwhile', async () => {
    const order = await buy();
    await app.db.payment.updateMany({
      where: { orderId: order.id },
      data: { state: 'created', sessionId: null, url: null },
    });
    const slow = stripeWith({
      create: async (params, options) => {
        const session = await app.container.stripe.checkout.sessions.create(params, options);
        await pay(order).expect(200);
        return session;
      },
    });
    await startPayment({ ...app.container, stripe: slow }, order.id, now).catch(() => {});
    for (const event of await eventsOf(order)) await send({ ...event, id: `${event.id}_again` }).expect(200);
    await drain();
    expect(await moneyOf(order)).toMatchObject({ state: 'placed', payments: ['succeeded'], refunds: [], owedFen: 0 });
  });

  it('after a crash before Stripe was called, minutes later, still gives an address', async () => {
    const order = await buy();
    const { expiresAt } = await app.db.payment.findFirstOrThrow({ where: { orderId: order.id } });
    await app.db.payment.deleteMany({ where: { orderId: order.id } });
    await app.db.payment.create({
      data: { orderId: order.id, amountFen: 20_000, idempotencyKey: 'never-sent', expiresAt },
    });
    now = new Date(start.getTime() + 5 * MINUTE);
    const url = await startPayment(app.container, order.id, now);
    await pay({ ...order, payPath: new URL(url).pathname }).expect(200);
    expect(await moneyOf(order)).toMatchObject({ state: 'placed', owedFen: 0 });
  });

  it('ten times at once gives one address', async () => {
    const order = await buy();
    await app.db.payment.deleteMany({ where: { orderId: order.id } });
    const urls = await Promise.all(Array.from({ length: 10 }, () => startPayment(app.container, order.id, now)));
    expect(new Set(urls).size).toBe(1);
    expect(await app.db.payment.count({ where: { orderId: order.id } })).toBe(1);
  });
});

describe('a refund', () => {
  async function cancelledOrder(quantity = 1, how: object = {}) {
    const order = await buy(quantity);
    await pay(order, how).expect(200);
    await cancel(order);
    const { id: sourceId } = await app.db.cancellation.findUniqueOrThrow({ where: { orderId: order.id } });
    return {
      order,
      due: { orderId: order.id, source: 'cancellation' as const, sourceId, amountFen: quantity * 20_000 },
    };
  }

  it('asked for again and again, at once and later, is sent once', async () => {
    const { order, due } = await cancelledOrder();
    const ask = () => refundPayment(app.container, due, now);
    await Promise.all(Array.from({ length: 8 }, ask));
    await ask();
    await drain();
    expect(await moneyOf(order)).toMatchObject({ ...everythingBack, refunds: [['cancellation', 'succeeded', 20_000]] });
    expect(await app.db.journalEntry.count({ where: { orderId: order.id, source: 'refund' } })).toBe(2);
  });

  it('never gives back more than was paid, however many causes there are', async () => {
    const { order, due } = await cancelledOrder();
    await drain();
    const more = { ...due, source: 'receipt' as const, amountFen: 1 };
    await expect(refundPayment(app.container, more, now)).rejects.toThrow('no payment of order');
    expect(await moneyOf(order)).toMatchObject({ ...everythingBack, refunds: [['cancellation', 'succeeded', 20_000]] });
  });

  it('that Stripe refuses is a task for a person and holds up no other one', async () => {
    const [broken, sound] = [await cancelledOrder(), await cancelledOrder()];
    await app.db.payment.updateMany({
      where: { orderId: broken.order.id },
      data: { paymentIntentId: 'pi_of_another_account' },
    });
    await drain();
    expect((await moneyOf(sound.order)).refunds).toEqual([['cancellation', 'succeeded', 20_000]]);
    const { refunds, owedFen } = await moneyOf(broken.order);
    expect([refunds, owedFen]).toEqual([[['cancellation', 'failed', 20_000]], 20_000]);
    expect(await app.db.outbox.count()).toBe(0);
  });

  it('to a wallet is owed until the bank has confirmed it', async () => {
    const { order } = await cancelledOrder(1, { paymentMethod: 'alipay' });
    const settled = () => app.db.paymentRefund.findFirstOrThrow({ where: { payment: { orderId: order.id } } });
    await drain();
    if ((await settled()).state === 'pending') expect((await moneyOf(order)).owedFen).toBe(20_000);
    await expect.poll(async () => (await settled()).state, { timeout: 10_000 }).toBe('succeeded');
    expect(await moneyOf(order)).toMatchObject(everythingBack);
  });

  it('whose confirmation never comes is found by asking', async () => {
    const { order } = await cancelledOrder();
    await drain();
    const journal = { orderId: order.id, source: 'refund' };
    await app.db.journalEntry.deleteMany({ where: journal });
    const createdAt = new Date(now.getTime() - 3 * MINUTE);
    await app.db.paymentRefund.updateMany({
      where: { payment: { orderId: order.id } },
      data: { state: 'pending', succeededAt: null, createdAt },
    });
    await settleOpenPayments(app.container, now);
    expect(await moneyOf(order)).toMatchObject({ ...everythingBack, refunds: [['cancellation', 'succeeded', 20_000]] });
  });

  it('that the bank returns later is owed again and is a task for a person', async () => {
    const { order } = await cancelledOrder(1, { refundsFail: true });
    await drain();
    await expect
      .poll(async () => (await moneyOf(order)).refunds, { timeout: 10_000 })
      .toEqual([['cancellation', 'failed', 20_000]]);
    expect(await moneyOf(order)).toMatchObject({ chargedFen: 20_000, refundedFen: 0, owedFen: 20_000, journalFen: 0 });
  });

  it('whose events come twenty times at once and shuffled, with those of its payment, is booked once', async () => {
    const { order } = await cancelledOrder();
    await drain();
    const events = await eventsOf(order);
    expect(events.map(({ type }) => type)).toContain('refund.created');
    const booked = await app.db.journalEntry.count({ where: { orderId: order.id } });
    await sendShuffled(events);
    await drain();
    expect(await moneyOf(order)).toMatchObject({
      ...everythingBack,
      state: 'cancelled',
      refunds: [['cancellation', 'succeeded', 20_000]],
    });
    expect(await app.db.journalEntry.count({ where: { orderId: order.id } })).toBe(booked);
  });

  it('that the bank returns stays owed once, however often and in whatever order that is told', async () => {
    const { order } = await cancelledOrder(1, { refundsFail: true });
    await drain();
    await expect
      .poll(async () => (await moneyOf(order)).refunds, { timeout: 10_000 })
      .toEqual([['cancellation', 'failed', 20_000]]);
    await drain();
    const facts = async () => ({
      journal: await app.db.journalEntry.count({ where: { orderId: order.id } }),
      notices: await app.db.notification.count({ where: { userId: world.users.employee.id } }),
    });
    const before = await facts();
    await sendShuffled(await eventsOf(order));
    await drain();
    expect(await facts()).toEqual(before);
    expect(await moneyOf(order)).toMatchObject({
      ...{ chargedFen: 20_000, refundedFen: 0, owedFen: 20_000, journalFen: 0 },
      refunds: [['cancellation', 'failed', 20_000]],
    });
  });
});

type Sessions = Stripe['checkout']['sessions'];
interface SessionCalls {
  create: (params: Stripe.Checkout.SessionCreateParams, options?: Stripe.RequestOptions) => Promise<unknown>;
  retrieve: (id: string) => Promise<unknown>;
  expire: (id: string) => Promise<unknown>;
}

/** The real client but for these calls. */
function stripeWith(calls: Partial<SessionCalls>): Stripe {
  const { sessions } = app.container.stripe.checkout;
  const replaced: SessionCalls = {
    create: (params, options) => sessions.create(params, options),
    retrieve: (id) => sessions.retrieve(id),
    expire: (id) => sessions.expire(id),
    ...calls,
  };
  return { ...app.container.stripe, checkout: { sessions: replaced as unknown as Sessions } } as unknown as Stripe;
}
