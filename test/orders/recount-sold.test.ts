import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recountSold } from '../../server/orders/recount-sold.ts';
import { type Market, openMarket } from '../quotas/market.ts';

const DAY = '2026-05-06';
const NEXT_WEEK = '2026-05-13';
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
    expect(await recount('2026-05-14')).toBe(1);
    expect(await soldOf(tea())).toBe(6);
  });
});
