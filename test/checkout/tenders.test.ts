import supertest from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findActor } from '../../server/accounts/actor.ts';
import { cancelOrder } from '../../server/orders/cancel-order.ts';
import { decideRefund, type RefundDecision } from '../../server/orders/decide-refund.ts';
import { expireOrder } from '../../server/orders/expire-order.ts';
import { requestRefund } from '../../server/orders/request-refund.ts';
import { invoicingOfParcel } from '../../server/payments/invoices/parcel-invoicing.ts';
import { setAllowances, withdrawAllowances } from '../../server/welfare/set-allowances.ts';
import { type Market, openMarket } from '../quotas/market.ts';
import { apiTokenFor } from '../setup/app.ts';

const DAY = '2026-05-06';
const at = new Date(`${DAY}T04:00:00Z`);
let market: Market;

beforeAll(async () => {
  market = await openMarket(DAY);
});
afterAll(() => market.app.close());

type Login = 'employee' | 'colleague' | 'supplier' | 'approver' | 'operator' | 'outsider';
const actorOf = async (login: Login) => {
  const actor = await findActor(market.app.db, market.world.users[login].id, DAY);
  if (!actor) throw new Error(`${login} is nobody`);
  return actor;
};

async function grant(login: Login, fen: number): Promise<void> {
  const unit = market.world.units.bank;
  await setAllowances(
    market.app.db,
    await actorOf('approver'),
    unit.id,
    new Map([[market.world.users[login].id, fen]]),
    at,
  );
}

const decision: RefundDecision = { decision: 'approve', lines: [], freightFen: 0, reason: '' };

const tea = () => market.world.products.tea.id;
const address = { recipient: '收货人', phone: '13800000000', region: '重庆市 渝中区', detail: '测试路 1 号' };

interface Wish {
  lines?: { productId: number; quantity: number }[];
  tenders?: { allowanceFen?: number; pointsFen?: number };
  unitId?: number | null;
}

async function post(login: Login, path: string, body: object) {
  const token = await apiTokenFor(market.app.db, market.world.users[login], [], at);
  return supertest(market.app.url).post(`/api/v1${path}`).auth(token, { type: 'bearer' }).send(body);
}

const order = (login: Login, { lines = [{ productId: tea(), quantity: 1 }], ...more }: Wish = {}) =>
  post(login, '/orders', { lines, fundingSource: 'individual', payment: 'stripe', address, ...more });

const pay = (url: string) =>
  supertest(market.app.url).post(new URL(url).pathname).send({ outcome: 'succeed' }).expect(200);

async function bought(login: Login, wish: Wish) {
  const { status, body, text } = await order(login, wish);
  expect(status, text).toBe(201);
  if (body.payment.url) await pay(body.payment.url);
  return { id: body.id as number, buyer: login, fulfilments: body.fulfilments, totals: body.totals };
}

async function leftOf(login: Login): Promise<number> {
  const allowance = await market.app.db.welfareAllowance.findFirstOrThrow({
    where: { userId: market.world.users[login].id, year: 2026 },
    include: { entries: true },
  });
  return allowance.entries.reduce((sum, entry) => sum + entry.fen, allowance.amountFen);
}

const pointsOf = async (login: Login) =>
  (await market.app.db.pointBalance.findUnique({ where: { userId: market.world.users[login].id } }))?.points ?? 0;

/** Sums of an order's tally by event and funding source: fen and g, in the group's programme. */
async function tally(orderId: number) {
  const rows = await market.app.db.tallyEntry.groupBy({
    by: ['event', 'fundingSource'],
    where: { orderId, programmeId: market.world.programmes.group.id },
    _sum: { fen: true, grams: true },
  });
  return Object.fromEntries(rows.map((row) => [`${row.event} ${row.fundingSource}`, [row._sum.fen, row._sum.grams]]));
}

async function journal(orderId: number) {
  const rows = await market.app.db.journalEntry.groupBy({ by: ['account'], where: { orderId }, _sum: { fen: true } });
  const sums = Object.fromEntries(rows.map((row) => [row.account, row._sum.fen ?? 0]));
  expect(Object.values(sums).reduce((sum, fen) => sum + fen, 0)).toBe(0);
  return sums;
}

