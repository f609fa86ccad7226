import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { load } from 'cheerio';
import express, { type Router } from 'express';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type PaymentSandbox,
  type PaymentSandboxOptions,
  SANDBOX_PAY_PATH,
  startPaymentSandbox,
} from '../../server/clients/payment-sandbox/start-sandbox.ts';
import { createStripe, STRIPE_API_VERSION, type Stripe } from '../../server/clients/stripe.ts';
import { connect, type PrismaClient } from '../../server/db/client.ts';
import { testDatabase } from '../setup/database.ts';

const SECRET = 'whsec_of_the_test';
const WEBHOOK = '/api/v1/payments/stripe/webhook';
const log = { info: () => {}, warn: () => {} };

let databaseUrl: string;
let db: PrismaClient;
let market: Market;
let sandbox: PaymentSandbox;
let stripe: Stripe;
let clock: Date;
let child: ChildProcess | undefined;

beforeAll(async () => {
  databaseUrl = await testDatabase();
  db = connect(databaseUrl, { pool: 10 });
});

afterAll(() => db.$disconnect());

beforeEach(async () => {
  clock = new Date();
  market = await openMarket();
  sandbox = await startSandbox();
  stripe = createStripe(sandbox);
});

afterEach(async () => {
  child?.kill('SIGKILL');
  await sandbox.stop();
  await market.close();
  await db.sandboxObject.deleteMany();
});

