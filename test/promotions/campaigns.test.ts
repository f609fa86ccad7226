import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Actor, findActor } from '../../server/accounts/actor.ts';
import { submitOrder } from '../../server/checkout/submit-order.ts';
import { reconcile } from '../../server/cli/reconcile/run-checks.ts';
import { cancelOrder } from '../../server/orders/cancel-order.ts';
import { expireOrder } from '../../server/orders/expire-order.ts';
import { createCampaign, stopCampaign } from '../../server/promotions/set-campaign.ts';
import { addDays, dayOf } from '../../server/shared/days.ts';
import { makeTestApp, type TestApp } from '../setup/app.ts';
import { testDatabase } from '../setup/database.ts';
import { type Person, personOf } from '../setup/person.ts';
import { aUser } from '../world/users.ts';
import { makeWorld, type World } from '../world/world.ts';

const FORM = 'form[action^="/campaigns"]:has([name="threshold"])';
let now = new Date('2026-06-15T04:00:00Z');
let databaseUrl: string;
let app: TestApp;
let world: World;
let operator: Person;

beforeAll(async () => {
  databaseUrl = await testDatabase();
  app = await makeTestApp({ clock: () => now, databaseUrl });
  world = await makeWorld(app.db, { now });
  operator = await personOf(app, 'operator');
});
afterAll(() => app.close());

async function actor({ id }: { id: number }): Promise<Actor> {
  const found = await findActor(app.db, id, dayOf(now));
  if (!found) throw new Error('no such person');
  return found;
}

const less = {
  name: '满 100 减 10',
  unitCode: null,
  zoneCode: null,
  thresholdFen: 10_000,
  discountFen: 1_000,
  gift: null,
};

async function running(budgetFen: number | null): Promise<number> {
  await app.db.campaign.updateMany({ where: { stoppedAt: null }, data: { stoppedAt: now } });
  const days = { startsOn: dayOf(now), endsOn: addDays(dayOf(now), 7) };
  return createCampaign(app.db, await actor(world.users.operator), { ...less, ...days, budgetFen }, now);
}

/** A box of tea at 128 yuan for oneself, to be paid. */
async function buys(who: { id: number }, expectedTotalFen: number | null = null): Promise<number> {
  const address = { recipient: '收货人', phone: '13800000000', region: '重庆市 渝中区', address: '测试路 1 号' };
  const terms = {
    unitId: null,
    fundingSource: 'individual',
    paymentWay: 'stripe',
    channel: 'market',
    zoneId: null,
  } as const;
  const lines = [{ productId: world.products.tea.id, quantity: 1 }];
  const rest = { lines, note: null, checkoutKey: crypto.randomUUID(), expectedTotalFen };
  return submitOrder(app.db, await actor(who), { ...address, ...terms, ...rest }, now);
}

const given = async (id: number) => Number((await app.db.campaign.findUniqueOrThrow({ where: { id } })).givenFen);
const discountOf = async (id: number) => (await app.db.order.findUniqueOrThrow({ where: { id } })).discountFen;

