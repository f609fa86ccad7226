import { randomUUID } from 'node:crypto';
import supertest from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drainOutbox } from '../../server/jobs/outbox.ts';
import { outboxHandlers } from '../../server/work.ts';
import { apiTokenFor, makeTestApp, type TestApp } from '../setup/app.ts';
import { stockOf } from '../world/products.ts';
import { makeWorld, type World } from '../world/world.ts';

const now = new Date('2026-06-15T04:00:00Z');
let app: TestApp;
let world: World;
const tokens = new Map<string, string>();

beforeAll(async () => {
  app = await makeTestApp({ clock: () => now });
  world = await makeWorld(app.db, { now });
});
afterAll(() => app.close());

async function as(who: keyof World['users']) {
  const token = tokens.get(who) ?? (await apiTokenFor(app.db, world.users[who]));
  tokens.set(who, token);
  const send = (method: 'get' | 'post' | 'put', path: string) =>
    supertest(app.url)[method](`/api/v1${path}`).auth(token, { type: 'bearer' });
  return {
    get: (path: string) => send('get', path),
    post: (path: string) => send('post', path),
    put: (path: string) => send('put', path),
  };
}

const address = { recipient: '收货人', phone: '13800000000', region: '重庆市 渝中区', detail: '测试路 1 号' };

const sums = async (orderId: number, programmeId: number) => {
  const entries = await app.db.tallyEntry.findMany({ where: { orderId, programmeId } });
  const of = (event: string, key: 'fen' | 'grams') =>
    entries.filter((entry) => entry.event === event).reduce((sum, entry) => sum + entry[key], 0);
  return {
    placedFen: of('placed', 'fen'),
    placedGrams: of('placed', 'grams'),
    countedFen: of('counted', 'fen'),
    countedGrams: of('counted', 'grams'),
  };
};

