import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findActor } from '../../server/accounts/actor.ts';
import { submitOrder } from '../../server/checkout/submit-order.ts';
import { fastPathOf } from '../../server/db/client.ts';
import type { Batch, Product } from '../../server/db/generated/client.ts';
import { approveOrder } from '../../server/orders/approval/approve-order.ts';
import { receiveFulfilment } from '../../server/orders/receive-fulfilment.ts';
import { requestRefund } from '../../server/orders/request-refund.ts';
import { shipFulfilment } from '../../server/orders/ship-fulfilment.ts';
import { closeRecall } from '../../server/recalls/close-recall.ts';
import { handleRecalls } from '../../server/recalls/handle-recalls.ts';
import { recallBatch } from '../../server/recalls/recall-batch.ts';
import { returnRecalled } from '../../server/recalls/return-recalled.ts';
import { PLAIN_ORDER } from '../bench/plain-order.ts';
import { type Market, openMarket, type Placed } from '../quotas/market.ts';
import { signInAs } from '../setup/app.ts';
import { aProduct } from '../world/products.ts';
import { aUser } from '../world/users.ts';

const DAY = '2026-05-06';
const now = new Date(`${DAY}T04:00:00Z`);
let market: Market;

beforeAll(async () => {
  market = await openMarket(DAY);
  await market.app.db.unitPayer.updateMany({
    data: { approvalThresholdFen: 100_000_000, creditLimitFen: 10n ** 13n },
  });
});
afterAll(() => market.app.close());

const actor = async (who: keyof Market['world']['users']) => {
  const found = await findActor(market.app.db, market.world.users[who].id, DAY);
  if (!found) throw new Error(`${who} is nobody`);
  return found;
};

/** Tea of lianghe at 100 yuan whose first batch spoils first; certified, so that it counts. */
async function goods(first: number, second = 0): Promise<Product & { batches: Batch[] }> {
  const { suppliers, categories } = market.world;
  const stock = [
    { quantity: first, expiresOn: '2026-09-01' },
    ...(second ? [{ quantity: second, expiresOn: '2026-12-01' }] : []),
  ];
  const product = await aProduct(market.app.db, { supplier: suppliers.lianghe, category: categories.tea, stock });
  const batches = await market.app.db.batch.findMany({ where: { productId: product.id }, orderBy: { id: 'asc' } });
  return { ...product, batches };
}
const firstOf = (product: { batches: Batch[] }) => product.batches[0]?.id ?? 0;
const secondOf = (product: { batches: Batch[] }) => product.batches[1]?.id ?? 0;

const alone = (product: Product, quantity: number) =>
  market.buy('employee', { lines: [{ productId: product.id, quantity }] });
const forBank = (product: Product, quantity: number) =>
  market.buy('buyer', { lines: [{ productId: product.id, quantity }], unit: market.world.units.bank });

const request = { severity: 'class_one', reason: '检出农药残留超标', advice: null } as const;
const recall = async (product: { batches: Batch[] }, who: 'supplier' | 'certifier' | 'operator' = 'supplier') =>
  recallBatch(market.app.db, await actor(who), firstOf(product), request, now);
async function handle() {
  while ((await handleRecalls(market.app.db, now)) > 0);
}
const parcel = (order: Placed) => order.fulfilments[0]?.id ?? 0;
const lineId = (order: Placed) => order.fulfilments[0]?.lines[0]?.id ?? 0;
const ship = async (order: Placed, lines: { batchId: number; quantity: number }[] = []) =>
  shipFulfilment(
    market.app.db,
    await actor('supplier'),
    parcel(order),
    {
      lines: lines.map((line) => ({ ...line, lineId: lineId(order) })),
      ...{ carrier: '邮政', trackingNumber: `R${parcel(order)}`, temperatureDeci: 40 },
    },
    now,
  );
const receive = async (order: Placed, who: 'employee' | 'buyer' = 'buyer') =>
  receiveFulfilment(market.app.db, await actor(who), parcel(order), [], now);
