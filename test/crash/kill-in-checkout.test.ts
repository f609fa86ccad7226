import { randomInt, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { reconcile } from '../../server/cli/reconcile/run-checks.ts';
import type { Stripe } from '../../server/clients/stripe.ts';
import { connect, type PrismaClient } from '../../server/db/client.ts';
import { apiTokenFor } from '../setup/app.ts';
import { testDatabase } from '../setup/database.ts';
import { aProduct, stockOf } from '../world/products.ts';
import { makeWorld, type World } from '../world/world.ts';
import { type Market, openMarket } from './market-process.ts';

const CLIENTS = 6;
const KILLS = 6;
const MOMENT_MS = 4_000;
const STOCK = 400;
const SCARCE = 25;
const address = { recipient: '收货人', phone: '13800000000', region: '重庆市 渝中区', detail: '测试路 1 号' };

let url: string;
let db: PrismaClient;
let world: World;
let market: Market;
let tokens: { employee: string; buyer: string; approver: string };
let plenty: { id: number };
let scarce: { id: number };

beforeAll(async () => {
  url = await testDatabase();
  db = connect(url, { pool: 4 });
  world = await makeWorld(db, { now: new Date() });
  const { employee, buyer, approver } = world.users;
  tokens = {
    employee: await apiTokenFor(db, employee),
    buyer: await apiTokenFor(db, buyer),
    approver: await apiTokenFor(db, approver),
  };
  const sold = { supplier: world.suppliers.lianghe, category: world.categories.tea };
  plenty = await aProduct(db, { ...sold, priceFen: 3_000, stock: STOCK });
  scarce = await aProduct(db, { ...sold, priceFen: 2_000, stock: SCARCE });
  await db.unitPayer.updateMany({ where: { unitId: world.units.bank.id }, data: { approvalThresholdFen: 5_000 } });
  market = await openMarket(url);
});
afterAll(async () => {
  await market?.close();
  await db?.$disconnect();
});

interface Told {
  /** every order that an answer named, by the key that it was asked for with */
  orders: Map<string, number>;
  paid: Set<number>;
  cancelled: Set<number>;
  approved: Set<number>;
}

const told: Told = { orders: new Map(), paid: new Set(), cancelled: new Set(), approved: new Set() };
let shopping = true;
let answers = 0;

it('loses, doubles and miscounts nothing when the server is killed in the middle of checkouts', async () => {
  const started = Date.now();
  const clients = Promise.all(Array.from({ length: CLIENTS }, (_, index) => shop(index)));
  clients.catch(() => {
    // Awaited below; until then a client's fault is no unhandled one.
  });
  const moments: string[] = [];
  for (let kill = 0; kill < KILLS; kill += 1) {
    moments.push(await fatalMoment(kill));
    await market.kill();
    await aMinuteLater();
    await market.start();
  }
  shopping = false;
  await clients;
  await expect.poll(unfinished, { timeout: 60_000, interval: 250 }).toEqual({});
  const seconds = Math.round((Date.now() - started) / 1000);
  console.log(`killed ${moments.join(', ')}; ${told.orders.size} orders in ${seconds} s`);

  expect(told.orders.size).toBeGreaterThan(KILLS);
  expect(told.paid.size).toBeGreaterThan(0);
  expect(told.cancelled.size).toBeGreaterThan(0);
  expect(told.approved.size).toBeGreaterThan(0);
  await expectOneOrderPerKey();
  await expectWhatWasTold();
  await expectStock();
  await expectMoney();
  await expectNoticesOnce();
  expect(market.errors()).toEqual([]);
  const differences: unknown[] = [];
  await reconcile(url, (difference) => differences.push(difference));
  expect(differences).toEqual([]);
}, 180_000);

/** A person or program that buys again and again, and repeats each call with its own key until it is answered. */
async function shop(index: number): Promise<void> {
  for (let round = 0; shopping; round += 1) {
    const kind = (index + round) % 4;
    if (kind === 3) await buyOnAccount(round % 2 === 0);
    else await buyForOneself({ pay: kind !== 2, cancel: kind > 0 });
  }
}

async function buyForOneself({ pay, cancel }: { pay: boolean; cancel: boolean }): Promise<void> {
  const order = await submit(tokens.employee, { fundingSource: 'individual', payment: 'stripe' });
  if (!order) return;
  if (pay) {
    await settle(String(order.url));
    told.paid.add(order.id);
  }
  if (cancel) await decide(tokens.employee, order.id, 'cancellation', 'cancelled', told.cancelled);
}

async function buyOnAccount(cancel: boolean): Promise<void> {
  const order = await submit(tokens.buyer, {
    fundingSource: 'canteen_budget',
    payment: 'on_account',
    unitId: world.units.bank.id,
  });
  if (!order) return;
  if (order.status === 'awaiting_approval')
    await decide(tokens.approver, order.id, 'approval', 'placed', told.approved);
  if (cancel) await decide(tokens.buyer, order.id, 'cancellation', 'cancelled', told.cancelled);
}

async function submit(token: string, terms: object): Promise<{ id: number; status: string; url: unknown } | null> {
  const key = randomUUID();
  const lines = [{ productId: plenty.id, quantity: randomInt(1, 4) }];
  // Enough for a unit's approval now and then, and of what soon is sold out.
  if ('unitId' in terms && randomInt(2) === 0) lines.push({ productId: world.products.rice.id, quantity: 2 });
  if (randomInt(4) === 0) lines.push({ productId: scarce.id, quantity: 1 });
  const answer = await persist(token, '/orders', { ...terms, lines, address }, key);
  if (answer.status === 422) return null;
  expect(answer.status).toBe(201);
  const { id, status, payment } = answer.body as { id: number; status: string; payment?: { url?: string } };
  told.orders.set(key, id);
  return { id, status, url: payment?.url };
}

async function decide(token: string, id: number, what: string, state: string, done: Set<number>): Promise<void> {
  const answer = await persist(token, `/orders/${id}/${what}`, {}, randomUUID());
  // A killed process may have done it without having said so.
  if (answer.status !== 200) expect(answer).toMatchObject({ status: 409 });
  const now = await db.order.findUniqueOrThrow({ where: { id }, select: { state: true } });
  expect(now.state).toBe(state);
  done.add(id);
}

/** Sends the same call until somebody answers it. */
async function persist(token: string, path: string, body: object, key: string) {
  for (;;) {
    const answer = await fetch(`${market.url}/api/v1${path}`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', 'Idempotency-Key': key },
      body: JSON.stringify(body),
    })
      .then(async (response) => ({ status: response.status, body: (await response.json()) as { code?: string } }))
      .catch(() => null);
    const isBusy = answer?.status === 409 && JSON.stringify(answer.body).includes('keyInUse');
    if (answer && answer.status < 500 && !isBusy) {
      answers += 1;
      return answer;
    }
    await sleep(50);
  }
}

