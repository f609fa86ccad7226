import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Actor, findActor } from '../../server/accounts/actor.ts';
import { submitOrder } from '../../server/checkout/submit-order.ts';
import { reconcile } from '../../server/cli/reconcile/run-checks.ts';
import type { PrismaClient } from '../../server/db/client.ts';
import { approveOrder } from '../../server/orders/approval/approve-order.ts';
import { cancelOrder } from '../../server/orders/cancel-order.ts';
import { decideRefund } from '../../server/orders/decide-refund.ts';
import { receiveFulfilment } from '../../server/orders/receive-fulfilment.ts';
import { requestRefund } from '../../server/orders/request-refund.ts';
import { shipFulfilment } from '../../server/orders/ship-fulfilment.ts';
import { confirmStatement } from '../../server/payments/confirm-statement.ts';
import { convergePayment } from '../../server/payments/converge-payment.ts';
import { recordTransfer } from '../../server/payments/record-transfer.ts';
import { startPayment } from '../../server/payments/start-payment.ts';
import { handleRecalls } from '../../server/recalls/handle-recalls.ts';
import { recallBatch } from '../../server/recalls/recall-batch.ts';
import { returnRecalled } from '../../server/recalls/return-recalled.ts';
import { dayOf } from '../../server/shared/days.ts';
import { PLAIN_ORDER } from '../bench/plain-order.ts';
import { type Market, openMarket } from '../quotas/market.ts';
import { testDatabase } from '../setup/database.ts';
import { aProduct } from '../world/products.ts';
import { killedEverywhere, type Story } from './killed-everywhere.ts';

const DAY = '2026-06-15';
const now = new Date(`${DAY}T04:00:00Z`);

let url: string;
let market: Market;
let db: PrismaClient;

beforeAll(async () => {
  url = await testDatabase();
  market = await openMarket(DAY, { databaseUrl: url });
  db = market.app.db;
  await db.batch.updateMany({ data: { quantity: 1_000_000, available: 1_000_000 } });
  await db.stockMovement.updateMany({ where: { event: 'produced' }, data: { quantity: 1_000_000 } });
});
afterAll(() => market.app.close());

const actorNamed = async (who: keyof Market['world']['users']): Promise<Actor> => {
  const actor = await findActor(db, market.world.users[who].id, dayOf(now));
  if (!actor) throw new Error(`no ${who}`);
  return actor;
};

async function bought(who: 'employee' | 'buyer', checkoutKey: string = randomUUID()): Promise<number> {
  const { tea, rice } = market.world.products;
  const unit = market.world.units.bank.id;
  const terms =
    who === 'buyer'
      ? ({ unitId: unit, fundingSource: 'canteen_budget', paymentWay: 'on_account' } as const)
      : ({ unitId: unit, fundingSource: 'individual', paymentWay: 'stripe' } as const);
  const lines = [tea, rice].map(({ id }) => ({ productId: id, quantity: 10 }));
  return submitOrder(db, await actorNamed(who), { ...PLAIN_ORDER, ...terms, lines, checkoutKey }, now);
}