describe('a payment', () => {
  it('that succeeds completes the session and tells the market with signed events before the buyer is sent back', async () => {
    const session = await openSession({ payment_intent_data: { metadata: { order: '7' } } });
    expect(session).toMatchObject({ status: 'open', payment_status: 'unpaid', amount_total: 7600, currency: 'cny' });
    expect(session.url).toBe(`${market.address}${SANDBOX_PAY_PATH}/${session.id}`);

    const answer = await settle(session, { outcome: 'succeed' });

    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ status: 'complete', paymentStatus: 'paid' });
    expect(answer.body.redirectUrl).toBe(`${market.address}/orders/7?session=${session.id}`);
    expect(market.types()).toEqual([
      'payment_intent.created',
      'charge.succeeded',
      'payment_intent.succeeded',
      'checkout.session.completed',
    ]);
    expect(market.events.at(-1)?.data.object).toMatchObject({ id: session.id, client_reference_id: 'order-7' });
    expect(market.events.at(-1)?.api_version).toBe(STRIPE_API_VERSION);

    const paid = await stripe.checkout.sessions.retrieve(session.id, {
      expand: ['line_items', 'payment_intent.latest_charge'],
    });
    expect(paid).toMatchObject({ status: 'complete', payment_status: 'paid', url: null });
    expect(paid.line_items?.data.map((item) => [item.description, item.quantity, item.amount_total])).toEqual([
      ['盘山高山小米 5 kg', 2, 7600],
    ]);
    expect(paid.payment_intent).toMatchObject({
      status: 'succeeded',
      amount_received: 7600,
      metadata: { order: '7' },
      latest_charge: { paid: true, amount: 7600 },
    });
    const stored = await stripe.events.retrieve(String(market.events[0]?.id));
    expect(stored.type).toBe('payment_intent.created');
  });

  it('that is declined leaves the session open, and the buyer can pay after all', async () => {
    const session = await openSession();

    const declined = await settle(session, { outcome: 'decline' });
    expect(declined.body).toMatchObject({ status: 'open', paymentStatus: 'unpaid', redirectUrl: session.url });
    expect(market.types()).toEqual(['payment_intent.created', 'charge.failed', 'payment_intent.payment_failed']);
    const open = await stripe.checkout.sessions.retrieve(session.id, { expand: ['payment_intent'] });
    expect(open.payment_intent).toMatchObject({
      status: 'requires_payment_method',
      last_payment_error: { code: 'card_declined' },
    });

    await settle(session, { outcome: 'succeed' });
    const paid = await stripe.checkout.sessions.retrieve(session.id, { expand: ['payment_intent'] });
    expect(paid.payment_intent).toMatchObject({
      id: (open.payment_intent as Stripe.PaymentIntent).id,
      status: 'succeeded',
      last_payment_error: null,
    });
  });

  it('that is abandoned expires at once, cancels a declined attempt, and cannot be paid any more', async () => {
    const session = await openSession();
    await settle(session, { outcome: 'decline' });
    market.events.length = 0;

    const abandoned = await settle(session, { outcome: 'abandon' });

    expect(abandoned.body).toMatchObject({ status: 'expired', redirectUrl: `${market.address}/cart` });
    expect(market.types()).toEqual(['payment_intent.canceled', 'checkout.session.expired']);
    expect((await settle(session, { outcome: 'succeed' })).status).toBe(409);
    expect((await settle(session, { outcome: 'abandon' })).status).toBe(200);
    expect(market.types()).toHaveLength(2);
  });

  it('chosen ten times at once is taken once', async () => {
    const session = await openSession();
    const answers = await Promise.all(Array.from({ length: 10 }, () => settle(session, { outcome: 'succeed' })));
    expect(answers.map((answer) => answer.status)).toEqual(Array(10).fill(200));
    await vi.waitFor(() => expect(market.types()).toContain('checkout.session.completed'));
    expect(market.types().filter((type) => type === 'charge.succeeded')).toHaveLength(1);
    expect(await db.sandboxObject.count({ where: { type: 'charge' } })).toBe(1);
  });

  it('settled at the same time by success and by expiry ends as one of them only', async () => {
    const session = await openSession();
    const [paid, expired] = await Promise.allSettled([
      settle(session, { outcome: 'succeed' }).then((answer) => answer.status),
      stripe.checkout.sessions.expire(session.id),
    ]);
    const { status } = await stripe.checkout.sessions.retrieve(session.id);
    const paidStatus = paid.status === 'fulfilled' ? paid.value : undefined;
    if (status === 'complete') expect([paidStatus, expired.status]).toEqual([200, 'rejected']);
    else expect([paidStatus, expired.status]).toEqual([409, 'fulfilled']);
  });

  it('is refused for an unknown session, an unknown outcome and a method that was not offered', async () => {
    const session = await openSession({ allowed_payment_method_types: ['card'] });
    expect(
      (await settle({ url: `${market.address}${SANDBOX_PAY_PATH}/cs_test_none` }, { outcome: 'succeed' })).status,
    ).toBe(404);
    expect((await settle(session, { outcome: 'win' })).status).toBe(400);
    expect((await settle(session, { outcome: 'succeed', tip: 1 })).status).toBe(400);
    expect((await settle(session, { outcome: 'succeed', paymentMethod: 'alipay' })).status).toBe(400);
    expect((await stripe.checkout.sessions.retrieve(session.id)).status).toBe('open');
  });
});

describe('the pay page', () => {
  it('shows the amount and the items, says that no money moves, and settles by its form', async () => {
    const session = await openSession();
    const page = await fetch(`${session.url}?lang=zh`);
    const $ = load(await page.text());
    expect($('.banner').text()).toContain('不会发生任何真实扣款');
    expect($('tbody tr').text()).toContain('盘山高山小米 5 kg');
    expect($('tfoot').text()).toContain('¥76.00');
    const outcomes = $('button[name=outcome]')
      .toArray()
      .map((button) => $(button).attr('value'));
    expect(outcomes).toEqual(['succeed', 'decline', 'abandon']);
    expect($('html').text()).not.toMatch(/sandbox:/);

    const declined = await submit(session, { outcome: 'decline', delaySeconds: '', paymentMethod: 'alipay' });
    expect([declined.status, declined.headers.get('location')]).toEqual([303, '?declined=1']);
    expect(load(await (await fetch(`${session.url}?declined=1&lang=en`)).text())('[role=alert]').text()).toContain(
      'declined',
    );

    const paid = await submit(session, { outcome: 'succeed', delaySeconds: '0', paymentMethod: 'wechat_pay' });
    expect(paid.headers.get('location')).toBe(`${market.address}/orders/7?session=${session.id}`);
    const done = load(await (await fetch(`${market.address}${SANDBOX_PAY_PATH}/${session.id}?lang=en`)).text());
    expect([done('form').length, done('[role=status]').text()]).toEqual([0, 'This payment is complete.']);
  });

  it('allows its form to lead back to the market and nothing else from elsewhere', async () => {
    const session = await openSession();
    const policy = (await fetch(String(session.url))).headers.get('content-security-policy');
    expect(policy).toContain(`form-action 'self' ${market.address};`);
    expect(policy).toContain("default-src 'none'");
  });

  it('shows what a seller named an item as text, not as markup', async () => {
    const session = await openSession({}, '<script>alert(1)</script>');
    const html = await (await fetch(String(session.url))).text();
    expect(html).toContain('&lt;script&gt;');
    expect(html).not.toContain('<script');
  });

  it('answers on the loopback address too', async () => {
    const session = await openSession();
    expect((await settle({ url: `${sandbox.apiBase}/pay/${session.id}` }, { outcome: 'succeed' })).status).toBe(200);
  });
});

