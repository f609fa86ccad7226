import supertest from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reconcile } from '../../server/cli/reconcile/run-checks.ts';
import { dayToColumn } from '../../server/shared/days.ts';
import { type Market, openMarket, type Person, type Placed } from '../quotas/market.ts';
import { apiTokenFor } from '../setup/app.ts';
import { stockOf } from '../world/products.ts';

let market: Market;
let day = '2026-05-06';

beforeAll(async () => {
  market = await openMarket(day);
});
afterAll(() => market.app.close());

const turnTo = (next: string) => {
  day = next;
  market.turnTo(next);
};

async function post(who: Person, path: string, body: object, status?: number) {
  const { app, world } = market;
  const user = typeof who === 'string' ? world.users[who] : who;
  const token = await apiTokenFor(app.db, user, [], new Date(`${day}T04:00:00Z`));
  const answer = await supertest(app.url).post(`/api/v1${path}`).auth(token, { type: 'bearer' }).send(body);
  if (status) expect(answer.status, answer.text).toBe(status);
  return answer;
}

const line = (order: Placed, at = 0) => order.fulfilments[at]?.lines[0]?.id ?? 0;
const ask = async (order: Placed, quantity: number, lineId = line(order)): Promise<number> =>
  (await post(order.buyer, `/orders/${order.id}/refunds`, { lines: [{ lineId, quantity }], reason: '有破损' }, 201))
    .body.id;
const approve = (refundId: number, more: object = {}, who: Person = 'supplier') =>
  post(who, `/refunds/${refundId}/decision`, { decision: 'approve', ...more }, 200);

async function figures(order: Placed, programme = market.world.programmes.group.id) {
  const rows = await market.app.db.tallyEntry.groupBy({
    by: ['event'],
    where: { orderId: order.id, programmeId: programme },
    _sum: { fen: true, grams: true },
  });
  const of = (event: string) => {
    const sum = rows.find((row) => row.event === event)?._sum;
    return [sum?.fen ?? 0, sum?.grams ?? 0];
  };
  return { placed: of('placed'), counted: of('counted') };
}

async function balance(order: Placed) {
  const rows = await market.app.db.journalEntry.groupBy({
    by: ['account'],
    where: { orderId: order.id },
    _sum: { fen: true },
  });
  const sums = Object.fromEntries(rows.map((row) => [row.account, row._sum.fen ?? 0]));
  expect(Object.values(sums).reduce((sum, fen) => sum + fen, 0)).toBe(0);
  return sums;
}

async function expectExact() {
  const found: unknown[] = [];
  await reconcile(market.app.container.config.databaseUrl, (difference) => found.push(difference));
  expect(found).toEqual([]);
}

describe('a refund of goods that an individual paid and received', () => {
  it('reverses just its part, dated that day, and sends just its money back', async () => {
    const { tea } = market.world.products;
    const order = await market.buy('employee', { lines: [{ productId: tea.id, quantity: 3 }] });
    await market.deliver(order);
    const stock = await stockOf(market.app.db, tea);
    turnTo('2026-05-20');
    const refundId = await ask(order, 1);
    expect(await figures(order)).toEqual({ placed: [38_400, 750], counted: [38_400, 750] });
    const answer = await approve(refundId, { lines: [{ lineId: line(order), quantity: 1, restockedQuantity: 1 }] });
    expect(answer.body).toMatchObject({ state: 'approved', goodsFen: 12_800, freightFen: 0 });
    expect(await figures(order)).toEqual({ placed: [25_600, 500], counted: [25_600, 500] });
    const entry = await market.app.db.tallyEntry.findFirstOrThrow({ where: { orderId: order.id, source: 'refund' } });
    expect(entry).toMatchObject({ sourceId: refundId, onDay: dayToColumn('2026-05-20'), isAdjustment: false });
    expect(await stockOf(market.app.db, tea)).toBe(stock + 1);
    await expectExact();
    await market.settle();
    expect(await balance(order)).toEqual({ goods: 25_600, paid: -38_400, refunded: 12_800, owed: 0 });
    const { state } = await market.app.db.refund.findUniqueOrThrow({ where: { id: refundId } });
    expect(state).toBe('paid');
    await expectExact();
  });

  it('is granted in part with a reason, and refused with one', async () => {
    const { tea } = market.world.products;
    const order = await market.buy('employee', { lines: [{ productId: tea.id, quantity: 3 }] });
    await market.deliver(order);
    const refundId = await ask(order, 2);
    const lines = [{ lineId: line(order), quantity: 1 }];
    const silent = await post('supplier', `/refunds/${refundId}/decision`, { decision: 'approve', lines });
    expect([silent.status, silent.body.errors[0].code]).toEqual([422, 'reasonNeeded']);
    await approve(refundId, { lines, reason: '只有一件破损' });
    expect(await figures(order)).toEqual({ placed: [25_600, 500], counted: [25_600, 500] });
    const second = await ask(order, 2);
    expect((await post('supplier', `/refunds/${second}/decision`, { decision: 'refuse' })).status).toBe(422);
    await post('supplier', `/refunds/${second}/decision`, { decision: 'refuse', reason: '超出约定' }, 200);
    expect((await post('supplier', `/refunds/${second}/decision`, { decision: 'approve' })).status).toBe(409);
    expect(await figures(order)).toEqual({ placed: [25_600, 500], counted: [25_600, 500] });
    await market.settle();
    await expectExact();
  });

  it('gives freight back with the last of the parcel, or as far as the decider adds it', async () => {
    const { tea } = market.world.products;
    const order = await market.buy('employee', { lines: [{ productId: tea.id, quantity: 1 }] });
    await market.deliver(order);
    await approve(await ask(order, 1));
    await market.settle();
    expect(await balance(order)).toEqual({ goods: 0, freight: 0, paid: -14_000, refunded: 14_000, owed: 0 });

    const { rice } = market.world.products;
    const other = await market.buy('employee', { lines: [{ productId: rice.id, quantity: 2 }] });
    await market.deliver(other);
    const refundId = await ask(other, 1);
    const lines = [{ lineId: line(other), quantity: 1 }];
    const tooMuch = { decision: 'approve', lines, freightFen: 2001 };
    expect((await post('riceSupplier', `/refunds/${refundId}/decision`, tooMuch)).body.errors[0].code).toBe(
      'moreFreightThanPaid',
    );
    await approve(refundId, { freightFen: 500 }, 'riceSupplier');
    await approve(await ask(other, 1), {}, 'riceSupplier');
    await market.settle();
    expect(await balance(other)).toEqual({ goods: 0, freight: 0, paid: -14_000, refunded: 14_000, owed: 0 });
    await expectExact();
  });
});

