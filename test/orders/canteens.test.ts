import supertest from 'supertest';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findActor } from '../../server/accounts/actor.ts';
import { amendOrder } from '../../server/checkout/amend-order.ts';
import { submitOrder } from '../../server/checkout/submit-order.ts';
import { reconcile } from '../../server/cli/reconcile/run-checks.ts';
import { returnOrder } from '../../server/orders/approval/reject-order.ts';
import { earliestDelivery } from '../../server/orders/delivery/choose-window.ts';
import { NO_HOLIDAYS } from '../../server/orders/holidays.ts';
import { placeStandingOrders } from '../../server/orders/place-standing-orders.ts';
import { pathTo } from '../../server/paths.ts';
import { dayToColumn } from '../../server/shared/days.ts';
import { hoursInRuns, minutesIn, windowOn } from '../../server/units/canteens/canteen-hours.ts';
import { type Market, openMarket } from '../quotas/market.ts';
import { apiTokenFor } from '../setup/app.ts';
import { faultsOn, type Page, type Person, personOf } from '../setup/person.ts';

// A Wednesday. Both suppliers confirm within 24 hours and ship within 3 working days: by Tuesday 12, so that Wednesday 13 is the first day.
const DAY = '2026-05-06';
const FIRST = '2026-05-13';
const morning = { from: 360, to: 540 };
const HOURS = [morning, morning, morning, morning, morning, null, null];
let market: Market;
let buyer: Person;
let canteenId: number;

beforeAll(async () => {
  market = await openMarket(DAY);
  buyer = await personOf(market.app, 'buyer');
  const page = await buyer.open(pathTo('newCanteen'));
  await buyer.send(page, '#canteen', canteen('一食堂'));
  ({ id: canteenId } = await market.app.db.canteen.findFirstOrThrow());
});
beforeEach(() => market.turnTo(DAY));
afterAll(() => market.app.close());

const db = () => market.app.db;
const canteen = (name: string) => ({
  ...{ name, recipient: '收货岗', phone: '023-66660001', province: '重庆市', city: '', county: '江北区' },
  ...{ detail: '食堂路 1 号', note: '走后门' },
});
const actor = async (who: keyof Market['world']['users']) => {
  const found = await findActor(db(), market.world.users[who].id, DAY);
  if (!found) throw new Error(`${who} is nobody`);
  return found;
};

async function order(more: object, quantity = 2) {
  const token = await apiTokenFor(db(), market.world.users.buyer, [], new Date(`${DAY}T04:00:00Z`));
  const { bank } = market.world.units;
  return supertest(market.app.url)
    .post('/api/v1/orders')
    .auth(token, { type: 'bearer' })
    .send({
      lines: [{ productId: market.world.products.tea.id, quantity }],
      ...{ fundingSource: 'canteen_budget', unitId: bank.id, payment: 'on_account', canteenId, ...more },
    });
}

