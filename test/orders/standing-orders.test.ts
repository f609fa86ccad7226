import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findActor } from '../../server/accounts/actor.ts';
import { createList } from '../../server/cart/create-list.ts';
import { submitOrder } from '../../server/checkout/submit-order.ts';
import { NO_HOLIDAYS } from '../../server/orders/holidays.ts';
import { placeStandingOrders } from '../../server/orders/place-standing-orders.ts';
import { createStandingOrder } from '../../server/orders/standing-order-acts.ts';
import { nextDue } from '../../server/orders/standing-order-schedule.ts';
import { dayFromColumn, dayToColumn } from '../../server/shared/days.ts';
import { type Market, openMarket } from '../quotas/market.ts';
import { type Person, personOf } from '../setup/person.ts';
import { aProduct } from '../world/products.ts';

const monday = '2026-06-15';
const noon = (day: string) => new Date(`${day}T04:00:00Z`);
let market: Market;
let buyer: Person;
let eggs: { id: number };
let addressId: number;

beforeAll(async () => {
  market = await openMarket(monday);
  eggs = await aProduct(market.app.db, { code: 'eggs', name: '林下鸡蛋', priceFen: 1_000, stock: 200 });
  buyer = await personOf(market.app, 'buyer');
  const address = await market.app.db.address.create({
    data: {
      unitId: market.world.units.bank.id,
      ...{ recipient: '食堂', phone: '13800000000', region: '重庆市 渝中区', detail: '测试路 1 号' },
    },
  });
  addressId = address.id;
});
afterAll(() => market.app.close());
beforeEach(async () => {
  market.turnTo(monday);
  await market.app.db.standingOrder.deleteMany();
  await market.app.db.purchaseList.deleteMany();
  await market.app.db.holiday.deleteMany();
});

async function weekly(lines = [{ productId: eggs.id, quantity: 5, note: '门卫收' }]): Promise<number> {
  const { app, world } = market;
  const actor = await findActor(app.db, world.users.buyer.id, monday);
  if (!actor) throw new Error('no buyer');
  const listId = await createList(app.db, actor, { unitId: world.units.bank.id, name: '周采购', lines }, noon(monday));
  const order = {
    name: '每周补货',
    listId,
    fundingSource: 'canteen_budget' as const,
    addressId,
    when: { weekdays: [1] },
  };
  return createStandingOrder(app.db, actor, order, noon(monday));
}
const work = (day: string) => {
  const { db } = market.app;
  return placeStandingOrders(db, (actor, request) => submitOrder(db, actor, request, noon(day)), noon(day));
};
const ordersMade = () =>
  market.app.db.order.findMany({
    where: { checkoutKey: { startsWith: 'standing-' } },
    include: { lines: true },
    orderBy: { id: 'desc' },
  });
const runsOf = (standingOrderId: number) => market.app.db.standingOrderRun.findMany({ where: { standingOrderId } });
const nextOf = async (id: number) => {
  const { nextOn } = await market.app.db.standingOrder.findUniqueOrThrow({ where: { id } });
  return nextOn && dayFromColumn(nextOn);
};

describe('the schedule', () => {
  it.each([
    [{ weekdays: [1, 4] }, '2026-06-15', '2026-06-18'],
    [{ weekdays: [7] }, '2026-06-15', '2026-06-21'],
    [{ days: [1, 15] }, '2026-06-15', '2026-07-01'],
    [{ days: [31] }, '2026-06-15', '2026-06-30'],
    [{ days: [31] }, '2027-01-31', '2027-02-28'],
  ])('%j after %s is due on %s', (when, after, day) => expect(nextDue(when, after, NO_HOLIDAYS)).toBe(day));

  it('passes over holidays', () => {
    const without = (off: string) => ({ ...NO_HOLIDAYS, has: (day: string) => day === off });
    expect(nextDue({ weekdays: [1] }, monday, without('2026-06-22'))).toBe('2026-06-29');
    expect(nextDue({ weekdays: [1, 2, 3, 4, 5, 6, 7] }, monday, without('2026-06-16'))).toBe('2026-06-17');
  });
});