const STORIES: Record<string, () => Promise<Story>> = {
  'an employee’s checkout': async () => checkout('employee'),
  'a canteen’s checkout that is placed at once': async () => {
    await threshold(1_000_000_000);
    return checkout('buyer');
  },
  'a checkout that a welfare allowance pays in part': async () => withTenders(0.4),
  'a checkout that a welfare allowance pays wholly': async () => withTenders(1),
  'a refund of what a welfare allowance paid in part': async () => {
    const { id, spent } = await paidWithAllowance();
    const line = await db.orderLine.findFirstOrThrow({ where: { orderId: id } });
    const asked = { lines: [{ lineId: line.id, quantity: 3 }], reason: '多买了', photos: [] };
    const refundId = await requestRefund(market.app.container, await actorNamed('employee'), id, asked, now);
    const supplier = await actorNamed('supplier');
    return {
      act: (of) =>
        decideRefund(of, supplier, refundId, { decision: 'approve', lines: [], freightFen: 0, reason: '' }, now),
      holds: async () => {
        await market.settle();
        const entries = await db.allowanceEntry.findMany({ where: { orderId: id }, orderBy: { id: 'asc' } });
        expect(entries.map(({ fen }) => fen)).toEqual([-spent, spent - Math.floor((spent * 7) / 10)]);
        expect(await db.paymentRefund.count({ where: { payment: { orderId: id } } })).toBe(1);
      },
    };
  },
  'a cancellation of what a welfare allowance paid in part': async () => {
    const { id } = await paidWithAllowance();
    const employee = await actorNamed('employee');
    return {
      act: (of) => cancelOrder(of, employee, id, '不要了', now),
      holds: async () => {
        await market.settle();
        const { _sum } = await db.allowanceEntry.aggregate({ where: { orderId: id }, _sum: { fen: true } });
        expect(_sum.fen).toBe(0);
      },
    };
  },
  'an approval': async () => {
    await threshold(0);
    const id = await bought('buyer');
    const chief = await actorNamed('approver');
    return {
      act: (of) => approveOrder(of, chief, id, now),
      holds: async () => {
        expect(await db.order.findUnique({ where: { id } })).toMatchObject({ state: 'placed' });
        expect(await db.orderDecision.count({ where: { orderId: id } })).toBe(1);
      },
    };
  },
  'a receipt with shortages': async () => {
    const parcel = await shipped();
    const buyer = await actorNamed('buyer');
    const inputs = parcel.lines.map(({ id }) => ({
      lineId: id,
      acceptedQuantity: 8,
      shortQuantity: 1,
      damagedQuantity: 1,
    }));
    return {
      act: (of) => receiveFulfilment(of, buyer, parcel.id, inputs, now),
      holds: async () => {
        expect(await db.fulfilment.findUnique({ where: { id: parcel.id } })).toMatchObject({ state: 'received' });
        expect(await db.receipt.count({ where: { fulfilmentId: parcel.id } })).toBe(1);
      },
    };
  },
  'a refund that is granted': async () => {
    const { id } = await market.buy('employee', {
      lines: [{ productId: market.world.products.tea.id, quantity: 4 }],
      unit: undefined,
    });
    const line = await db.orderLine.findFirstOrThrow({ where: { orderId: id } });
    const asked = { lines: [{ lineId: line.id, quantity: 2 }], reason: '多买了', photos: [] };
    const refundId = await requestRefund(market.app.container, await actorNamed('employee'), id, asked, now);
    const supplier = await actorNamed('supplier');
    return {
      act: (of) =>
        decideRefund(of, supplier, refundId, { decision: 'approve', lines: [], freightFen: 0, reason: '' }, now),
      holds: async () => {
        await market.settle();
        const refunds = await db.paymentRefund.findMany({ where: { payment: { orderId: id } } });
        expect(refunds).toHaveLength(1);
        expect((await db.orderLine.findUniqueOrThrow({ where: { id: line.id } })).refundedQuantity).toBe(2);
      },
    };
  },
  'a payment notice': async () => {
    const orderId = await paidUnheard();
    const payment = await db.payment.findFirstOrThrow({ where: { orderId } });
    const { stripe } = market.app.container;
    return {
      act: (of) => convergePayment(of, stripe, payment.sessionId ?? '', now),
      holds: async () => {
        expect(await db.order.findUnique({ where: { id: orderId } })).toMatchObject({ state: 'placed' });
        expect(await db.payment.count({ where: { orderId, state: 'succeeded' } })).toBe(1);
      },
    };
  },
  'a statement’s confirmation': async () => {
    const statementId = await aStatement();
    const buyer = await actorNamed('buyer');
    return {
      act: (of) => confirmStatement(of, buyer, statementId, null, now),
      holds: async () =>
        expect(await db.statement.findUnique({ where: { id: statementId } })).toMatchObject({
          state: 'buyer_confirmed',
        }),
    };
  },
  'a transfer that pays a statement': async () => {
    const id = await aStatement();
    const { referenceCode, totalFen } = await db.statement.findUniqueOrThrow({ where: { id } });
    const operator = await actorNamed('operator');
    const money = {
      amountFen: Number(totalFen),
      payerName: null,
      payerAccount: '6222',
      paidOn: DAY,
      remark: null,
    } as const;
    const bankReference = `B-${id}`;
    return {
      act: (of) => recordTransfer(of, operator, { ...money, referenceCode, bankReference }, now),
      holds: async () => {
        expect(await db.statement.findUnique({ where: { id } })).toMatchObject({ state: 'paid' });
        const transfers = await db.transfer.findMany({ where: { bankReference }, include: { allocations: true } });
        expect(transfers).toHaveLength(1);
        expect(transfers[0]?.allocations.reduce((sum, { fen }) => sum + Number(fen), 0)).toBe(Number(totalFen));
      },
    };
  },
  // What comes back pays the unit's statements, so these come last.
  'a recall that goes through its orders': async () => {
    await threshold(1_000_000_000);
    const { suppliers, categories } = market.world;
    const stock = [
      { quantity: 9, expiresOn: '2026-09-01' },
      { quantity: 5, expiresOn: '2026-12-01' },
    ];
    const product = await aProduct(db, { supplier: suppliers.lianghe, category: categories.tea, stock });
    const [first, second] = await db.batch.findMany({ where: { productId: product.id }, orderBy: { id: 'asc' } });
    const lines = [{ productId: product.id, quantity: 4 }];
    for (let order = 0; order < 2; order += 1) await market.buy('buyer', { lines, unit: market.world.units.bank });
    const supplier = await actorNamed('supplier');
    const request = { severity: 'class_one', reason: '检出异物', advice: null } as const;
    return {
      act: async (of) => {
        const isCalled = await of.recall.count({ where: { batchId: first?.id ?? 0 } });
        if (isCalled === 0) await recallBatch(of, supplier, first?.id ?? 0, request, now);
        while ((await handleRecalls(of, now)) > 0);
      },
      holds: async () => {
        const batches = await db.batch.findMany({ where: { productId: product.id }, orderBy: { id: 'asc' } });
        expect(batches.map(({ available }) => available)).toEqual([9, 0]);
        const told = await db.recallLine.findMany({
          where: { recall: { batchId: first?.id ?? 0 } },
          orderBy: { id: 'asc' },
        });
        expect(told.map((line) => [line.swappedQuantity, line.givenBackQuantity])).toEqual([
          [4, 0],
          [1, 3],
        ]);
        expect(await db.lineAllocation.count({ where: { batchId: second?.id ?? 0 } })).toBe(2);
      },
    };
  },
  'goods of a recalled batch that come back': async () => {
    await threshold(1_000_000_000);
    const { suppliers, categories } = market.world;
    const product = await aProduct(db, { supplier: suppliers.lianghe, category: categories.tea, stock: 4 });
    const lines = [{ productId: product.id, quantity: 4 }];
    const order = await market.buy('buyer', { lines, unit: market.world.units.bank });
    await market.deliver(order);
    const batch = await db.batch.findFirstOrThrow({ where: { productId: product.id } });
    const request = { severity: 'class_one', reason: '检出异物', advice: null } as const;
    const recallId = await recallBatch(db, await actorNamed('supplier'), batch.id, request, now);
    while ((await handleRecalls(db, now)) > 0);
    const buyer = await actorNamed('buyer');
    return {
      act: async (of) => {
        const { returnedQuantity } = await of.recallLine.findFirstOrThrow({ where: { recallId } });
        if (returnedQuantity === 0) await returnRecalled(of, buyer, { recallId, orderId: order.id, quantity: 3 }, now);
      },
      holds: async () => {
        expect(await db.recallLine.findFirst({ where: { recallId } })).toMatchObject({ returnedQuantity: 3 });
        expect(await db.recallRefund.count({ where: { recallLine: { recallId } } })).toBe(1);
      },
    };
  },
};

