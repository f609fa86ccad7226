import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Actor, findActor } from '../../server/accounts/actor.ts';
import { reconcile } from '../../server/cli/reconcile/run-checks.ts';
import type { PrismaClient } from '../../server/db/client.ts';
import { addPackage } from '../../server/welfare/change-packages.ts';
import { choosePackage } from '../../server/welfare/choose-package.ts';
import { beginHandOut, signFor } from '../../server/welfare/hand-out.ts';
import { openRun } from '../../server/welfare/open-run.ts';
import { orderForRun } from '../../server/welfare/order-for-run.ts';
import { closeRun, returnUnclaimed } from '../../server/welfare/return-unclaimed.ts';
import { readRoster } from '../../server/welfare/roster-sheet.ts';
import { substitutePackage } from '../../server/welfare/substitute-package.ts';
import { aProduct, stockOf } from '../world/products.ts';
import type { World } from '../world/world.ts';
import { codeOf, files, now, type RunWorld, runWorld } from './run-world.ts';

let url: string;
let db: PrismaClient;
let world: World;
let buyer: Actor;
let employee: Actor;
let aRun: RunWorld['aRun'];
let ordersOf: RunWorld['ordersOf'];
let received: RunWorld['received'];

beforeAll(async () => {
  ({ url, db, world, buyer, employee, aRun, ordersOf, received } = await runWorld());
});
afterAll(() => db.$disconnect());

