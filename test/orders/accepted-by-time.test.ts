import { type Connection, createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Actor, findActor } from '../../server/accounts/actor.ts';
import { connectionOptions } from '../../server/cli/bootstrap/database-url.mjs';
import { reconcile } from '../../server/cli/reconcile/run-checks.ts';
import type { Product } from '../../server/db/generated/client.ts';
import { contestReceipt } from '../../server/orders/disputes/contest-receipt.ts';
import { agreeToSettlement, decideDispute, proposeSettlement } from '../../server/orders/disputes/settle-dispute.ts';
import { receiveByTime } from '../../server/orders/receive-by-time.ts';
import { receiveFulfilment } from '../../server/orders/receive-fulfilment.ts';
import { shipFulfilment } from '../../server/orders/ship-fulfilment.ts';
import { type Market, openMarket, type Placed } from '../quotas/market.ts';
import { untilWaiting } from '../setup/until-waiting.ts';
import { aProduct } from '../world/products.ts';

const DAY = '2026-05-06';
/** Shipped on Wednesday 6, expected on Sunday 10, accepted by itself ten days later. */
const BY_ITSELF = '2026-05-20';
let today = DAY;
let market: Market;
let holder: Connection;
/** 2.5 kg a piece at 80 yuan, which is 32 yuan a kilogram, 10 % more or less */
let pork: Product;

beforeAll(async () => {
  market = await openMarket(DAY, { env: { DATABASE_POOL: '16' } });
  holder = await createConnection(connectionOptions(market.app.container.config.databaseUrl));
  const { suppliers, categories } = market.world;
  pork = await aProduct(db(), {
    ...{ code: 'pork', name: '高山黑猪肉', supplier: suppliers.lianghe, category: categories.chicken },
    ...{ saleUnit: '块', netGrams: 2500, priceFen: 8000, saleMode: 'by_weight', toleranceBp: 1000 },
    ...{ certified: ['2026-01-01', '2026-12-31'], stock: 400 },
  });
});
afterAll(async () => {
  await holder.end();
  await market.app.close();
});

const db = () => market.app.db;
const now = () => new Date(`${today}T04:00:00Z`);
const turnTo = (day: string) => {
  today = day;
  market.turnTo(day);
};
const actor = async (who: keyof Market['world']['users']) =>
  (await findActor(db(), market.world.users[who].id, today)) as Actor;
const parcelOf = (order: Placed) => order.fulfilments[0]?.id ?? 0;
const lineOf = (order: Placed) => order.fulfilments[0]?.lines[0]?.id ?? 0;
const forBank = (product: { id: number }, quantity: number) =>
  market.buy('buyer', { unit: market.world.units.bank, lines: [{ productId: product.id, quantity }] });
const forMyself = (product: { id: number }, quantity: number) =>
  market.buy('employee', { lines: [{ productId: product.id, quantity }] });

/** Ships so many units, of so many grams on the supplier's scales where weight is what is paid for. */
async function ship(order: Placed, quantity: number, grams?: number): Promise<void> {
  const { batchId } = await db().lineAllocation.findFirstOrThrow({ where: { lineId: lineOf(order) } });
  const lines = [{ lineId: lineOf(order), batchId, quantity, grams }];
  const head = { carrier: '自有车辆', trackingNumber: `T${order.id}`, temperatureDeci: null };
  await shipFulfilment(db(), await actor('supplier'), parcelOf(order), { ...head, lines }, now());
}

/** Placed and counted, fen and grams. */
async function tallied(order: Placed) {
  const { id: programmeId } = market.world.programmes.group;
  const entries = await db().tallyEntry.findMany({ where: { orderId: order.id, programmeId } });
  const of = (event: string, key: 'fen' | 'grams') =>
    entries.filter((entry) => entry.event === event).reduce((sum, entry) => sum + entry[key], 0);
  return [of('placed', 'fen'), of('placed', 'grams'), of('counted', 'fen'), of('counted', 'grams')];
}

/** Goods alone, in fen: what is on statements of it. */
async function stated(order: Placed): Promise<number> {
  await market.settle();
  const lines = await db().statementLine.findMany({ where: { orderId: order.id, receiptLineId: { not: null } } });
  return lines.reduce((sum, { fen }) => sum + fen, 0);
}

const stateOf = async (order: Placed) =>
  (await db().fulfilment.findUniqueOrThrow({ where: { id: parcelOf(order) } })).state;

async function expectExact() {
  await market.settle();
  const found: unknown[] = [];
  await reconcile(market.app.container.config.databaseUrl, (difference) => found.push(difference));
  expect(found).toEqual([]);
}