describe('a unit’s canteens', () => {
  it('are kept by its buyers and approvers, with hours by weekday', async () => {
    const list = await buyer.open(pathTo('canteens'));
    expect(list.text).toContain('一食堂');
    expect(list.text).toContain('周一–周五 06:00–09:00');
    const approver = await personOf(market.app, 'approver');
    const page = await approver.open(pathTo('canteen', { id: canteenId }));
    expect(page.$('#f-from1').val()).toBe('06:00');
    expect(page.$('#f-from7').val() ?? '').toBe('');
    await approver.send(page, '#canteen', { note: '入冷库' });
    expect((await buyer.open(pathTo('canteens'))).text).toContain('入冷库');
    expect(await db().auditLine.count({ where: { action: { in: ['canteen.add', 'canteen.change'] } } })).toBe(2);
  });

  it('are nobody else’s', async () => {
    const other = await personOf(market.app, 'dual-buyer');
    await other.open(pathTo('canteen', { id: canteenId }), 404);
    const employee = await personOf(market.app, 'employee');
    await employee.open(pathTo('canteens'), 403);
    const page = await buyer.open(pathTo('newCanteen'));
    const forged = await buyer.send(page, '#canteen', { ...canteen('外单位'), unitId: market.world.units.dual.id });
    expect(forged.status).toBe(404);
  });

  it.each([
    [{ from1: '09:00', to1: '06:00' }, '周一 到：结束时间要晚于开始时间'],
    [{ from2: 'früh' }, '周二 从：请填写时间，如 6:30'],
    [{ to3: '' }, '周三 到：请填写时间，如 6:30'],
    [{ name: '一食堂' }, '食堂：本单位已有同名食堂'],
    [{ phone: '12' }, '电话'],
    [
      Object.fromEntries(
        [1, 2, 3, 4, 5].flatMap((day) => [
          [`from${day}`, ''],
          [`to${day}`, ''],
        ]),
      ),
      '请至少填写一天的收货时段',
    ],
  ])('refuse %o by its field and keep what was typed', async (changes, sentence) => {
    const page = await buyer.open(pathTo('newCanteen'));
    const refused = await buyer.send(page, '#canteen', { ...canteen('三食堂'), ...changes });
    expect(refused.status).toBe(422);
    expect(faultsOn(refused)).toHaveLength(1);
    expect(faultsOn(refused).join()).toContain(sentence);
    expect(refused.$('#f-detail').val()).toBe('食堂路 1 号');
    expect(await db().canteen.count({ where: { name: '三食堂' } })).toBe(0);
  });

  it('read times strictly, and tell weekdays of the same hours together', () => {
    expect(['6:30', '06:30', '23:59', '24:00'].map(minutesIn)).toEqual([390, 390, 1439, 1440]);
    expect(['24:01', '7', '7:60', '-1:00', ''].map(minutesIn)).toEqual([null, null, null, null, null]);
    expect(hoursInRuns([morning, null, morning, morning, { from: 0, to: 60 }, null, null])).toMatchObject([
      { first: 1, last: 1 },
      { first: 3, last: 4 },
      { first: 5, last: 5 },
    ]);
    expect(windowOn(HOURS, '2026-05-10')).toBeNull();
    expect(earliestDelivery(HOURS, '2026-05-08', { ...NO_HOLIDAYS, has: (day) => day === '2026-05-11' })).toBe(
      '2026-05-12',
    );
    expect(earliestDelivery([null, null, null, null, null, null, null], '2026-05-08', NO_HOLIDAYS)).toBeNull();
  });
});