describe('the operator’s days', () => {
  const kept = async () =>
    (await market.app.db.holiday.findMany({ orderBy: { day: 'asc' } })).map(
      ({ day, worked }) => `${dayFromColumn(day)}${worked ? ' worked' : ''}`,
    );

  it('are a feast of several days at once, a worked weekend day, and are taken off one by one', async () => {
    const operator = await personOf(market.app, 'operator');
    const feast = { day: '2026-10-01', until: '2026-10-03', name: '国庆节' };
    await operator.send(await operator.open('/holidays'), '#holiday', feast);
    const made = { day: '2026-09-27', name: '国庆节调休', kind: 'worked' };
    const page = await operator.send(await operator.open('/holidays'), '#holiday', made);
    expect(page.text).toContain('调休上班');
    expect(await kept()).toEqual(['2026-09-27 worked', '2026-10-01', '2026-10-02', '2026-10-03']);
    await operator.send(page, 'form[action="/holidays/2026-10-02/removal"]');
    expect(await kept()).toEqual(['2026-09-27 worked', '2026-10-01', '2026-10-03']);
    expect(await market.app.db.auditLine.count({ where: { action: 'holiday.set' } })).toBe(2);
  });

  it.each([
    [{ until: '2026-09-30' }, '结束日期不能早于开始日期'],
    [{ until: '2026-11-01' }, '一次最多 31 天'],
    [{ kind: 'worked' }, '调休上班日须是周六或周日'],
    [{ day: '国庆', until: '2026-10-01' }, '日期'],
  ])('refuses %j by its field and keeps nothing', async (wrong, told) => {
    const operator = await personOf(market.app, 'operator');
    const asked = { day: '2026-10-01', until: '', name: '国庆节', ...wrong };
    const page = await operator.send(await operator.open('/holidays'), '#holiday', asked);
    expect(page.status).toBe(422);
    expect(page.$('.field__error').text()).toContain(told);
    expect(page.$('#f-name').val()).toBe('国庆节');
    expect(await kept()).toEqual([]);
  });
});