describe('an order paid with a welfare allowance', () => {
  it('alone is placed at once without a payment, and counts as union funds', async () => {
    await grant('employee', 100_000);
    // Tea of 128 yuan and 12 of freight.
    const { id, totals } = await bought('employee', { tenders: { allowanceFen: 14_000 } });
    expect(totals).toMatchObject({ totalFen: 14_000, allowanceFen: 14_000, pointsFen: 0 });
    const { state } = await market.app.db.order.findUniqueOrThrow({ where: { id } });
    expect(state).toBe('placed');
    expect(await market.app.db.payment.count({ where: { orderId: id } })).toBe(0);
    expect(await leftOf('employee')).toBe(86_000);
    expect(await tally(id)).toEqual({ 'placed union_funds': [12_800, 250], 'counted union_funds': [12_800, 250] });
    expect(await journal(id)).toEqual({ goods: 12_800, freight: 1_200, allowance: -14_000 });
    await market.expectExact();
  });

  it('in part splits every line by tender, and money pays the rest', async () => {
    const { rice } = market.world.products;
    const lines = [
      { productId: tea(), quantity: 1 },
      { productId: rice.id, quantity: 2 },
    ];
    // 248 yuan of goods and 32 of freight: 100 of it by the allowance, over lines of 128 and 120.
    const { id, totals } = await bought('employee', { lines, tenders: { allowanceFen: 10_000 } });
    expect(totals.totalFen).toBe(28_000);
    const shares = await market.app.db.orderLine.findMany({ where: { orderId: id }, orderBy: { id: 'asc' } });
    expect(shares.map(({ allowanceFen }) => allowanceFen)).toEqual([5_161, 4_839]);
    const [payment] = await market.app.db.payment.findMany({ where: { orderId: id } });
    expect(payment).toMatchObject({ state: 'succeeded', amountFen: 18_000 });
    const expected = { union_funds: [10_000, 100 + 4_032], individual: [14_800, 10_250 - 4_132] };
    expect(await tally(id)).toEqual(
      Object.fromEntries(
        (['placed', 'counted'] as const).flatMap((event) =>
          Object.entries(expected).map(([source, sums]) => [`${event} ${source}`, sums]),
        ),
      ),
    );
    expect(await journal(id)).toEqual({ goods: 24_800, freight: 3_200, allowance: -10_000, owed: 0, paid: -18_000 });
    await market.expectExact();
  });

  it('gives each tender its share back by line', async () => {
    const before = await leftOf('employee');
    const { id, fulfilments } = await bought('employee', {
      lines: [{ productId: tea(), quantity: 3 }],
      tenders: { allowanceFen: 10_001 },
    });
    const lineId = fulfilments[0].lines[0].id;
    const back: number[] = [];
    for (const quantity of [1, 2]) {
      const asked = { lines: [{ lineId, quantity }], reason: '有破损', photos: [] };
      const refundId = await requestRefund(market.app.container, await actorOf('employee'), id, asked, at);
      await decideRefund(market.app.db, await actorOf('supplier'), refundId, decision, at);
      await market.settle();
      const sent = await market.app.db.paymentRefund.findFirstOrThrow({
        where: { source: 'refund', sourceId: refundId },
      });
      const refund = await market.app.db.refund.findUniqueOrThrow({ where: { id: refundId } });
      const [entry] = await market.app.db.allowanceEntry.findMany({ where: { source: 'refund', sourceId: refundId } });
      expect(sent.amountFen + (entry?.fen ?? 0)).toBe(refund.goodsFen + refund.freightFen);
      back.push(entry?.fen ?? 0);
      await market.expectExact();
    }
    // Of 10,001 two thirds stay, rounded down, then nothing.
    expect(back).toEqual([3_334, 6_667]);
    expect(await leftOf('employee')).toBe(before);
    const sums = await tally(id);
    expect(new Set(Object.values(sums).flat())).toEqual(new Set([0]));
    expect(await journal(id)).toMatchObject({ goods: 0, allowance: 0, owed: 0 });
  });

  it('gives back what does not arrive, and wholly paid so the refund is done at once', async () => {
    const part = await bought('employee', {
      lines: [{ productId: tea(), quantity: 2 }],
      tenders: { allowanceFen: 5_000 },
    });
    await market.deliver(part, 1);
    expect(await tally(part.id)).toEqual({
      ...{ 'placed union_funds': [2_500, 48], 'counted union_funds': [2_500, 48] },
      ...{ 'placed individual': [10_300, 202], 'counted individual': [10_300, 202] },
    });
    const whole = await bought('employee', { tenders: { allowanceFen: 14_000 } });
    await market.deliver(whole);
    const asked = { lines: [{ lineId: whole.fulfilments[0].lines[0].id, quantity: 1 }], reason: '变质', photos: [] };
    const refundId = await requestRefund(market.app.container, await actorOf('employee'), whole.id, asked, at);
    await decideRefund(market.app.db, await actorOf('supplier'), refundId, decision, at);
    const refund = await market.app.db.refund.findUniqueOrThrow({ where: { id: refundId } });
    expect(refund.state).toBe('paid');
    expect(await market.app.db.paymentRefund.count({ where: { source: 'refund', sourceId: refundId } })).toBe(0);
    await market.expectExact();
  });

  it('invoices a person the money alone', async () => {
    const { fulfilments } = await bought('employee', { tenders: { allowanceFen: 12_800 } });
    expect(await invoicingOfParcel(market.app.db, fulfilments[0].id)).toMatchObject({ standingFen: 1_200 });
  });

  it('is cancelled or expires without losing a fen', async () => {
    const before = await leftOf('employee');
    const placed = await bought('employee', { tenders: { allowanceFen: 7_777 } });
    const { body: waiting } = await order('employee', { tenders: { allowanceFen: 3_333 } });
    expect(await leftOf('employee')).toBe(before - 11_110);
    await cancelOrder(market.app.db, await actorOf('employee'), placed.id, '不要了', at);
    expect(await expireOrder(market.app.db, waiting.id, new Date(at.getTime() + 3_600_000))).toBe(true);
    expect(await leftOf('employee')).toBe(before);
    expect(await journal(placed.id)).toMatchObject({ allowance: 0 });
    await market.expectExact();
  });

  it('is refused by its field beyond the balance, beyond the sum, for no unit and where none was granted', async () => {
    const faultOf = async (login: Login, wish: Wish) => {
      const { status, body } = await order(login, wish);
      return [status, ...body.errors.map(({ path, code }: Record<string, string>) => `${path} ${code}`)];
    };
    const left = await leftOf('employee');
    const lines = [{ productId: tea(), quantity: 20 }];
    expect(await faultOf('employee', { lines, tenders: { allowanceFen: left + 1 } })).toEqual([
      ...[422, 'tenders.allowanceFen notEnoughAllowance'],
    ]);
    expect(await faultOf('employee', { tenders: { allowanceFen: 14_001 } })).toEqual([
      ...[422, 'tenders.allowanceFen tenderTooMuch'],
    ]);
    expect(await faultOf('employee', { tenders: { allowanceFen: 1 }, unitId: null })).toEqual([
      ...[422, 'tenders.allowanceFen allowanceNeedsUnit'],
    ]);
    expect(await faultOf('colleague', { tenders: { allowanceFen: 1 } })).toEqual([
      ...[422, 'tenders.allowanceFen notEnoughAllowance'],
    ]);
    expect(await faultOf('employee', { tenders: { pointsFen: 6_401 } })).toEqual([
      422,
      'tenders.pointsFen tenderTooMuch',
    ]);
    expect(await faultOf('employee', { tenders: { allowanceFen: 13_600 } })).toEqual([
      ...[422, 'tenders.allowanceFen restTooSmall'],
    ]);
    expect(await faultOf('outsider', { tenders: { pointsFen: 100 } })).toEqual([
      422,
      'tenders.pointsFen notEnoughPoints',
    ]);
    expect(await leftOf('employee')).toBe(left);
  });
});

