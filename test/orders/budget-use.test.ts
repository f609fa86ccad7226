import { createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findActor } from '../../server/accounts/actor.ts';
import { submitOrder } from '../../server/checkout/submit-order.ts';
import { inTransaction } from '../../server/db/in-transaction.ts';
import { budgetsOf } from '../../server/orders/approval/budget-queries.ts';
import { keepWithinBudget } from '../../server/orders/approval/keep-within-budget.ts';
import { decideRefund } from '../../server/orders/decide-refund.ts';
import { requestRefund } from '../../server/orders/request-refund.ts';
import { dayOf } from '../../server/shared/days.ts';
import { type Market, openMarket, type Placed } from '../quotas/market.ts';
import { untilWaiting } from '../setup/until-waiting.ts';
import { aUnit } from '../world/units.ts';
import { grant } from '../world/users.ts';

const TEA = 12_800;
const now = new Date('2026-05-06T04:00:00Z');
const day = dayOf(now);
let market: Market;

beforeAll(async () => {
  market = await openMarket('2026-05-06');
});
afterAll(() => market.app.close());

const db = () => market.app.db;

async function actor(who: 'buyer' | 'supplier') {
  const found = await findActor(db(), market.world.users[who].id, day);
  if (!found) throw new Error(`${who} is nobody`);
  return found;
}

async function aUnitWith(budgetFen: number) {
  const unit = await aUnit(db(), {});
  await grant(db(), market.world.users.buyer, { role: 'buyer', unit });
  const funding = { unitId: unit.id, fundingSource: 'canteen_budget' } as const;
  await db().unitPayer.updateMany({ where: funding, data: { overBudget: 'refuses' } });
  await db().unitBudget.create({ data: { ...funding, year: 2026, amountFen: budgetFen } });
  return unit;
}

const tea = (quantity: number) => [{ productId: market.world.products.tea.id, quantity }];
const usedOf = async (unit: { id: number }) => (await budgetsOf(db(), [unit.id], day))[0]?.usedFen;
const totalOf = async ({ id }: Placed) => (await db().order.findUniqueOrThrow({ where: { id } })).totalFen;

async function refund(order: Placed, quantity: number): Promise<void> {
  const lineId = order.fulfilments[0]?.lines[0]?.id ?? 0;
  const asked = { lines: [{ lineId, quantity }], reason: '有破损（测试）', photos: [] };
  const id = await requestRefund(market.app.container, await actor('buyer'), order.id, asked, now);
  const all = { decision: 'approve' as const, lines: [], freightFen: 0, reason: '' };
  await decideRefund(db(), await actor('supplier'), id, all, now);
}

describe('the year’s budget', () => {
  it('has back what did not come and what was given back, and of a cancelled purchase everything', async () => {
    const unit = await aUnitWith(100 * TEA);
    const order = await market.buy('buyer', { lines: tea(10), unit });
    const total = await totalOf(order);
    expect(await usedOf(unit)).toBe(total);
    await market.deliver(order, 6);
    expect(await usedOf(unit)).toBe(total - 4 * TEA);
    await refund(order, 2);
    expect(await usedOf(unit)).toBe(total - 6 * TEA);
    const other = await market.buy('buyer', { lines: tea(3), unit });
    expect(await usedOf(unit)).toBe(total - 6 * TEA + (await totalOf(other)));
    await market.cancel(other);
    expect(await usedOf(unit)).toBe(total - 6 * TEA);
    const used = (await usedOf(unit)) ?? 0;
    const left = (fen: number) =>
      inTransaction(db(), (tx) =>
        keepWithinBudget(tx, { unitId: unit.id, fundingSource: 'canteen_budget', totalFen: fen }, 'submission', now),
      );
    await left(100 * TEA - used);
    await expect(left(100 * TEA - used + 1)).rejects.toMatchObject({ code: 'overBudget' });
  });

  it('lets one purchase through of two at once that what came back covers once', async () => {
    const unit = await aUnitWith(100 * TEA);
    const order = await market.buy('buyer', { lines: tea(10), unit });
    await market.deliver(order, 6);
    const next = await market.buy('buyer', { lines: tea(3), unit });
    const each = await totalOf(next);
    await market.cancel(next);
    const amountFen = ((await usedOf(unit)) ?? 0) + 2 * each - 1;
    await db().unitBudget.updateMany({ where: { unitId: unit.id }, data: { amountFen } });
    const payer = await db().unitPayer.findFirstOrThrow({
      where: { unitId: unit.id, fundingSource: 'canteen_budget' },
    });
    const who = await actor('buyer');
    const address = { recipient: '食堂', phone: '13800000000', region: '重庆市 渝中区', address: '测试路 1 号' };
    const submits = () =>
      submitOrder(
        db(),
        who,
        {
          ...{ ...address, lines: tea(3), unitId: unit.id, fundingSource: 'canteen_budget', paymentWay: 'on_account' },
          ...{ channel: 'market', zoneId: null, note: null, expectedTotalFen: null, checkoutKey: crypto.randomUUID() },
        },
        now,
      );
    const holder = await createConnection({ uri: market.app.container.config.databaseUrl });
    await holder.beginTransaction();
    await holder.query('SELECT id FROM unit_payer WHERE id = ? FOR UPDATE', [payer.id]);
    const both = Promise.allSettled([submits(), submits()]);
    await untilWaiting(holder, 2);
    await holder.commit();
    await holder.end();
    const results = await both;
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });
});
