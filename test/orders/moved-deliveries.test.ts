import supertest from 'supertest';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findActor } from '../../server/accounts/actor.ts';
import { approveOrder } from '../../server/orders/approval/approve-order.ts';
import { pathTo } from '../../server/paths.ts';
import { dayToColumn } from '../../server/shared/days.ts';
import { type Market, openMarket } from '../quotas/market.ts';
import { apiTokenFor } from '../setup/app.ts';
import { personOf } from '../setup/person.ts';

// A Wednesday. The supplier confirms within 24 hours and ships within 3 working days: by Tuesday 12, so that Wednesday 13 is the first day.
const DAY = '2026-05-06';
const FIRST = '2026-05-13';
const morning = { from: 360, to: 540 };
const db = () => market.app.db;
let market: Market;
let canteenId: number;

beforeAll(async () => {
  market = await openMarket(DAY);
  await db().unitPayer.updateMany({ data: { approvalThresholdFen: 0 } });
  ({ id: canteenId } = await db().canteen.create({
    data: {
      ...{
        unitId: market.world.units.bank.id,
        name: '一食堂',
        recipient: '岗',
        phone: '023',
        region: '重庆市',
        detail: '1 号',
      },
      ...{ hours: [morning, morning, morning, morning, morning, null, null], createdAt: new Date() },
    },
  }));
});
beforeEach(async () => {
  market.turnTo(DAY);
  await db().holiday.deleteMany();
  await db().order.updateMany({ where: { state: 'awaiting_approval' }, data: { state: 'cancelled' } });
});
afterAll(() => market.app.close());

const at = (day: string) => new Date(`${day}T04:00:00Z`);
const wanted = (id: number) => db().order.findUniqueOrThrow({ where: { id } });
const approver = async () => {
  const found = await findActor(db(), market.world.users.approver.id, DAY);
  if (!found) throw new Error('nobody approves');
  return found;
};

async function order(more: object = {}) {
  const token = await apiTokenFor(db(), market.world.users.buyer, [], at(DAY));
  const { body } = await supertest(market.app.url)
    .post('/api/v1/orders')
    .auth(token, { type: 'bearer' })
    .send({
      lines: [{ productId: market.world.products.tea.id, quantity: 2 }],
      ...{ fundingSource: 'canteen_budget', unitId: market.world.units.bank.id, payment: 'on_account', canteenId },
      ...{ deliverOn: FIRST, ...more },
    })
    .expect(201);
  return body.id as number;
}

