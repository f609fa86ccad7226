import supertest from 'supertest';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findActor } from '../../server/accounts/actor.ts';
import { submitOrder } from '../../server/checkout/submit-order.ts';
import { reconcile } from '../../server/cli/reconcile/run-checks.ts';
import { type Market, openMarket, type Placed } from '../quotas/market.ts';
import { apiTokenFor } from '../setup/app.ts';
import { type Person, personOf } from '../setup/person.ts';
import { stockOf } from '../world/products.ts';
import { aUser } from '../world/users.ts';

const DAY = '2026-05-06';
const NOW = new Date(`${DAY}T04:00:00Z`);
let market: Market;
let employee: Person;

/** A box of 白茶 as a gift from 250 yuan on of its supplier's goods. */
beforeAll(async () => {
  market = await openMarket(DAY);
  employee = await personOf(market.app, 'employee');
});
afterAll(() => market.app.close());
beforeEach(async () => {
  await market.app.db.campaign.deleteMany({ where: { discounts: { none: {} } } });
  await market.app.db.campaign.updateMany({ data: { stoppedAt: NOW } });
});

const gift = (giftQuantity = 1, thresholdFen = 25_000) =>
  market.app.db.campaign.create({
    data: {
      ...({ code: `gift-${crypto.randomUUID()}`, kind: 'threshold_gift', name: '满 250 赠白茶' } as const),
      ...{ startsAt: new Date('2026-05-01'), endsAt: new Date('2026-05-31') },
      rule: { thresholdFen, giftProduct: 'tea-250g', giftQuantity },
    },
  });

async function post(who: 'employee' | 'supplier', path: string, body: object) {
  const token = await apiTokenFor(market.app.db, market.world.users[who], [], NOW);
  return supertest(market.app.url).post(`/api/v1${path}`).auth(token, { type: 'bearer' }).send(body);
}

async function expectExact() {
  await market.settle();
  const found: unknown[] = [];
  await reconcile(market.app.container.config.databaseUrl, (difference) => found.push(difference));
  expect(found).toEqual([]);
}

const linesOf = (orderId: number) =>
  market.app.db.orderLine.findMany({ where: { orderId }, orderBy: { isGift: 'asc' }, include: { allocations: true } });
const teas = (quantity: number) => [{ productId: market.world.products.tea.id, quantity }];

