import { randomUUID } from 'node:crypto';
import { load } from 'cheerio';
import supertest from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Actor, findActor } from '../../server/accounts/actor.ts';
import type { Product, User } from '../../server/db/generated/client.ts';
import { cancelOrder } from '../../server/orders/cancel-order.ts';
import { expireWaitingOrders } from '../../server/payments/expire-waiting-orders.ts';
import { joinPool } from '../../server/sourcing/pools/join-pool.ts';
import { openPool } from '../../server/sourcing/pools/open-pool.ts';
import { settlePools } from '../../server/sourcing/pools/settle-pools.ts';
import { type Market, openMarket } from '../quotas/market.ts';
import { apiTokenFor, signInAs, submit } from '../setup/app.ts';
import { aProduct } from '../world/products.ts';
import { aSupplier } from '../world/suppliers.ts';

const DAY = '2026-05-06';
const now = new Date(`${DAY}T04:00:00Z`);
const afterClosing = new Date('2026-05-11T04:00:00Z');
type Who = keyof Market['world']['users'];
let market: Market;
let eggs: Product;

beforeAll(async () => {
  market = await openMarket(DAY);
  const { categories, places } = market.world;
  // 12 a case at 95 each, freight 1000 a parcel: 83 fen a piece.
  const supplier = await aSupplier(market.app.db, { place: places.lianghe, freightFen: 1000 });
  const wish = { supplier, category: categories.tea, priceFen: 10_000, orderMultiple: 12, stock: 1000 };
  eggs = await aProduct(market.app.db, { ...wish, tiers: [[12, 9500]] });
});
afterAll(() => market.app.close());

const userOf = (who: Who): User => market.world.users[who];
async function actorOf(who: Who): Promise<Actor> {
  const found = await findActor(market.app.db, userOf(who).id, DAY);
  if (!found) throw new Error(`${who} is nobody`);
  return found;
}

async function open(more: Partial<Parameters<typeof openPool>[2]> = {}): Promise<string> {
  const place = { contact: '王师傅', phone: '13800000001', region: '重庆市', address: '食堂后门', note: null };
  const wish = { productId: eggs.id, closesOn: '2026-05-10', ...place };
  return openPool(market.app.db, await actorOf('employee'), { ...wish, ...more }, now);
}

const join = async (who: Who, code: string, quantity: number, at = now) =>
  joinPool(
    market.app.db,
    await actorOf(who),
    code,
    {
      quantity,
      unitId: null,
      fundingSource: 'individual',
      paymentWay: 'stripe',
      note: null,
      checkoutKey: randomUUID(),
      expectedTotalFen: null,
    },
    at,
  );

const joinForUnit = async (code: string, quantity: number) =>
  joinPool(
    market.app.db,
    await actorOf('buyer'),
    code,
    {
      quantity,
      unitId: market.world.units.bank.id,
      fundingSource: 'canteen_budget',
      paymentWay: 'on_account',
      note: null,
      checkoutKey: randomUUID(),
      expectedTotalFen: null,
    },
    now,
  );

async function payUrl(who: Who, orderId: number): Promise<string> {
  const token = await apiTokenFor(market.app.db, userOf(who), [], now);
  const answer = await supertest(market.app.url)
    .post(`/api/v1/orders/${orderId}/payment`)
    .auth(token, { type: 'bearer' });
  return new URL(answer.body.payment.url).pathname;
}
const pay = async (who: Who, orderId: number) =>
  supertest(market.app.url)
    .post(await payUrl(who, orderId))
    .send({ outcome: 'succeed' })
    .expect(200);

const leave = async (who: Who, orderId: number) =>
  cancelOrder(market.app.db, await actorOf(who), orderId, '不要了', now);
const poolOf = (code: string) => market.app.db.pool.findUniqueOrThrow({ where: { code } });
const stateOf = async (id: number) => (await market.app.db.order.findUniqueOrThrow({ where: { id } })).state;
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error) => error.faults?.[0]?.code ?? error.code,
  );
const available = async () =>
  (await market.app.db.batch.aggregate({ where: { productId: eggs.id }, _sum: { available: true } }))._sum.available ??
  0;

