import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findActor } from '../../server/accounts/actor.ts';
import { cancelOverdueParcel } from '../../server/orders/overdue/cancel-overdue.ts';
import { pathTo } from '../../server/paths.ts';
import type { Placed } from '../quotas/market.ts';
import { type Person, personOf } from '../setup/person.ts';
import { stockOf } from '../world/products.ts';
import { DAY, type GiftMarket, openGiftMarket } from './gift-market.ts';

let market: GiftMarket;
let employee: Person;

beforeAll(async () => {
  market = await openGiftMarket();
  employee = await personOf(market.app, 'employee');
});
afterAll(() => market.app.close());
beforeEach(() => market.endGifts());

describe('a gift of a parcel whose goods are given back', () => {
  const refund = async (orderId: number, lines: { lineId: number | undefined; quantity: number }[]) => {
    const asked = await market.post('employee', `/orders/${orderId}/refunds`, { lines, reason: '测试' });
    expect(asked.status, asked.text).toBe(201);
    const decided = await market.post('supplier', `/refunds/${asked.body.id}/decision`, { decision: 'approve' });
    expect(decided.status, decided.text).toBe(200);
    return decided.body;
  };
  const stock = () => stockOf(market.app.db, market.world.products.tea);
  const parcelOf = (orderId: number) => market.app.db.fulfilment.findFirstOrThrow({ where: { orderId } });

  it('is not sent any more when nothing that was bought is left before shipping, also piece by piece', async () => {
    await market.gift();
    const before = await stock();
    const order = await market.buy('employee', { lines: market.teas(3) });
    const [bought, free] = await market.linesOf(order.id);
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
    await market.expectExact();
  });

  it('is given up once where the request names it too, and where only it was named nothing else is', async () => {
    await market.gift();
    const before = await stock();
    const order = await market.buy('employee', { lines: market.teas(3) });
    const [bought, free] = await market.linesOf(order.id);
    await refund(order.id, [
      { lineId: bought?.id, quantity: 3 },
      { lineId: free?.id, quantity: 1 },
    ]);
    expect(await stock()).toBe(before);
    const other = await market.buy('employee', { lines: market.teas(3) });
    await refund(other.id, [{ lineId: (await market.linesOf(other.id))[1]?.id, quantity: 1 }]);
    expect(await parcelOf(other.id)).toMatchObject({ state: 'to_confirm' });
    expect(await stock()).toBe(before - 3);
    await market.cancel(other);
    expect(await stock()).toBe(before);
    await market.expectExact();
  });

  it('goes back with a parcel that its buyer no longer waits for', async () => {
    await market.gift();
    const before = await stock();
    const order = await market.buy('employee', { lines: market.teas(3) });
    const late = new Date('2026-05-08T04:00:01Z');
    const actor = await findActor(market.app.db, market.world.users.employee.id, DAY);
    if (!actor) throw new Error('no employee');
    await cancelOverdueParcel(market.app.db, actor, (await parcelOf(order.id)).id, '', late);
    expect(await stock()).toBe(before);
    await market.expectExact();
  });

  it('stays the buyer’s once it was received, and freight goes back with the last of the goods all the same', async () => {
    await market.gift();
    await market.app.db.supplier.updateMany({ data: { freightFen: 800, freeFreightFromFen: null } });
    const before = await stock();
    const order = await market.buy('employee', { lines: market.teas(3) });
    await market.deliver(order as Placed);
    const [bought, free] = await market.linesOf(order.id);
    const parcel = await parcelOf(order.id);
    expect((await employee.open(pathTo('fulfilmentRefund', { id: parcel.id }))).text).toContain('不必退回赠品');
    const refunded = await refund(order.id, [{ lineId: bought?.id, quantity: 3 }]);
    expect(refunded.freightFen).toBe(800);
    expect(await market.app.db.orderLine.findUniqueOrThrow({ where: { id: free?.id } })).toMatchObject({
      ...{ acceptedQuantity: 1, refundedQuantity: 0 },
    });
    expect(await stock()).toBe(before - 4);
    await market.app.db.supplier.updateMany({ data: { freightFen: 0 } });
    await market.expectExact();
  });

  it('stands apart and marked on the papers of its supplier', async () => {
    await market.gift();
    const order = await market.buy('employee', { lines: market.teas(3) });
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
