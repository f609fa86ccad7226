import { randomUUID } from 'node:crypto';
import { load } from 'cheerio';
import supertest from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Actor, findActor } from '../../server/accounts/actor.ts';
import type { Product } from '../../server/db/generated/client.ts';
import { expireWaitingOrders } from '../../server/payments/expire-waiting-orders.ts';
import { announceHarvest } from '../../server/sourcing/harvests/announce-harvest.ts';
import { closeHarvests } from '../../server/sourcing/harvests/close-harvests.ts';
import { giveUpHarvest, recordHarvest } from '../../server/sourcing/harvests/decide-harvest.ts';
import { preOrder } from '../../server/sourcing/harvests/pre-order.ts';
import { settleHarvests } from '../../server/sourcing/harvests/settle-harvests.ts';
import { type Market, openMarket } from '../quotas/market.ts';
import { apiTokenFor, signInAs, submit } from '../setup/app.ts';
import { aProduct } from '../world/products.ts';

const DAY = '2026-05-06';
const now = new Date(`${DAY}T04:00:00Z`);
const afterClosing = new Date('2026-06-01T04:00:00Z');
const harvestDay = new Date('2026-06-11T04:00:00Z');
type Who = keyof Market['world']['users'];
let market: Market;
let oranges: Product;

beforeAll(async () => {
  market = await openMarket(DAY);
  const { suppliers, categories } = market.world;
  oranges = await aProduct(market.app.db, {
    ...{
      supplier: suppliers.lianghe,
      category: categories.tea,
      priceFen: 900,
      minQuantity: 5,
      orderMultiple: 5,
      stock: 0,
    },
  });
  // Out of season, as goods before their harvest are.
  await market.app.db.product.update({ where: { id: oranges.id }, data: { seasonFrom: 6, seasonTo: 8 } });
});
afterAll(() => market.app.close());

async function actorOf(who: Who): Promise<Actor> {
  const found = await findActor(market.app.db, market.world.users[who].id, DAY);
  if (!found) throw new Error(`${who} is nobody`);
  return found;
}

async function announce(
  expectedQuantity: number,
  more: Partial<Parameters<typeof announceHarvest>[2]> = {},
): Promise<number> {
  const days = { expectedOn: '2026-06-10', closesOn: '2026-05-31' };
  const wish = { productId: oranges.id, expectedQuantity, priceFen: 700, minimumQuantity: 0, note: null, ...days };
  return announceHarvest(market.app.db, await actorOf('supplier'), { ...wish, ...more }, now);
}

const terms = (unitId: number | null) => ({
  ...({
    channel: 'market',
    zoneId: null,
    note: null,
    checkoutKey: randomUUID(),
    expectedTotalFen: null,
    unitId,
  } as const),
  ...{ recipient: '收货人', phone: '13800000000', region: '重庆市', address: '测试路 1 号' },
});

/** An employee's, still to be paid. */
const reserve = async (harvestId: number, quantity: number, at = now, who: Who = 'employee') =>
  preOrder(
    market.app.db,
    await actorOf(who),
    harvestId,
    { ...terms(null), fundingSource: 'individual', paymentWay: 'stripe', quantity },
    at,
  );

/** A unit's, on account and below the threshold: placed at once. */
const place = async (harvestId: number, quantity: number) =>
  preOrder(
    market.app.db,
    await actorOf('buyer'),
    harvestId,
    { ...terms(market.world.units.bank.id), fundingSource: 'canteen_budget', paymentWay: 'on_account', quantity },
    now,
  );

async function pay(who: Who, orderId: number) {
  const token = await apiTokenFor(market.app.db, market.world.users[who], [], now);
  const answer = await supertest(market.app.url)
    .post(`/api/v1/orders/${orderId}/payment`)
    .auth(token, { type: 'bearer' });
  await supertest(market.app.url)
    .post(new URL(answer.body.payment.url).pathname)
    .send({ outcome: 'succeed' })
    .expect(200);
}

const record = async (id: number, quantity: number) =>
  recordHarvest(market.app.db, await actorOf('supplier'), id, { quantity, harvestedOn: '2026-06-10' }, harvestDay);