describe('a pool', () => {
  it('turns into everybody’s own orders at the case’s price when the last piece is paid, and counts then', async () => {
    const code = await open();
    const [mine, theirs] = [await join('employee', code, 5), await join('colleague', code, 4)];
    const order = await market.app.db.order.findUniqueOrThrow({ where: { id: mine } });
    expect(order).toMatchObject({
      goodsFen: 5 * 9500,
      freightFen: 5 * 83,
      address: '食堂后门',
      recipient: (await actorOf('employee')).name,
    });
    await pay('employee', mine);
    expect(await stateOf(mine)).toBe('awaiting_pool');
    expect(await market.app.db.tallyEntry.count({ where: { orderId: mine } })).toBe(0);
    await market.expectExact();
    await pay('colleague', theirs);
    const unit = await joinForUnit(code, 3);
    expect(await poolOf(code)).toMatchObject({ state: 'full', takenQuantity: 12, committedQuantity: 12 });
    await market.settle();
    expect(await Promise.all([mine, theirs, unit].map(stateOf))).toEqual(['placed', 'placed', 'placed']);
    expect((await poolOf(code)).state).toBe('placed');
    expect(await codeOf(leave('employee', mine))).toBe('poolFilled');
    const told = await market.app.db.notification.findMany({
      where: { kind: 'pool_filled', dedupeKey: `pool.pool_filled ${(await poolOf(code)).id}` },
    });
    expect(told).toHaveLength(3);
    await market.expectExact();
  });

  it('closed unfilled gives everybody everything back by itself', async () => {
    const before = await available();
    const code = await open();
    const [paid, unpaid, unit] = [
      await join('employee', code, 5),
      await join('colleague', code, 4),
      await joinForUnit(code, 2),
    ];
    await pay('employee', paid);
    expect(await settlePools(market.app.db, now)).toBe(0);
    await settlePools(market.app.db, afterClosing);
    expect(await Promise.all([paid, unpaid, unit].map(stateOf))).toEqual(['cancelled', 'cancelled', 'cancelled']);
    expect(await poolOf(code)).toMatchObject({ state: 'failed', takenQuantity: 0, committedQuantity: 0 });
    await market.settle();
    const back = await market.app.db.paymentRefund.findMany({ where: { payment: { orderId: paid } } });
    expect(back).toMatchObject([{ amountFen: 5 * 9583, state: 'succeeded' }]);
    expect(await available()).toBe(before);
    await market.expectExact();
  });

  it('whose goods lose their certification gives everything back, filled or not', async () => {
    const until = async (day: string) =>
      market.app.db.certification.updateMany({ where: { productId: eggs.id }, data: { validUntil: new Date(day) } });
    const code = await open();
    const [paid, unpaid] = [await join('employee', code, 5), await join('colleague', code, 4)];
    await pay('employee', paid);
    const { validUntil } = await market.app.db.certification.findFirstOrThrow({ where: { productId: eggs.id } });
    await until(DAY);
    await settlePools(market.app.db, new Date(`${DAY}T15:59:59Z`));
    expect(await poolOf(code)).toMatchObject({ state: 'open' });
    await settlePools(market.app.db, new Date(`${DAY}T16:00:00Z`));
    expect(await Promise.all([paid, unpaid].map(stateOf))).toEqual(['cancelled', 'cancelled']);
    expect(await poolOf(code)).toMatchObject({ state: 'failed', committedQuantity: 0 });
    await market.settle();
    expect(await market.app.db.paymentRefund.findMany({ where: { payment: { orderId: paid } } })).toMatchObject([
      { amountFen: 5 * 9583, state: 'succeeded' },
    ]);
    await market.app.db.certification.updateMany({ where: { productId: eggs.id }, data: { validUntil } });
    await market.expectExact();
  });

  it('that closed takes no payment any more: it goes back', async () => {
    const code = await open();
    const order = await join('employee', code, 5);
    const url = await payUrl('employee', order);
    await market.app.db.pool.update({ where: { code }, data: { state: 'failed', endedAt: now } });
    await supertest(market.app.url).post(url).send({ outcome: 'succeed' });
    expect(await stateOf(order)).toBe('awaiting_payment');
    await settlePools(market.app.db, afterClosing);
    await market.settle();
    const [payment] = await market.app.db.payment.findMany({ where: { orderId: order }, include: { refunds: true } });
    expect(payment?.refunds).toMatchObject([{ source: 'late_payment', amountFen: 5 * 9583 }]);
    await market.expectExact();
  });

  it('has room again for what was not paid in time or was left', async () => {
    const code = await open();
    const [slow, leaving] = [await join('employee', code, 7), await join('colleague', code, 5)];
    expect(await codeOf(join('outsider', code, 1))).toBe('poolTooMuch');
    await pay('colleague', leaving);
    await leave('colleague', leaving);
    await expireWaitingOrders(market.app.db, market.app.container.stripe, new Date(now.getTime() + 3_600_000));
    expect(await stateOf(slow)).toBe('expired');
    expect(await poolOf(code)).toMatchObject({ state: 'open', takenQuantity: 0, committedQuantity: 0 });
    expect(await codeOf(join('outsider', code, 12))).toBe('done');
    await market.expectExact();
  });

  it('is refused for goods sold by the piece, a day out of reach, and a pool that is over', async () => {
    const { tea } = market.world.products;
    expect(await codeOf(open({ productId: tea.id }))).toBe('soldByThePiece');
    expect(await codeOf(open({ closesOn: '2026-06-30' }))).toBe('poolDayRange');
    const code = await open();
    expect(await codeOf(join('employee', code, 1, afterClosing))).toBe('poolOver');
  });
});

