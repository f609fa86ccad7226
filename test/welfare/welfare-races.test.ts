import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { reconcile } from '../../server/cli/reconcile/run-checks.ts';
import type { Tx } from '../../server/db/client.ts';
import { choosePackage } from '../../server/welfare/choose-package.ts';
import { giveUnclaimed } from '../../server/welfare/give-unclaimed.ts';
import { beginHandOut, signFor } from '../../server/welfare/hand-out.ts';
import { orderForRun } from '../../server/welfare/order-for-run.ts';
import { returnUnclaimed } from '../../server/welfare/return-unclaimed.ts';
import { codeOf, files, now, type RunWorld, runWorld } from './run-world.ts';

/** How the next orders of a run are cut short: before or after the one of that number (from 1) is placed. */
const death = vi.hoisted(() => ({ at: 0, when: 'before' as 'before' | 'after', placed: 0 }));

vi.mock('../../server/checkout/submit-order.ts', async (original) => {
  const real = await original<typeof import('../../server/checkout/submit-order.ts')>();
  return {
    ...real,
    submitOrder: async (...given: Parameters<typeof real.submitOrder>) => {
      death.placed += 1;
      const dies = death.placed === death.at;
      if (dies && death.when === 'before') throw new Error('the process died');
      const id = await real.submitOrder(...given);
      if (dies) throw new Error('the process died');
      return id;
    },
  };
});

let market: RunWorld;

beforeAll(async () => {
  market = await runWorld();
});
afterEach(() => {
  Object.assign(death, { at: 0, placed: 0 });
});
afterAll(() => market.db.$disconnect());

/** Starts works one after the other while somebody holds a lock, each only when the one before waits for it; then lets go. */
async function whileHeld(lock: (tx: Tx) => Promise<unknown>, works: (() => Promise<unknown>)[]) {
  const started: Promise<string | null>[] = [];
  await market.db.$transaction(
    async (tx) => {
      await lock(tx);
      for (const work of works) {
        started.push(codeOf(work()));
        await waiting(started.length);
      }
    },
    { timeout: 20_000 },
  );
  return Promise.all(started);
}

async function waiting(count: number): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const [row] = await market.db.$queryRaw<{ waits: unknown }[]>`
      SELECT COUNT(*) AS waits FROM information_schema.innodb_trx t
      JOIN information_schema.processlist p ON p.id = t.trx_mysql_thread_id
      WHERE t.trx_state = 'LOCK WAIT' AND p.db = DATABASE()`;
    if (Number(row?.waits) >= count) return;
    await sleep(120);
  }
  throw new Error(`fewer than ${count} wait`);
}

const holdRun = (runId: number) => (tx: Tx) => tx.$queryRaw`SELECT id FROM welfare_run WHERE id = ${runId} FOR UPDATE`;

async function handedOut(people: number) {
  const made = await market.aRun(people);
  await orderForRun(market.db, market.buyer, made.runId, now);
  await market.received(made.runId);
  await beginHandOut(market.db, market.buyer, made.runId, now);
  return made;
}

async function noDifference(): Promise<void> {
  const differences: unknown[] = [];
  await reconcile(market.url, (difference) => differences.push(difference));
  expect(differences).toEqual([]);
}