const settle = () => settleHarvests(market.app.db, harvestDay);
const harvestOf = (id: number) => market.app.db.harvest.findUniqueOrThrow({ where: { id }, include: { batch: true } });
const standingOf = async (orderId: number) => {
  const order = await market.app.db.order.findUniqueOrThrow({ where: { id: orderId }, include: { lines: true } });
  return order.state === 'cancelled'
    ? 0
    : order.lines.reduce((sum, line) => sum + line.quantity - line.refundedQuantity, 0);
};
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error) => error.faults?.[0]?.code ?? error.code,
  );

describe('a pre-order', () => {
  it('holds the coming batch exactly, at its price, out of season and below the minimum; the shop sells none of it', async () => {
    const id = await announce(20);
    const first = await reserve(id, 13);
    const order = await market.app.db.order.findUniqueOrThrow({ where: { id: first }, include: { lines: true } });
    expect(order).toMatchObject({
      harvestId: id,
      state: 'awaiting_payment',
      lines: [{ unitPriceFen: 700, quantity: 13 }],
    });
    expect(await codeOf(reserve(id, 8))).toBe('notEnough');
    expect((await harvestOf(id)).batch).toMatchObject({ available: 7, coming: true });
    const employee = market.buy('employee', { lines: [{ productId: oranges.id, quantity: 5 }] });
    await expect(employee).rejects.toThrow(/offShelf/);
    await market.expectExact();
  });

  it('twenty at once for the last seven: seven of them', async () => {
    const id = await announce(7);
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => codeOf(reserve(id, 1))));
    expect(outcomes.filter((outcome) => outcome === 'done')).toHaveLength(7);
    expect((await harvestOf(id)).batch.available).toBe(0);
    await market.expectExact();
  });

  it('is not taken after the closing, also before the job wrote it down, nor while the closing is being written', async () => {
    const id = await announce(20);
    expect(await codeOf(reserve(id, 1, afterClosing))).toBe('preOrderClosed');
    let late: Promise<string> | undefined;
    await market.app.db.$transaction(async (tx) => {
      await tx.$queryRaw`SELECT id FROM harvest WHERE id = ${id} FOR UPDATE`;
      late = codeOf(reserve(id, 1));
      await new Promise((resolve) => setTimeout(resolve, 300));
      await tx.harvest.update({ where: { id }, data: { state: 'closed' } });
    });
    expect(await late).toBe('preOrderClosed');
  });

  it('that waits too long for its payment gives its part back', async () => {
    const id = await announce(5);
    const order = await reserve(id, 5);
    await expireWaitingOrders(market.app.db, market.app.container.stripe, new Date(now.getTime() + 3_600_000));
    expect(await market.app.db.order.findUniqueOrThrow({ where: { id: order } })).toMatchObject({ state: 'expired' });
    expect((await harvestOf(id)).batch.available).toBe(5);
  });

  it('is not shipped before the harvest', async () => {
    const id = await announce(20);
    const orderId = await place(id, 10);
    const [parcel] = await market.app.db.fulfilment.findMany({ where: { orderId } });
    const token = await apiTokenFor(market.app.db, market.world.users.supplier, [], now);
    const ship = () =>
      supertest(market.app.url)
        .post(`/api/v1/fulfilments/${parcel?.id}/shipment`)
        .auth(token, { type: 'bearer' })
        .send({ lines: [], carrier: '邮政', trackingNumber: `P${orderId}` });
    const early = await ship();
    expect([early.status, early.body.errors[0].code]).toEqual([422, 'notHarvestedYet']);
    await record(id, 20);
    await settle();
    expect((await ship()).status).toBe(201);
    await market.expectExact();
  });
});