describe('goods settled by weight that nobody receives', () => {
  it.each([
    ['heavier', 7800, 24_960],
    ['lighter', 7200, 23_040],
    ['as ordered', 7500, 24_000],
  ])('%s: a canteen owes and counts what the supplier weighed', async (_what, grams, fen) => {
    turnTo(DAY);
    const order = await forBank(pork, 3);
    await ship(order, 3, grams);
    turnTo(BY_ITSELF);
    expect(await receiveByTime(db(), now())).toBe(1);
    expect(await stateOf(order)).toBe('received');
    expect(await tallied(order)).toEqual([fen, grams, fen, grams]);
    expect(await stated(order)).toBe(fen);
    const line = await db().receiptLine.findFirstOrThrow({ where: { lineId: lineOf(order) } });
    expect(line).toMatchObject({ acceptedQuantity: 3, weighedGrams: grams, acceptedGrams: grams, acceptedFen: fen });
    await expectExact();
  });

  it.each([
    ['lighter gives back what it weighs less', 7200, 960],
    ['heavier costs no more than was paid', 7800, 0],
  ])('%s, where it was paid ahead', async (_what, grams, backFen) => {
    turnTo(DAY);
    const order = await forMyself(pork, 3);
    await ship(order, 3, grams);
    turnTo('2026-05-16');
    expect(await receiveByTime(db(), now())).toBe(1);
    await market.settle();
    const least = Math.min(grams, 7500);
    expect(await tallied(order)).toEqual([24_000 - backFen, least, 24_000 - backFen, least]);
    const { _sum } = await db().paymentRefund.aggregate({
      where: { payment: { orderId: order.id } },
      _sum: { amountFen: true },
    });
    expect(_sum.amountFen ?? 0).toBe(backFen);
    await expectExact();
  });

  it('in two shipments: each by the weight that it was sent with', async () => {
    turnTo(DAY);
    const order = await forBank(pork, 4);
    await ship(order, 1, 2600);
    await ship(order, 3, 7400);
    turnTo(BY_ITSELF);
    expect(await receiveByTime(db(), now())).toBe(2);
    expect(await stateOf(order)).toBe('received');
    // 32 yuan a kilogram.
    expect(await tallied(order)).toEqual([32_000, 10_000, 32_000, 10_000]);
    expect(await stated(order)).toBe(32_000);
    await expectExact();
  });
});

describe('a parcel of which a receipt is disputed', () => {
  /** Ten boxes of tea in two shipments; of the first six, two are said to be short, which the supplier contests. */
  async function disputed(): Promise<{ order: Placed; disputeId: number }> {
    turnTo(DAY);
    const order = await forBank(market.world.products.tea, 10);
    await ship(order, 6);
    await ship(order, 4);
    const receiptId = await receivedShort(order);
    return { order, disputeId: await contest(receiptId) };
  }

  async function receivedShort(order: Placed): Promise<number> {
    const { id: shipmentId } = await db().shipment.findFirstOrThrow({ where: { fulfilmentId: parcelOf(order) } });
    const part = { lineId: lineOf(order), acceptedQuantity: 4, shortQuantity: 2, damagedQuantity: 0 };
    return receiveFulfilment(db(), await actor('buyer'), parcelOf(order), [part], now(), { shipmentId });
  }

  const contest = async (receiptId: number) =>
    contestReceipt(market.app.container, await actor('supplier'), receiptId, { text: '点过数', photos: [] }, now());

  it('is not accepted by itself until both have settled', async () => {
    const { order, disputeId } = await disputed();
    turnTo(BY_ITSELF);
    expect(await receiveByTime(db(), now())).toBe(0);
    turnTo('2026-06-20');
    expect(await receiveByTime(db(), now())).toBe(0);
    const part = [{ lineId: lineOf(order), quantity: 2, grams: null }];
    const silent = { text: '', photos: [] };
    await proposeSettlement(market.app.container, await actor('supplier'), disputeId, part, silent, now());
    expect(await receiveByTime(db(), now())).toBe(0);
    const { id } = await db().disputeMessage.findFirstOrThrow({ where: { disputeId }, orderBy: { id: 'desc' } });
    await agreeToSettlement(market.app.container, await actor('buyer'), disputeId, id, now());
    expect(await receiveByTime(db(), now())).toBe(1);
    expect(await stateOf(order)).toBe('received');
    expect(await tallied(order)).toEqual([128_000, 2500, 128_000, 2500]);
    expect(await stated(order)).toBe(128_000);
    await expectExact();
  });

  it('is accepted once the operator has decided, whatever was decided', async () => {
    const { order, disputeId } = await disputed();
    turnTo(BY_ITSELF);
    expect(await receiveByTime(db(), now())).toBe(0);
    const none = [{ lineId: lineOf(order), quantity: 0, grams: null }];
    await decideDispute(
      market.app.container,
      await actor('operator'),
      disputeId,
      none,
      { text: '照片看得清', photos: [] },
      now(),
    );
    expect(await receiveByTime(db(), now())).toBe(1);
    expect(await tallied(order)).toEqual([102_400, 2000, 102_400, 2000]);
    await expectExact();
  });

  it('holds up no other parcel', async () => {
    await disputed();
    const other = await forBank(market.world.products.tea, 3);
    await ship(other, 3);
    turnTo(BY_ITSELF);
    expect(await receiveByTime(db(), now())).toBe(1);
    expect(await stateOf(other)).toBe('received');
  });

  it.each([
    ['the supplier', 0],
    ['the clock', 1],
  ])('contested at the very moment, %s first: %i accepted', async (first, accepted) => {
    turnTo(DAY);
    const order = await forBank(market.world.products.tea, 10);
    await ship(order, 6);
    await ship(order, 4);
    turnTo(BY_ITSELF);
    const receiptId = await receivedShort(order);
    await holder.beginTransaction();
    await holder.query('SELECT id FROM `order` WHERE id = ? FOR UPDATE', [order.id]);
    const running: Promise<number>[] = [];
    const works = [() => contest(receiptId), () => receiveByTime(db(), now())];
    for (const work of first === 'the supplier' ? works : works.reverse()) {
      running.push(work());
      await untilWaiting(holder, running.length);
    }
    await holder.commit();
    const answers = await Promise.all(running);
    expect(answers[first === 'the supplier' ? 1 : 0]).toBe(accepted);
    expect(await stateOf(order)).toBe(accepted ? 'received' : 'shipped');
    expect(await db().receiptDispute.count({ where: { receiptId } })).toBe(1);
    await expectExact();
  });
});
