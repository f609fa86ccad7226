import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findActor } from '../../server/accounts/actor.ts';
import type { Product } from '../../server/db/generated/client.ts';
import { decideRefund } from '../../server/orders/decide-refund.ts';
import { dropRest } from '../../server/orders/drop-rest.ts';
import { receiveFulfilment } from '../../server/orders/receive-fulfilment.ts';
import { requestRefund } from '../../server/orders/request-refund.ts';
import { shipFulfilment } from '../../server/orders/ship-fulfilment.ts';
import { settledByWeight, weightRange } from '../../server/orders/weighed-parts.ts';
import { type Market, openMarket, type Placed } from '../quotas/market.ts';
import { aProduct, stockOf } from '../world/products.ts';

const DAY = '2026-05-06';
const now = new Date(`${DAY}T04:00:00Z`);
const later = new Date(`${DAY}T06:00:00Z`);
let market: Market;
/** 2.5 kg a piece at 80 yuan, which is 32 yuan a kilogram, 10 % more or less; two batches of 3 and 40 */
let pork: Product;

beforeAll(async () => {
  market = await openMarket(DAY);
  const { suppliers, categories } = market.world;
  pork = await aProduct(market.app.db, {
    ...{ code: 'pork', name: '高山黑猪肉', supplier: suppliers.lianghe, category: categories.chicken },
    ...{
      saleUnit: '块',
      spec: '约 2.5 公斤/块',
      netGrams: 2500,
      priceFen: 8000,
      saleMode: 'by_weight',
      toleranceBp: 1000,
    },
    ...{
      certified: ['2026-01-01', '2026-12-31'],
      stock: [{ quantity: 3, expiresOn: '2026-06-01' }, { quantity: 400 }],
    },
  });
});
afterAll(() => market.app.close());

const actor = async (who: keyof Market['world']['users']) => {
  const found = await findActor(market.app.db, market.world.users[who].id, DAY);
  if (!found) throw new Error(`${who} is nobody`);
  return found;
};
const parcel = (order: Placed) => order.fulfilments[0]?.id ?? 0;
const line = (order: Placed) => order.fulfilments[0]?.lines[0]?.id ?? 0;
const buyForUnit = (quantity: number, productId = pork.id) =>
  market.buy('buyer', { unit: market.world.units.bank, lines: [{ productId, quantity }] });
const batchesOf = (order: Placed) =>
  market.app.db.lineAllocation.findMany({ where: { lineId: line(order) }, orderBy: { batchId: 'asc' } });

/** Ships so many grams of so many pieces, out of the batches in their order. */
async function ship(order: Placed, parts: { quantity: number; grams?: number }[], tracking = 'A1') {
  const shares = await batchesOf(order);
  const lines = parts.map((part, index) => ({
    ...{ lineId: line(order), batchId: shares[index]?.batchId ?? shares[0]?.batchId ?? 0, ...part },
  }));
  const head = { carrier: '自有车辆', trackingNumber: tracking, temperatureDeci: null };
  await shipFulfilment(market.app.db, await actor('supplier'), parcel(order), { ...head, lines }, now);
}

const receive = async (
  order: Placed,
  who: 'buyer' | 'employee',
  input?: { accepted: number; grams?: number; short?: number; damaged?: number },
  shipmentId?: number,
) =>
  receiveFulfilment(
    market.app.db,
    await actor(who),
    parcel(order),
    input
      ? [
          {
            ...{ lineId: line(order), acceptedQuantity: input.accepted, acceptedGrams: input.grams },
            ...{ shortQuantity: input.short ?? 0, damagedQuantity: input.damaged ?? 0 },
          },
        ]
      : [],
    later,
    { shipmentId },
  );

async function tallied(orderId: number) {
  const { id: programmeId } = market.world.programmes.group;
  const entries = await market.app.db.tallyEntry.findMany({ where: { orderId, programmeId } });
  const of = (event: string, key: 'fen' | 'grams') =>
    entries.filter((entry) => entry.event === event).reduce((sum, entry) => sum + entry[key], 0);
  return [of('placed', 'fen'), of('placed', 'grams'), of('counted', 'fen'), of('counted', 'grams')];
}