describe('events', () => {
  it('come again until the market accepts them', async () => {
    market.refuseNext(2);
    const session = await openSession();
    await settle(session, { outcome: 'abandon' });
    await vi.waitFor(() => expect(market.types()).toEqual(['checkout.session.expired']), 5000);
    expect(market.posts).toBe(3);
    await vi.waitFor(async () => expect(await queued('send')).toBe(0));
  });

  it('are given up after the last retry', async () => {
    market.refuseNext(100);
    await settle(await openSession(), { outcome: 'abandon' });
    await vi.waitFor(async () => expect(await queued('send')).toBe(0), 5000);
    expect(market.posts).toBe(5);
  });

  it('arrive twice, late and in reverse order when that was chosen', async () => {
    const session = await openSession();
    await settle(session, { outcome: 'succeed', duplicate: true, outOfOrder: true, delaySeconds: 1 });
    expect(market.types()).toEqual([]);
    await vi.waitFor(() => expect(market.events).toHaveLength(8), 5000);
    const order = [
      'checkout.session.completed',
      'payment_intent.succeeded',
      'charge.succeeded',
      'payment_intent.created',
    ];
    expect(market.types()).toEqual(order.flatMap((type) => [type, type]));
    expect(new Set(market.events.map((event) => event.id)).size).toBe(4);
  });

  it('are posted only of the enabled types, and recorded all', async () => {
    await sandbox.stop();
    sandbox = await startSandbox({ enabledEvents: ['checkout.session.completed'] });
    stripe = createStripe(sandbox);
    await settle(await openSession(), { outcome: 'succeed' });
    expect(market.types()).toEqual(['checkout.session.completed']);
    expect(await db.sandboxObject.count({ where: { type: 'event' } })).toBe(4);
  });
});

