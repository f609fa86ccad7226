import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { boughtByUnits } from '../../server/catalog/picks/bought-by-units.ts';
import { noteChangedProducts } from '../../server/catalog/product-changed.ts';
import type { Product, Unit } from '../../server/db/generated/client.ts';
import { inTransaction } from '../../server/db/in-transaction.ts';
import { drainOutbox } from '../../server/jobs/outbox.ts';
import { dayToColumn } from '../../server/shared/days.ts';
import { outboxHandlers } from '../../server/work.ts';
import { type Market, openMarket } from '../quotas/market.ts';
import { signInAs, submit } from '../setup/app.ts';
import { personOf } from '../setup/person.ts';
import { aProduct } from '../world/products.ts';
import { aUnit } from '../world/units.ts';
import { aUser } from '../world/users.ts';

const DAY = '2026-05-06';
let market: Market;
let tea: Product;
let rice: Product;

beforeAll(async () => {
  market = await openMarket(DAY);
  const { suppliers, categories } = market.world;
  const kind = { supplier: suppliers.lianghe, category: categories.tea };
  tea = await aProduct(market.app.db, { ...kind, priceFen: 2_000, netGrams: 500, stock: 50 });
  rice = await aProduct(market.app.db, { ...kind, priceFen: 3_000, netGrams: 1_000, stock: 50 });
});
afterAll(() => market.app.close());

async function change(data: { priceFen?: number; state?: 'on_sale' | 'off_sale' }) {
  await inTransaction(market.app.db, async (tx) => {
    await tx.product.update({ where: { id: tea.id }, data });
    await noteChangedProducts(tx, [tea.id]);
  });
  const { container } = market.app;
  while ((await drainOutbox(market.app.db, outboxHandlers(container), container.log)) > 0);
}

const kindsOf = async (userId: number) =>
  (
    await market.app.db.notification.findMany({
      where: { userId, kind: { startsWith: 'favourite' } },
      orderBy: { id: 'asc' },
    })
  ).map(({ kind, data }) => [kind, (data as { price: string }).price]);

describe('favourites', () => {
  it('are kept and removed by their own person, and say what got cheaper since', async () => {
    const { users } = market.world;
    const employee = await personOf(market.app, users.employee.login);
    const page = await employee.open(`/products/${tea.id}`);
    expect(page.$('.pick-buttons [aria-pressed="false"]')).toHaveLength(1);
    const kept = await employee.send(page, 'form[action="/favourites"]');
    expect(kept.path).toBe(`/products/${tea.id}`);
    expect(kept.$('.pick-buttons [aria-pressed="true"]')).toHaveLength(1);
    expect((await employee.open('/for-you')).$('#favourites ~ .product-grid .product-card')).toHaveLength(1);

    await change({ priceFen: 1_500 });
    await change({ priceFen: 1_800 });
    await change({ priceFen: 1_500 });
    await change({ priceFen: 1_400 });
    expect(await kindsOf(users.employee.id)).toEqual([
      ['favourite_cheaper', '15.00'],
      ['favourite_cheaper', '14.00'],
    ]);
    await change({ state: 'off_sale' });
    expect((await employee.open('/for-you')).text).toContain('售罄');
    await change({ state: 'on_sale' });
    expect((await kindsOf(users.employee.id)).at(-1)).toEqual(['favourite_back', '14.00']);

    const removed = await employee.send(
      await employee.open(`/products/${tea.id}`),
      `form[action="/favourites/${tea.id}/removal"]`,
    );
    expect(removed.$('.pick-buttons [aria-pressed="false"]')).toHaveLength(1);
    await change({ priceFen: 1_000 });
    expect(await kindsOf(users.employee.id)).toHaveLength(3);
    expect(await kindsOf(users.colleague.id)).toEqual([]);
  });

  it('ask a visitor to sign in, and refuse what there is not and more than the most', async () => {
    const visitor = await personOf(market.app, null);
    const page = await visitor.open(`/products/${tea.id}`);
    expect(page.$(`a[href="/sign-in?returnTo=/products/${tea.id}"]`)).toHaveLength(1);
    const agent = market.app.visitor();
    await signInAs(agent, market.world.users.colleague.login);
    const missing = await submit(agent, `/products/${tea.id}`, '/favourites', { productId: '999999' });
    expect(missing.status).toBe(404);
    const many = await Promise.all(
      Array.from({ length: 4 }, () =>
        submit(agent, `/products/${tea.id}`, '/favourites', { productId: String(tea.id) }),
      ),
    );
    expect(many.map(({ status }) => status)).toEqual([303, 303, 303, 303]);
    expect(await market.app.db.favourite.count({ where: { userId: market.world.users.colleague.id } })).toBe(1);
  });
});

