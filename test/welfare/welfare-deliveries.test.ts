import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reconcile } from '../../server/cli/reconcile/run-checks.ts';
import { changeDeliveries } from '../../server/welfare/change-deliveries.ts';
import { addPackage } from '../../server/welfare/change-packages.ts';
import { choosePackage } from '../../server/welfare/choose-package.ts';
import { giveUnclaimed } from '../../server/welfare/give-unclaimed.ts';
import { beginHandOut, signFor } from '../../server/welfare/hand-out.ts';
import { openRun } from '../../server/welfare/open-run.ts';
import { orderForRun } from '../../server/welfare/order-for-run.ts';
import { previewOrders } from '../../server/welfare/preview-orders.ts';
import { closeRun, returnUnclaimed } from '../../server/welfare/return-unclaimed.ts';
import { findRun } from '../../server/welfare/run-queries.ts';
import { warnOfStock } from '../../server/welfare/warn-of-stock.ts';
import { aProduct } from '../world/products.ts';
import { codeOf, files, now, type RunWorld, runWorld } from './run-world.ts';

let market: RunWorld;

beforeAll(async () => {
  market = await runWorld();
});
afterAll(() => market.db.$disconnect());

async function noDifference(): Promise<void> {
  const differences: unknown[] = [];
  await reconcile(market.url, (difference) => differences.push(difference));
  expect(differences).toEqual([]);
}

const anAddress = (detail: string) =>
  market.db.address.create({
    data: {
      ...{ unitId: market.world.units.bank.id, recipient: '甲部收货人', phone: '023-1', region: '重庆市', detail },
    },
  });

const linesOf = async (runId: number) =>
  (await market.ordersOf(runId)).map(({ addressId, order }) => ({
    addressId,
    address: order.address,
    lines: order.lines.map((line) => [line.productId, line.quantity]),
  }));

describe('where a run’s goods go', () => {
  it('is one order per supplier and address, received, and returned each on its own', async () => {
    const { db, buyer, world, aRun, received } = market;
    const other = await anAddress('甲部大楼');
    const { runId, claims } = await aRun(5);
    await changeDeliveries(
      db,
      buyer,
      runId,
      { addressId: null, departments: [{ department: '甲部', addressId: other.id }] },
      now,
    );
    await orderForRun(db, buyer, runId, now);
    const made = await linesOf(runId);
    expect(made).toEqual([
      { addressId: 0, address: expect.any(String), lines: [[world.products.tea.id, 3]] },
      { addressId: other.id, address: '甲部大楼', lines: [[world.products.tea.id, 2]] },
    ]);
    expect(await codeOf(changeDeliveries(db, buyer, runId, { addressId: other.id, departments: [] }, now))).toBe(
      'alreadyOrdered',
    );
    const [first] = await market.ordersOf(runId);
    await db.welfareOrder.update({ where: { orderId: first?.orderId }, data: { addressId: 999_999 } });
    await received(runId);
    expect(await codeOf(beginHandOut(db, buyer, runId, now))).toBe('notAllReceived');
    await db.welfareOrder.update({ where: { orderId: first?.orderId }, data: { addressId: 0 } });
    await beginHandOut(db, buyer, runId, now);
    for (const at of [0, 2, 3, 4])
      await signFor(db, buyer, runId, { claimId: claims[at]?.id ?? 0, signed: true, proxyName: null }, now);
    expect(await returnUnclaimed({ db, files }, buyer, runId, '无人领取', now)).toBe(1);
    const refunds = await db.welfareOrder.findMany({ where: { runId, refundId: { not: null } } });
    expect(refunds.map(({ addressId }) => addressId)).toEqual([other.id]);
    await noDifference();
  });

  it('refuses a run without an address, and is no other order for a department at the same address', async () => {
    const { db, buyer, aRun } = market;
    const { runId } = await aRun(2);
    const kept = await db.welfareRun.findUniqueOrThrow({ where: { id: runId } });
    await db.welfareRun.update({ where: { id: runId }, data: { address: null, recipient: null } });
    expect(await codeOf(orderForRun(db, buyer, runId, now))).toBe('noRunAddress');
    expect((await db.welfareRun.findUniqueOrThrow({ where: { id: runId } })).state).toBe('choosing');
    const address = await db.address.findFirstOrThrow({ where: { unitId: kept.unitId, detail: kept.address ?? '' } });
    const wanted = { addressId: address.id, departments: [{ department: '甲部', addressId: address.id }] };
    await changeDeliveries(db, buyer, runId, wanted, now);
    await orderForRun(db, buyer, runId, now);
    expect(await linesOf(runId)).toMatchObject([{ addressId: 0, address: kept.address }]);
  });

  it('refuses an address of somebody else', async () => {
    const { db, buyer, world, aRun } = market;
    const { runId } = await aRun(1);
    const { id } = await db.address.create({
      data: { unitId: world.units.outside.id, recipient: '别家', phone: '1', region: '重庆', detail: '别处' },
    });
    expect(await codeOf(changeDeliveries(db, buyer, runId, { addressId: id, departments: [] }, now))).toBe('badInput');
  });
});