describe('a refund', () => {
  it('of a part and then of the rest gives back the whole charge and never more', async () => {
    const intent = await paidIntent();
    const part = await stripe.refunds.create({ payment_intent: intent, amount: 1600, metadata: { refund: '3' } });
    expect(part).toMatchObject({
      status: 'succeeded',
      amount: 1600,
      payment_intent: intent,
      metadata: { refund: '3' },
    });
    await expect(stripe.refunds.create({ payment_intent: intent, amount: 6001 })).rejects.toMatchObject({
      statusCode: 400,
      param: 'amount',
    });
    const rest = await stripe.refunds.create({ payment_intent: intent });
    const first = await stripe.refunds.list({ payment_intent: intent, limit: 1 });
    expect(first).toMatchObject({ has_more: true, data: [{ id: rest.id }] });
    const all = await stripe.refunds.list({ payment_intent: intent, limit: 1 }).autoPagingToArray({ limit: 10 });
    expect(all.map(({ id }) => id)).toEqual([rest.id, part.id]);
    await expect(stripe.refunds.list({ payment_intent: 'pi_nobody' })).rejects.toMatchObject({
      code: 'resource_missing',
    });
    await expect(stripe.refunds.list({ limit: 3 })).rejects.toMatchObject({ code: 'parameter_missing' });
    expect(rest.amount).toBe(6000);
    await expect(stripe.refunds.create({ payment_intent: intent })).rejects.toMatchObject({
      code: 'charge_already_refunded',
    });

    await vi.waitFor(() => expect(market.types().filter((type) => type === 'refund.updated')).toHaveLength(2), 5000);
    expect(market.types().filter((type) => type === 'charge.refunded')).toHaveLength(2);
    expect(market.types().filter((type) => type === 'refund.created')).toHaveLength(2);
    const { latest_charge } = await stripe.paymentIntents.retrieve(intent, { expand: ['latest_charge'] });
    expect(latest_charge).toMatchObject({ amount_refunded: 7600, refunded: true });
    expect(await stripe.refunds.retrieve(part.id)).toMatchObject({ amount: 1600, status: 'succeeded' });
  });

  it('asked for ten times at once with different keys does not exceed the charge', async () => {
    const intent = await paidIntent();
    const asked = await Promise.allSettled(
      Array.from({ length: 10 }, () => stripe.refunds.create({ payment_intent: intent, amount: 2000 })),
    );
    expect(asked.filter((refund) => refund.status === 'fulfilled')).toHaveLength(3);
  });

  it('to a wallet is pending first and confirmed by an event', async () => {
    const intent = await paidIntent({ paymentMethod: 'alipay' });
    const refund = await stripe.refunds.create({ payment_intent: intent });
    expect(refund.status).toBe('pending');
    await vi.waitFor(() => expect(market.types()).toContain('refund.updated'), 5000);
    expect(await stripe.refunds.retrieve(refund.id)).toMatchObject({ status: 'succeeded' });
  });

  it('that fails later gives the money back to the charge', async () => {
    const intent = await paidIntent({ refundsFail: true });
    const refund = await stripe.refunds.create({ payment_intent: intent, amount: 500 });
    await vi.waitFor(() => expect(market.types()).toContain('refund.failed'), 5000);
    expect((await stripe.refunds.retrieve(refund.id)).status).toBe('failed');
    const { latest_charge } = await stripe.paymentIntents.retrieve(intent, { expand: ['latest_charge'] });
    expect(latest_charge).toMatchObject({ amount_refunded: 0, refunded: false });
  });

  it('of an unpaid or unknown payment is refused', async () => {
    const session = await openSession();
    await settle(session, { outcome: 'decline' });
    const { payment_intent } = await stripe.checkout.sessions.retrieve(session.id);
    await expect(stripe.refunds.create({ payment_intent: String(payment_intent) })).rejects.toMatchObject({
      statusCode: 400,
    });
    await expect(stripe.refunds.create({ payment_intent: 'pi_none' })).rejects.toMatchObject({
      code: 'resource_missing',
    });
    await expect(stripe.refunds.create({})).rejects.toMatchObject({ statusCode: 400 });
  });
});

describe('an open session', () => {
  it('is expired by the market through the API once', async () => {
    const session = await openSession();
    expect((await stripe.checkout.sessions.expire(session.id)).status).toBe('expired');
    await expect(stripe.checkout.sessions.expire(session.id)).rejects.toMatchObject({ statusCode: 400 });
    await vi.waitFor(() => expect(market.types()).toEqual(['checkout.session.expired']));
  });

  it('expires by itself when its time has come', async () => {
    const session = await openSession({ expires_at: inMinutes(31) });
    clock = new Date(clock.getTime() + 32 * 60_000);
    expect((await settle(session, { outcome: 'succeed' })).status).toBe(409);
    await vi.waitFor(() => expect(market.types()).toEqual(['checkout.session.expired']), 5000);
    expect((await stripe.checkout.sessions.retrieve(session.id)).status).toBe('expired');
  });

  it('leaves no expiry behind once paid', async () => {
    await settle(await openSession(), { outcome: 'succeed' });
    expect(await queued('expire')).toBe(0);
  });
});