async function owed(orderId: number) {
  const { _sum } = await market.app.db.journalEntry.aggregate({
    where: { orderId, account: 'owed' },
    _sum: { fen: true },
  });
  return -(_sum.fen ?? 0);
}

const stateOf = async (order: Placed) =>
  (await market.app.db.fulfilment.findUniqueOrThrow({ where: { id: parcel(order) } })).state;

describe('goods settled by weight', () => {
  it('rounds half a fen up and keeps to what was agreed where heavier goods are not owed for', () => {
    const ordered = { quantity: 3, fen: 10_001, grams: 3000 };
    expect(settledByWeight(ordered, 2999, false).fen).toBe(9998);
    expect(settledByWeight(ordered, 3150, false)).toEqual(ordered);
    expect(settledByWeight(ordered, 3150, true)).toEqual({ quantity: 3, fen: 10_501, grams: 3150 });
    expect(weightRange({ netGrams: 333, toleranceBp: 1000, pricePerKgFen: 1 }, 1)).toEqual({ least: 300, most: 366 });
  });

  it('a canteen on account owes and counts what its scales show, heavier and lighter', async () => {
    const heavier = await buyForUnit(2);
    const placed = await market.app.db.orderLine.findUniqueOrThrow({ where: { id: line(heavier) } });
    expect(placed).toMatchObject({ pricePerKgFen: 3200, toleranceBp: 1000, payableFen: 16_000, grams: 5000 });
    await ship(heavier, [{ quantity: 2, grams: 5250 }]);
    await receive(heavier, 'buyer', { accepted: 2, grams: 5187 });
    expect(await tallied(heavier.id)).toEqual([16_598, 5187, 16_598, 5187]);
    expect(await owed(heavier.id)).toBe(16_598 + 1200);
    const lighter = await buyForUnit(4);
    const shares = await batchesOf(lighter);
    await ship(
      lighter,
      shares.map(({ quantity }) => ({ quantity, grams: quantity * 2400 })),
    );
    await receive(lighter, 'buyer');
    expect(await tallied(lighter.id)).toEqual([30_720, 9600, 30_720, 9600]);
    expect(await owed(lighter.id)).toBe(30_720);
    await market.expectExact();
    const stated = await market.app.db.statementLine.findMany({
      where: { orderId: heavier.id, receiptLineId: { not: null } },
    });
    expect(stated.map(({ fen }) => fen)).toEqual([16_598]);
  });

  it('who paid ahead is given the difference back when it is lighter, and pays no more when it is heavier', async () => {
    const buy = () => market.buy('employee', { lines: [{ productId: pork.id, quantity: 2 }] });
    const lighter = await buy();
    await ship(lighter, [{ quantity: 2, grams: 4800 }]);
    await receive(lighter, 'employee', { accepted: 2, grams: 4799 });
    expect(await tallied(lighter.id)).toEqual([15_357, 4799, 15_357, 4799]);
    const heavier = await buy();
    await ship(heavier, [{ quantity: 2, grams: 5400 }]);
    await receive(heavier, 'employee');
    expect(await tallied(heavier.id)).toEqual([16_000, 5000, 16_000, 5000]);
    await market.expectExact();
    const back = await market.app.db.paymentRefund.findMany({
      where: { payment: { orderId: { in: [lighter.id, heavier.id] } } },
    });
    expect(back).toMatchObject([{ amountFen: 643, state: 'succeeded' }]);
    const kept = await market.app.db.receiptLine.findFirstOrThrow({ where: { lineId: line(heavier) } });
    expect(kept).toMatchObject({ weighedGrams: 5400, acceptedGrams: 5000, missingFen: 0 });
  });

  it('refuses to ship without a weight or beyond the tolerance, and to accept more than it', async () => {
    const order = await buyForUnit(2);
    await expect(ship(order, [{ quantity: 2 }])).rejects.toMatchObject({ faults: [{ code: 'weightNeeded' }] });
    await expect(ship(order, [{ quantity: 2, grams: 5501 }])).rejects.toMatchObject({
      faults: [{ code: 'weightOutside' }],
    });
    await ship(order, [{ quantity: 2, grams: 5500 }]);
    await expect(receive(order, 'buyer', { accepted: 1, grams: 2751, short: 1 })).rejects.toMatchObject({
      faults: [{ path: 'lines.0.acceptedGrams', code: 'tooHeavy' }],
    });
    await receive(order, 'buyer', { accepted: 1, grams: 2750, damaged: 1 });
    expect(await tallied(order.id)).toEqual([8800, 2750, 8800, 2750]);
    await market.expectExact();
  });
});