describe('an order to a canteen', () => {
  it('finds its canteens through the API', async () => {
    const token = await apiTokenFor(db(), market.world.users.buyer, [], new Date(`${DAY}T04:00:00Z`));
    const answer = await supertest(market.app.url).get('/api/v1/canteens').auth(token, { type: 'bearer' });
    expect(answer.body.items).toMatchObject([{ id: canteenId, unit: 'bank', address: '食堂路 1 号' }]);
    expect(answer.body.items[0].hours[0]).toEqual({ weekday: 1, from: '06:00', to: '09:00' });
  });

  it('goes to its address, on the earliest day within all its hours when none is named', async () => {
    const answer = await order({});
    expect(answer.status).toBe(201);
    expect(answer.body.address).toMatchObject({ recipient: '收货岗', address: '食堂路 1 号' });
    expect(answer.body.delivery).toEqual({
      canteenId,
      canteen: '一食堂',
      on: FIRST,
      from: '06:00',
      to: '09:00',
      movedFrom: null,
    });
  });

  it('takes a later day and hours within the canteen’s', async () => {
    const answer = await order({ deliverOn: '2026-05-18', deliverFrom: '06:30', deliverTo: '7:15' });
    expect(answer.body.delivery).toMatchObject({ on: '2026-05-18', from: '06:30', to: '07:15' });
  });

  it.each([
    [{ deliverOn: '2026-05-12' }, 'deliverOn', 'deliverTooEarly'],
    [{ deliverOn: '2026-05-16' }, 'deliverOn', 'canteenClosedThatDay'],
    [{ deliverOn: '2026-09-01' }, 'deliverOn', 'deliverTooFar'],
    [{ deliverOn: '2026-05-20', deliverFrom: '05:00' }, 'deliverFrom', 'outsideHours'],
    [{ deliverOn: '2026-05-20', deliverTo: '10:00' }, 'deliverTo', 'outsideHours'],
    [{ deliverOn: '2026-05-20', deliverFrom: '08:00', deliverTo: '07:00' }, 'deliverFrom', 'outsideHours'],
    [{ deliverOn: '2026-02-30' }, 'deliverOn', 'malformedDay'],
    [{ canteenId: 999_999 }, 'canteenId', 'noSuchCanteen'],
  ])('refuses %o', async (more, field, code) => {
    const before = await db().order.count();
    const answer = await order(more);
    expect([400, 422]).toContain(answer.status);
    expect(JSON.stringify(answer.body)).toContain(`"${field}"`);
    expect(JSON.stringify(answer.body)).toContain(code);
    expect(await db().order.count()).toBe(before);
  });

  it('skips holidays, and a slower supplier moves the first day', async () => {
    await db().holiday.create({ data: { day: dayToColumn('2026-05-20'), name: '测试假日' } });
    expect(JSON.stringify((await order({ deliverOn: '2026-05-20' })).body)).toContain('deliverOnHoliday');
    const { lianghe } = market.world.suppliers;
    await db().supplier.update({ where: { id: lianghe.id }, data: { shipWithinDays: 8 } });
    expect((await order({})).body.delivery.on).toBe('2026-05-21');
    await db().supplier.update({ where: { id: lianghe.id }, data: { shipWithinDays: 3 } });
    await db().holiday.deleteMany();
  });

  it('is of the paying unit’s own canteen, never of a person’s purchase nor a closed one', async () => {
    const other = await db().canteen.create({
      data: {
        ...{
          unitId: market.world.units.dual.id,
          name: '别处',
          recipient: '岗',
          phone: '1',
          region: '重庆市',
          detail: '1',
        },
        ...{ hours: HOURS, createdAt: new Date() },
      },
    });
    expect(JSON.stringify((await order({ canteenId: other.id })).body)).toContain('noSuchCanteen');
    const alone = await order({ fundingSource: 'individual', payment: 'stripe' });
    expect(alone.status).toBeGreaterThanOrEqual(400);
    await db().canteen.update({ where: { id: canteenId }, data: { closedAt: new Date() } });
    expect(JSON.stringify((await order({})).body)).toContain('noSuchCanteen');
    await db().canteen.update({ where: { id: canteenId }, data: { closedAt: null } });
    expect((await order({ addressId: 1 })).status).toBe(400);
  });

  it('is shipped by the time its canteen awaits it', async () => {
    const { body } = await order({ deliverOn: '2026-05-18' });
    const [parcel] = body.fulfilments;
    const supplier = await personOf(market.app, 'supplier');
    const page = await supplier.open(pathTo('supplierFulfilment', { id: parcel.id }));
    expect(page.text).toContain('2026-05-18（周一）06:00–09:00');
    await supplier.send(page, 'form[action$="/confirmation"]');
    const { dueAt } = await db().fulfilment.findUniqueOrThrow({ where: { id: parcel.id } });
    expect(dueAt).toEqual(new Date('2026-05-17T22:00:00Z'));
    for (const path of ['picking-list', 'parcel-labels', 'delivery-notes'])
      expect((await supplier.agent.get(`/supplier/${path}?id=${parcel.id}`)).text).toContain(
        '2026-05-18（周一）06:00–09:00',
      );
    const filtered = await supplier.open(pathTo('supplierFulfilments', { state: 'confirmed', day: '2026-05-18' }));
    expect(filtered.$('tr[data-parcel]').length).toBeGreaterThan(0);
    expect(
      (await supplier.open(pathTo('supplierFulfilments', { state: 'confirmed', day: '2026-05-19' }))).$(
        'tr[data-parcel]',
      ),
    ).toHaveLength(0);
  });

  it('keeps its canteen when it is returned and amended, on a day that is still possible', async () => {
    const { body } = await order({ deliverOn: '2026-05-14' }, 60);
    await returnOrder(db(), await actor('approver'), body.id, '改少', new Date(`${DAY}T05:00:00Z`));
    const { recipient, phone, region, address } = body.address;
    const lines = [{ productId: market.world.products.tea.id, quantity: 5 }];
    const later = new Date('2026-05-11T04:00:00Z');
    const id = await amendOrder(
      db(),
      await actor('buyer'),
      body.id,
      { recipient, phone, region, address, lines, note: null },
      later,
    );
    expect(await db().order.findUniqueOrThrow({ where: { id } })).toMatchObject({
      canteenId,
      deliverOn: dayToColumn('2026-05-18'),
    });
  });
});

describe('checking out for a unit', () => {
  const toCart = async () => {
    await db().cartLine.deleteMany();
    await buyer.send(await buyer.open(`/products/${market.world.products.tea.id}`), 'form#buy', {
      quantity: 2,
      unit: 'bank',
    });
    return buyer.open('/checkout?unit=bank');
  };
  const send = (page: Page, changes: Record<string, string>) => buyer.send(page, 'form.cart-columns', changes);

  it('offers the canteens first with the earliest day, and orders for it', async () => {
    const page = await toCart();
    expect(page.text).toContain(`最早 ${FIRST}（周三）06:00–09:00`);
    expect(page.$('input[name="addressId"]:checked').val()).toBe(`canteen-${canteenId}`);
    expect(page.$('#f-deliverOn').val()).toBe(FIRST);
    const done = await send(page, {});
    expect(done.text).toContain(`${FIRST}（周三）06:00–09:00`);
    expect(done.text).toContain('一食堂');
  });

  it('refuses a day by its field and keeps it', async () => {
    const refused = await send(await toCart(), { deliverOn: '2026-05-07' });
    expect(refused.status).toBe(422);
    expect(refused.$('#f-deliverOn-error').text()).toContain(`最早可送 ${FIRST}`);
    expect(refused.$('#f-deliverOn').val()).toBe('2026-05-07');
    expect(refused.$('input[name="addressId"]:checked').val()).toBe(`canteen-${canteenId}`);
  });

  it('still sends to an address without a day', async () => {
    const page = await toCart();
    const address = page.$('input[name="addressId"]').filter((_, input) => /^\d+$/.test(String(page.$(input).val())));
    const done = await send(page, { addressId: String(address.first().val()) });
    expect(done.path).toMatch(/^\/orders\/\d+/);
    const placed = await db().order.findFirstOrThrow({ orderBy: { id: 'desc' } });
    expect(placed).toMatchObject({ canteenId: null, deliverOn: null });
  });
});