describe('an employee buys', () => {
  it('pays in the sandbox and is placed and counted at once for the own unit', async () => {
    const employee = await as('employee');
    const { tea } = world.products;
    const before = await stockOf(app.db, tea);
    const order = await employee
      .post('/orders')
      .send({ lines: [{ productId: tea.id, quantity: 2 }], fundingSource: 'individual', payment: 'stripe', address })
      .expect(201);
    expect(order.body).toMatchObject({
      status: 'awaiting_payment',
      totals: { goodsFen: 25_600, freightFen: 0, totalFen: 25_600 },
      counts: [],
    });
    const paid = await supertest(app.url)
      .post(new URL(order.body.payment.url).pathname)
      .send({ outcome: 'succeed' })
      .expect(200);
    expect(paid.body).toMatchObject({ outcome: 'succeed' });
    const placed = await employee.get(`/orders/${order.body.id}`).expect(200);
    expect(placed.body.status).toBe('placed');
    expect(placed.body.counts).toContainEqual(
      expect.objectContaining({
        programme: 'commerce-2026',
        placedFen: 25_600,
        placedGrams: 500,
        countedFen: 25_600,
        countedGrams: 500,
      }),
    );
    expect(await stockOf(app.db, tea)).toBe(before - 2);
  });

  it('cancels: stock, count and money come back', async () => {
    const employee = await as('employee');
    const { tea } = world.products;
    const before = await stockOf(app.db, tea);
    const order = await employee
      .post('/orders')
      .send({ lines: [{ productId: tea.id, quantity: 3 }], fundingSource: 'individual', payment: 'stripe', address })
      .expect(201);
    await supertest(app.url).post(new URL(order.body.payment.url).pathname).send({ outcome: 'succeed' }).expect(200);
    const cancelled = await employee
      .post(`/orders/${order.body.id}/cancellation`)
      .send({ reason: '买错了' })
      .expect(200);
    expect(cancelled.body).toMatchObject({ status: 'cancelled' });
    expect(await stockOf(app.db, tea)).toBe(before);
    expect(await sums(order.body.id, world.programmes.group.id)).toEqual({
      placedFen: 0,
      placedGrams: 0,
      countedFen: 0,
      countedGrams: 0,
    });
    while (
      (await drainOutbox(
        app.db,
        { ...outboxHandlers(app.container), 'product.changed': async () => {} },
        app.container.log,
      )) > 0
    );
    const refunds = await app.db.paymentRefund.findMany({ where: { payment: { orderId: order.body.id } } });
    expect(refunds).toMatchObject([{ state: 'succeeded', amountFen: 38_400 }]);
    const journal = await app.db.journalEntry.groupBy({
      by: ['account'],
      where: { orderId: order.body.id },
      _sum: { fen: true },
    });
    expect(journal.reduce((sum, row) => sum + (row._sum.fen ?? 0), 0)).toBe(0);
    expect(journal.find((row) => row.account === 'owed')?._sum.fen).toBe(0);
  });

  it('is not placed by a declined card', async () => {
    const employee = await as('employee');
    const order = await employee
      .post('/orders')
      .send({
        lines: [{ productId: world.products.tea.id, quantity: 1 }],
        fundingSource: 'individual',
        payment: 'stripe',
        address,
      })
      .expect(201);
    await supertest(app.url).post(new URL(order.body.payment.url).pathname).send({ outcome: 'decline' });
    const after = await employee.get(`/orders/${order.body.id}`).expect(200);
    expect(after.body.status).toBe('awaiting_payment');
  });

  it('makes one order of one Idempotency-Key sent twice at once', async () => {
    const employee = await as('employee');
    const key = randomUUID();
    const send = () =>
      employee
        .post('/orders')
        .set('Idempotency-Key', key)
        .send({
          lines: [{ productId: world.products.tea.id, quantity: 1 }],
          fundingSource: 'individual',
          payment: 'stripe',
          address,
        });
    const [first, second] = await Promise.all([send(), send()]);
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.body).toEqual(first.body);
    const other = await employee
      .post('/orders')
      .set('Idempotency-Key', key)
      .send({
        lines: [{ productId: world.products.tea.id, quantity: 2 }],
        fundingSource: 'individual',
        payment: 'stripe',
        address,
      });
    expect(other.status).toBe(422);
  });
});

