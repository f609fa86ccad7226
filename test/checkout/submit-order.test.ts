import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Actor, findActor } from '../../server/accounts/actor.ts';
import { type OrderRequest, submitOrder } from '../../server/checkout/submit-order.ts';
import { connect, type PrismaClient } from '../../server/db/client.ts';
import { cancelOrder } from '../../server/orders/cancel-order.ts';
import { Refusal } from '../../server/shared/errors.ts';
import { testDatabase } from '../setup/database.ts';
import { aProduct, stockOf } from '../world/products.ts';
import { makeWorld, type World } from '../world/world.ts';

const now = new Date('2026-06-15T04:00:00Z');
let databaseUrl: string;
let db: PrismaClient;
let world: World;

beforeAll(async () => {
  databaseUrl = await testDatabase();
  db = connect(databaseUrl, { pool: 24 });
  world = await makeWorld(db, { now });
});
afterAll(() => db.$disconnect());

async function actor(user: { id: number }): Promise<Actor> {
  const found = await findActor(db, user.id, '2026-06-15');
  if (!found) throw new Error('no such user');
  return found;
}

function request(lines: OrderRequest['lines'], more: Partial<OrderRequest> = {}): OrderRequest {
  return {
    lines,
    unitId: null,
    fundingSource: 'individual',
    paymentWay: 'stripe',
    channel: 'market',
    zoneId: null,
    note: null,
    recipient: '收货人',
    phone: '13800000000',
    region: '重庆市',
    address: '测试路 1 号',
    checkoutKey: randomUUID(),
    expectedTotalFen: null,
    ...more,
  };
}

const refusalOf = (attempt: Promise<unknown>) =>
  attempt.then(
    () => null,
    (error: unknown) => {
      if (error instanceof Refusal) return error;
      throw error;
    },
  );

describe('submitting an order', () => {
  it('prices at the tier reached, adds the freight of each parcel and holds the stock', async () => {
    const { rice, tea } = world.products;
    const before = await stockOf(db, rice);
    const id = await submitOrder(
      db,
      await actor(world.users.employee),
      request([
        { productId: rice.id, quantity: 10 },
        { productId: tea.id, quantity: 1 },
      ]),
      now,
    );
    const order = await db.order.findUniqueOrThrow({ where: { id }, include: { lines: true, fulfilments: true } });
    expect(order).toMatchObject({
      state: 'awaiting_payment',
      goodsFen: 10 * 5700 + 12_800,
      freightFen: 1200,
      totalFen: 71_000,
    });
    expect(order.fulfilments.map((parcel) => parcel.freightFen).sort()).toEqual([0, 1200]);
    expect(order.lines.map((line) => line.grams).sort((a, b) => a - b)).toEqual([250, 50_000]);
    expect(await stockOf(db, rice)).toBe(before - 10);
    expect(await db.tallyEntry.count({ where: { orderId: id } })).toBe(0);
  });

  it('takes from the batch that spoils first and splits a line over batches', async () => {
    const split = await aProduct(db, {
      stock: [
        { quantity: 5, expiresOn: '2026-09-01' },
        { quantity: 5, expiresOn: '2026-08-01' },
      ],
    });
    const id = await submitOrder(
      db,
      await actor(world.users.employee),
      request([{ productId: split.id, quantity: 7 }]),
      now,
    );
    const shares = await db.lineAllocation.findMany({
      where: { line: { orderId: id } },
      include: { batch: true },
      orderBy: { quantity: 'desc' },
    });
    expect(shares.map((share) => [share.quantity, share.batch.expiresOn?.toISOString().slice(0, 10)])).toEqual([
      [5, '2026-08-01'],
      [2, '2026-09-01'],
    ]);
  });

  it('names every broken rule at once and writes nothing', async () => {
    const { rice, uncertified } = world.products;
    const scarce = await aProduct(db, { stock: 3 });
    const orders = await db.order.count();
    const refusal = await refusalOf(
      submitOrder(
        db,
        await actor(world.users.employee),
        request([
          { productId: rice.id, quantity: 3 },
          { productId: uncertified.id, quantity: 1 },
          { productId: scarce.id, quantity: 4 },
          { productId: 999_999, quantity: 1 },
        ]),
        now,
      ),
    );
    expect(refusal?.status).toBe(422);
    expect(refusal?.faults.map(({ path, code }) => [path, code])).toEqual([
      ['lines.0.quantity', 'notAMultiple'],
      ['lines.1.productId', 'offShelf'],
      ['lines.2.quantity', 'notEnough'],
      ['lines.3.productId', 'noSuchProduct'],
    ]);
    expect(await db.order.count()).toBe(orders);
  });

  it('refuses a total that is not what the buyer saw', async () => {
    const refusal = await refusalOf(
      submitOrder(
        db,
        await actor(world.users.employee),
        request([{ productId: world.products.tea.id, quantity: 1 }], { expectedTotalFen: 1 }),
        now,
      ),
    );
    expect(refusal?.code).toBe('priceChanged');
  });

  it('refuses to buy for a unit of others, and unit funds without the right', async () => {
    const lines = [{ productId: world.products.tea.id, quantity: 1 }];
    const employee = await actor(world.users.employee);
    for (const terms of [
      { unitId: world.units.outside.id },
      { unitId: world.units.bank.id, fundingSource: 'canteen_budget' as const, paymentWay: 'on_account' as const },
    ]) {
      expect((await refusalOf(submitOrder(db, employee, request(lines, terms), now)))?.code).toBe('notYourUnit');
    }
  });

  it('waits for approval above the threshold and is placed at once below it', async () => {
    const buyer = await actor(world.users.buyer);
    const terms = { unitId: world.units.bank.id, fundingSource: 'canteen_budget', paymentWay: 'on_account' } as const;
    const small = await submitOrder(
      db,
      buyer,
      request([{ productId: world.products.rice.id, quantity: 2 }], terms),
      now,
    );
    const large = await submitOrder(
      db,
      buyer,
      request([{ productId: world.products.rice.id, quantity: 100 }], terms),
      now,
    );
    const states = await db.order.findMany({
      where: { id: { in: [small, large] } },
      orderBy: { id: 'asc' },
      select: { state: true },
    });
    expect(states.map((order) => order.state)).toEqual(['placed', 'awaiting_approval']);
    expect(await db.tallyEntry.count({ where: { orderId: small, event: 'placed' } })).toBe(2);
    expect(await db.tallyEntry.count({ where: { orderId: small, event: 'counted' } })).toBe(0);
    expect(await db.tallyEntry.count({ where: { orderId: large } })).toBe(0);
  });
});

