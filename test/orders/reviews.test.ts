import supertest from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { receiveByTime } from '../../server/orders/receive-by-time.ts';
import { expireWaitingOrders } from '../../server/payments/expire-waiting-orders.ts';
import { type Market, openMarket, type Person, type Placed } from '../quotas/market.ts';
import { apiTokenFor } from '../setup/app.ts';
import { stockOf } from '../world/products.ts';

const DAY = '2026-05-06';
let day = DAY;
let market: Market;
const address = { recipient: '收货人', phone: '13800000000', region: '重庆市 渝中区', detail: '测试路 1 号' };

beforeAll(async () => {
  market = await openMarket(DAY);
});
afterAll(() => market.app.close());

const turnTo = (next: string) => {
  day = next;
  market.turnTo(next);
};
const noon = () => new Date(`${day}T04:00:00Z`);

async function post(who: Person, path: string, body: object, status: number) {
  const { app, world } = market;
  const token = await apiTokenFor(app.db, typeof who === 'string' ? world.users[who] : who, [], noon());
  const answer = await supertest(app.url).post(`/api/v1${path}`).auth(token, { type: 'bearer' }).send(body);
  expect(answer.status, answer.text).toBe(status);
  return answer.body;
}

async function figures(orderId: number) {
  const { id: programmeId } = market.world.programmes.group;
  const entries = await market.app.db.tallyEntry.findMany({ where: { orderId, programmeId } });
  const of = (event: string) =>
    entries.filter((entry) => entry.event === event).reduce((sum, entry) => sum + entry.fen, 0);
  return { placed: of('placed'), counted: of('counted') };
}

const countBy = (rules: object) =>
  market.app.db.programme.update({ where: { id: market.world.programmes.group.id }, data: rules });
const parcel = (order: Placed) => order.fulfilments[0]?.id ?? 0;
const line = (order: Placed) => order.fulfilments[0]?.lines[0]?.id ?? 0;

describe('a programme that counts what units buy on account by review', () => {
  it('counts what was accepted when its buyer reviews it, once, and less what was refunded', async () => {
    await countBy({ countOnAccountBy: 'review' });
    const { tea } = market.world.products;
    const order = await market.buy('buyer', {
      lines: [{ productId: tea.id, quantity: 10 }],
      unit: market.world.units.bank,
    });
    await post('buyer', `/fulfilments/${parcel(order)}/review`, { rating: 5 }, 409);
    await market.deliver(order, 8);
    expect(await figures(order.id)).toEqual({ placed: 102_400, counted: 0 });
    const { id } = await post(
      'buyer',
      `/orders/${order.id}/refunds`,
      { lines: [{ lineId: line(order), quantity: 1 }], reason: '破损' },
      201,
    );
    await post('supplier', `/refunds/${id}/decision`, { decision: 'approve' }, 200);
    await post('buyer', `/fulfilments/${parcel(order)}/review`, { rating: 6 }, 400);
    await post('employee', `/fulfilments/${parcel(order)}/review`, { rating: 5 }, 404);
    await post('buyer', `/fulfilments/${parcel(order)}/review`, { rating: 4, text: '数量少了' }, 201);
    expect(await figures(order.id)).toEqual({ placed: 89_600, counted: 89_600 });
    await post('buyer', `/fulfilments/${parcel(order)}/review`, { rating: 5 }, 409);
    await market.expectExact();
    const later = await post(
      'buyer',
      `/orders/${order.id}/refunds`,
      { lines: [{ lineId: line(order), quantity: 2 }], reason: '破损' },
      201,
    );
    await post('supplier', `/refunds/${later.id}/decision`, { decision: 'approve' }, 200);
    expect(await figures(order.id)).toEqual({ placed: 64_000, counted: 64_000 });
    await market.expectExact();
  });
});