describe('a parcel in several shipments', () => {
  it('is received shipment by shipment, each by its own weight, and owed for once it is all there', async () => {
    const order = await buyForUnit(5);
    await ship(order, [{ quantity: 2, grams: 5100 }], 'FIRST');
    expect(await stateOf(order)).toBe('partly_shipped');
    const first = await market.app.db.shipment.findFirstOrThrow({ where: { fulfilmentId: parcel(order) } });
    await receive(order, 'buyer', { accepted: 2, grams: 5100 });
    expect(await tallied(order.id)).toEqual([40_320, 12_600, 16_320, 5100]);
    await market.expectExact();
    expect(await market.app.db.statementLine.count({ where: { orderId: order.id } })).toBe(0);
    await expect(ship(order, [{ quantity: 4, grams: 10_000 }])).rejects.toMatchObject({ faults: [{ code: 'tooBig' }] });
    await ship(order, [{ quantity: 2, grams: 5000 }], 'SECOND');
    await ship(order, [{ quantity: 1, grams: 2400 }], 'THIRD');
    expect(await stateOf(order)).toBe('shipped');
    await expect(receive(order, 'buyer')).rejects.toMatchObject({ faults: [{ code: 'whichShipment' }] });
    const [second, third] = await market.app.db.shipment.findMany({
      ...{ where: { fulfilmentId: parcel(order), id: { not: first.id } }, orderBy: { id: 'asc' } },
    });
    await receive(order, 'buyer', { accepted: 0, damaged: 1 }, third?.id);
    await receive(order, 'buyer', { accepted: 1, grams: 2500, short: 1 }, second?.id);
    expect(await stateOf(order)).toBe('received');
    expect(await tallied(order.id)).toEqual([24_320, 7600, 24_320, 7600]);
    await market.expectExact();
    const stated = await market.app.db.statementLine.findMany({
      where: { orderId: order.id, receiptLineId: { not: null } },
    });
    expect(stated.map(({ fen }) => fen).sort()).toEqual([16_320, 8000]);
  });

  it('ends when the supplier gives up the rest: reversed, given back, and on the shelf only if it says so', async () => {
    const before = await stockOf(market.app.db, pork);
    const order = await market.buy('employee', { lines: [{ productId: pork.id, quantity: 5 }] });
    await ship(order, [{ quantity: 3, grams: 7500 }]);
    const drop = async (reason: string) =>
      dropRest(market.app.db, await actor('supplier'), parcel(order), { reason, backOnShelf: true }, now);
    await expect(drop('')).rejects.toMatchObject({ faults: [{ code: 'reasonNeeded' }] });
    await drop('下雨采不到');
    expect(await stateOf(order)).toBe('shipped');
    expect(await stockOf(market.app.db, pork)).toBe(before - 3);
    expect(await tallied(order.id)).toEqual([24_000, 7500, 24_000, 7500]);
    await market.expectExact();
    await receive(order, 'employee');
    expect(await stateOf(order)).toBe('received');
    await market.expectExact();
    const back = await market.app.db.paymentRefund.findMany({ where: { payment: { orderId: order.id } } });
    expect(back).toMatchObject([{ amountFen: 16_000, state: 'succeeded' }]);
  });
});

/** What each came to: its refusal's code, or `done`. */
async function atOnce(...works: (() => Promise<unknown>)[]): Promise<string[]> {
  const settled = await Promise.allSettled(works.map((work) => work()));
  return settled.map((result) => (result.status === 'fulfilled' ? 'done' : String((result.reason as Error).message)));
}

/** Holds the order's row until all of them wait for it, so that they really meet. */
async function meeting(orderId: number, ...works: (() => Promise<unknown>)[]): Promise<string[]> {
  let outcomes: Promise<string[]> = Promise.resolve([]);
  await market.app.db.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT id FROM \`order\` WHERE id = ${orderId} FOR UPDATE`;
    outcomes = atOnce(...works);
    await new Promise((resolve) => setTimeout(resolve, 120));
  });
  return outcomes;
}