const giveBack = async (order: Placed, recallId: number, quantity: number, who: 'employee' | 'buyer' = 'buyer') =>
  returnRecalled(market.app.db, await actor(who), { recallId, orderId: order.id, quantity }, now);

async function lineOf(order: Placed) {
  return market.app.db.orderLine.findUniqueOrThrow({
    where: { id: lineId(order) },
    include: { allocations: { orderBy: { batchId: 'asc' } }, recallLines: true, fulfilment: true, order: true },
  });
}

async function tallied(order: Placed) {
  const { id: programmeId } = market.world.programmes.group;
  const entries = await market.app.db.tallyEntry.findMany({ where: { orderId: order.id, programmeId } });
  const of = (event: string) =>
    entries.filter((entry) => entry.event === event).reduce((sum, entry) => sum + entry.fen, 0);
  return [of('placed'), of('counted')];
}

async function refusal(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'done',
    (error: Error & { faults?: { code: string }[] }) => error.faults?.[0]?.code ?? error.message,
  );
}

describe('a recall before anything was sent', () => {
  it('puts other batches in the place of the recalled one, and changes nothing else', async () => {
    const product = await goods(10, 10);
    const order = await forBank(product, 6);
    const recallId = await recall(product);
    await handle();
    const line = await lineOf(order);
    expect(line.allocations).toMatchObject([{ batchId: secondOf(product), quantity: 6 }]);
    expect(line.recallLines).toMatchObject([{ recallId, swappedQuantity: 6, givenBackQuantity: 0, sentQuantity: 0 }]);
    expect(await tallied(order)).toEqual([60_000, 0]);
    await ship(order);
    await receive(order);
    expect(await tallied(order)).toEqual([60_000, 60_000]);
    await market.expectExact();
  });

  it('gives back what nothing can replace: by tender, on account, from the tally, once', async () => {
    const product = await goods(20, 3);
    const [paid, owed] = [await alone(product, 5), await forBank(product, 4)];
    await recall(product);
    await handle();
    await handle();
    const [first, second] = [await lineOf(paid), await lineOf(owed)];
    expect(first).toMatchObject({ refundedQuantity: 2, refundedFen: 20_000, order: { state: 'placed' } });
    expect(first.recallLines).toMatchObject([{ swappedQuantity: 3, givenBackQuantity: 2 }]);
    expect(second).toMatchObject({ refundedQuantity: 4, fulfilment: { state: 'cancelled' } });
    expect(await tallied(paid)).toEqual([30_000, 30_000]);
    expect(await tallied(owed)).toEqual([0, 0]);
    await market.settle();
    const back = await market.app.db.paymentRefund.findMany({ where: { payment: { orderId: paid.id } } });
    expect(back.map(({ amountFen }) => amountFen)).toEqual([20_000]);
    await market.expectExact();
  });

  it('ends an order that nobody is bound by yet, or serves it from other batches', async () => {
    const product = await goods(10, 2);
    const submit = async (quantity: number) =>
      submitOrder(
        market.app.db,
        await actor('employee'),
        {
          ...PLAIN_ORDER,
          ...{ unitId: null, fundingSource: 'individual', paymentWay: 'stripe', checkoutKey: `recall-${quantity}` },
          lines: [{ productId: product.id, quantity }],
        },
        now,
      );
    const [small, large] = [await submit(2), await submit(5)];
    await recall(product);
    await handle();
    const states = await market.app.db.order.findMany({
      where: { id: { in: [small, large] } },
      orderBy: { id: 'asc' },
    });
    expect(states.map(({ state }) => state)).toEqual(['awaiting_payment', 'cancelled']);
    await market.expectExact();
  });

  it('of a parcel that went in part replaces what is still to go, and gives up what nothing replaces', async () => {
    const product = await goods(10, 1);
    const order = await forBank(product, 8);
    await ship(order, [{ batchId: firstOf(product), quantity: 3 }]);
    const recallId = await recall(product);
    await handle();
    const line = await lineOf(order);
    expect(line.recallLines).toMatchObject([{ recallId, sentQuantity: 3, swappedQuantity: 1, givenBackQuantity: 4 }]);
    expect(line.fulfilment.state).toBe('partly_shipped');
    expect(await refusal(giveBack(order, recallId, 1))).toBe('returnAfterReceipt');
    await ship(order);
    expect((await lineOf(order)).fulfilment.state).toBe('shipped');
    for (const { id } of await market.app.db.shipment.findMany({ where: { fulfilmentId: parcel(order) } }))
      await receiveFulfilment(market.app.db, await actor('buyer'), parcel(order), [], now, { shipmentId: id });
    expect(await tallied(order)).toEqual([40_000, 40_000]);
    expect(await refusal(giveBack(order, recallId, 4))).toBe('moreThanStands');
    await giveBack(order, recallId, 3);
    expect(await tallied(order)).toEqual([10_000, 10_000]);
    await market.expectExact();
  });
});