describe('parameters', () => {
  const faults: [string, object, { code?: string; param?: string }][] = [
    ['unknown', { discount: 5 }, { code: 'parameter_unknown', param: 'discount' }],
    [
      'unknown inside a line',
      { line_items: [line({ tax: 1 })] },
      { code: 'parameter_unknown', param: 'line_items[0][tax]' },
    ],
    ['missing', { success_url: undefined }, { code: 'parameter_missing', param: 'success_url' }],
    [
      'missing inside a line',
      { line_items: [{ quantity: 1 }] },
      { code: 'parameter_missing', param: 'line_items[0][price_data]' },
    ],
    ['no lines', { line_items: [] }, { code: 'parameter_missing', param: 'line_items' }],
    ['a price of nothing', { line_items: [priced(0)] }, { code: 'parameter_invalid_integer' }],
    ['a fraction of a fen', { line_items: [priced(10.5)] }, { code: 'parameter_invalid_integer' }],
    ['a negative price', { line_items: [priced(-100)] }, { code: 'parameter_invalid_integer' }],
    ['too large a sum', { line_items: [priced(60_000_000)] }, { code: 'amount_too_large' }],
    ['another currency', { line_items: [priced(100, 'usd')] }, { param: 'line_items[0][price_data][currency]' }],
    ['another mode', { mode: 'subscription' }, { param: 'mode' }],
    ['an address that is none', { success_url: 'javascript:alert(1)' }, { code: 'url_invalid', param: 'success_url' }],
    ['an expiry too soon', { expires_at: inMinutes(29) }, { param: 'expires_at' }],
    ['an expiry too late', { expires_at: inMinutes(24 * 60 + 1) }, { param: 'expires_at' }],
    ['an unknown method', { allowed_payment_method_types: ['cash'] }, { param: 'allowed_payment_method_types[0]' }],
    [
      'WeChat Pay without its client',
      { allowed_payment_method_types: ['wechat_pay'], payment_method_options: undefined },
      { param: 'payment_method_options[wechat_pay][client]' },
    ],
    [
      'the parameter that this API version removed',
      { payment_method_types: ['card'] },
      { code: 'payment_method_types_no_longer_supported' },
    ],
    ['too long metadata', { metadata: { note: 'x'.repeat(501) } }, { param: 'metadata[note]' }],
    ['an expansion that does not exist', { expand: ['buyer'] }, { param: 'expand' }],
  ];

  it.each(faults)('are refused in the shape of Stripe: %s', async (_name, change, expected) => {
    const refused = openSession(change as Partial<Stripe.Checkout.SessionCreateParams>);
    await expect(refused).rejects.toMatchObject({ type: 'StripeInvalidRequestError', statusCode: 400, ...expected });
    expect(await db.sandboxObject.count({ where: { type: { not: 'idempotency' } } })).toBe(0);
  });

  it('refuse a wrong key, no key, another version and an unknown address', async () => {
    const stranger = createStripe({ ...sandbox, secretKey: 'sk_test_of_somebody_else' });
    await expect(stranger.refunds.retrieve('re_1')).rejects.toMatchObject({ type: 'StripeAuthenticationError' });
    expect((await fetch(`${sandbox.apiBase}/v1/refunds/re_1`)).status).toBe(401);
    await expect(stripe.refunds.retrieve('re_1', {}, { apiVersion: '2020-08-27' })).rejects.toMatchObject({
      statusCode: 400,
    });
    await expect(stripe.refunds.retrieve('re_1')).rejects.toMatchObject({ statusCode: 404, code: 'resource_missing' });
    await expect(stripe.customers.list()).rejects.toMatchObject({ statusCode: 404 });
  });
});