describe('a welfare run', () => {
  it('goes from roster to one order per supplier, signatures and what nobody fetched', async () => {
    const { runId, packages, claims } = await aRun(4);
    const [tea = 0, both = 0] = packages;
    await choosePackage(db, { token: claims[1]?.token ?? '' }, both, now);
    await choosePackage(db, { actor: employee, runId }, tea, now);
    await choosePackage(db, { actor: buyer, runId, claimId: claims[2]?.id }, both, now);
    expect((await orderForRun(db, buyer, runId, now)).length).toBe(2);
    const made = await ordersOf(runId);
    expect(made.flatMap(({ order }) => order.lines.map((line) => [line.productId, line.quantity])).sort()).toEqual(
      [
        [world.products.tea.id, 4],
        [world.products.rice.id, 4],
      ].sort(),
    );
    expect(new Set(made.map(({ order }) => order.fundingSource))).toEqual(new Set(['union_funds']));
    expect(await codeOf(beginHandOut(db, buyer, runId, now))).toBe('notAllReceived');
    await received(runId);
    await beginHandOut(db, buyer, runId, now);
    for (const at of [0, 1, 3])
      await signFor(
        db,
        buyer,
        runId,
        { claimId: claims[at]?.id ?? 0, signed: true, proxyName: at ? '同事' : null },
        now,
      );
    expect(await codeOf(closeRun(db, buyer, runId, now))).toBe('notAllSigned');
    expect(await returnUnclaimed({ db, files }, buyer, runId, '无人领取', now)).toBe(1);
    expect(await returnUnclaimed({ db, files }, buyer, runId, '无人领取', now)).toBe(0);
    const refunds = await db.refund.findMany({
      where: { orderId: { in: made.map(({ orderId }) => orderId) } },
      include: { lines: true },
    });
    expect(refunds.flatMap(({ lines }) => lines.map((line) => line.quantity)).sort()).toEqual([1, 2]);
    expect(
      await codeOf(signFor(db, buyer, runId, { claimId: claims[2]?.id ?? 0, signed: true, proxyName: null }, now)),
    ).toBe('wasReturned');
    await closeRun(db, buyer, runId, now);
    expect((await db.welfareRun.findUniqueOrThrow({ where: { id: runId } })).state).toBe('closed');
    const differences: unknown[] = [];
    await reconcile(url, (difference) => differences.push(difference));
    expect(differences).toEqual([]);
  });

  it('gives the last two of a scarce package to exactly two of many', async () => {
    const { runId, packages, claims } = await aRun(12, 2);
    const results = await Promise.all(
      claims.map(({ token }) => codeOf(choosePackage(db, { token }, packages[1] ?? 0, now))),
    );
    expect(results.filter((code) => code === null)).toHaveLength(2);
    expect(results.filter((code) => code === 'packageGone')).toHaveLength(10);
    expect(await db.welfareClaim.count({ where: { runId, packageId: packages[1] } })).toBe(2);
    expect((await db.welfarePackage.findUniqueOrThrow({ where: { id: packages[1] } })).chosen).toBe(2);
  });

  it('orders once however often and by however many it is pressed, and makes only what is missing', async () => {
    const { runId, packages, claims } = await aRun(2);
    await choosePackage(db, { token: claims[0]?.token ?? '' }, packages[1] ?? 0, now);
    await Promise.all([orderForRun(db, buyer, runId, now), orderForRun(db, buyer, runId, now)]);
    expect(await ordersOf(runId)).toHaveLength(2);
    expect(await db.order.count({ where: { checkoutKey: { startsWith: `welfare-${runId}-` } } })).toBe(2);
    // As a process that died after placing the order and before noting it.
    const [first] = await ordersOf(runId);
    await db.welfareOrder.deleteMany({ where: { orderId: first?.orderId } });
    await orderForRun(db, buyer, runId, now);
    expect((await ordersOf(runId)).map(({ orderId }) => orderId)).toContain(first?.orderId);
    expect(await db.order.count({ where: { checkoutKey: { startsWith: `welfare-${runId}-` } } })).toBe(2);
  });

  it('changes nothing when goods are short, and orders after a substitution', async () => {
    const scarce = await aProduct(db, { stock: 1, priceFen: 1000 });
    const { runId, claims } = await aRun(3, null, false);
    const rare = await addPackage(
      db,
      buyer,
      runId,
      { name: '稀罕', capacity: null, isDefault: false, items: [{ productId: scarce.id, quantity: 1 }] },
      now,
    );
    await openRun(db, buyer, runId, now);
    for (const { token } of claims.slice(0, 2)) await choosePackage(db, { token }, rare, now);
    const refusal = await orderForRun(db, buyer, runId, now).catch((error) => error);
    expect(refusal.faults).toMatchObject([{ code: 'notEnough', packages: ['稀罕'] }]);
    expect((await db.welfareRun.findUniqueOrThrow({ where: { id: runId } })).state).toBe('choosing');
    expect(await db.welfareClaim.count({ where: { runId, packageId: null } })).toBe(1);
    const tea = await db.welfarePackage.findFirstOrThrow({ where: { runId, name: '茶礼' } });
    expect(await substitutePackage(db, buyer, runId, { from: rare, to: tea.id }, now)).toBe(2);
    await orderForRun(db, buyer, runId, now);
    expect(await ordersOf(runId)).toHaveLength(1);
    expect(await stockOf(db, scarce)).toBe(1);
  });

  it('lets only one of signing and returning stand', async () => {
    const { runId, claims } = await aRun(2);
    await orderForRun(db, buyer, runId, now);
    await received(runId);
    await beginHandOut(db, buyer, runId, now);
    const claimId = claims[0]?.id ?? 0;
    const sign = () => codeOf(signFor(db, buyer, runId, { claimId, signed: true, proxyName: null }, now));
    const [signed] = await Promise.all([sign(), returnUnclaimed({ db, files }, buyer, runId, '无人领取', now)]);
    const claim = await db.welfareClaim.findUniqueOrThrow({ where: { id: claimId } });
    expect([claim.signedAt !== null, claim.returnedAt !== null].filter(Boolean)).toHaveLength(1);
    expect(claim.signedAt !== null).toBe(signed === null);
  });

  it('names every fault of a roster by its cell', async () => {
    const { faults } = await readRoster(db, world.units.bank.id, '2026-06-15', [
      ['工号', '姓名', '部门', '电话', '账号'],
      ['A1', '甲', '', 'abc', ''],
      ['a1', '', '', '', 'nobody'],
      ['', '丙', '', '', 'employee'],
    ]);
    expect(faults.map(({ path, code }) => `${path} ${code}`)).toEqual([
      'D2 malformed',
      'B3 required',
      'A3 onRosterTwice',
      'E3 noSuchEmployee',
      'A4 required',
    ]);
  });

  it('is nobody else’s: neither another unit’s buyer nor a stranger’s employee', async () => {
    const { runId, packages } = await aRun(1);
    const other = await findActor(db, world.users.prisonBuyer.id, '2026-06-15');
    if (!other) throw new Error('nobody');
    for (const attempt of [
      () => openRun(db, other, runId, now),
      () => orderForRun(db, other, runId, now),
      () => choosePackage(db, { actor: other, runId }, packages[0] ?? 0, now),
      () => choosePackage(db, { token: 'guessed' }, packages[0] ?? 0, now),
    ])
      expect(await codeOf(attempt())).toBe('notFound');
  });
});