describe('a recall of what was sent', () => {
  it('tells every buyer once, and reverses only what comes back (rule 18)', async () => {
    const product = await goods(20);
    const [order, other] = [await forBank(product, 6), await alone(product, 2)];
    for (const one of [order, other]) await ship(one);
    await receive(order);
    const recallId = await recall(product, 'certifier');
    await handle();
    await market.settle();
    await market.settle();
    const told = await market.app.db.notification.findMany({
      where: { kind: 'recall_sent', dedupeKey: { startsWith: 'recall.sent' } },
    });
    const lines = await market.app.db.recallLine.findMany({ where: { recallId } });
    const mine = told.filter(({ dedupeKey }) => lines.some(({ id }) => dedupeKey === `recall.sent ${id}`));
    expect(mine.map(({ userId }) => userId).sort()).toEqual(
      [market.world.users.buyer.id, market.world.users.employee.id].sort(),
    );
    expect(lines.every(({ toldAt }) => toldAt !== null)).toBe(true);
    expect(await tallied(order)).toEqual([60_000, 60_000]);
    await giveBack(order, recallId, 4);
    expect(await tallied(order)).toEqual([20_000, 20_000]);
    expect(await refusal(giveBack(order, recallId, 3))).toBe('moreThanStands');
    await giveBack(other, recallId, 2, 'employee');
    expect((await lineOf(other)).fulfilment.state).toBe('cancelled');
    await market.expectExact();
  });

  it('is closed with its result once it has gone through its orders; then nothing comes back by it', async () => {
    const product = await goods(5);
    const order = await forBank(product, 5);
    await ship(order);
    await receive(order);
    const recallId = await recall(product);
    const close = async () =>
      closeRecall(market.app.db, await actor('operator'), recallId, '已召回 2 件，其余已食用', now);
    expect(await refusal(close())).toBe('recallRuns');
    await handle();
    await giveBack(order, recallId, 2);
    await close();
    expect(await refusal(close())).toBe('recallClosed');
    expect(await refusal(giveBack(order, recallId, 1))).toBe('recallClosed');
    await market.expectExact();
  });
});

describe('who may', () => {
  it('recall: its supplier, a certifier, an operator, once', async () => {
    const product = await goods(5);
    const by = async (who: keyof Market['world']['users']) =>
      refusal(recallBatch(market.app.db, await actor(who), firstOf(product), request, now));
    expect(await by('riceSupplier')).toBe('notFound');
    expect(await by('employee')).toBe('notFound');
    expect(await by('supplier')).toBe('done');
    expect(await by('operator')).toBe('recalledBefore');
  });

  it('recall: a certifier of one county only what comes from there, and follows no other recall', async () => {
    const { app, world } = market;
    const { wulong, xiushan } = world.places;
    await aUser(app.db, { login: 'wulong-certifier', grants: [{ role: 'certifier', place: wulong }] });
    await aUser(app.db, { login: 'xiushan-certifier', grants: [{ role: 'certifier', place: xiushan }] });
    const certifierOf = async (login: string) => {
      const { id } = await app.db.user.findUniqueOrThrow({ where: { login } });
      const found = await findActor(app.db, id, DAY);
      if (!found) throw new Error(`${login} is nobody`);
      return found;
    };
    const product = await goods(5);
    const by = async (login: string) =>
      refusal(recallBatch(app.db, await certifierOf(login), firstOf(product), request, now));
    expect(await by('wulong-certifier')).toBe('notFound');
    expect(await by('xiushan-certifier')).toBe('done');
    const { id } = await app.db.recall.findFirstOrThrow({ where: { batchId: firstOf(product) } });
    await handle();
    const close = async (login: string) => refusal(closeRecall(app.db, await certifierOf(login), id, '已召回', now));
    expect(await close('wulong-certifier')).toBe('notFound');
    const stranger = await signInAs(app.visitor(), 'wulong-certifier');
    await stranger.get(`/recalls/${id}/progress`).expect(404);
    await stranger.get(`/recalls/${id}/progress.xlsx`).expect(404);
    expect(await close('xiushan-certifier')).toBe('done');
  });

  it('return: the buyer alone', async () => {
    const product = await goods(5);
    const order = await forBank(product, 2);
    await ship(order);
    const recallId = await recall(product);
    await handle();
    expect(await refusal(giveBack(order, recallId, 1, 'employee'))).toBe('notFound');
  });
});