describe('what a canteen expects', () => {
  it('is listed by its hours with a button to receive, what is late on top', async () => {
    const { body } = await order({ deliverOn: FIRST });
    const [parcel] = body.fulfilments;
    const none = await buyer.open(pathTo('expectedDeliveries'));
    expect(none.text).toContain('这一天没有约定送达的货物');
    const ahead = await buyer.open(pathTo('expectedDeliveries', { day: FIRST }));
    const number = String(parcel.id).padStart(6, '0');
    expect(ahead.$(`[data-parcel="${number}"]`).text()).toContain('06:00–09:00');
    expect(ahead.$(`[data-parcel="${number}"] a.button`)).toHaveLength(0);
    await db().fulfilment.update({ where: { id: parcel.id }, data: { state: 'shipped', shippedAt: new Date() } });
    market.turnTo(FIRST);
    const today = await buyer.open(pathTo('expectedDeliveries'));
    expect(today.$(`[data-parcel="${number}"] a.button`).attr('href')).toBe(
      pathTo('fulfilmentReceipt', { id: parcel.id }),
    );
    const approver = await personOf(market.app, 'approver');
    expect((await approver.open(pathTo('expectedDeliveries'))).$(`[data-parcel="${number}"] a.button`)).toHaveLength(0);
    market.turnTo('2026-05-14');
    const late = await personOf(market.app, 'buyer');
    const after = await late.open(pathTo('expectedDeliveries'));
    expect(after.$('#late ~ [data-parcel]').text()).toContain(number);
    const other = await personOf(market.app, 'dual-buyer');
    expect((await other.open(pathTo('expectedDeliveries', { day: FIRST }))).text).not.toContain(number);
    await db().fulfilment.update({ where: { id: parcel.id }, data: { state: 'to_confirm', shippedAt: null } });
  });
});

describe('a standing order', () => {
  it('goes to the canteen of its list, on the first day that it can receive', async () => {
    const { bank } = market.world.units;
    const list = await db().purchaseList.create({
      data: {
        ...{ unitId: bank.id, name: '周采购' },
        lines: { create: [{ productId: market.world.products.tea.id, quantity: 1 }] },
      },
    });
    const page = await buyer.open(pathTo('purchaseList', { id: list.id }));
    await buyer.send(page, '#list-canteen', { canteenId });
    const refused = await buyer.send(page, '#list-canteen', { canteenId: 424_242 });
    expect(refused.$('#f-canteenId-error').text()).toContain('没有这个食堂');
    const standing = await db().standingOrder.create({
      data: {
        ...{ unitId: bank.id, listId: list.id, name: '每周三', fundingSource: 'canteen_budget' },
        ...{ schedule: { weekdays: [3] }, nextOn: dayToColumn(DAY), createdById: market.world.users.buyer.id },
      },
    });
    const now = new Date(`${DAY}T04:00:00Z`);
    await placeStandingOrders(db(), (who, request) => submitOrder(db(), who, request, now), now);
    const run = await db().standingOrderRun.findFirstOrThrow({ where: { standingOrderId: standing.id } });
    expect(run.outcome).toBe('placed');
    expect(await db().order.findUniqueOrThrow({ where: { id: run.orderId ?? 0 } })).toMatchObject({
      ...{ canteenId, recipient: '收货岗', deliverOn: dayToColumn(FIRST), deliverFrom: 360, deliverTo: 540 },
    });
    expect((await buyer.open(pathTo('standingOrder', { id: standing.id }))).text).toContain('一食堂');
  });

  it('and all of it stands up to being recomputed', async () => {
    await market.settle();
    const found: unknown[] = [];
    await reconcile(market.app.container.config.databaseUrl, (difference) => found.push(difference));
    expect(found).toEqual([]);
  });
});