async function settle(payUrl: string): Promise<void> {
  for (;;) {
    const answer = await fetch(payUrl, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ outcome: 'succeed' }),
    }).catch(() => null);
    if (answer?.status === 200) {
      answers += 1;
      return;
    }
    if (answer && answer.status < 500) throw new Error(`paying was answered with ${answer.status}`);
    await sleep(50);
  }
}

const halfway: Record<string, () => number | Promise<number>> = {
  'before the payment is opened': () => db.payment.count({ where: { state: 'created' } }),
  'with an event not carried out': () =>
    db.webhookEvent.count({ where: { processedAt: null, type: 'checkout.session.completed' } }),
  'with a refund not sent': () => db.paymentRefund.count({ where: { state: 'created' } }),
  'with an order that has no payment yet': () =>
    db.order.count({ where: { state: 'awaiting_payment', payments: { none: {} } } }),
};

/** Every other time after some random number of answers, else when the database shows something half done. */
async function fatalMoment(kill: number): Promise<string> {
  const names = Object.keys(halfway);
  const name = kill % 2 === 0 ? 'at random' : (names[(kill >> 1) % names.length] ?? '');
  const enough = answers + randomInt(1, 25);
  const hasCome = halfway[name] ?? (() => Number(answers >= enough));
  for (const until = Date.now() + MOMENT_MS; Date.now() < until; await sleep(1)) if ((await hasCome()) > 0) return name;
  return `waiting in vain ${name}`;
}

/** What a dead process had in hand waits a minute for it; nobody in this test does. */
async function aMinuteLater(): Promise<void> {
  await db.$executeRaw`UPDATE idempotency_key SET createdAt = createdAt - INTERVAL 1 MINUTE WHERE responseStatus IS NULL`;
  await db.$executeRaw`UPDATE outbox SET availableAt = availableAt - INTERVAL 1 MINUTE`;
}