describe('a purchase whose day of delivery has become too early while it waited', () => {
  it('says so to its approver, moves to the next possible day when approved, and both sides are told', async () => {
    const id = await order({ deliverFrom: '06:30', deliverTo: '07:30' });
    const boss = await personOf(market.app, 'approver');
    expect((await boss.open(pathTo('order', { id }))).text).not.toContain('来不及');
    // Thursday 7: within 24 hours Friday, three working days on Wednesday 13, so that Thursday 14 is the first day.
    market.turnTo('2026-05-07');
    const page = await boss.open(pathTo('order', { id }));
    expect(page.text).toContain(`食堂收货日 ${FIRST} 已来不及：现在批准，将改为 2026-05-14（周四）06:30–07:30 送达`);
    expect((await boss.open(pathTo('approvals'))).text).toContain('将改为 2026-05-14（周四）');
    expect((await market.get('approver', '/approvals')).body.items).toMatchObject([
      { id, deliverOn: FIRST, deliveryMovesTo: '2026-05-14' },
    ]);
    const done = await boss.send(page, `form[action$="/${id}/approval"]`);
    expect(done.text).toContain('2026-05-14（周四）06:30–07:30');
    expect(done.text).toContain(`原定 ${FIRST}`);
    expect(await wanted(id)).toMatchObject({ state: 'placed', deliverFrom: 390, deliverTo: 450 });
    expect((await market.get('buyer', `/orders/${id}`)).body.delivery).toMatchObject({
      ...{ on: '2026-05-14', movedFrom: FIRST },
    });
    expect(await db().auditLine.count({ where: { action: 'order.move_delivery', subjectId: id } })).toBe(1);

    await market.settle();
    await market.settle();
    const { id: parcelId } = await db().fulfilment.findFirstOrThrow({ where: { orderId: id } });
    const told = await db().notification.findMany({ where: { kind: 'delivery_moved' }, orderBy: { id: 'asc' } });
    expect(told.map(({ userId, link }) => ({ userId, link }))).toEqual([
      { userId: market.world.users.buyer.id, link: pathTo('order', { id }) },
      { userId: market.world.users.supplier.id, link: pathTo('supplierFulfilment', { id: parcelId }) },
    ]);
    const supplier = await personOf(market.app, 'supplier');
    expect((await supplier.open(pathTo('supplierFulfilment', { id: parcelId }))).text).toContain(`原定 ${FIRST}`);
    expect((await supplier.open(pathTo('inbox'))).text).toContain(`原定 ${FIRST} 送达`);
  });

  it('keeps the day that is still possible', async () => {
    const id = await order();
    await approveOrder(db(), await approver(), id, at(DAY));
    expect(await wanted(id)).toMatchObject({ deliverOn: dayToColumn(FIRST), deliverMovedFrom: null });
  });

  it('skips holidays, both in the lead time and for receiving, and takes all hours where the chosen ones do not fit', async () => {
    const id = await order({ deliverFrom: '06:00', deliverTo: '09:00' });
    await db().holiday.createMany({
      data: ['2026-05-11', '2026-05-14'].map((day) => ({ day: dayToColumn(day), name: '测试假日' })),
    });
    const late = { from: 420, to: 480 };
    await db().canteen.update({
      where: { id: canteenId },
      data: { hours: [morning, morning, morning, morning, late, null, null] },
    });
    await approveOrder(db(), await approver(), id, at(DAY));
    expect(await wanted(id)).toMatchObject({
      ...{
        deliverOn: dayToColumn('2026-05-15'),
        deliverMovedFrom: dayToColumn(FIRST),
        deliverFrom: 420,
        deliverTo: 480,
      },
    });
  });

  it('moves when it is paid, of one that is prepaid', async () => {
    await db().canteen.update({
      where: { id: canteenId },
      data: { hours: [morning, morning, morning, morning, morning, null, null] },
    });
    const id = await order({ payment: 'stripe' });
    await approveOrder(db(), await approver(), id, at(DAY));
    expect(await wanted(id)).toMatchObject({ state: 'awaiting_payment', deliverOn: dayToColumn(FIRST) });
    market.turnTo('2026-05-08');
    const buyer = await personOf(market.app, 'buyer');
    expect((await buyer.open(pathTo('order', { id }))).text).toContain('现在付款，将改为 2026-05-14');
    const token = await apiTokenFor(db(), market.world.users.buyer, [], at('2026-05-08'));
    const { body } = await supertest(market.app.url)
      .post(`/api/v1/orders/${id}/payment`)
      .auth(token, { type: 'bearer' });
    await supertest(market.app.url).post(new URL(body.payment.url).pathname).send({ outcome: 'succeed' }).expect(200);
    expect(await wanted(id)).toMatchObject({
      ...{ state: 'placed', deliverOn: dayToColumn('2026-05-14'), deliverMovedFrom: dayToColumn(FIRST) },
    });
  });

  it('is placed as it is where its canteen receives on no day any more, and says so', async () => {
    const id = await order();
    await db().canteen.update({ where: { id: canteenId }, data: { hours: Array(7).fill(null) } });
    const boss = await personOf(market.app, 'approver');
    const page = await boss.open(pathTo('order', { id }));
    expect(page.text).toContain('60 天内也没有可收货的日子');
    await boss.send(page, `form[action$="/${id}/approval"]`);
    expect(await wanted(id)).toMatchObject({ state: 'placed', deliverOn: dayToColumn(FIRST), deliverMovedFrom: null });
  });
});