describe('what the browser keeps', () => {
  it('remembers what was looked at, newest first, through signing in, until it is cleared', async () => {
    const agent = market.app.visitor();
    await agent.get(`/products/${tea.id}`);
    await agent.get(`/products/${rice.id}`);
    await agent.get(`/products/${tea.id}`);
    await signInAs(agent, market.world.users.employee.login);
    const seen = await agent.get('/for-you');
    const order = [...seen.text.slice(seen.text.indexOf('id="seen"')).matchAll(/href="\/products\/(\d+)"/g)].map(
      ([, id]) => Number(id),
    );
    expect(order).toEqual([tea.id, rice.id]);
    await submit(agent, '/for-you', '/seen/removal', {});
    expect((await agent.get('/for-you')).text).toContain('还没有看过商品');
  });

  it('puts four products side by side, a fifth in the place of the first, and takes out what is named', async () => {
    const { suppliers, categories } = market.world;
    const others = await Promise.all(
      [1, 2, 3].map((nth) =>
        aProduct(market.app.db, {
          supplier: suppliers.lianghe,
          category: categories.tea,
          priceFen: 900 * nth,
          stock: 9,
        }),
      ),
    );
    const visitor = await personOf(market.app, null);
    for (const { id } of [tea, rice, ...others])
      await visitor.send(await visitor.open(`/products/${id}`), 'form[action="/compare"]');
    const columns = (page: { $: (selector: string) => { length: number } }) => page.$('.compare__head').length;
    const full = await visitor.open('/compare');
    expect(columns(full)).toBe(4);
    expect(full.$(`.compare a[href="/products/${tea.id}"]`)).toHaveLength(0);
    expect(full.$(`.compare a[href="/products/${rice.id}"]`)).toHaveLength(1);
    const fewer = await visitor.send(full, `form:has(input[value="${rice.id}"])`);
    expect(columns(fewer)).toBe(3);
    const agent = market.app.visitor();
    const odd = await agent.get('/compare').set('Cookie', `compared=x.${tea.id}.-1.99999999999.${tea.id}`);
    expect(odd.status).toBe(200);
    expect(odd.text.match(/class="compare__head"/g)).toHaveLength(1);
  });
});

describe('what units of the own groups buy', () => {
  it('names a product only from three other units on, and nothing of individuals or one’s own', async () => {
    const { units } = market.world;
    const { group } = await market.app.db.groupMember.findFirstOrThrow({
      where: { unitId: units.bank.id },
      include: { group: true },
    });
    const buyers: { unit: Unit; login: string }[] = [];
    for (let nth = 0; nth < 3; nth += 1) {
      const unit = await aUnit(market.app.db, { groups: [group] });
      const user = await aUser(market.app.db, { grants: [{ role: 'buyer', unit }] });
      buyers.push({ unit, login: user.login });
      const lines = [{ productId: rice.id, quantity: 1 }];
      expect(await boughtByUnits(market.app.db, [units.bank.id], DAY)).toEqual([]);
      await market.buy(user, { lines, unit });
    }
    expect(await boughtByUnits(market.app.db, [units.bank.id], DAY)).toEqual([{ productId: rice.id, units: 3 }]);
    await market.app.db.groupMember.updateMany({
      where: { unitId: buyers[0]?.unit.id },
      data: { until: dayToColumn(DAY) },
    });
    expect(await boughtByUnits(market.app.db, [units.bank.id], DAY)).toEqual([]);
  });
});
