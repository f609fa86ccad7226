import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findActor } from '../../server/accounts/actor.ts';
import { submitOrder } from '../../server/checkout/submit-order.ts';
import type { Placed } from '../quotas/market.ts';
import { type Person, personOf } from '../setup/person.ts';
import { stockOf } from '../world/products.ts';
import { aUser } from '../world/users.ts';
import { DAY, type GiftMarket, NOW, openGiftMarket } from './gift-market.ts';

let market: GiftMarket;
let employee: Person;

beforeAll(async () => {
  market = await openGiftMarket();
  employee = await personOf(market.app, 'employee');
});
afterAll(() => market.app.close());
beforeEach(() => market.endGifts());

describe('a gift from a threshold on (满赠)', () => {
  it('is a line of 0 fen that takes stock and counts nothing, beside the same goods bought', async () => {
    await market.gift();
    const before = await stockOf(market.app.db, market.world.products.tea);
    const order = await market.buy('employee', { lines: market.teas(2) });
    const lines = await market.linesOf(order.id);
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
    await market.expectExact();
  });

  it('is not given below the threshold, nor for goods of another supplier, nor without stock for it', async () => {
    await market.gift();
    expect(await market.linesOf((await market.buy('employee', { lines: market.teas(1) })).id)).toHaveLength(1);
    const rice = [{ productId: market.world.products.rice.id, quantity: 10 }];
    expect(await market.linesOf((await market.buy('employee', { lines: rice })).id)).toHaveLength(1);
    await market.app.db.campaign.updateMany({ data: { stoppedAt: NOW } });
    await market.gift(99);
    expect(await market.linesOf((await market.buy('employee', { lines: market.teas(3) })).id)).toHaveLength(1);
    await market.expectExact();
  });

  it('is shown in the cart before it is ordered', async () => {
    await market.gift();
    const tea = `/products/${market.world.products.tea.id}`;
    await employee.send(await employee.open(tea), 'form#buy', { quantity: 3, unit: '' });
    expect((await employee.open('/cart?own=1')).text).toContain('赠品 凉河白茶');
    await market.app.db.cartLine.deleteMany();
  });

  it('comes, is received and goes back like any other goods, for nothing', async () => {
    await market.gift();
    const order = await market.buy('employee', { lines: market.teas(3) });
    const lines = await market.linesOf(order.id);
    const parcel = (order as Placed).fulfilments[0]?.id ?? 0;
    await market.post('supplier', `/fulfilments/${parcel}/shipment`, { carrier: '邮政', trackingNumber: 'G1' });
    const received = lines.map(({ id, quantity, isGift }) => ({
      ...{ lineId: id, acceptedQuantity: isGift ? 0 : quantity, shortQuantity: isGift ? 1 : 0 },
    }));
    const answer = await market.post('employee', `/fulfilments/${parcel}/receipt`, { lines: received });
    expect(answer.status, answer.text).toBe(201);
    const asked = await market.post('employee', `/orders/${order.id}/refunds`, {
      lines: [{ lineId: lines[0]?.id, quantity: 1 }],
      reason: '测试',
    });
    const decided = await market.post('supplier', `/refunds/${asked.body.id}/decision`, { decision: 'approve' });
    expect(decided.status, decided.text).toBe(200);
    await market.expectExact();
  });

  it('never takes more stock than there is when many reach it at once', async () => {
    await market.gift();
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
        const rest = { note: null, expectedTotalFen: null, checkoutKey: crypto.randomUUID(), lines: market.teas(2) };
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
    await market.expectExact();
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