describe('a refund before the parcel was received', () => {
  it('is not shipped, not received, not owed, and its stock and cap are free', async () => {
    const { units, products } = market.world;
    const { db } = market.app;
    const cap = await db.cap.create({
      data: {
        ...({ kind: 'unit_product', productId: products.tea.id, limitValue: 10 } as const),
        ...{ startsOn: dayToColumn('2026-01-01'), endsOn: dayToColumn('2026-12-31') },
      },
    });
    const stock = await stockOf(db, products.tea);
    const order = await market.buy('buyer', {
      lines: [{ productId: products.tea.id, quantity: 10 }],
      unit: units.bank,
    });
    await approve(await ask(order, 4));
    expect(await stockOf(db, products.tea)).toBe(stock - 6);
    const { used } = await db.capCounter.findFirstOrThrow({ where: { capId: cap.id, holderId: units.bank.id } });
    expect(Number(used)).toBe(6);
    expect(await figures(order)).toEqual({ placed: [76_800, 1500], counted: [0, 0] });
    expect(await balance(order)).toEqual({ goods: 76_800, owed: -76_800 });
    await expectExact();

    const parcel = order.fulfilments[0]?.id ?? 0;
    await post('supplier', `/fulfilments/${parcel}/shipment`, { carrier: '邮政', trackingNumber: 'R1' }, 201);
    const shipped = await db.shipmentLine.aggregate({ where: { lineId: line(order) }, _sum: { quantity: true } });
    expect(shipped._sum.quantity).toBe(6);
    const whole = { lines: [{ lineId: line(order), acceptedQuantity: 10 }] };
    expect((await post('buyer', `/fulfilments/${parcel}/receipt`, whole)).status).toBe(422);
    await post(
      'buyer',
      `/fulfilments/${parcel}/receipt`,
      { lines: [{ lineId: line(order), acceptedQuantity: 5, shortQuantity: 1 }] },
      201,
    );
    expect(await figures(order)).toEqual({ placed: [64_000, 1250], counted: [64_000, 1250] });
    await approve(await ask(order, 2));
    expect(await figures(order)).toEqual({ placed: [38_400, 750], counted: [38_400, 750] });
    expect(await balance(order)).toEqual({ goods: 38_400, owed: -38_400 });
    await expectExact();
  });

  it('of all its goods ends the parcel; with another still open, the order can be cancelled to nothing', async () => {
    const { products, units } = market.world;
    const lines = [
      { productId: products.wulongTea.id, quantity: 3 },
      { productId: products.rice.id, quantity: 4 },
    ];
    const order = await market.buy('buyer', { lines, unit: units.bank });
    const [first, second] = order.fulfilments.map((part) => part.supplier.code === 'chuanhe');
    expect([first, second].filter(Boolean)).toHaveLength(1);
    const rice = first ? 0 : 1;
    const before = await stockOf(market.app.db, products.rice);
    await approve(await ask(order, 1, line(order, rice)), {}, 'riceSupplier');
    await approve(await ask(order, 3, line(order, rice)), {}, 'riceSupplier');
    const parcel = await market.app.db.fulfilment.findUniqueOrThrow({
      where: { id: order.fulfilments[rice]?.id ?? 0 },
    });
    expect(parcel.state).toBe('cancelled');
    expect(await stockOf(market.app.db, products.rice)).toBe(before + 4);
    await expectExact();
    await market.cancel(order);
    const sums = await balance(order);
    expect(Object.values(sums).every((fen) => fen === 0)).toBe(true);
    await expectExact();
  });

  it('of everything completes the order', async () => {
    const { tea } = market.world.products;
    const order = await market.buy('employee', { lines: [{ productId: tea.id, quantity: 2 }] });
    await approve(await ask(order, 2));
    const { state } = await market.app.db.order.findUniqueOrThrow({ where: { id: order.id } });
    expect(state).toBe('completed');
    expect(await figures(order)).toEqual({ placed: [0, 0], counted: [0, 0] });
    await market.settle();
    await expectExact();
  });
});