describe('a harvest', () => {
  it('of more than was ordered ships all and becomes stock for the rest', async () => {
    const id = await announce(30);
    const orderId = await place(id, 10);
    await record(id, 45);
    await settle();
    expect(await harvestOf(id)).toMatchObject({
      state: 'harvested',
      batch: { coming: false, available: 35, quantity: 45 },
    });
    expect(await standingOf(orderId)).toBe(10);
    await market.expectExact();
  });

  it('of less is shared out in proportion by largest remainder; what is missing is paid back exactly', async () => {
    const id = await announce(30);
    const orders = [await place(id, 10), await place(id, 7), await reserve(id, 6)];
    await pay('employee', orders[2] ?? 0);
    await record(id, 11);
    await settle();
    // 11 × 10/23 = 4.78, 11 × 7/23 = 3.35, 11 × 6/23 = 2.87
    expect(await Promise.all(orders.map(standingOf))).toEqual([5, 3, 3]);
    expect(await harvestOf(id)).toMatchObject({ state: 'harvested', batch: { available: 0, quantity: 11 } });
    await market.settle();
    const back = await market.app.db.paymentRefund.findMany({ where: { payment: { orderId: orders[2] } } });
    expect(back).toMatchObject([{ amountFen: 3 * 700, state: 'succeeded' }]);
    await market.expectExact();
  });

  it('too short for all ends what still waits first; a payment that comes afterwards goes back', async () => {
    const id = await announce(30);
    const [placed, waiting] = [await place(id, 10), await reserve(id, 10)];
    const token = await apiTokenFor(market.app.db, market.world.users.employee, [], now);
    const { body } = await supertest(market.app.url)
      .post(`/api/v1/orders/${waiting}/payment`)
      .auth(token, { type: 'bearer' });
    await record(id, 12);
    await settle();
    expect(await Promise.all([standingOf(placed), standingOf(waiting)])).toEqual([10, 0]);
    await supertest(market.app.url).post(new URL(body.payment.url).pathname).send({ outcome: 'succeed' });
    await market.settle();
    const payments = await market.app.db.payment.findMany({ where: { orderId: waiting }, include: { refunds: true } });
    expect(payments).toMatchObject([{ refunds: [{ source: 'late_payment', amountFen: payments[0]?.amountFen }] }]);
    await market.expectExact();
  });

  it('settled twice at once, and again, gives nothing back twice', async () => {
    const id = await announce(30);
    const orders = [await place(id, 9), await place(id, 9), await place(id, 9)];
    await record(id, 10);
    await Promise.all([settle(), settle(), settle()]);
    await settle();
    expect(await Promise.all(orders.map(standingOf))).toEqual([4, 3, 3]);
    await market.expectExact();
  });

  it('goes on where it was interrupted: some shares settled, the rest not', async () => {
    const id = await announce(30);
    const orders = [await place(id, 6), await place(id, 6)];
    await record(id, 6);
    await market.app.db.$executeRaw`
      INSERT INTO harvest_share (harvestId, orderId, orderedQuantity, givenQuantity) VALUES (${id}, ${orders[0]}, 6, 3), (${id}, ${orders[1]}, 6, 3)`;
    await settle();
    expect(await Promise.all(orders.map(standingOf))).toEqual([3, 3]);
    expect(await harvestOf(id)).toMatchObject({ state: 'harvested', batch: { available: 0 } });
    await market.expectExact();
  });

  it('a cancellation meanwhile takes its share with it, and nothing twice', async () => {
    for (let round = 0; round < 3; round += 1) {
      const id = await announce(30);
      const orders = [await place(id, 10), await place(id, 10)];
      await record(id, 10);
      const token = await apiTokenFor(market.app.db, market.world.users.buyer, [], now);
      const cancel = supertest(market.app.url)
        .post(`/api/v1/orders/${orders[0]}/cancellation`)
        .auth(token, { type: 'bearer' })
        .send({ reason: '测试' });
      await Promise.all([settle(), cancel]);
      await settle();
      expect((await harvestOf(id)).state).toBe('harvested');
      expect(await standingOf(orders[0] ?? 0)).toBe(0);
      await market.expectExact();
    }
  });

  it('whose minimum is not reached gives all back by itself, the paid money too', async () => {
    const id = await announce(30, { minimumQuantity: 20 });
    const paid = await reserve(id, 8);
    await pay('employee', paid);
    const placed = await place(id, 11);
    await closeHarvests(market.app.db, afterClosing);
    await settle();
    expect(await harvestOf(id)).toMatchObject({
      state: 'failed',
      harvestedQuantity: 0,
      batch: { available: 0, quantity: 0 },
    });
    const orders = await market.app.db.order.findMany({ where: { id: { in: [paid, placed] } } });
    expect(orders.map(({ state }) => state)).toEqual(['cancelled', 'cancelled']);
    await market.settle();
    const back = await market.app.db.paymentRefund.findMany({ where: { payment: { orderId: paid } } });
    expect(back).toMatchObject([{ state: 'succeeded' }]);
    const inbox = await market.app.db.notification.findMany({
      where: { kind: 'harvest_failed', userId: market.world.users.employee.id },
    });
    expect(inbox.length).toBeGreaterThan(0);
    await market.expectExact();
  });

  it('whose minimum can still be reached by what waits is not given up yet', async () => {
    const id = await announce(30, { minimumQuantity: 20 });
    await place(id, 12);
    const waiting = await reserve(id, 8);
    await closeHarvests(market.app.db, afterClosing);
    expect((await harvestOf(id)).state).toBe('closed');
    await expireWaitingOrders(market.app.db, market.app.container.stripe, afterClosing);
    expect(await market.app.db.order.findUniqueOrThrow({ where: { id: waiting } })).toMatchObject({ state: 'expired' });
    await closeHarvests(market.app.db, afterClosing);
    await settle();
    expect((await harvestOf(id)).state).toBe('failed');
    await market.expectExact();
  });

  it('given up after its parcels were confirmed gives all back too', async () => {
    const id = await announce(30);
    const orderId = await place(id, 10);
    await market.app.db.fulfilment.updateMany({ where: { orderId }, data: { state: 'confirmed', confirmedAt: now } });
    await giveUpHarvest(market.app.db, await actorOf('supplier'), id, '冰雹', harvestDay);
    await settle();
    expect(await standingOf(orderId)).toBe(0);
    expect((await harvestOf(id)).state).toBe('failed');
    await market.expectExact();
  });
});