describe('behind a held lock', () => {
  it('the last two of a scarce package go to the first two that wait', async () => {
    const { db, aRun } = market;
    const { packages, claims } = await aRun(5, 3);
    const scarce = packages[1] ?? 0;
    await choosePackage(db, { token: claims[4]?.token ?? '' }, scarce, now);
    const outcomes = await whileHeld(
      (tx) => tx.$queryRaw`SELECT id FROM welfare_package WHERE id = ${scarce} FOR UPDATE`,
      claims.slice(0, 4).map(
        ({ token }) =>
          () =>
            choosePackage(db, { token }, scarce, now),
      ),
    );
    expect(outcomes.filter((code) => code === null)).toHaveLength(2);
    expect(outcomes.filter((code) => code === 'packageGone')).toHaveLength(2);
    expect(await db.welfareClaim.count({ where: { packageId: scarce } })).toBe(3);
  });

  it('closing twice orders once, and who chooses after it is told', async () => {
    const { db, buyer, aRun } = market;
    const { runId, packages, claims } = await aRun(3);
    const outcomes = await whileHeld(holdRun(runId), [
      () => orderForRun(db, buyer, runId, now),
      () => orderForRun(db, buyer, runId, now),
    ]);
    expect(outcomes).toEqual([null, null]);
    expect(await db.order.count({ where: { checkoutKey: { startsWith: `welfare-${runId}-` } } })).toBe(1);
    expect(await codeOf(choosePackage(db, { token: claims[0]?.token ?? '' }, packages[1] ?? 0, now))).toBe(
      'choosingIsOver',
    );
    const again = await aRun(2);
    const [closed, chose] = await whileHeld(holdRun(again.runId), [
      () => orderForRun(db, buyer, again.runId, now),
      () => choosePackage(db, { token: again.claims[0]?.token ?? '' }, again.packages[1] ?? 0, now),
    ]);
    expect([null, 'choosingIsOver']).toContain(chose);
    expect(closed).toBe(null);
    await noDifference();
  });

  it('of signing, giving away and returning whichever came first stands', async () => {
    const { db, buyer } = market;
    const acts = ({ runId, claims, packages }: Awaited<ReturnType<typeof handedOut>>) => {
      const claimId = claims[0]?.id ?? 0;
      return {
        sign: () => signFor(db, buyer, runId, { claimId, signed: true, proxyName: null }, now),
        give: () =>
          giveUnclaimed(db, buyer, runId, { packageId: packages[0] ?? 0, list: '退休职工', names: ['老王'] }, now),
        back: () => returnUnclaimed({ db, files }, buyer, runId, '无人领取', now),
      };
    };
    for (const [first, second, code] of [
      ['back', 'sign', 'wasReturned'],
      ['give', 'sign', 'wasGiven'],
      ['back', 'give', 'badInput'],
      ['sign', 'give', 'badInput'],
      ['sign', 'back', null],
    ] as const) {
      const made = await handedOut(1);
      const act = acts(made);
      expect(await whileHeld(holdRun(made.runId), [act[first], act[second]]), `${first}, ${second}`).toEqual([
        null,
        code,
      ]);
      const claim = await db.welfareClaim.findFirstOrThrow({ where: { runId: made.runId } });
      const stands = { sign: claim.signedAt, give: claim.givenAt, back: claim.returnedAt };
      expect(Object.entries(stands).flatMap(([name, at]) => (at ? name : []))).toEqual([first]);
      const refunds = await db.welfareOrder.count({ where: { runId: made.runId, refundId: { not: null } } });
      expect(refunds).toBe(first === 'back' ? 1 : 0);
    }
    await noDifference();
  });
});

describe('a process that dies while it orders', () => {
  for (const when of ['before', 'after'] as const)
    it(`${when} the second order is placed: pressed again, only what is missing is made`, async () => {
      const { db, buyer, aRun } = market;
      const { runId, packages, claims } = await aRun(2);
      await choosePackage(db, { token: claims[0]?.token ?? '' }, packages[1] ?? 0, now);
      Object.assign(death, { at: 2, when });
      await expect(orderForRun(db, buyer, runId, now)).rejects.toThrow('died');
      const placed = () => db.order.findMany({ where: { checkoutKey: { startsWith: `welfare-${runId}-` } } });
      const before = await placed();
      expect(before).toHaveLength(when === 'before' ? 1 : 2);
      expect(await market.ordersOf(runId)).toHaveLength(1);
      await orderForRun(db, buyer, runId, now);
      expect(await market.ordersOf(runId)).toHaveLength(2);
      const after = await placed();
      expect(after).toHaveLength(2);
      expect(after.map(({ id }) => id)).toEqual(expect.arrayContaining(before.map(({ id }) => id)));
      await noDifference();
    });
});