describe('the job', () => {
  it('does nothing before the day, then orders what is on the list under the buyer’s name, and names the next day', async () => {
    const id = await weekly();
    expect(await work('2026-06-21')).toBe(0);
    await work('2026-06-22');
    const [order] = await ordersMade();
    expect(order).toMatchObject({
      buyerId: market.world.users.buyer.id,
      unitId: market.world.units.bank.id,
      checkoutKey: `standing-${id}-2026-06-22`,
      paymentWay: 'on_account',
    });
    expect(order?.lines).toMatchObject([{ productId: eggs.id, quantity: 5, note: '门卫收' }]);
    expect(await nextOf(id)).toBe('2026-06-29');
    expect(await runsOf(id)).toMatchObject([{ outcome: 'placed', orderId: order?.id }]);
  });

  it('orders once although eight workers do it at once', async () => {
    const id = await weekly();
    const before = (await ordersMade()).length;
    await Promise.all(Array.from({ length: 8 }, () => work('2026-06-22')));
    expect((await ordersMade()).length).toBe(before + 1);
    expect(await runsOf(id)).toHaveLength(1);
  });

  it('orders once although the worker died after ordering', async () => {
    const id = await weekly();
    const { db } = market.app;
    const dying = placeStandingOrders(
      db,
      async (actor, request) => {
        await submitOrder(db, actor, request, noon('2026-06-22'));
        throw new Error('killed');
      },
      noon('2026-06-22'),
    );
    await expect(dying).rejects.toThrow('killed');
    const before = (await ordersMade()).length;
    await work('2026-06-22');
    expect((await ordersMade()).length).toBe(before);
    expect(await runsOf(id)).toMatchObject([{ outcome: 'placed' }]);
  });

  it('leaves out what is gone or short, and tells the buyer which', async () => {
    const gone = await aProduct(market.app.db, { name: '旧年笋干', state: 'off_sale' });
    const id = await weekly([
      { productId: eggs.id, quantity: 5, note: '' },
      { productId: gone.id, quantity: 1, note: '' },
    ]);
    await work('2026-06-22');
    expect(await runsOf(id)).toMatchObject([{ outcome: 'in_part' }]);
    expect((await ordersMade())[0]?.lines).toHaveLength(1);
    await market.settle();
    expect((await buyer.open('/inbox')).text).toContain('没有下这些：旧年笋干');
    expect((await buyer.open(`/standing-orders/${id}`)).text).toContain('“旧年笋干”已下架');
  });

  it('leaves out what is certified no longer on its day', async () => {
    const ending = await aProduct(market.app.db, { name: '到期的蜂蜜', certified: ['2026-01-01', '2026-06-21'] });
    const id = await weekly([
      { productId: eggs.id, quantity: 5, note: '' },
      { productId: ending.id, quantity: 1, note: '' },
    ]);
    await work('2026-06-22');
    expect(await runsOf(id)).toMatchObject([{ outcome: 'in_part' }]);
    expect((await ordersMade())[0]?.lines).toMatchObject([{ productId: eggs.id }]);
    expect((await buyer.open(`/standing-orders/${id}`)).text).toContain('“到期的蜂蜜”已下架');
  });

  it('orders nothing when nothing can be had, and says why', async () => {
    const none = await aProduct(market.app.db, { name: '高山四季豆', stock: 0 });
    const id = await weekly([{ productId: none.id, quantity: 1, note: '' }]);
    await work('2026-06-22');
    expect(await runsOf(id)).toMatchObject([{ outcome: 'failed', orderId: null }]);
    await market.settle();
    expect((await buyer.open('/inbox')).text).toContain('定期订单没有下成');
  });

  it('skips a day that became a holiday after it was planned', async () => {
    const id = await weekly();
    await market.app.db.holiday.create({ data: { day: dayToColumn('2026-06-22'), name: '端午' } });
    const before = (await ordersMade()).length;
    await work('2026-06-22');
    expect((await ordersMade()).length).toBe(before);
    expect(await runsOf(id)).toMatchObject([{ outcome: 'holiday' }]);
    expect(await nextOf(id)).toBe('2026-06-29');
  });
});

describe('the pages', () => {
  it('makes one from a list and keeps what was typed wrongly', async () => {
    await weekly();
    const page = await buyer.open('/standing-orders?unit=bank');
    const refused = await buyer.send(page, 'form.card', { name: '月初' });
    expect(refused.status).toBe(422);
    expect(refused.$('.error-summary').text()).toContain('请至少选一天');
    expect(refused.$('#f-name').val()).toBe('月初');
    const made = await buyer.send(refused, 'form.card', { kind: 'days', days: '1，15' });
    expect(made.$('h1').text()).toBe('月初');
    expect(made.text).toContain('2026-07-01');
  });

  it('skips once, pauses until a day, and resumes', async () => {
    const id = await weekly();
    const page = await buyer.open(`/standing-orders/${id}`);
    await buyer.send(page, `form[action$="/skip"]`);
    expect(await nextOf(id)).toBe('2026-06-29');
    expect((await buyer.send(page, `form[action$="/skip"]`)).status).toBe(409);
    await buyer.send(await buyer.open(`/standing-orders/${id}`), '#pause', { until: '2026-09-01' });
    expect(await nextOf(id)).toBe('2026-09-07');
    const past = await buyer.send(await buyer.open(`/standing-orders/${id}`), '#pause', { until: monday });
    expect(past.status).toBe(422);
    await buyer.send(await buyer.open(`/standing-orders/${id}`), `form[action$="/resumption"]`);
    expect(await nextOf(id)).toBe('2026-06-22');
  });

  it('is nobody’s who does not buy for the unit', async () => {
    const id = await weekly();
    const employee = await personOf(market.app, 'employee');
    await employee.open(`/standing-orders/${id}`, 404);
    await employee.open('/standing-orders', 403);
    await employee.open('/holidays', 403);
  });
});