describe('a unit that prepays', () => {
  const submit = async (quantity: number) =>
    post(
      'buyer',
      '/orders',
      {
        lines: [{ productId: market.world.products.rice.id, quantity }],
        fundingSource: 'canteen_budget',
        unitId: market.world.units.bank.id,
        payment: 'stripe',
        address,
      },
      201,
    );

  it.each(['acceptance', 'review'] as const)('is placed by approval and payment, and counted by %s', async (fact) => {
    await countBy({ countPrepaidBy: fact });
    const order = await submit(100);
    expect(order.status).toBe('awaiting_approval');
    await post('buyer', `/orders/${order.id}/payment`, {}, 409);
    const approved = await post('approver', `/orders/${order.id}/approval`, {}, 200);
    expect(approved.status).toBe('awaiting_payment');
    expect(await figures(order.id)).toEqual({ placed: 0, counted: 0 });
    const { payment } = await post('buyer', `/orders/${order.id}/payment`, {}, 201);
    await supertest(market.app.url).post(new URL(payment.url).pathname).send({ outcome: 'succeed' }).expect(200);
    expect(await figures(order.id)).toEqual({ placed: 540_000, counted: 0 });
    await market.deliver({ id: order.id, buyer: 'buyer', fulfilments: order.fulfilments }, 90);
    expect(await figures(order.id)).toEqual({ placed: 486_000, counted: fact === 'acceptance' ? 486_000 : 0 });
    await post('buyer', `/fulfilments/${order.fulfilments[0].id}/review`, { rating: 5 }, 201);
    expect(await figures(order.id)).toEqual({ placed: 486_000, counted: 486_000 });
    await market.settle();
    const sent = await market.app.db.paymentRefund.findMany({ where: { payment: { orderId: order.id } } });
    expect(sent).toMatchObject([{ amountFen: 54_000, state: 'succeeded' }]);
    await market.expectExact();
  });

  it('below its threshold pays at once; unpaid it ends by itself and gives its stock back', async () => {
    const before = await stockOf(market.app.db, market.world.products.rice);
    const small = await submit(2);
    expect(small.status).toBe('awaiting_payment');
    const large = await submit(100);
    await post('approver', `/orders/${large.id}/approval`, {}, 200);
    const held = await market.app.db.order.findUniqueOrThrow({ where: { id: large.id } });
    expect(held.heldUntil?.getTime()).toBe(noon().getTime() + 3 * 86_400_000);
    turnTo('2026-05-10');
    await expireWaitingOrders(market.app.db, market.app.container.stripe, noon());
    const ended = await market.app.db.order.findMany({ where: { id: { in: [small.id, large.id] } } });
    expect(ended.map((order) => order.state)).toEqual(['expired', 'expired']);
    expect(await stockOf(market.app.db, market.world.products.rice)).toBe(before);
    await market.expectExact();
  });
});

describe('a programme that counts individuals by receipt', () => {
  it('counts when the parcel is confirmed, by the buyer or ten days after it was shipped', async () => {
    await countBy({ countIndividualBy: 'receipt' });
    const { tea } = market.world.products;
    const own = await market.buy('employee', { lines: [{ productId: tea.id, quantity: 1 }] });
    expect(await figures(own.id)).toEqual({ placed: 12_800, counted: 0 });
    await market.deliver(own);
    expect(await figures(own.id)).toEqual({ placed: 12_800, counted: 12_800 });

    const late = await market.buy('employee', { lines: [{ productId: tea.id, quantity: 2 }] });
    const asked = await market.buy('employee', { lines: [{ productId: tea.id, quantity: 1 }] });
    for (const order of [late, asked])
      await post('supplier', `/fulfilments/${parcel(order)}/shipment`, { carrier: '邮政', trackingNumber: 'T1' }, 201);
    const { id } = await post(
      'employee',
      `/orders/${asked.id}/refunds`,
      { lines: [{ lineId: line(asked), quantity: 1 }], reason: '不要了' },
      201,
    );
    turnTo('2026-05-19');
    expect(await receiveByTime(market.app.db, noon())).toBe(0);
    turnTo('2026-05-20');
    expect(await receiveByTime(market.app.db, noon())).toBe(1);
    expect(await receiveByTime(market.app.db, noon())).toBe(0);
    expect(await figures(late.id)).toEqual({ placed: 25_600, counted: 25_600 });
    const receipt = await market.app.db.receipt.findFirstOrThrow({ where: { fulfilmentId: parcel(late) } });
    expect(receipt.byId).toBeNull();
    await post('supplier', `/refunds/${id}/decision`, { decision: 'refuse', reason: '已发货' }, 200);
    expect(await receiveByTime(market.app.db, noon())).toBe(1);
    await market.expectExact();
  });
});