describe('at once', () => {
  it('many for the last pieces: exactly the case, each round', async () => {
    for (let round = 0; round < 4; round += 1) {
      const code = await open();
      await join('employee', code, 9);
      const outcomes = await Promise.all(
        Array.from({ length: 10 }, (_, index) => codeOf(join(index % 2 ? 'colleague' : 'outsider', code, 2))),
      );
      expect(outcomes.filter((outcome) => outcome === 'done')).toHaveLength(1);
      expect((await poolOf(code)).takenQuantity).toBe(11);
    }
    await market.expectExact();
  });

  it('a withdrawal against the filling: either the case is full with it, or open without it', async () => {
    for (let round = 0; round < 6; round += 1) {
      const code = await open();
      const [first, last] = [await join('employee', code, 6), await join('colleague', code, 6)];
      await pay('employee', first);
      const url = await payUrl('colleague', last);
      const [left] = await Promise.all([
        codeOf(leave('employee', first)),
        supertest(market.app.url).post(url).send({ outcome: 'succeed' }),
      ]);
      await market.settle();
      const pool = await poolOf(code);
      if (left === 'done') {
        expect(pool).toMatchObject({ state: 'open', committedQuantity: 6 });
        expect(await Promise.all([first, last].map(stateOf))).toEqual(['cancelled', 'awaiting_pool']);
      } else {
        expect([left, pool.state]).toEqual(['poolFilled', 'placed']);
        expect(await Promise.all([first, last].map(stateOf))).toEqual(['placed', 'placed']);
      }
    }
    await market.expectExact();
  });

  it('the last payment against the closing: all placed or all given back', async () => {
    for (let round = 0; round < 6; round += 1) {
      const code = await open();
      const [first, last] = [await join('employee', code, 6), await join('colleague', code, 6)];
      await pay('employee', first);
      const url = await payUrl('colleague', last);
      await Promise.all([
        supertest(market.app.url).post(url).send({ outcome: 'succeed' }),
        settlePools(market.app.db, afterClosing),
      ]);
      await settlePools(market.app.db, afterClosing);
      await market.settle();
      const states = await Promise.all([first, last].map(stateOf));
      expect([
        ['placed', 'placed'],
        ['cancelled', 'cancelled'],
      ]).toContainEqual(states);
    }
    await market.expectExact();
  });

  it('a withdrawal waits for whoever holds the pool, and is refused when the case was filled meanwhile', async () => {
    const code = await open();
    const order = await join('employee', code, 6);
    await pay('employee', order);
    const { id } = await poolOf(code);
    let left: Promise<string> | undefined;
    await market.app.db.$transaction(async (tx) => {
      await tx.$queryRaw`SELECT id FROM pool WHERE id = ${id} FOR UPDATE`;
      left = codeOf(leave('employee', order));
      await new Promise((resolve) => setTimeout(resolve, 300));
      await tx.pool.update({ where: { id }, data: { state: 'full' } });
    });
    expect(await left).toBe('poolFilled');
    expect(await stateOf(order)).toBe('awaiting_pool');
    await market.app.db.pool.update({ where: { id }, data: { state: 'open' } });
    await market.expectExact();
  });

  it('settled many times at once places everybody once', async () => {
    const code = await open();
    const orders = [await join('employee', code, 6), await join('colleague', code, 6)];
    await pay('employee', orders[0] ?? 0);
    await pay('colleague', orders[1] ?? 0);
    await Promise.all(Array.from({ length: 5 }, () => settlePools(market.app.db, now)));
    expect(await Promise.all(orders.map(stateOf))).toEqual(['placed', 'placed']);
    expect((await poolOf(code)).state).toBe('placed');
    await market.expectExact();
  });
});