describe('an idempotency key', () => {
  it('used at once by ten callers makes one session and gives all the same answer', async () => {
    const asked = await Promise.all(Array.from({ length: 10 }, () => openSession({}, undefined, 'order-7-pay-1')));
    expect(new Set(asked.map((session) => session.id)).size).toBe(1);
    expect(asked.filter((session) => replayed(session))).toHaveLength(9);
    expect(await db.sandboxObject.count({ where: { type: 'session' } })).toBe(1);
  });

  it('with other parameters is an idempotency error', async () => {
    await openSession({}, undefined, 'order-7-pay-1');
    const other = openSession({ client_reference_id: 'order-8' }, undefined, 'order-7-pay-1');
    await expect(other).rejects.toMatchObject({ type: 'StripeIdempotencyError', statusCode: 400 });
  });

  it('repeats a refusal, and refunds once', async () => {
    const intent = await paidIntent();
    const refund = () =>
      stripe.refunds.create({ payment_intent: intent, amount: 4000 }, { idempotencyKey: 'refund-1' });
    expect((await refund()).id).toBe((await refund()).id);

    const tooMuch = () =>
      stripe.refunds.create({ payment_intent: intent, amount: 4000 }, { idempotencyKey: 'refund-2' });
    await expect(tooMuch()).rejects.toMatchObject({ param: 'amount' });
    await expect(tooMuch()).rejects.toMatchObject({ param: 'amount' });
    expect(await db.sandboxObject.count({ where: { type: 'refund' } })).toBe(1);
  });
});

describe('the memory', () => {
  it('outlives the process, and two processes share it', async () => {
    const session = await openSession();
    await sandbox.stop();
    sandbox = await startSandbox();
    stripe = createStripe(sandbox);
    const second = await startSandbox();
    expect((await createStripe(second).checkout.sessions.retrieve(session.id)).status).toBe('open');
    expect(second.secretKey).toBe(sandbox.secretKey);

    await settle(session, { outcome: 'succeed' });
    expect((await createStripe(second).checkout.sessions.retrieve(session.id)).status).toBe('complete');
    await sleep(300);
    expect(market.types().filter((type) => type === 'checkout.session.completed')).toHaveLength(1);
    await second.stop();
  });

  it('keeps one webhook secret for all processes when none is given', async () => {
    const [first, second] = await Promise.all([
      startSandbox({ webhookSecret: undefined }),
      startSandbox({ webhookSecret: undefined }),
    ]);
    expect(second.webhookSecret).toBe(first.webhookSecret);
    expect(first.webhookSecret).toMatch(/^whsec_\w{32,}$/);
    await Promise.all([first.stop(), second.stop()]);
  });

  it('still delivers what a killed process had promised', async () => {
    market.refuseNext(1);
    await sandbox.stop();
    const killed = await startSandboxProcess();
    stripe = createStripe(killed);
    const session = await openSession();
    await fetch(`${killed.apiBase}/pay/${session.id}`, asJson({ outcome: 'abandon' }));
    const dead = once(killed.process, 'exit');
    killed.process.kill('SIGKILL');
    await dead;
    expect(market.types()).toEqual([]);

    sandbox = await startSandbox();
    await vi.waitFor(() => expect(market.types()).toEqual(['checkout.session.expired']), 10_000);
  }, 30_000);

  it('never starts in production', async () => {
    await expect(startSandbox({ production: true })).rejects.toThrow('production');
  });
});

interface Market {
  address: string;
  events: Stripe.Event[];
  posts: number;
  types(): string[];
  refuseNext(times: number): void;
  mount(routes: Router): void;
  close(): Promise<void>;
}

