import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findActor } from '../../../server/accounts/actor.ts';
import { Prisma, type Programme, type Unit } from '../../../server/db/generated/client.ts';
import { inFastTransaction, inTransaction } from '../../../server/db/in-transaction.ts';
import { writeJournal } from '../../../server/orders/order-journal.ts';
import { placeOrder } from '../../../server/orders/place-order.ts';
import { openProgramme } from '../../../server/quotas/programmes/programme-open.ts';
import { takeInChunk } from '../../../server/quotas/programmes/programme-taking-in.ts';
import { tallyCounting } from '../../../server/quotas/tally/tally-counting.ts';
import { dayOf, dayToColumn } from '../../../server/shared/days.ts';
import { personOf } from '../../setup/person.ts';
import { aProgramme, type ProgrammeWish } from '../../world/programmes.ts';
import { moveUnit, payerOf } from '../../world/units.ts';
import { aUser } from '../../world/users.ts';
import { call, declare, differences } from '../declared.ts';
import { type Market, openMarket, type Person, type Placed } from '../market.ts';

let market: Market;
let decider: number;
/** by name: one that was open from the start, and its twin that is opened in autumn */
const pairs: Record<string, { model: Programme; twin: Programme }> = {};

async function pair(name: string, wish: ProgrammeWish): Promise<void> {
  const { db } = market.app;
  pairs[name] = {
    model: await aProgramme(db, { ...wish, year: 2026, code: `${name}-model` }),
    twin: await aProgramme(db, { ...wish, year: 2026, code: `${name}-twin`, state: 'draft' }),
  };
}

beforeAll(async () => {
  market = await openMarket('2026-03-10');
  const { groups, places, categories } = market.world;
  const shared = { group: groups.commerce, assistedPlace: places.yongdong };
  await pair('plain', { ...shared, origins: [places.xiushan] });
  await pair('late', {
    ...shared,
    origins: [],
    countIndividualBy: 'receipt',
    countPrepaidBy: 'review',
    countOnAccountBy: 'review',
  });
  await pair('paid', { ...shared, origins: [], countOnAccountBy: 'payment', countUntil: '2026-12-31' });
  await pair('narrow', {
    ...shared,
    origins: [places.lianghe],
    categories: [categories.tea],
    startsOn: '2026-04-01',
    countUntil: '2026-12-31',
  });
  await pair('others', { assistedPlace: places.wulong, origins: [], participants: [groups.wulong] });
  const grants = Object.values(groups).map((group) => ({ role: 'organizer' as const, group }));
  decider = (await aUser(market.app.db, { login: 'decider', grants })).id;
  await playTheYear();
}, 240_000);
afterAll(() => market.app.close());