describe('goods by the case', () => {
  it('are rounded up, with what is left over noted, and shared stock is counted once', async () => {
    const { db, buyer, aRun } = market;
    const boxed = await aProduct(db, { stock: 12, priceFen: 1000 });
    await db.product.update({ where: { id: boxed.id }, data: { orderMultiple: 6, minQuantity: 6 } });
    const other = await anAddress('乙部大楼');
    const { runId, claims } = await aRun(4, null, false);
    const items = [{ productId: boxed.id, quantity: 1 }];
    const packageId = await addPackage(db, buyer, runId, { name: '整箱', capacity: null, isDefault: true, items }, now);
    const run = await findRun(db, buyer, runId);
    expect(await warnOfStock(db, run.packages, 4, '2026-06-15')).toEqual([]);
    expect(await warnOfStock(db, run.packages, 13, '2026-06-15')).toMatchObject([
      { packageId, code: 'packageShort', values: { needed: 13, available: 12 } },
    ]);
    await openRun(db, buyer, runId, now);
    for (const { token } of claims.slice(0, 2)) await choosePackage(db, { token }, packageId, now);
    // Two have not chosen: the preview counts them with the default package.
    expect(await previewOrders(db, runId, '2026-06-15')).toMatchObject([
      { goods: [{ quantity: 4, ordered: 6, surplus: 2 }], faults: [] },
    ]);
    const departments = [{ department: '甲部', addressId: other.id }];
    await changeDeliveries(db, buyer, runId, { addressId: null, departments }, now);
    await db.product.update({ where: { id: boxed.id }, data: { orderMultiple: 12, minQuantity: 12 } });
    const twice = await previewOrders(db, runId, '2026-06-15');
    expect(twice.map(({ faults }) => faults.map(({ code }) => code))).toEqual([[], ['soldOut']]);
    await db.product.update({ where: { id: boxed.id }, data: { orderMultiple: 6, minQuantity: 6 } });
    await orderForRun(db, buyer, runId, now);
    expect((await linesOf(runId)).map(({ lines }) => lines)).toEqual([[[boxed.id, 6]], [[boxed.id, 6]]]);
    const surplus = await db.welfareSurplus.findMany({ where: { runId } });
    expect(surplus.map(({ quantity }) => quantity)).toEqual([4, 4]);
    await noDifference();
    await db.welfareSurplus.updateMany({ where: { runId }, data: { quantity: 5 } });
    const differences: unknown[] = [];
    await reconcile(market.url, (difference) => differences.push(difference));
    expect(differences).toHaveLength(2);
    await db.welfareSurplus.updateMany({ where: { runId }, data: { quantity: 4 } });
  });
});

describe('what nobody fetched', () => {
  it('goes to people of another list by name, and the rest back', async () => {
    const { db, buyer, aRun, received } = market;
    const { runId, packages, claims } = await aRun(4);
    const [tea = 0] = packages;
    await orderForRun(db, buyer, runId, now);
    await received(runId);
    await beginHandOut(db, buyer, runId, now);
    await signFor(db, buyer, runId, { claimId: claims[0]?.id ?? 0, signed: true, proxyName: null }, now);
    const give = (names: string[]) => giveUnclaimed(db, buyer, runId, { packageId: tea, list: '退休职工', names }, now);
    expect(await codeOf(give(['一', '二', '三', '四']))).toBe('badInput');
    expect(await db.welfareClaim.count({ where: { runId, givenAt: { not: null } } })).toBe(0);
    await give(['老王', '老李']);
    const given = await db.welfareClaim.findMany({ where: { runId, givenAt: { not: null } }, orderBy: { id: 'asc' } });
    expect(given.map(({ givenToName, givenToList }) => `${givenToList} ${givenToName}`)).toEqual([
      '退休职工 老王',
      '退休职工 老李',
    ]);
    const claimId = given[0]?.id ?? 0;
    expect(await codeOf(signFor(db, buyer, runId, { claimId, signed: true, proxyName: null }, now))).toBe('wasGiven');
    await signFor(db, buyer, runId, { claimId, signed: false, proxyName: null }, now);
    await signFor(db, buyer, runId, { claimId, signed: true, proxyName: null }, now);
    expect(await returnUnclaimed({ db, files }, buyer, runId, '无人领取', now)).toBe(1);
    await closeRun(db, buyer, runId, now);
    await noDifference();
  });
});
