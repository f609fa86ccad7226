import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findActor } from '../../server/accounts/actor.ts';
import { submitOrder } from '../../server/checkout/submit-order.ts';
import { recountSold } from '../../server/orders/recount-sold.ts';
import { PLAIN_ORDER } from '../bench/plain-order.ts';
import { type Market, openMarket } from '../quotas/market.ts';

const DAY = '2026-05-06';
const NEXT_WEEK = '2026-05-13';
const NEXT_DAY = '2026-05-14';
let market: Market;

beforeAll(async () => {
  market = await openMarket(DAY);
});
afterAll(() => market.app.close());

const tea = () => market.world.products.tea.id;
const soldOf = async (id: number) => (await market.app.db.product.findUniqueOrThrow({ where: { id } })).sold;
const at = (day: string) => new Date(`${day}T04:00:00Z`);
const recount = (day = DAY) => recountSold(market.app.db, at(day));

describe('what was sold of a product', () => {
  it('is counted from orders that are placed, without what was cancelled or did not arrive, and told to the search', async () => {
    const { db } = market.app;
    const lines = [{ productId: tea(), quantity: 6 }];
    const short = await market.buy('buyer', { lines, unit: market.world.units.bank });
    await market.buy('employee', { lines: [{ productId: tea(), quantity: 2 }] });
    const cancelled = await market.buy('employee', { lines: [{ productId: tea(), quantity: 3 }] });
    expect(await soldOf(tea())).toBe(0);
    await market.settle();
    await db.outbox.deleteMany({ where: { topic: 'product.changed' } });

    expect(await recount()).toBe(1);
    expect(await soldOf(tea())).toBe(11);
    expect((await db.outbox.findMany({ where: { topic: 'product.changed' } })).map(({ payload }) => payload)).toEqual([
      { productId: tea() },
    ]);

    await market.cancel(cancelled);
    await market.deliver(short, 4);
    expect(await recount()).toBe(1);
    expect(await soldOf(tea())).toBe(6);
    expect(await recount()).toBe(0);
  });

  it('is counted of all products once a day, and between of what was ordered lately', async () => {
    const { db } = market.app;
    await recount(NEXT_WEEK);
    await db.product.update({ where: { id: tea() }, data: { sold: 999 } });
    expect(await recount(NEXT_WEEK)).toBe(0);
    market.turnTo(NEXT_WEEK);
    await market.buy('employee', { lines: [{ productId: market.world.products.rice.id, quantity: 6 }] });
    expect(await recount(NEXT_WEEK)).toBe(1);
    expect(await soldOf(market.world.products.rice.id)).toBe(6);
    expect(await recount(NEXT_DAY)).toBe(1);
    expect(await soldOf(tea())).toBe(6);
  });

  it('leaves out what is not paid yet, in every hour and once a day', async () => {
    const { db } = market.app;
    const buyer = await findActor(db, market.world.users.employee.id, NEXT_WEEK);
    if (!buyer) throw new Error('there is no employee');
    const before = await soldOf(tea());
    const lines = [{ productId: tea(), quantity: 5 }];
    const order = { ...PLAIN_ORDER, lines, checkoutKey: randomUUID() };
    expect(await db.setting.findUnique({ where: { key: 'orders.soldCountedOn' } })).toMatchObject({ value: NEXT_DAY });
    await submitOrder(db, buyer, order, at(NEXT_DAY));
    expect(await recount(NEXT_DAY)).toBe(0);
    // What is paid of the same product at the same time counts alone.
    market.turnTo(NEXT_DAY);
    await market.buy('employee', { lines: [{ productId: tea(), quantity: 2 }] });
    expect(await recount(NEXT_DAY)).toBe(1);
    expect(await soldOf(tea())).toBe(before + 2);
    expect(await recount('2026-05-15')).toBe(0);
    expect(await soldOf(tea())).toBe(before + 2);
  });
});