const post = async (who: Person, path: string, body: object = {}) => {
  const answer = await call(market, who, 'post', path, body);
  if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${answer.text}`);
  return answer.body;
};
const now = () => market.app.container.clock();

async function refund(order: Placed, quantity: number, line = 0): Promise<void> {
  const lineId = order.fulfilments[0]?.lines[line]?.id;
  const { id } = await post(order.buyer, `/orders/${order.id}/refunds`, {
    lines: [{ lineId, quantity }],
    reason: '破损',
  });
  await post('supplier', `/refunds/${id}/decision`, { decision: 'approve' });
}

async function move(kind: 'order' | 'offline', id: number, to: Unit): Promise<void> {
  const actor = async (userId: number) =>
    (await findActor(market.app.db, userId, dayOf(now()))) as NonNullable<Awaited<ReturnType<typeof findActor>>>;
  const { requestReAttribution } = await import('../../../server/quotas/moves/request-re-attribution.ts');
  const { decideReAttribution } = await import('../../../server/quotas/moves/decide-re-attribution.ts');
  const asked = { purchase: { kind, id }, toUnit: to.code, reason: '选错单位', at: now() };
  const moved = await requestReAttribution(market.app.db, await actor(market.world.users.operator.id), asked);
  await decideReAttribution(market.app.db, await actor(decider), { id: moved, approve: true, note: null, at: now() });
}

/** The buyer's review of every parcel. */
async function review(order: Placed): Promise<void> {
  for (const { id, lines } of order.fulfilments)
    await inTransaction(market.app.db, async (tx) => {
      const { id: sourceId } = await tx.deliveryReview.create({
        data: { fulfilmentId: id, byId: decider, rating: 5, text: '好', at: now() },
      });
      const lineIds = lines.map((line) => line.id);
      await tallyCounting(tx, {
        source: 'review',
        sourceId,
        orderId: order.id,
        lineIds,
        way: 'on_account',
        day: dayOf(now()),
        at: now(),
      });
    });
}

/** A transfer pays all that was accepted of an order. */
async function pay(order: Placed, unit: Unit): Promise<void> {
  await inTransaction(market.app.db, async (tx) => {
    const payer = await payerOf(market.app.db, unit, 'canteen_budget');
    const lines = await tx.receiptLine.findMany({
      where: { line: { orderId: order.id }, acceptedFen: { gt: 0 } },
      include: { line: true },
    });
    const totalFen = lines.reduce((sum, line) => sum + line.acceptedFen, 0);
    const statement = await tx.statement.create({
      data: {
        ...{
          unitId: unit.id,
          payerId: payer.id,
          fundingSource: 'canteen_budget',
          supplierId: lines[0]?.line.supplierId ?? 0,
          totalFen,
        },
        ...{
          startsOn: dayToColumn(dayOf(now())),
          endsOn: dayToColumn(dayOf(now())),
          referenceCode: `R${order.id}`,
          state: 'paid',
        },
        lines: {
          create: lines.map((line) => ({
            ...{ orderId: order.id, receiptLineId: line.id, fen: line.acceptedFen, at: now() },
            ...{ paidFen: line.acceptedFen, paidAt: now() },
          })),
        },
      },
      include: { lines: true },
    });
    const transfer = await tx.transfer.create({
      data: {
        ...{
          statementId: statement.id,
          state: 'matched',
          amountFen: totalFen,
          payerName: 'x',
          payerAccount: '1',
          paidOn: dayToColumn(dayOf(now())),
        },
        recordedAt: now(),
        allocations: {
          create: statement.lines.map((line) => ({ statementLineId: line.id, fen: line.fen, at: now() })),
        },
      },
    });
    await tx.statementLine.updateMany({ where: { statementId: statement.id }, data: { settlementId: transfer.id } });
    const amounts = { owed: totalFen, paid: -totalFen };
    await writeJournal(tx, { orderId: order.id, source: 'transfer', sourceId: transfer.id, at: now(), amounts });
    await tallyCounting(tx, {
      ...{
        source: 'settlement',
        sourceId: transfer.id,
        orderId: order.id,
        way: 'on_account',
        day: dayOf(now()),
        at: now(),
      },
      lineIds: lines.map((line) => line.lineId),
    });
  });
}

/** Everything that can happen to a purchase, over the spring. */
async function playTheYear(): Promise<void> {
  const { units, products } = market.world;
  const both = (quantity: number) => [
    { productId: products.tea.id, quantity },
    { productId: products.rice.id, quantity },
  ];
  const tea = (quantity: number) => [{ productId: products.tea.id, quantity }];
  const short = await market.buy('buyer', { lines: both(10), unit: units.bank });
  const prison = await market.buy('prisonBuyer', { lines: tea(4), unit: units.firstPrison });
  const own = await market.buy('employee', { lines: tea(3) });
  await market.cancel(await market.buy('colleague', { lines: tea(2) }));
  market.turnTo('2026-03-12');
  await market.deliver(short, 7);
  await refund(own, 1);
  await market.cancel(await market.buy('buyer', { lines: tea(1), unit: units.bank }));
  market.turnTo('2026-03-20');
  await market.deliver(prison);
  await review(short);
  await moveUnit(market.app.db, units.firstPrison, units.commission, '2026-04-01');
  market.turnTo('2026-04-02');
  await refund(prison, 1);
  await pay(short, units.bank);
  const moved = await market.buy('buyer', { lines: both(6), unit: units.bank });
  const away = await market.buy('prisonBuyer', { lines: tea(5), unit: units.firstPrison });
  await market.deliver(away);
  market.turnTo('2026-04-10');
  await move('order', moved.id, units.insurer);
  await move('order', away.id, units.dual);
  market.turnTo('2026-05-03');
  await market.deliver(moved, 4);
  await refund(away, 2);
  await market.buy('outsideBuyer', { lines: tea(2), unit: units.outside });
  const invoice = (number: number) => ({ invoiceNumber: `2550${number}`, purchasedOn: '2026-04-28' });
  const kept = await declare(market, 'buyer', invoice(1001));
  const returned = await declare(market, 'buyer', invoice(1002));
  const mistaken = await declare(market, 'buyer', invoice(1003));
  const carried = await declare(market, 'buyer', invoice(1004));
  market.turnTo('2026-06-05');
  for (const id of [kept, mistaken, carried]) await post('organizer', `/offline-purchases/${id}/verification`);
  await post('organizer', `/offline-purchases/${returned}/return`, { reason: '看不清' });
  await move('offline', carried, units.insurer);
  market.turnTo('2026-07-06');
  await post('organizer', `/offline-purchases/${mistaken}/return`, { reason: '重复' });
}

const aDraft = (code: string) =>
  aProgramme(market.app.db, { code, year: 2026, group: market.world.groups.commerce, origins: [], state: 'draft' });

async function open(programme: Programme): Promise<void> {
  const operator = await findActor(market.app.db, market.world.users.operator.id, dayOf(now()));
  if (operator) await openProgramme(market.app.db, operator, programme.id, now());
}

/** Everything that the entries of a programme say, in a fixed order. */
async function told(programme: Programme): Promise<string[]> {
  const entries = await market.app.db.tallyEntry.findMany({ where: { programmeId: programme.id } });
  return entries.map(({ id, programmeId, folded, ...entry }) => JSON.stringify(entry)).sort();
}

describe('a programme that is opened in mid-year', () => {
  it('holds the very entries of one that was open from the start', async () => {
    market.turnTo('2026-09-01');
    for (const { twin } of Object.values(pairs)) await open(twin);
    await market.settle();
    for (const [name, { model, twin }] of Object.entries(pairs)) {
      const expected = await told(model);
      expect(expected.length, name).toBeGreaterThan(3);
      expect(await told(twin), name).toEqual(expected);
    }
    expect(await differences(market)).toEqual([]);
  });

  it('takes nothing in twice, however often it is done', async () => {
    const { twin } = pairs.plain as { twin: Programme };
    const before = await told(twin);
    await market.app.db.programmeTakingIn.update({
      where: { programmeId: twin.id },
      data: { finishedAt: null, step: 'orders', cursorDay: dayToColumn('2026-01-01'), cursorId: 0 },
    });
    while (await takeInChunk(market.app.db, twin.id, now()));
    expect(await told(twin)).toEqual(before);
  });

  it('takes in what was moved to another unit and received before its turn came', async () => {
    const { units, products, groups, places, programmes } = market.world;
    const order = await market.buy('buyer', { lines: [{ productId: products.tea.id, quantity: 3 }], unit: units.bank });
    const twin = await aProgramme(market.app.db, {
      ...{ code: 'county-twin', year: 2026, state: 'draft', assistedPlace: places.xiushan },
      ...{ origins: [places.xiushan, places.wulong], participants: [groups.commerce, groups.wulong] },
    });
    await open(twin);
    await move('order', order.id, units.insurer);
    market.turnTo('2026-09-02');
    await market.deliver(order, 2);
    await market.settle();
    expect(await told(twin)).toEqual(await told(programmes.county));
  });

  it('goes on counting what happens to what it took in', async () => {
    const { units, products } = market.world;
    const lines = [{ productId: products.tea.id, quantity: 2 }];
    const order = await market.buy('buyer', { lines, unit: units.bank });
    const twin = await aDraft('going-twin');
    const waiting = await market.buy('buyer', { lines, unit: units.bank });
    await open(twin);
    const person = await personOf(market.app, 'organizer');
    expect((await person.open('/programmes/going-twin')).text).toMatch(/正在补计启用以前的采购：\d+ 笔中已核对 0 笔/);
    expect((await person.open('/board?programme=going-twin')).text).toContain('正在补计启用以前的采购');
    await market.deliver(waiting, 1);
    await market.settle();
    await market.deliver(order);
    for (const path of ['/programmes/going-twin', '/board?programme=going-twin'])
      expect((await person.open(path)).text).not.toContain('正在补计');
    const sums = await market.app.db.tallyEntry.groupBy({
      by: ['orderId', 'event'],
      where: { programmeId: twin.id, orderId: { in: [order.id, waiting.id] } },
      _sum: { fen: true },
      orderBy: [{ orderId: 'asc' }, { event: 'asc' }],
    });
    expect(sums.map(({ _sum }) => _sum.fen)).toEqual([25_600, 25_600, 12_800, 12_800]);
    expect(await differences(market)).toEqual([]);
  });
});

describe('orders that are being placed while a programme opens', () => {
  /** Places in a transaction that has read which programmes are open, and commits only when told to. */
  async function placing(orderIdIn: (tx: Parameters<Parameters<typeof inFastTransaction>[1]>[0]) => Promise<number>) {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let id = 0;
    let started = () => {};
    const placed = new Promise<void>((resolve) => {
      started = resolve;
    });
    const done = inFastTransaction(market.app.db, async (tx) => {
      id = await orderIdIn(tx);
      const [order] = await tx.$queryRaw<
        Parameters<typeof placeOrder>[1][]
      >`SELECT * FROM \`order\` WHERE id = ${id} FOR UPDATE`;
      if (!order) throw new Error('no order');
      await placeOrder(tx, order, 'approve', now());
      started();
      await held;
    });
    await placed;
    return {
      id,
      commit: () => {
        release();
        return done;
      },
    };
  }

  async function awaiting(): Promise<number> {
    const { units, products } = market.world;
    const lines = [{ productId: products.tea.id, quantity: 40 }];
    const body = {
      lines,
      fundingSource: 'canteen_budget',
      unitId: units.bank.id,
      payment: 'on_account',
      address: { recipient: 'x', phone: '13800000000', region: 'x', detail: 'x' },
    };
    const order = await post('buyer', '/orders', body);
    expect(order.status).toBe('awaiting_approval');
    return order.id;
  }

  it('neither miss it nor count twice, waiting for approval before or made in the same transaction', async () => {
    const { db } = market.app;
    const waiting = await awaiting();
    const twin = await aDraft('raced-twin');
    const approved = await placing(async () => waiting);
    const made = await placing(async (tx) => {
      const id = await tx.insert(Prisma.sql`
        INSERT INTO \`order\` (buyerId, unitId, fundingSource, paymentWay, state, channel, checkoutKey, goodsFen, freightFen, totalFen, recipient, phone, region, address, submittedAt)
        SELECT buyerId, unitId, fundingSource, paymentWay, state, channel, CONCAT(checkoutKey, '2'), goodsFen, freightFen, totalFen, recipient, phone, region, address, submittedAt
        FROM \`order\` WHERE id = ${waiting}`);
      await tx.$executeRaw`
        INSERT INTO fulfilment (orderId, supplierId, goodsFen, freightFen) SELECT ${id}, supplierId, goodsFen, freightFen FROM fulfilment WHERE orderId = ${waiting}`;
      await tx.$executeRaw`
        INSERT INTO order_line (orderId, fulfilmentId, productId, supplierId, categoryId, originPlaceId, name, nameEn, spec, specEn, saleUnit,
          saleUnitEn, illustration, netGrams, quantity, unitPriceFen, goodsFen, payableFen, grams)
        SELECT ${id}, (SELECT MAX(f.id) FROM fulfilment f WHERE f.orderId = ${id}), productId, supplierId, categoryId, originPlaceId, name, nameEn,
          spec, specEn, saleUnit, saleUnitEn, illustration, netGrams, quantity, unitPriceFen, goodsFen, payableFen, grams
        FROM order_line WHERE orderId = ${waiting}`;
      return id;
    });
    await open(twin);
    const afterwards = market.buy('buyer', {
      lines: [{ productId: market.world.products.tea.id, quantity: 1 }],
      unit: market.world.units.bank,
    });
    const sweeping = market.settle();
    await Promise.race([sweeping, pause(1500)]);
    expect(await db.programmeTakingIn.findUniqueOrThrow({ where: { programmeId: twin.id } })).toMatchObject({
      finishedAt: null,
    });
    await Promise.all([approved.commit(), made.commit()]);
    await Promise.all([sweeping, afterwards]);
    await market.settle();
    const ofTwin = await db.tallyEntry.findMany({
      where: { programmeId: twin.id, orderId: { in: [approved.id, made.id] } },
    });
    expect(ofTwin.map(({ orderId, event }) => [orderId, event])).toEqual([
      [approved.id, 'placed'],
      [made.id, 'placed'],
    ]);
    const newer = await db.tallyEntry.count({ where: { programmeId: twin.id, orderId: (await afterwards).id } });
    expect(newer).toBe(
      await db.tallyEntry.count({ where: { programmeId: pairs.plain?.model.id, orderId: (await afterwards).id } }),
    );
  });
});