it('stays an individual’s purchase: others see neither order nor buyer, only sums by funding source', async () => {
  const { body } = await market.get('organizer', `/programmes/${market.world.programmes.group.id}/entries?limit=100`);
  const entries = body.items as { orderId: number | null; fundingSource: string; fen: number }[];
  const union = entries.filter(({ fundingSource }) => fundingSource === 'union_funds');
  expect(union.length).toBeGreaterThan(0);
  expect(entries.filter(({ orderId }) => orderId !== null)).toEqual([]);
  const own = await market.get('employee', `/programmes/${market.world.programmes.group.id}/entries?limit=100`);
  expect(own.body.items.some((entry: { orderId: number | null }) => entry.orderId !== null)).toBe(true);
});

it('takes the unit’s cap on union funds for goods, and gives back what does not stand', async () => {
  const { db } = market.app;
  const { units, programmes } = market.world;
  await db.unit.update({ where: { id: units.bank.id }, data: { employees: 1 } });
  const terms = { kind: 'employee_union_year', limitValue: 30_000, programmeId: programmes.group.id } as const;
  const cap = await db.cap.create({
    data: { ...terms, startsOn: new Date('2026-01-01'), endsOn: new Date('2026-12-31') },
  });
  const used = async () => Number((await db.capCounter.findFirst({ where: { capId: cap.id } }))?.used ?? 0);
  const made = await bought('employee', {
    lines: [{ productId: tea(), quantity: 2 }],
    tenders: { allowanceFen: 20_000 },
  });
  expect(await used()).toBe(20_000);
  const { status, body } = await order('employee', { tenders: { allowanceFen: 12_000 } });
  expect([status, body.errors[0]]).toMatchObject([422, { path: 'tenders.allowanceFen', code: 'overUnionCap' }]);
  const asked = { lines: [{ lineId: made.fulfilments[0].lines[0].id, quantity: 1 }], reason: '多买了', photos: [] };
  const refundId = await requestRefund(market.app.container, await actorOf('employee'), made.id, asked, at);
  await decideRefund(db, await actorOf('supplier'), refundId, decision, at);
  expect(await used()).toBe(10_000);
  await cancelOrder(db, await actorOf('employee'), made.id, '不要了', at);
  expect(await used()).toBe(0);
  // Freight is none of it.
  await bought('employee', { tenders: { allowanceFen: 14_000 } });
  expect(await used()).toBe(12_800);
  await market.expectExact();
  await db.cap.update({ where: { id: cap.id }, data: { endsOn: new Date('2026-01-02') } });
});