/** The market as Stripe sees it: a webhook that verifies, and the address under which the pay page is shown. */
async function openMarket(): Promise<Market> {
  const app = express();
  let refusals = 0;
  let payRoutes: Router | undefined;
  app.use(SANDBOX_PAY_PATH, (request, response, next) => payRoutes?.(request, response, next));
  app.post(WEBHOOK, express.raw({ type: 'application/json' }), (request, response) => {
    opened.posts += 1;
    const signature = String(request.get('Stripe-Signature'));
    const event = stripe.webhooks.constructEvent(request.body as Buffer, signature, SECRET);
    if (refusals-- > 0) {
      response.status(500).end();
      return;
    }
    opened.events.push(event);
    response.sendStatus(204);
  });
  const server: Server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const opened: Market = {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    events: [],
    posts: 0,
    types: () => opened.events.map((event) => event.type),
    refuseNext(times) {
      refusals = times;
    },
    mount(routes) {
      payRoutes = routes;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
  return opened;
}

async function startSandbox(change: Partial<PaymentSandboxOptions> = {}): Promise<PaymentSandbox> {
  const started = await startPaymentSandbox({
    db,
    production: false,
    baseUrl: market.address,
    webhookUrl: `${market.address}${WEBHOOK}`,
    webhookSecret: SECRET,
    log,
    now: () => clock,
    retryDelaysMs: [50, 50, 50, 50],
    pollMs: 50,
    ...change,
  });
  market.mount(started.payRoutes);
  return started;
}

async function startSandboxProcess() {
  const script = `
    import { connect } from './server/db/client.ts';
    import { startPaymentSandbox } from './server/clients/payment-sandbox/start-sandbox.ts';
    const started = await startPaymentSandbox({
      ...JSON.parse(process.argv[1]), db: connect(process.argv[2], { pool: 4 }), log: { info() {}, warn() {} } });
    console.log(JSON.stringify({ apiBase: started.apiBase, secretKey: started.secretKey }));`;
  const options = {
    production: false,
    baseUrl: market.address,
    webhookUrl: `${market.address}${WEBHOOK}`,
    webhookSecret: SECRET,
  };
  const args = ['--import', 'tsx', '--input-type=module', '-e', script, JSON.stringify(options), databaseUrl];
  const started = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  child = started;
  const [printed] = (await once(started.stdout, 'data')) as [Buffer];
  return { ...(JSON.parse(String(printed)) as { apiBase: string; secretKey: string }), process: started };
}

function openSession(
  change: Partial<Stripe.Checkout.SessionCreateParams> = {},
  item = '盘山高山小米 5 kg',
  idempotencyKey?: string,
): Promise<Stripe.Response<Stripe.Checkout.Session>> {
  return stripe.checkout.sessions.create(
    {
      mode: 'payment',
      success_url: `${market.address}/orders/7?session={CHECKOUT_SESSION_ID}`,
      cancel_url: `${market.address}/cart`,
      client_reference_id: 'order-7',
      allowed_payment_method_types: ['card', 'alipay', 'wechat_pay'],
      payment_method_options: { wechat_pay: { client: 'web' } },
      line_items: [{ quantity: 2, price_data: { currency: 'cny', unit_amount: 3800, product_data: { name: item } } }],
      ...change,
    },
    idempotencyKey ? { idempotencyKey } : undefined,
  );
}

function line(change: object) {
  return { quantity: 2, price_data: { currency: 'cny', unit_amount: 100, product_data: { name: '小米' } }, ...change };
}

function priced(unitAmount: number, currency = 'cny') {
  return line({ price_data: { currency, unit_amount: unitAmount, product_data: { name: '小米' } } });
}

function inMinutes(minutes: number): number {
  return Math.floor(Date.now() / 1000) + minutes * 60;
}

interface SettleAnswer {
  status: number;
  body: { status?: string; paymentStatus?: string; redirectUrl?: string };
}

async function settle(session: { url: string | null }, choice: object): Promise<SettleAnswer> {
  const response = await fetch(String(session.url), asJson(choice));
  return { status: response.status, body: (await response.json()) as SettleAnswer['body'] };
}

function asJson(body: object): RequestInit {
  return { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
}

function submit(session: { url: string | null }, fields: Record<string, string>): Promise<Response> {
  return fetch(String(session.url), {
    method: 'POST',
    headers: { Accept: 'text/html' },
    body: new URLSearchParams(fields),
    redirect: 'manual',
  });
}

async function paidIntent(choice: object = {}): Promise<string> {
  const session = await openSession();
  await settle(session, { outcome: 'succeed', ...choice });
  return String((await stripe.checkout.sessions.retrieve(session.id)).payment_intent);
}

function queued(queue: string): Promise<number> {
  return db.sandboxObject.count({ where: { type: 'queue', id: { startsWith: `${queue}_` } } });
}

function replayed(session: Stripe.Response<Stripe.Checkout.Session>): boolean {
  return session.lastResponse.headers['idempotent-replayed'] === 'true';
}