describe('the operator’s page of threshold discounts', () => {
  it('makes one with every fault named by its field first, and nobody else may', async () => {
    const page = await operator.open('/campaigns');
    const wrong = await operator.send(page, FORM, {
      ...{ name: '', threshold: '100', discount: '100', startsOn: '2026-06-14', endsOn: '2026-06-01', budget: 'x' },
    });
    expect(wrong.status).toBe(422);
    for (const field of ['name', 'budget']) expect(wrong.$(`a[href="#f-${field}"]`), field).toHaveLength(1);
    const late = await operator.send(page, FORM, {
      ...{
        name: '满减',
        threshold: '100',
        discount: '100',
        startsOn: '2026-06-14',
        endsOn: '2026-06-01',
        unit: 'nobody',
        budget: '1',
      },
    });
    for (const field of ['discount', 'startsOn', 'endsOn', 'budget', 'unit'])
      expect(late.$(`a[href="#f-${field}"]`), field).toHaveLength(1);
    expect(late.$('[name="threshold"]').val()).toBe('100');
    expect(await app.db.campaign.count()).toBe(0);
    const typed = {
      name: '满 200 减 20',
      threshold: '200',
      discount: '20',
      startsOn: '2026-06-20',
      endsOn: '2026-06-30',
      budget: '1000',
    };
    const made = await operator.send(page, FORM, typed);
    expect(made.text).toContain('活动已新建');
    expect(made.text).toContain('未开始');
    await (await personOf(app, 'approver')).open('/campaigns', 403);
    const lines = await app.db.auditLine.findMany({ where: { action: 'campaign.create' } });
    expect(lines).toMatchObject([{ actorId: world.users.operator.id, subjectType: 'campaign' }]);
  });

  it('changes it until it begins, and stops it afterwards with a reason', async () => {
    const { id } = await app.db.campaign.findFirstOrThrow();
    const changed = await operator.send(await operator.open(`/campaigns/${id}`), FORM, { discount: '30' });
    expect(changed.text).toContain('满 ¥200.00 减 ¥30.00');
    const stale = await operator.open(`/campaigns/${id}`);
    const before = now;
    now = new Date('2026-06-20T04:00:00Z');
    expect((await operator.send(stale, FORM, { discount: '40' })).status).toBe(409);
    const page = await operator.open(`/campaigns/${id}`);
    expect(page.$(FORM)).toHaveLength(0);
    const stop = `form[action$="/campaigns/${id}/stop"]`;
    expect((await operator.send(page, stop, { reason: '' })).status).toBe(422);
    expect((await operator.send(page, stop, { reason: '库存不足' })).text).toContain('已停止');
    expect((await operator.send(page, stop, { reason: '再停' })).status).toBe(409);
    now = before;
  });

  it('says what it gave', async () => {
    const id = await running(100_000);
    await buys(world.users.employee);
    const page = await operator.open(`/campaigns/${id}`);
    expect(page.text.replace(/\s+/g, '')).toContain('剩余¥990.00');
    expect((await operator.open('/campaigns')).text).toContain(less.name);
  });
});

describe('a campaign’s budget', () => {
  it('is never overspent by any number of orders at once; who comes too late pays the full price', async () => {
    const id = await running(5_000);
    const buyers = await Promise.all(Array.from({ length: 12 }, () => aUser(app.db, {})));
    const orders = await Promise.all(buyers.map((buyer) => buys(buyer)));
    const discounts = await Promise.all(orders.map(discountOf));
    expect(discounts.filter((fen) => fen === 1_000)).toHaveLength(5);
    expect(discounts.filter((fen) => fen === 0)).toHaveLength(7);
    expect(await given(id)).toBe(5_000);
    expect((await operator.open(`/campaigns/${id}`)).text).toContain('预算用完');
  });

  it('never charges more than was shown: whoever saw the discount is asked again', async () => {
    await running(1_000);
    const [first, second] = [await aUser(app.db, {}), await aUser(app.db, {})];
    const total = 12_800 - 1_000 + 1_200;
    const results = await Promise.allSettled([buys(first, total), buys(second, total)]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(results.find((one) => one.status === 'rejected')).toMatchObject({ reason: { code: 'priceChanged' } });
  });

  it('gets back what a cancelled or lapsed order took, once, and gives it to the next', async () => {
    const id = await running(1_000);
    const [first, second, third] = await Promise.all([1, 2, 3].map(() => aUser(app.db, {})));
    if (!first || !second || !third) throw new Error('no buyers');
    const cancelled = await buys(first);
    expect(await discountOf(await buys(second))).toBe(0);
    await Promise.allSettled([1, 2, 3].map(async () => cancelOrder(app.db, await actor(first), cancelled, '', now)));
    expect(await given(id)).toBe(0);
    const lapsed = await buys(third);
    expect(await discountOf(lapsed)).toBe(1_000);
    await expireOrder(app.db, lapsed, new Date(now.getTime() + 3_600_000));
    expect(await given(id)).toBe(0);
  });

  it('takes nothing off any more once it is stopped', async () => {
    const id = await running(null);
    expect(await discountOf(await buys(world.users.outsider))).toBe(1_000);
    await stopCampaign(app.db, await actor(world.users.operator), id, '停', now);
    expect(await discountOf(await buys(world.users.outsider))).toBe(0);
  });
});

it('leaves figures that agree', async () => {
  expect(await reconcile(databaseUrl, (difference) => console.log(difference))).toBe(0);
});
