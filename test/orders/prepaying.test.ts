import { randomUUID } from 'node:crypto';
import { createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findActor } from '../../server/accounts/actor.ts';
import { submitOrder } from '../../server/checkout/submit-order.ts';
import { reconcile } from '../../server/cli/reconcile/run-checks.ts';
import type { Unit } from '../../server/db/generated/client.ts';
import { approveOrder } from '../../server/orders/approval/approve-order.ts';
import { joinPool } from '../../server/sourcing/pools/join-pool.ts';
import { openPool } from '../../server/sourcing/pools/open-pool.ts';
import { settlePools } from '../../server/sourcing/pools/settle-pools.ts';
import { type Market, openMarket } from '../quotas/market.ts';
import { personOf } from '../setup/person.ts';
import { untilWaiting } from '../setup/until-waiting.ts';
import { aProduct } from '../world/products.ts';
import { aSupplier } from '../world/suppliers.ts';
import { aUnit } from '../world/units.ts';
import { grant } from '../world/users.ts';

const DAY = '2026-05-06';
const now = new Date(`${DAY}T04:00:00Z`);
let market: Market;
let unit: Unit;

beforeAll(async () => {
  market = await openMarket(DAY);
  unit = await aUnit(market.app.db, {});
  for (const role of ['buyer', 'approver'] as const)
    await grant(market.app.db, market.world.users[role], { role, unit });
});
afterAll(() => market.app.close());

const db = () => market.app.db;
const ofPayer = () => ({ unitId: unit.id, fundingSource: 'canteen_budget' }) as const;

async function actor(who: 'buyer' | 'approver' | 'employee') {
  const found = await findActor(db(), market.world.users[who].id, DAY);
  if (!found) throw new Error(`${who} is nobody`);
  return found;
}

const prepays = (mustPrepay: boolean) =>
  db().unitPayer.updateMany({ where: ofPayer(), data: { mustPrepay, prepaysForOverdue: mustPrepay } });

async function submitted(paymentWay: 'on_account' | 'stripe' = 'on_account'): Promise<number> {
  await db().unitPayer.updateMany({ where: ofPayer(), data: { approvalThresholdFen: 0 } });
  const address = { recipient: '食堂', phone: '13800000000', region: '重庆市 渝中区', address: '测试路 1 号' };
  const lines = [{ productId: market.world.products.tea.id, quantity: 1 }];
  const rest = { channel: 'market', zoneId: null, note: null, expectedTotalFen: null } as const;
  const request = { ...address, ...rest, ...ofPayer(), lines, paymentWay, checkoutKey: randomUUID() };
  return submitOrder(db(), await actor('buyer'), request, now);
}

const stateOf = async (id: number) => (await db().order.findUniqueOrThrow({ where: { id } })).state;

describe('a purchase on account of a payer that must prepay since it was submitted', () => {
  it('is refused at the approval, in words that say what to do, and approved when the payer is free again', async () => {
    const id = await submitted();
    await prepays(true);
    const desk = await personOf(market.app, 'approver');
    const page = await desk.send(await desk.open(`/orders/${id}`), 'form[action$="/approval"]');
    expect(page.status).toBe(422);
    expect(page.text).toContain('付清逾期的对账单');
    expect(await stateOf(id)).toBe('awaiting_approval');
    await prepays(false);
    await approveOrder(db(), await actor('approver'), id, now);
    expect(await stateOf(id)).toBe('placed');
  });

  it('prepaid ones go on', async () => {
    const id = await submitted('stripe');
    await prepays(true);
    await approveOrder(db(), await actor('approver'), id, now);
    expect(await stateOf(id)).toBe('awaiting_payment');
    await prepays(false);
  });

  it('is refused too when that happens while it is being approved', async () => {
    const id = await submitted();
    const who = await actor('approver');
    const holder = await createConnection({ uri: market.app.container.config.databaseUrl });
    await holder.beginTransaction();
    await holder.query('UPDATE unit_payer SET mustPrepay = TRUE WHERE unitId = ?', [unit.id]);
    const approval = approveOrder(db(), who, id, now).then(
      () => 'done',
      (error) => error.code,
    );
    await untilWaiting(holder, 1);
    await holder.commit();
    await holder.end();
    expect(await approval).toBe('mustPrepayNow');
    await prepays(false);
  });
});

describe('a part of a case on account of a payer that must prepay by now', () => {
  it('leaves the case, which is open again for others until it closes', async () => {
    const { categories, places } = market.world;
    await db().unitPayer.updateMany({ where: ofPayer(), data: { approvalThresholdFen: 10_000_000 } });
    const supplier = await aSupplier(db(), { place: places.lianghe, freightFen: 1000 });
    const wish = { supplier, category: categories.tea, priceFen: 10_000, orderMultiple: 12, stock: 100 };
    const eggs = await aProduct(db(), { ...wish, tiers: [[12, 9500]] });
    const place = { contact: '王师傅', phone: '13800000001', region: '重庆市', address: '食堂后门', note: null };
    const code = await openPool(
      db(),
      await actor('employee'),
      { productId: eggs.id, closesOn: '2026-05-10', ...place },
      now,
    );
    const terms = { ...ofPayer(), paymentWay: 'on_account', note: null, expectedTotalFen: null } as const;
    const join = async (quantity: number) =>
      joinPool(db(), await actor('buyer'), code, { ...terms, quantity, checkoutKey: randomUUID() }, now);
    const id = await join(12);
    const poolNow = () => db().pool.findUniqueOrThrow({ where: { code } });
    expect([await stateOf(id), (await poolNow()).state]).toEqual(['awaiting_pool', 'full']);
    await prepays(true);
    await settlePools(db(), now);
    expect(await stateOf(id)).toBe('cancelled');
    expect(await poolNow()).toMatchObject({ state: 'open', takenQuantity: 0, committedQuantity: 0, endedAt: null });
    await prepays(false);
    const again = await join(12);
    await settlePools(db(), now);
    expect([await stateOf(again), (await poolNow()).state]).toEqual(['placed', 'placed']);
    await market.settle();
    expect(await reconcile(market.app.container.config.databaseUrl, (one) => console.log(one))).toBe(0);
  });
});