describe('who and how much', () => {
  it('hides refunds from strangers and leaves the decision to the supplier or the operator', async () => {
    const { tea } = market.world.products;
    const order = await market.buy('employee', { lines: [{ productId: tea.id, quantity: 1 }] });
    const body = { lines: [{ lineId: line(order), quantity: 1 }], reason: '不要了' };
    for (const who of ['colleague', 'buyer', 'supplier'] as const)
      await post(who, `/orders/${order.id}/refunds`, body, 404);
    const refundId = await ask(order, 1);
    for (const who of ['employee', 'riceSupplier', 'approver', 'organizer'] as const)
      await post(who, `/refunds/${refundId}/decision`, { decision: 'approve' }, 404);
    await approve(refundId, {}, 'operator');
  });

  it('never asks for more than stands, also not by several requests', async () => {
    const { tea } = market.world.products;
    const order = await market.buy('employee', { lines: [{ productId: tea.id, quantity: 3 }] });
    await ask(order, 2);
    const more = await post('employee', `/orders/${order.id}/refunds`, {
      lines: [{ lineId: line(order), quantity: 2 }],
      reason: '再退',
    });
    expect(more.status).toBe(422);
    expect(more.body.errors).toMatchObject([{ path: 'lines.0.quantity', code: 'moreThanStands' }]);
    expect(more.body.errors[0].message).toContain('1');
    await market.cancel(order);
    await market.settle();
    expect(await market.app.db.refund.count({ where: { orderId: order.id, state: 'withdrawn' } })).toBe(1);
    await expectExact();
  });
});

describe('a refund of last year’s purchase', () => {
  it('is a marked adjustment in the closed programme, of that day', async () => {
    turnTo('2026-12-20');
    const { tea } = market.world.products;
    const order = await market.buy('employee', { lines: [{ productId: tea.id, quantity: 2 }] });
    await market.deliver(order);
    await market.app.db.programme.update({
      where: { id: market.world.programmes.group.id },
      data: { state: 'closed' },
    });
    turnTo('2027-03-04');
    await approve(await ask(order, 1));
    const entries = await market.app.db.tallyEntry.findMany({
      where: { orderId: order.id, source: 'refund', programmeId: market.world.programmes.group.id },
    });
    expect(entries).toHaveLength(2);
    for (const entry of entries)
      expect(entry).toMatchObject({ isAdjustment: true, onDay: dayToColumn('2027-03-04'), fen: -12_800, grams: -250 });
    await market.settle();
    await expectExact();
  });
});

describe('notices', () => {
  it('tell the supplier of a request and the buyer of its decision, each once', async () => {
    const { tea } = market.world.products;
    turnTo('2026-05-20');
    const order = await market.buy('employee', { lines: [{ productId: tea.id, quantity: 1 }] });
    await market.deliver(order);
    const refundId = await ask(order, 1);
    await market.settle();
    await approve(refundId);
    await market.settle();
    const told = await market.app.db.notification.findMany({
      where: { dedupeKey: { in: ['requested', 'approved', 'refused'].map((what) => `refund_${what} ${refundId}`) } },
      orderBy: { id: 'asc' },
      select: { kind: true, userId: true },
    });
    const { supplier, employee } = market.world.users;
    expect(told).toEqual([
      { kind: 'refund_requested', userId: supplier.id },
      { kind: 'refund_approved', userId: employee.id },
    ]);
  });
});