describe('the pages', () => {
  it('a supplier announces, an employee orders ahead on a page that says so, the supplier records', async () => {
    const { app } = market;
    const supplier = await signInAs(app.visitor(), 'supplier');
    const typed = {
      productId: oranges.id,
      expectedQuantity: 40,
      expectedOn: '2026-06-10',
      closesOn: '2026-06-20',
      priceFen: '6.5',
      minimumQuantity: '',
      note: '',
    };
    const wrong = await submit(supplier, '/supplier/harvests', '/supplier/harvests', typed);
    expect(wrong.status).toBe(422);
    expect(load(wrong.text)('#f-closesOn-error').text()).toContain('截止日');
    expect(load(wrong.text)('#f-priceFen').val()).toBe('6.5');
    const made = await submit(supplier, '/supplier/harvests', '/supplier/harvests', {
      ...typed,
      closesOn: '2026-05-31',
    });
    const own = String(made.headers.location);
    const id = Number(own.split('/').pop());
    expect((await app.visitor().get('/pre-orders')).text).toContain(`/pre-orders/${id}`);

    const employee = await signInAs(app.visitor(), 'employee');
    expect(load((await employee.get(`/products/${oranges.id}`)).text)('.ways').text()).toContain('2026-06-10');
    const none = await employee.get(`/pre-orders/${id}/order?quantity=viel`);
    expect([none.status, load(none.text)('#f-quantity').val()]).toEqual([422, 'viel']);
    const at = `/pre-orders/${id}/order?quantity=4`;
    const shown = load((await employee.get(at)).text);
    expect(shown('.page-head').text()).toContain('不是现货');
    const ordered = await submit(employee, at, at, {
      addressId: shown('input[name="addressId"]').first().val() as string,
      countFor: '',
      ...{ fundingSource: 'individual', payment: 'stripe', note: '' },
      checkoutKey: shown('input[name="checkoutKey"]').val() as string,
      expectedTotalFen: shown('input[name="expectedTotalFen"]').val() as string,
    });
    expect(ordered.status).toBe(303);
    const order = await app.db.order.findFirstOrThrow({ where: { harvestId: id } });
    await pay('employee', order.id);
    expect((await employee.get(`/orders/${order.id}`)).text).toContain('预计 2026-06-10 采收');
    expect(load((await supplier.get(own)).text)('.facts').text()).toContain('4');
    market.turnTo('2026-06-11');
    const result = await submit(await signInAs(app.visitor(), 'supplier'), own, `${own}/result`, {
      quantity: 3,
      harvestedOn: '2026-06-10',
    });
    expect(result.status).toBe(303);
    await settle();
    await market.settle();
    const later = await signInAs(app.visitor(), 'employee');
    expect((await later.get(`/orders/${order.id}`)).text).toContain('同比例分配');
    expect((await later.get('/inbox')).text).toContain('采收不足');
    market.turnTo(DAY);
    await market.expectExact();
  });
});