const ask = async (order: Placed, quantity: number) =>
  requestRefund(
    market.app.container,
    await actor('employee'),
    order.id,
    { lines: [{ lineId: line(order), quantity }], reason: '测试', photos: [] },
    now,
  );
const grant = async (refundId: number) =>
  decideRefund(
    market.app.db,
    await actor('supplier'),
    refundId,
    { decision: 'approve', lines: [], freightFen: 0, reason: '' },
    now,
  );

describe('at once', () => {
  const buy = (quantity: number) => market.buy('employee', { lines: [{ productId: pork.id, quantity }] });

  it('two receipts of one shipment: one is written', async () => {
    const order = await buyForUnit(2);
    await ship(order, [{ quantity: 2, grams: 4900 }]);
    const outcomes = await meeting(
      order.id,
      () => receive(order, 'buyer'),
      () => receive(order, 'buyer'),
    );
    expect(outcomes.sort()).toEqual(['done', 'wrongFulfilmentState']);
    expect(await tallied(order.id)).toEqual([15_680, 4900, 15_680, 4900]);
    await market.expectExact();
  });

  it('receipts of two shipments: both are written and the second ends the parcel', async () => {
    const order = await buyForUnit(4);
    await ship(order, [{ quantity: 2, grams: 4900 }]);
    await ship(order, [{ quantity: 2, grams: 5100 }], 'B');
    const shipments = await market.app.db.shipment.findMany({ where: { fulfilmentId: parcel(order) } });
    const outcomes = await meeting(
      order.id,
      ...shipments.map(
        ({ id }) =>
          () =>
            receive(order, 'buyer', undefined, id),
      ),
    );
    expect(outcomes).toEqual(['done', 'done']);
    expect(await stateOf(order)).toBe('received');
    expect(await tallied(order.id)).toEqual([32_000, 10_000, 32_000, 10_000]);
    await market.expectExact();
  });

  it('a receipt and a refund of goods on their way: what is refunded is not accepted too', async () => {
    for (const first of ['refund', 'receipt']) {
      const order = await buy(3);
      await ship(order, [{ quantity: 3, grams: 7200 }]);
      const refundId = await ask(order, 2);
      const works = [() => grant(refundId), () => receive(order, 'employee')];
      const outcomes = await meeting(order.id, ...(first === 'refund' ? works : works.reverse()));
      expect(outcomes).toEqual(['done', 'done']);
      expect(await tallied(order.id)).toEqual([7680, 2400, 7680, 2400]);
    }
    await market.expectExact();
  });

  it('a second shipment and giving up the rest: one of them is refused, nothing goes twice', async () => {
    for (let round = 0; round < 4; round += 1) {
      const order = await buy(4);
      await ship(order, [{ quantity: 2, grams: 5000 }]);
      const supplier = await actor('supplier');
      const outcomes = await meeting(
        order.id,
        () => ship(order, [{ quantity: 2, grams: 5000 }], 'B'),
        () => dropRest(market.app.db, supplier, parcel(order), { reason: '缺货', backOnShelf: round % 2 === 0 }, now),
      );
      expect(outcomes.sort()).toEqual(['done', 'wrongFulfilmentState']);
      expect(await stateOf(order)).toBe('shipped');
    }
    await market.expectExact();
  });

  it('a refund of the rest and its second shipment: no more is shipped than is to arrive', async () => {
    const order = await buy(4);
    await ship(order, [{ quantity: 2, grams: 5000 }]);
    const refundId = await ask(order, 2);
    const outcomes = await meeting(
      order.id,
      () => grant(refundId),
      () => ship(order, [{ quantity: 2, grams: 5000 }], 'B'),
    );
    expect(outcomes[0]).toBe('done');
    for (const { id } of await market.app.db.shipment.findMany({ where: { fulfilmentId: parcel(order) } }))
      await receive(order, 'employee', undefined, id);
    expect(await stateOf(order)).toBe('received');
    expect((await tallied(order.id))[2]).toBe(16_000);
    await market.expectExact();
  });
});