describe('a canteen buys in bulk', () => {
  it('is approved by another, shipped, received one short; placed and counted stay apart', async () => {
    const [buyer, approver, supplier] = [await as('buyer'), await as('approver'), await as('riceSupplier')];
    const { rice } = world.products;
    const order = await buyer
      .post('/orders')
      .send({
        lines: [{ productId: rice.id, quantity: 100 }],
        fundingSource: 'canteen_budget',
        payment: 'on_account',
        address,
      })
      .expect(201);
    expect(order.body).toMatchObject({
      status: 'awaiting_approval',
      totals: { goodsFen: 540_000, freightFen: 0 },
      counts: [],
    });
    const { id } = order.body;
    await buyer.post(`/orders/${id}/approval`).expect(404);
    const approved = await approver.post(`/orders/${id}/approval`).expect(200);
    expect(approved.body.status).toBe('placed');
    expect(await sums(id, world.programmes.group.id)).toEqual({
      placedFen: 540_000,
      placedGrams: 500_000,
      countedFen: 0,
      countedGrams: 0,
    });
    await approver.post(`/orders/${id}/approval`).expect(409);

    const parcels = await supplier.get('/fulfilments?state=to_confirm').expect(200);
    const parcel = parcels.body.items.find((item: { order: { id: number } }) => item.order.id === id);
    await (await as('supplier')).post(`/fulfilments/${parcel.id}/confirmation`).expect(404);
    await supplier.post(`/fulfilments/${parcel.id}/confirmation`).expect(200);
    await buyer.post(`/orders/${id}/cancellation`).send({ reason: '晚了' }).expect(409);
    await supplier
      .post(`/fulfilments/${parcel.id}/shipment`)
      .send({ carrier: '邮政', trackingNumber: 'YZ123' })
      .expect(201);

    const [line] = parcel.lines;
    const wrong = await buyer
      .post(`/fulfilments/${parcel.id}/receipt`)
      .send({ lines: [{ lineId: line.id, acceptedQuantity: 98, shortQuantity: 1 }] });
    expect(wrong.status).toBe(422);
    expect(wrong.body.errors).toMatchObject([{ path: 'lines.0.acceptedQuantity', code: 'mustAddUp' }]);
    await buyer
      .post(`/fulfilments/${parcel.id}/receipt`)
      .send({ lines: [{ lineId: line.id, acceptedQuantity: 97, shortQuantity: 1, damagedQuantity: 2 }] })
      .expect(201);
    const received = await buyer.get(`/orders/${id}`).expect(200);
    expect(received.body.status).toBe('completed');
    const accepted = { placedFen: 523_800, placedGrams: 485_000, countedFen: 523_800, countedGrams: 485_000 };
    expect(await sums(id, world.programmes.group.id)).toEqual(accepted);
    const owed = await app.db.journalEntry.aggregate({ where: { orderId: id, account: 'owed' }, _sum: { fen: true } });
    expect(owed._sum.fen).toBe(-523_800);
  });

  it('cannot be approved by its own buyer', async () => {
    const { buyer: user } = world.users;
    await app.db.roleGrant.create({
      data: { userId: user.id, role: 'approver', unitId: world.units.bank.id, since: new Date('2026-01-01') },
    });
    const buyer = await as('buyer');
    const order = await buyer.post('/orders').send({
      lines: [{ productId: world.products.rice.id, quantity: 100 }],
      fundingSource: 'canteen_budget',
      payment: 'on_account',
      address,
    });
    const refused = await buyer.post(`/orders/${order.body.id}/approval`);
    expect([refused.status, refused.body.type]).toEqual([403, 'urn:market:ownPurchase']);
    const rejected = await (await as('approver'))
      .post(`/orders/${order.body.id}/rejection`)
      .send({ reason: '数量太多' });
    expect(rejected.body.status).toBe('rejected');
  });

  it('hides orders from strangers', async () => {
    const order = await app.db.order.findFirstOrThrow({ where: { buyerId: world.users.employee.id } });
    for (const who of ['colleague', 'buyer', 'approver', 'outsider', 'supplier'] as const)
      await (await as(who)).get(`/orders/${order.id}`).expect(404);
  });
});

describe('bad input', () => {
  it.each([
    ['no lines', { lines: [] }, 'lines'],
    ['a negative quantity', { lines: [{ productId: 1, quantity: -1 }] }, 'lines.0.quantity'],
    ['a fraction', { lines: [{ productId: 1, quantity: 1.5 }] }, 'lines.0.quantity'],
    ['a huge quantity', { lines: [{ productId: 1, quantity: 1e12 }] }, 'lines.0.quantity'],
    ['a smuggled price', { lines: [{ productId: 1, quantity: 1, unitPriceFen: 1 }] }, 'lines.0.unitPriceFen'],
    ['an unknown funding source', { fundingSource: 'cash' }, 'fundingSource'],
    ['no address', { address: undefined }, 'address'],
  ])('%s is refused by its field', async (_, change, path) => {
    const body = {
      lines: [{ productId: world.products.tea.id, quantity: 1 }],
      fundingSource: 'individual',
      payment: 'stripe',
      address,
      ...change,
    };
    const orders = await app.db.order.count();
    const refused = await (await as('employee')).post('/orders').send(body);
    expect(refused.status).toBe(400);
    expect(refused.headers['content-type']).toContain('application/problem+json');
    expect(refused.body.errors.map((error: { path: string }) => error.path)).toContain(path);
    expect(await app.db.order.count()).toBe(orders);
  });
});