describe('the pages', () => {
  it('an employee opens a pool from the product and shares it; a colleague joins by the link and pays', async () => {
    const { app } = market;
    const employee = await signInAs(app.visitor(), 'employee');
    expect(load((await employee.get(`/products/${eggs.id}`)).text)('.ways').text()).toContain('12 件一箱');
    const from = `/pools/new?product=${eggs.id}`;
    const typed = {
      productId: eggs.id,
      closesOn: '2026-05-09',
      contact: '王师傅',
      phone: '1',
      region: '重庆市',
      address: '食堂后门',
      note: '',
    };
    const wrong = await submit(employee, from, '/pools', typed);
    expect(wrong.status).toBe(422);
    expect(load(wrong.text)('#f-phone').val()).toBe('1');
    const opened = await submit(employee, from, '/pools', { ...typed, phone: '13800000001' });
    const link = String(opened.headers.location);
    expect(load((await employee.get(link)).text)('#share').val()).toBe(`${app.url}${link}`);

    const visitor = await app.visitor().get(link);
    expect(visitor.text).toContain('登录后参加');
    for (const personal of ['13800000001', '王师傅', '食堂后门']) expect(visitor.text).not.toContain(personal);
    expect((await app.visitor().get('/pools')).text).not.toContain('食堂后门');
    const colleague = await signInAs(app.visitor(), 'colleague');
    expect((await colleague.get('/pools?mine=1')).text).toContain(link);
    const tooMuch = `${link}/joining?quantity=13`;
    const shownTooMuch = load((await colleague.get(tooMuch)).text);
    const form = {
      countFor: '',
      ...{ fundingSource: 'individual', payment: 'stripe', note: '' },
      checkoutKey: shownTooMuch('input[name="checkoutKey"]').val() as string,
      expectedTotalFen: shownTooMuch('input[name="expectedTotalFen"]').val() as string,
    };
    const refused = await submit(colleague, tooMuch, tooMuch, form);
    expect([refused.status, refused.text.includes('这一箱只剩 12 件')]).toEqual([422, true]);
    const at = `${link}/joining?quantity=12`;
    const shown = load((await colleague.get(at)).text);
    expect(shown('main').text()).toContain('食堂后门');
    const joined = await submit(colleague, at, at, { ...form, checkoutKey: randomUUID(), expectedTotalFen: 12 * 9583 });
    expect(joined.status).toBe(303);
    const order = await app.db.order.findFirstOrThrow({ where: { pool: { code: link.split('/').pop() ?? '' } } });
    await pay('colleague', order.id);
    await market.settle();
    expect((await colleague.get(`/orders/${order.id}`)).text).toContain('拼箱的一份');
    expect((await colleague.get('/inbox')).text).toContain('拼箱已拼满');
    await market.expectExact();
  });
});