describe('submitting at once', () => {
  it('sells exactly 50 of a batch of 50 to 200 buyers', async () => {
    const scarce = await aProduct(db, { stock: 50 });
    const buyer = await actor(world.users.employee);
    const outcomes = await Promise.all(
      Array.from({ length: 200 }, () =>
        refusalOf(submitOrder(db, buyer, request([{ productId: scarce.id, quantity: 1 }]), now)),
      ),
    );
    expect(outcomes.filter((refusal) => refusal === null)).toHaveLength(50);
    expect(new Set(outcomes.filter((refusal) => refusal !== null).map((refusal) => refusal.faults[0]?.code))).toEqual(
      new Set(['soldOut']),
    );
    expect(await stockOf(db, scarce)).toBe(0);
    expect(await db.orderLine.aggregate({ where: { productId: scarce.id }, _sum: { quantity: true } })).toEqual({
      _sum: { quantity: 50 },
    });
    expect(
      await db.stockMovement.aggregate({ where: { batch: { productId: scarce.id } }, _sum: { quantity: true } }),
    ).toEqual({ _sum: { quantity: 0 } });
  });

  it('never exceeds a cap of 3 a person, and gives back what is cancelled', async () => {
    const product = await aProduct(db, { stock: 100 });
    const cap = await db.cap.create({
      data: {
        kind: 'person_product',
        productId: product.id,
        limitValue: 3,
        startsOn: new Date('2026-01-01'),
        endsOn: new Date('2026-12-31'),
      },
    });
    const buyer = await actor(world.users.employee);
    const buyOne = () => refusalOf(submitOrder(db, buyer, request([{ productId: product.id, quantity: 1 }]), now));
    const outcomes = await Promise.all(Array.from({ length: 40 }, buyOne));
    expect(outcomes.filter((refusal) => refusal === null)).toHaveLength(3);
    expect(outcomes.find((refusal) => refusal)?.faults).toMatchObject([
      { path: 'lines.0.quantity', code: 'overPersonCap', values: { limit: 3, left: 0 } },
    ]);
    expect(await stockOf(db, product)).toBe(97);
    const order = await db.order.findFirstOrThrow({ where: { lines: { some: { productId: product.id } } } });
    await cancelOrder(db, buyer, order.id, '', now);
    expect(
      (await db.capCounter.findUniqueOrThrow({ where: { capId_holderId: { capId: cap.id, holderId: buyer.id } } }))
        .used,
    ).toBe(2n);
    expect(await buyOne()).toBeNull();
  });

  it('serves three hundred colleagues at once up to a unit’s cap and refuses the others politely', async () => {
    const product = await aProduct(db, { stock: 400 });
    await db.cap.create({
      data: {
        kind: 'unit_product',
        productId: product.id,
        limitValue: 250,
        startsOn: new Date('2026-01-01'),
        endsOn: new Date('2026-12-31'),
      },
    });
    const buyer = await actor(world.users.employee);
    const wish = () => request([{ productId: product.id, quantity: 1 }], { unitId: world.units.bank.id });
    const crowd = connect(databaseUrl, { pool: 48 });
    const outcomes = await Promise.all(
      Array.from({ length: 300 }, () => refusalOf(submitOrder(crowd, buyer, wish(), now))),
    ).finally(() => crowd.$disconnect());
    expect(outcomes.filter((refusal) => refusal === null)).toHaveLength(250);
    expect(await stockOf(db, product)).toBe(150);
  });

  it('lets two carts in opposite order both through, many times', async () => {
    const [a, b] = [await aProduct(db, { stock: 60 }), await aProduct(db, { stock: 60 })];
    const buyer = await actor(world.users.employee);
    const wish = (product: { id: number }) => ({ productId: product.id, quantity: 1 });
    await Promise.all(
      Array.from({ length: 60 }, (_, index) =>
        submitOrder(db, buyer, request(index % 2 ? [wish(a), wish(b)] : [wish(b), wish(a)]), now),
      ),
    );
    expect([await stockOf(db, a), await stockOf(db, b)]).toEqual([0, 0]);
  });

  it('makes one order of one checkout key, however often it arrives', async () => {
    const product = await aProduct(db, { stock: 10 });
    const buyer = await actor(world.users.employee);
    const same = request([{ productId: product.id, quantity: 1 }]);
    const ids = await Promise.all(Array.from({ length: 8 }, () => submitOrder(db, buyer, same, now)));
    expect(new Set(ids).size).toBe(1);
    expect(await stockOf(db, product)).toBe(9);
  });
});