/** What is still under way; empty when all has settled. */
async function unfinished(): Promise<object> {
  const [outbox, events, refunds, deliveries, unfolded] = await Promise.all([
    db.outbox.count(),
    db.webhookEvent.count({ where: { processedAt: null } }),
    db.paymentRefund.count({ where: { state: { not: 'succeeded' } } }),
    db.sandboxObject.count({ where: { OR: [{ id: { startsWith: 'send_' } }, { id: { startsWith: 'refund_' } }] } }),
    db.tallyEntry.count({ where: { folded: false } }),
  ]);
  const all = { outbox, events, refunds, deliveries, unfolded };
  return Object.fromEntries(Object.entries(all).filter(([, count]) => count > 0));
}

async function expectOneOrderPerKey(): Promise<void> {
  const orders = await db.order.findMany({ select: { id: true }, orderBy: { id: 'asc' } });
  expect(orders.map(({ id }) => id)).toEqual([...told.orders.values()].sort((a, b) => a - b));
}

async function expectWhatWasTold(): Promise<void> {
  const orders = await db.order.findMany({ include: { decisions: true, cancellation: true } });
  for (const order of orders) {
    const paid = told.paid.has(order.id);
    const expected = told.cancelled.has(order.id)
      ? 'cancelled'
      : paid || order.fundingSource !== 'individual'
        ? 'placed'
        : 'awaiting_payment';
    expect({ id: order.id, state: order.state }).toEqual({ id: order.id, state: expected });
    expect(order.decisions).toHaveLength(told.approved.has(order.id) ? 1 : 0);
  }
}

async function expectStock(): Promise<void> {
  for (const [product, stock] of [
    [plenty, STOCK],
    [scarce, SCARCE],
  ] as const) {
    const held = await db.orderLine.aggregate({
      where: { productId: product.id, order: { state: { not: 'cancelled' } } },
      _sum: { quantity: true },
    });
    const moved = await db.stockMovement.aggregate({
      where: { batch: { productId: product.id } },
      _sum: { quantity: true },
    });
    expect(await stockOf(db, product)).toBe(stock - (held._sum.quantity ?? 0));
    expect(moved._sum.quantity).toBe(stock - (held._sum.quantity ?? 0));
  }
}

/** What Stripe has taken and given back, against what the market believes and what each order's journal says. */
async function expectMoney(): Promise<void> {
  const objects = async <T>(type: string) =>
    (await db.sandboxObject.findMany({ where: { type } })).map((row) => (row.data as unknown as { object: T }).object);
  const charges = (await objects<Stripe.Charge>('charge')).filter((charge) => charge.paid);
  const refunds = await objects<Stripe.Refund>('refund');
  const orders = await db.order.findMany({ include: { payments: { include: { refunds: true } }, journal: true } });
  const known = orders.flatMap((order) => order.payments).filter((payment) => payment.state === 'succeeded');
  expect(known.map((payment) => payment.paymentIntentId).sort()).toEqual(
    charges.map((charge) => String(charge.payment_intent)).sort(),
  );
  for (const order of orders) {
    const own = charges.filter((charge) =>
      order.payments.some((paid) => paid.paymentIntentId === charge.payment_intent),
    );
    const back = refunds.filter((refund) => own.some((charge) => charge.id === refund.charge));
    const noted = order.payments.flatMap((payment) => payment.refunds);
    const paid = told.paid.has(order.id);
    const fate = { id: order.id, state: order.state };
    expect({ ...fate, charged: own.map((charge) => charge.amount) }).toEqual({
      ...fate,
      charged: paid ? [order.totalFen] : [],
    });
    const due = paid && order.state === 'cancelled' ? [order.totalFen] : [];
    expect({ ...fate, refunded: back.map((refund) => refund.amount) }).toEqual({ ...fate, refunded: due });
    expect({ ...fate, refunded: noted.map((refund) => refund.amountFen) }).toEqual({ ...fate, refunded: due });
    const balance = (account?: string) =>
      order.journal.reduce((sum, row) => (!account || row.account === account ? sum + row.fen : sum), 0);
    expect({ ...fate, sum: balance() }).toEqual({ ...fate, sum: 0 });
    if (order.fundingSource === 'individual') expect({ ...fate, owed: balance('owed') }).toEqual({ ...fate, owed: 0 });
  }
}

async function expectNoticesOnce(): Promise<void> {
  const notices = await db.notification.findMany({ select: { userId: true, kind: true, link: true, data: true } });
  const distinct = new Set(notices.map((notice) => JSON.stringify(notice)));
  expect(notices).toHaveLength(distinct.size);
}