/** Another connection that holds rows until it is let go. */
async function holding(sql: string, id: number): Promise<() => Promise<void>> {
  const connection = await fastPathOf(market.app.db).pool.getConnection();
  await connection.beginTransaction();
  await connection.query(sql, [id]);
  return async () => {
    await connection.commit();
    connection.release();
  };
}
const waits = () => new Promise((resolve) => setTimeout(resolve, 150));
const ORDER = 'SELECT id FROM `order` WHERE id = ? FOR UPDATE';
const PARCEL = 'SELECT id FROM fulfilment WHERE id = ? FOR UPDATE';

describe('a recall at the same time as', () => {
  it('a placing that has chosen the batch and not taken it yet: it takes another, or is refused', async () => {
    for (const [second, outcome] of [
      [10, 'done'],
      [0, 'soldOut'],
    ] as const) {
      const product = await goods(10, second);
      let recalled = false;
      const claim = async () => {
        if (!recalled) await recall(product);
        recalled = true;
      };
      const agreed = { prices: new Map(), claim } as never;
      const placing = submitOrder(
        market.app.db,
        await actor('buyer'),
        {
          ...PLAIN_ORDER,
          ...{ unitId: market.world.units.bank.id, fundingSource: 'canteen_budget', paymentWay: 'on_account' },
          ...{ checkoutKey: `race-${product.id}`, agreed },
          lines: [{ productId: product.id, quantity: 4 }],
        },
        now,
      );
      expect(await refusal(placing)).toBe(outcome);
      await handle();
      expect(await market.app.db.lineAllocation.count({ where: { batchId: firstOf(product) } })).toBe(0);
    }
    await market.expectExact();
  });

  it('a placing that has taken the batch and not committed: the recall waits for it, and sees it', async () => {
    const product = await goods(10, 10);
    const taken = await holding('UPDATE batch SET available = available WHERE id = ?', firstOf(product));
    const placing = forBank(product, 4);
    await waits();
    const recalling = recall(product);
    await waits();
    await taken();
    await Promise.all([placing, recalling]);
    await handle();
    expect((await lineOf(await placing)).allocations).toMatchObject([{ batchId: secondOf(product), quantity: 4 }]);
    await market.expectExact();
  });

  it('an approval: what is placed is served from other batches, what is not ends', async () => {
    for (let round = 0; round < 6; round += 1) {
      const product = await goods(10, round % 2 === 0 ? 10 : 0);
      await market.app.db.unitPayer.updateMany({ data: { approvalThresholdFen: 0 } });
      const id = await submitOrder(
        market.app.db,
        await actor('buyer'),
        {
          ...PLAIN_ORDER,
          ...{ unitId: market.world.units.bank.id, fundingSource: 'canteen_budget', paymentWay: 'on_account' },
          ...{ checkoutKey: `approve-${product.id}`, lines: [{ productId: product.id, quantity: 4 }] },
        },
        now,
      );
      await market.app.db.unitPayer.updateMany({ data: { approvalThresholdFen: 100_000_000 } });
      const chief = await actor('approver');
      await recall(product);
      await Promise.all([refusal(approveOrder(market.app.db, chief, id, now)), handle(), handle()]);
      await handle();
      const { state } = await market.app.db.order.findUniqueOrThrow({ where: { id } });
      if (round % 2 === 0) expect(state).toBe('placed');
      else expect(['cancelled', 'completed', 'placed']).toContain(state);
      const left = await market.app.db.lineAllocation.findMany({ where: { batchId: firstOf(product) } });
      if (round % 2 === 0) expect(left).toEqual([]);
    }
    await market.expectExact();
  });

  it('a shipment that has read its batches already: what it sent is told of and can come back', async () => {
    const product = await goods(10, 10);
    const order = await forBank(product, 4);
    const free = await holding(PARCEL, parcel(order));
    const shipping = ship(order);
    await waits();
    const recallId = await recall(product);
    const handling = handle();
    await waits();
    await free();
    await Promise.all([shipping, handling]);
    expect((await lineOf(order)).recallLines).toMatchObject([{ recallId, sentQuantity: 4, swappedQuantity: 0 }]);
    await market.expectExact();
  });

  it('a shipment that comes after it: refused until others have taken the batch’s place', async () => {
    const product = await goods(10, 10);
    const order = await forBank(product, 4);
    await recall(product);
    expect(await refusal(ship(order))).toBe('recalledInParcel');
    await handle();
    await ship(order);
    const sent = await market.app.db.shipmentLine.findMany({ where: { lineId: lineId(order) } });
    expect(sent).toMatchObject([{ batchId: secondOf(product), quantity: 4 }]);
    await market.expectExact();
  });

  it('a receipt, in either order: what was accepted is what can come back', async () => {
    for (const first of ['receipt', 'recall'] as const) {
      const product = await goods(10);
      const order = await forBank(product, 4);
      await ship(order);
      const recallId = await recall(product);
      const free = await holding(ORDER, order.id);
      const works = [() => receive(order), () => handle()];
      if (first === 'recall') works.reverse();
      const [one] = works.map((work) => work);
      const running = [one?.()];
      await waits();
      running.push(works[1]?.());
      await waits();
      await free();
      await Promise.all(running);
      await handle();
      await giveBack(order, recallId, 4);
      expect(await tallied(order)).toEqual([0, 0]);
    }
    await market.expectExact();
  });

  it('returns, refunds and another runner of the same recall: nothing is given back twice', async () => {
    for (let round = 0; round < 3; round += 1) {
      const product = await goods(30, 5);
      const orders = [await forBank(product, 4), await alone(product, 3), await forBank(product, 6)];
      const [sent] = orders as [Placed];
      await ship(sent);
      await receive(sent);
      const recallId = await recall(product);
      await Promise.all([handle(), handle(), handle()]);
      const outcomes = await Promise.all([
        ...Array.from({ length: 4 }, () => refusal(giveBack(sent, recallId, 3))),
        refusal(
          requestRefund(
            market.app.container,
            await actor('buyer'),
            sent.id,
            { lines: [{ lineId: lineId(sent), quantity: 2 }], reason: '测试', photos: [] },
            now,
          ),
        ),
      ]);
      expect(outcomes.slice(0, 4).filter((outcome) => outcome === 'done').length).toBeLessThanOrEqual(1);
      const lines = await market.app.db.recallLine.findMany({ where: { recallId } });
      expect(lines).toHaveLength(3);
    }
    await market.expectExact();
  });

  it('a recall of the batches that take its place: the last stands', async () => {
    const product = await goods(10, 10);
    const order = await forBank(product, 4);
    await recall(product);
    const second = recallBatch(market.app.db, await actor('operator'), secondOf(product), request, now);
    await Promise.all([handle(), second, handle()]);
    await handle();
    const line = await lineOf(order);
    expect(line.refundedQuantity).toBe(4);
    expect(line.fulfilment.state).toBe('cancelled');
    await market.expectExact();
  });
});