describe('a gift from a threshold on (满赠)', () => {
  it('is a line of 0 fen that takes stock and counts nothing, beside the same goods bought', async () => {
    await gift();
    const before = await stockOf(market.app.db, market.world.products.tea);
    const order = await market.buy('employee', { lines: teas(2) });
    const lines = await linesOf(order.id);
    expect(lines).toMatchObject([
      { isGift: false, quantity: 2, payableFen: 25_600, grams: 500 },
      { isGift: true, quantity: 1, goodsFen: 0, payableFen: 0, grams: 0, supplierCertificationId: null },
    ]);
    expect(lines.map(({ allocations }) => allocations.reduce((sum, { quantity }) => sum + quantity, 0))).toEqual([
      2, 1,
    ]);
    expect(await stockOf(market.app.db, market.world.products.tea)).toBe(before - 3);
    const tallied = await market.app.db.tallyEntry.findMany({ where: { orderId: order.id } });
    expect(tallied.every(({ lineId }) => lineId === lines[0]?.id)).toBe(true);
    const page = await employee.open(`/orders/${order.id}`);
    expect(page.text).toContain('赠品');
    await market.cancel(order);
    expect(await stockOf(market.app.db, market.world.products.tea)).toBe(before);
    await expectExact();
  });

  it('is not given below the threshold, nor for goods of another supplier, nor without stock for it', async () => {
    await gift();
    expect(await linesOf((await market.buy('employee', { lines: teas(1) })).id)).toHaveLength(1);
    const rice = [{ productId: market.world.products.rice.id, quantity: 10 }];
    expect(await linesOf((await market.buy('employee', { lines: rice })).id)).toHaveLength(1);
    await market.app.db.campaign.updateMany({ data: { stoppedAt: NOW } });
    await gift(99);
    expect(await linesOf((await market.buy('employee', { lines: teas(3) })).id)).toHaveLength(1);
    await expectExact();
  });

  it('is shown in the cart before it is ordered', async () => {
    await gift();
    const tea = `/products/${market.world.products.tea.id}`;
    await employee.send(await employee.open(tea), 'form#buy', { quantity: 3, unit: '' });
    expect((await employee.open('/cart?own=1')).text).toContain('赠品 凉河白茶');
    await market.app.db.cartLine.deleteMany();
  });

  it('comes, is received and goes back like any other goods, for nothing', async () => {
    await gift();
    const order = await market.buy('employee', { lines: teas(3) });
    const lines = await linesOf(order.id);
    const parcel = (order as Placed).fulfilments[0]?.id ?? 0;
    await post('supplier', `/fulfilments/${parcel}/shipment`, { carrier: '邮政', trackingNumber: 'G1' });
    const received = lines.map(({ id, quantity, isGift }) => ({
      ...{ lineId: id, acceptedQuantity: isGift ? 0 : quantity, shortQuantity: isGift ? 1 : 0 },
    }));
    const answer = await post('employee', `/fulfilments/${parcel}/receipt`, { lines: received });
    expect(answer.status, answer.text).toBe(201);
    const asked = await post('employee', `/orders/${order.id}/refunds`, {
      lines: [{ lineId: lines[0]?.id, quantity: 1 }],
      reason: '测试',
    });
    const decided = await post('supplier', `/refunds/${asked.body.id}/decision`, { decision: 'approve' });
    expect(decided.status, decided.text).toBe(200);
    await expectExact();
  });

  it('never takes more stock than there is when many reach it at once', async () => {
    await gift();
    const { tea } = market.world.products;
    const left = await stockOf(market.app.db, tea);
    const address = { recipient: '收货人', phone: '13800000000', region: '重庆市 渝中区', address: '测试路 1 号' };
    const terms = {
      unitId: null,
      fundingSource: 'individual',
      paymentWay: 'stripe',
      channel: 'market',
      zoneId: null,
    } as const;
    const buyers = await Promise.all(Array.from({ length: 40 }, () => aUser(market.app.db, {})));
    const results = await Promise.allSettled(
      buyers.map(async ({ id }) => {
        const actor = await findActor(market.app.db, id, DAY);
        if (!actor) throw new Error('no buyer');
        const rest = { note: null, expectedTotalFen: null, checkoutKey: crypto.randomUUID(), lines: teas(2) };
        return submitOrder(market.app.db, actor, { ...address, ...terms, ...rest }, NOW);
      }),
    );
    const after = await stockOf(market.app.db, tea);
    const ids = results.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const taken = await market.app.db.orderLine.aggregate({
      where: { orderId: { in: ids } },
      _sum: { quantity: true },
    });
    expect(after).toBeGreaterThanOrEqual(0);
    expect(left - after).toBe(taken._sum.quantity);
    const gifts = await market.app.db.orderLine.count({ where: { orderId: { in: ids }, isGift: true } });
    expect(gifts).toBeGreaterThan(0);
    await expectExact();
  });
});

describe('the operator’s page of a gift', () => {
  it('makes it, names faults by field, and says what it gave', async () => {
    const operator = await personOf(market.app, 'operator');
    const form = 'form[action="/campaigns"]';
    const typed = {
      kind: 'threshold_gift',
      name: '满 100 赠茶',
      threshold: '100',
      startsOn: DAY,
      endsOn: '2026-05-20',
    };
    const wrong = await operator.send(await operator.open('/campaigns'), form, {
      ...typed,
      giftProduct: 'none',
      giftQuantity: '1',
      budget: '5',
    });
    for (const field of ['giftProduct', 'budget']) expect(wrong.$(`a[href="#f-${field}"]`), field).toHaveLength(1);
    const made = await operator.send(await operator.open('/campaigns'), form, {
      ...typed,
      giftProduct: 'tea-250g',
      giftQuantity: '1',
    });
    expect(made.text).toContain('满 ¥100.00 赠 凉河白茶 250 克/盒（tea-250g） × 1');
    expect((await operator.open('/campaigns')).text).toContain('凉河白茶 250 克/盒（tea-250g）');
  });
});
