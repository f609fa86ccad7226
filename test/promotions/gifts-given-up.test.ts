import supertest from 'supertest';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findActor } from '../../server/accounts/actor.ts';
import { reconcile } from '../../server/cli/reconcile/run-checks.ts';
import { cancelOverdueParcel } from '../../server/orders/overdue/cancel-overdue.ts';
import { pathTo } from '../../server/paths.ts';
import { type Market, openMarket, type Placed } from '../quotas/market.ts';
import { apiTokenFor } from '../setup/app.ts';
import { type Person, personOf } from '../setup/person.ts';
import { stockOf } from '../world/products.ts';

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

describe('a gift of a parcel whose goods are given back', () => {
  const refund = async (orderId: number, lines: { lineId: number | undefined; quantity: number }[]) => {
    const asked = await post('employee', `/orders/${orderId}/refunds`, { lines, reason: '测试' });
    expect(asked.status, asked.text).toBe(201);
    const decided = await post('supplier', `/refunds/${asked.body.id}/decision`, { decision: 'approve' });
    expect(decided.status, decided.text).toBe(200);
    return decided.body;
  };
  const stock = () => stockOf(market.app.db, market.world.products.tea);
  const parcelOf = (orderId: number) => market.app.db.fulfilment.findFirstOrThrow({ where: { orderId } });

  it('is not sent any more when nothing that was bought is left before shipping, also piece by piece', async () => {
    await gift();
    const before = await stock();
    const order = await market.buy('employee', { lines: teas(3) });
    const [bought, free] = await linesOf(order.id);
    await refund(order.id, [{ lineId: bought?.id, quantity: 2 }]);
    expect(await parcelOf(order.id)).toMatchObject({ state: 'to_confirm' });
    expect(await stock()).toBe(before - 2);
    const employeePage = await employee.open(pathTo('fulfilmentRefund', { id: (await parcelOf(order.id)).id }));
    expect(employeePage.text).toContain('赠品不再发货');
    await refund(order.id, [{ lineId: bought?.id, quantity: 1 }]);
    expect(await parcelOf(order.id)).toMatchObject({ state: 'cancelled' });
    expect(await stock()).toBe(before);
    expect(await market.app.db.orderLine.findUniqueOrThrow({ where: { id: free?.id } })).toMatchObject({
      ...{ isGift: true, refundedQuantity: 1, refundedFen: 0 },
    });
    expect((await employee.open(`/orders/${order.id}`)).$('.own-refund').last().text()).toContain('赠品');
    await expectExact();
  });

  it('is given up once where the request names it too, and where only it was named nothing else is', async () => {
    await gift();
    const before = await stock();
    const order = await market.buy('employee', { lines: teas(3) });
    const [bought, free] = await linesOf(order.id);
    await refund(order.id, [
      { lineId: bought?.id, quantity: 3 },
      { lineId: free?.id, quantity: 1 },
    ]);
    expect(await stock()).toBe(before);
    const other = await market.buy('employee', { lines: teas(3) });
    await refund(other.id, [{ lineId: (await linesOf(other.id))[1]?.id, quantity: 1 }]);
    expect(await parcelOf(other.id)).toMatchObject({ state: 'to_confirm' });
    expect(await stock()).toBe(before - 3);
    await market.cancel(other);
    expect(await stock()).toBe(before);
    await expectExact();
  });

  it('goes back with a parcel that its buyer no longer waits for', async () => {
    await gift();
    const before = await stock();
    const order = await market.buy('employee', { lines: teas(3) });
    const late = new Date('2026-05-08T04:00:01Z');
    const actor = await findActor(market.app.db, market.world.users.employee.id, DAY);
    if (!actor) throw new Error('no employee');
    await cancelOverdueParcel(market.app.db, actor, (await parcelOf(order.id)).id, '', late);
    expect(await stock()).toBe(before);
    await expectExact();
  });

  it('stays the buyer’s once it was received, and freight goes back with the last of the goods all the same', async () => {
    await gift();
    await market.app.db.supplier.updateMany({ data: { freightFen: 800, freeFreightFromFen: null } });
    const before = await stock();
    const order = await market.buy('employee', { lines: teas(3) });
    await market.deliver(order as Placed);
    const [bought, free] = await linesOf(order.id);
    const parcel = await parcelOf(order.id);
    expect((await employee.open(pathTo('fulfilmentRefund', { id: parcel.id }))).text).toContain('不必退回赠品');
    const refunded = await refund(order.id, [{ lineId: bought?.id, quantity: 3 }]);
    expect(refunded.freightFen).toBe(800);
    expect(await market.app.db.orderLine.findUniqueOrThrow({ where: { id: free?.id } })).toMatchObject({
      ...{ acceptedQuantity: 1, refundedQuantity: 0 },
    });
    expect(await stock()).toBe(before - 4);
    await market.app.db.supplier.updateMany({ data: { freightFen: 0 } });
    await expectExact();
  });

  it('stands apart and marked on the papers of its supplier', async () => {
    await gift();
    const order = await market.buy('employee', { lines: teas(3) });
    const { id } = await parcelOf(order.id);
    const supplier = await personOf(market.app, 'supplier');
    const picking = await supplier.open(pathTo('pickingList', { id }));
    const rows = picking
      .$('tbody.keep')
      .map((_, body) => picking.$(body).text().replace(/\s+/g, ' ').trim())
      .get();
    expect(rows).toHaveLength(2);
    expect(rows.filter((row) => row.includes('【赠品】'))).toEqual([expect.stringContaining('1 盒')]);
    const note = await supplier.open(pathTo('deliveryNotes', { id }));
    expect(note.$('tbody tr').last().text()).toContain('【赠品】');
    expect((await supplier.open(pathTo('parcelLabels', { id }))).$('body').text()).toContain('【赠品】');
    expect((await supplier.open(pathTo('supplierFulfilment', { id }))).text).toContain('赠品');
  });
});