it('tells a client what can be used, and what a refund gave back by which tender', async () => {
  const { body } = await market.get('employee', '/tenders');
  expect(body).toEqual({
    ...{ allowance: { leftFen: await leftOf('employee'), until: '2026-12-31' }, points: await pointsOf('employee') },
    ...{ rule: { perYuan: 1, mostPercent: 50 }, leastRestFen: 500 },
  });
  expect((await market.get('outsider', '/tenders')).body).toMatchObject({ allowance: null, points: 0 });
  const { orderId } = await market.app.db.allowanceEntry.findFirstOrThrow({ where: { source: 'refund' } });
  const { body: refunds } = await market.get('employee', `/orders/${orderId}/refunds`);
  expect(refunds.items[0]).toMatchObject({ allowanceFen: 3_334, pointsFen: 0 });
});

describe('points', () => {
  it('are earned for the money of what was accepted, and taken back with a refund', async () => {
    await grant('colleague', 50_000);
    const { id, fulfilments, ...placed } = await bought('colleague', {
      lines: [{ productId: tea(), quantity: 2 }],
      tenders: { allowanceFen: 5_550 },
    });
    expect(await pointsOf('colleague')).toBe(0);
    await market.deliver({ id, fulfilments, ...placed });
    // 256 yuan less 55.50 by the allowance: 200 whole yuan.
    expect(await pointsOf('colleague')).toBe(200);
    const asked = { lines: [{ lineId: fulfilments[0].lines[0].id, quantity: 1 }], reason: '变质', photos: [] };
    const refundId = await requestRefund(market.app.container, await actorOf('colleague'), id, asked, at);
    await decideRefund(market.app.db, await actorOf('supplier'), refundId, decision, at);
    expect(await pointsOf('colleague')).toBe(100);
    await market.expectExact();
  });

  it('take something off the goods and nothing off their weight, and come back with them', async () => {
    const before = await pointsOf('colleague');
    const { id, fulfilments, totals } = await bought('colleague', {
      lines: [{ productId: tea(), quantity: 2 }],
      tenders: { pointsFen: 99, allowanceFen: 10_000 },
    });
    expect(totals).toMatchObject({
      goodsFen: 25_600,
      freightFen: 0,
      pointsFen: 99,
      totalFen: 25_501,
      allowanceFen: 10_000,
    });
    expect(await pointsOf('colleague')).toBe(before - 99);
    expect(await tally(id)).toMatchObject({ 'placed union_funds': [10_000, 196], 'placed individual': [15_501, 304] });
    expect(await journal(id)).toEqual({ goods: 25_600, points: -99, allowance: -10_000, owed: 0, paid: -15_501 });
    const asked = { lines: [{ lineId: fulfilments[0].lines[0].id, quantity: 1 }], reason: '不要了', photos: [] };
    const refundId = await requestRefund(market.app.container, await actorOf('colleague'), id, asked, at);
    await decideRefund(market.app.db, await actorOf('supplier'), refundId, decision, at);
    expect(await pointsOf('colleague')).toBe(before - 49);
    await market.expectExact();
    await cancelOrder(market.app.db, await actorOf('colleague'), id, '都不要了', at);
    expect(await pointsOf('colleague')).toBe(before);
    await market.expectExact();
  });
});