/** So much that every try finds enough. */
async function rich(): Promise<void> {
  const { employee } = market.world.users;
  const unitId = market.world.units.bank.id;
  const ofYear = { unitId, userId: employee.id, year: 2026 };
  if ((await db.welfareAllowance.count({ where: ofYear })) > 0) return;
  await db.welfareAllowance.create({ data: { ...ofYear, amountFen: 2_000_000_000 } });
}

async function withTenders(share: number): Promise<Story> {
  await rich();
  const checkoutKey = randomUUID();
  const { tea } = market.world.products;
  const buyer = await actorNamed('employee');
  const terms = { unitId: market.world.units.bank.id, fundingSource: 'individual', paymentWay: 'stripe' } as const;
  const lines = [{ productId: tea.id, quantity: 10 }];
  const tenders = { allowanceFen: Math.floor(128_000 * share), pointsFen: 0 };
  return {
    act: (of) => submitOrder(of, buyer, { ...PLAIN_ORDER, ...terms, lines, checkoutKey, tenders }, now),
    holds: async () => {
      const orders = await db.order.findMany({ where: { checkoutKey }, include: { allowanceUses: true } });
      expect(orders.map(({ state }) => state)).toEqual([share === 1 ? 'placed' : 'awaiting_payment']);
      expect(orders[0]?.allowanceUses.map(({ fen }) => fen)).toEqual([-tenders.allowanceFen]);
    },
  };
}

