import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signInAs } from '../../setup/app.ts';
import { type Person, personOf } from '../../setup/person.ts';
import { differences, sumsOf } from '../declared.ts';
import { type Market, openMarket } from '../market.ts';

let market: Market;
beforeAll(async () => {
  market = await openMarket('2026-05-06');
  const { units } = market.world;
  const period = { startsAt: new Date('2026-01-01'), endsAt: new Date('2026-12-31') };
  await market.app.db.campaign.create({
    data: { code: 'wangjie', kind: 'link', name: '邀你购（测试）', unitId: units.bank.id, rule: {}, ...period },
  });
});
afterAll(() => market.app.close());

const UNIT = '/board/commerce-2026/units/bank';

/** Puts two boxes of tea into the cart, checks out for nobody's unit, and pays. */
async function buyTea(who: Person): Promise<void> {
  await who.send(await who.open(`/products/${market.world.products.tea.id}`), 'form#buy', { quantity: 2 });
  const pay = await who.send(await who.open('/checkout'), 'form.cart-columns');
  expect(pay.path).toMatch(/^\/sandbox\/pay\//);
  await who.agent.post(pay.path).send({ outcome: 'succeed' }).expect(200);
}

const newest = () => market.app.db.order.findFirstOrThrow({ orderBy: { id: 'desc' } });

describe('a visitor who comes by a unit’s link', () => {
  it('signs in, buys for no unit, and is helped-to-sell on the unit’s page, never bought', async () => {
    const approver = await personOf(market.app, 'approver');
    expect((await approver.open(UNIT)).$('#helped')).toHaveLength(0);
    const visitor = await personOf(market.app, null);
    await visitor.open('/c/wangjie');
    await signInAs(visitor.agent, 'outsider');
    await buyTea(visitor);
    const campaign = await market.app.db.campaign.findUniqueOrThrow({ where: { code: 'wangjie' } });
    expect(await newest()).toMatchObject({ campaignId: campaign.id, unitId: null, state: 'placed' });

    const page = await approver.open(UNIT);
    expect(page.$('section[aria-labelledby="helped"]').text().replace(/\s+/g, ' ')).toContain('帮销 ¥256.00 · 500 克');
    const { bank } = market.world.units;
    expect(await sumsOf(market, bank, market.world.programmes.group)).toEqual({ placed: 0, counted: 0 });
    expect(page.$('section[aria-labelledby="overall"]').text()).not.toContain('256');
    expect((await approver.open(`${UNIT}?category=tea`)).$('#helped')).toHaveLength(0);
    const employee = await personOf(market.app, 'employee');
    expect((await employee.open(UNIT)).$('#helped')).toHaveLength(0);
    expect(await differences(market)).toEqual([]);
  });

  it('counts one order for the link; a later one without it is nobody’s', async () => {
    const outsider = await personOf(market.app, null);
    await outsider.open('/c/wangjie');
    await signInAs(outsider.agent, 'outsider');
    await buyTea(outsider);
    await buyTea(outsider);
    expect((await newest()).campaignId).toBeNull();
    expect(await market.app.db.helpedSale.count()).toBe(2);
  });

  it('of an unknown or ended link finds nothing', async () => {
    const visitor = await personOf(market.app, null);
    await visitor.open('/c/nowhere', 404);
  });
});