/** What each came to: its refusal's code, or `done`. */
async function atOnce(...works: (() => Promise<unknown>)[]): Promise<string[]> {
  const settled = await Promise.allSettled(works.map((work) => work()));
  return settled.map((result) => (result.status === 'fulfilled' ? 'done' : String((result.reason as Error).message)));
}

describe('at once', () => {
  it('two and more checkouts never overspend one allowance or one balance of points', async () => {
    for (let round = 0; round < 3; round += 1) {
      const left = await leftOf('employee');
      const share = Math.floor(left / 3);
      const lines = [{ productId: tea(), quantity: 8 }];
      const answers = await Promise.all(
        Array.from({ length: 6 }, () =>
          order('employee', { lines, tenders: { allowanceFen: Math.min(share, 90_000) } }),
        ),
      );
      const made = answers.filter(({ status }) => status === 201).map(({ body }) => body.id as number);
      expect(made.length).toBe(3);
      expect(await leftOf('employee')).toBe(left - 3 * share);
      for (const id of made) await cancelOrder(market.app.db, await actorOf('employee'), id, '测试', at);
      expect(await leftOf('employee')).toBe(left);
    }
    const points = await pointsOf('colleague');
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => order('colleague', { tenders: { pointsFen: Math.floor(points / 2) } })),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(2);
    expect(await pointsOf('colleague')).toBe(points % 2);
    await market.expectExact();
  });

  it('a withdrawal and a checkout: what was spent first stays granted', async () => {
    const approver = await actorOf('approver');
    const [, answer] = await Promise.all([
      withdrawAllowances(market.app.db, approver, market.world.units.bank.id, '收回', at),
      order('colleague', { tenders: { allowanceFen: 1_000 } }),
    ]);
    const { amountFen, entries } = await market.app.db.welfareAllowance.findFirstOrThrow({
      where: { userId: market.world.users.colleague.id },
      include: { entries: true },
    });
    expect(amountFen).toBe(0 - entries.reduce((sum, { fen }) => sum + fen, 0));
    expect([201, 422]).toContain(answer.status);
    await grant('employee', 200_000);
    await grant('colleague', 200_000);
    await market.expectExact();
  });

  it('a refund and a cancellation: the allowance goes back once', async () => {
    for (let round = 0; round < 3; round += 1) {
      const before = await leftOf('employee');
      const { id, fulfilments } = await bought('employee', {
        lines: [{ productId: tea(), quantity: 3 }],
        tenders: { allowanceFen: 9_998 },
      });
      const asked = { lines: [{ lineId: fulfilments[0].lines[0].id, quantity: 1 }], reason: '测试', photos: [] };
      const refundId = await requestRefund(market.app.container, await actorOf('employee'), id, asked, at);
      const supplier = await actorOf('supplier');
      const employee = await actorOf('employee');
      await atOnce(
        () => decideRefund(market.app.db, supplier, refundId, decision, at),
        () => cancelOrder(market.app.db, employee, id, '测试', at),
      );
      const { state } = await market.app.db.order.findUniqueOrThrow({ where: { id } });
      expect(state).toBe('cancelled');
      expect(await leftOf('employee')).toBe(before);
    }
    await market.expectExact();
  });

  it('an expiry during a payment: the order holds the allowance, or both it and the money go back', async () => {
    const seen = new Set<string>();
    for (let round = 0; round < 4; round += 1) {
      const before = await leftOf('employee');
      const { body } = await order('employee', { tenders: { allowanceFen: 4_000 } });
      await Promise.all([
        pay(body.payment.url),
        expireOrder(market.app.db, body.id, new Date(at.getTime() + 3_600_000)),
      ]);
      await market.settle();
      const { state } = await market.app.db.order.findUniqueOrThrow({ where: { id: body.id } });
      seen.add(state);
      expect(await leftOf('employee')).toBe(state === 'expired' ? before : before - 4_000);
      expect((await journal(body.id)).owed ?? 0).toBe(0);
    }
    expect([...seen].every((state) => state === 'expired' || state === 'placed')).toBe(true);
    await market.expectExact();
  });
});