/** 1,280 yuan of tea, of which the allowance pays 401.23. */
async function paidWithAllowance(): Promise<{ id: number; spent: number }> {
  await rich();
  const spent = 40_123;
  const terms = { unitId: market.world.units.bank.id, fundingSource: 'individual', paymentWay: 'stripe' } as const;
  const lines = [{ productId: market.world.products.tea.id, quantity: 10 }];
  const tenders = { allowanceFen: spent, pointsFen: 0 };
  const request = { ...PLAIN_ORDER, ...terms, lines, checkoutKey: randomUUID(), tenders };
  const id = await submitOrder(db, await actorNamed('employee'), request, now);
  const url = await startPayment(market.app.container, id, now);
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ outcome: 'succeed' }),
  });
  expect(answer.status).toBe(200);
  return { id, spent };
}

async function threshold(fen: number): Promise<void> {
  await db.unitPayer.updateMany({
    data: { approvalThresholdFen: fen, creditLimitFen: 10n ** 13n, bankAccount: '6222' },
  });
}

async function checkout(who: 'employee' | 'buyer'): Promise<Story> {
  const checkoutKey = randomUUID();
  const { tea, rice } = market.world.products;
  const unit = market.world.units.bank.id;
  const buyer = await actorNamed(who);
  const terms =
    who === 'buyer'
      ? ({ unitId: unit, fundingSource: 'canteen_budget', paymentWay: 'on_account' } as const)
      : ({ unitId: unit, fundingSource: 'individual', paymentWay: 'stripe' } as const);
  const lines = [tea, rice].map(({ id }) => ({ productId: id, quantity: 10 }));
  return {
    act: (of) => submitOrder(of, buyer, { ...PLAIN_ORDER, ...terms, lines, checkoutKey }, now),
    holds: async () => {
      const orders = await db.order.findMany({ where: { checkoutKey }, include: { lines: true } });
      expect(orders.map(({ lines }) => lines.length)).toEqual([2]);
      expect(orders[0]?.state).toBe(who === 'buyer' ? 'placed' : 'awaiting_payment');
    },
  };
}

async function shipped() {
  await threshold(1_000_000_000);
  const orderId = await bought('buyer');
  const parcel = await db.fulfilment.findFirstOrThrow({
    where: { orderId, supplierId: market.world.suppliers.lianghe.id },
    include: { lines: true },
  });
  const sent = { lines: [], carrier: '邮政', trackingNumber: `K${parcel.id}`, temperatureDeci: 40 };
  await shipFulfilment(db, await actorNamed('supplier'), parcel.id, sent, now);
  return parcel;
}

/** A statement of its own, since each month's belongs to one payer and supplier: everything before is closed. */
async function aStatement(): Promise<number> {
  const parcel = await shipped();
  const inputs = parcel.lines.map(({ id }) => ({
    lineId: id,
    acceptedQuantity: 10,
    shortQuantity: 0,
    damagedQuantity: 0,
  }));
  await receiveFulfilment(db, await actorNamed('buyer'), parcel.id, inputs, now);
  await market.settle();
  const statement = await db.statement.findFirstOrThrow({
    where: { lines: { some: { orderId: parcel.orderId } } },
    orderBy: { id: 'desc' },
  });
  return statement.id;
}

/** Paid at the payment page, whose notice has not reached the market. */
async function paidUnheard(): Promise<number> {
  const { id, payment } = await unpaid();
  const answer = await fetch(payment, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ outcome: 'succeed', delaySeconds: 3600 }),
  });
  expect(answer.status).toBe(200);
  return id;
}

async function unpaid(): Promise<{ id: number; payment: string }> {
  const id = await bought('employee');
  return { id, payment: await startPayment(market.app.container, id, now) };
}

describe.each(Object.entries(STORIES))('%s', (name, prepare) => {
  it('is whole or not at all wherever its process is killed, and can be done again', async () => {
    const before = await killedEverywhere({ url, container: market.app.container }, prepare, 'before');
    const after = await killedEverywhere({ url, container: market.app.container }, prepare, 'after commit');
    console.log(`${name}: killed before each of ${before} statements and after each of ${after} commits`);
    expect(before).toBeGreaterThan(2);
    expect(await reconcile(url, (difference) => console.log(difference))).toBe(0);
  }, 240_000);
});
