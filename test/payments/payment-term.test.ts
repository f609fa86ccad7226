import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findActor } from '../../server/accounts/actor.ts';
import { reconcile } from '../../server/cli/reconcile/run-checks.ts';
import type { Unit } from '../../server/db/generated/client.ts';
import { askExtension } from '../../server/payments/ask-extension.ts';
import { decideExtension } from '../../server/payments/decide-extension.ts';
import { type Market, openMarket } from '../quotas/market.ts';
import { aUnit } from '../world/units.ts';
import { grant } from '../world/users.ts';

let today = '2026-06-01';
let market: Market;

beforeAll(async () => {
  market = await openMarket(today);
});
afterAll(() => market.app.close());

const db = () => market.app.db;
const now = () => new Date(`${today}T04:00:00Z`);

function turnTo(day: string): void {
  today = day;
  market.turnTo(day);
}

async function actor(who: 'buyer' | 'supplier') {
  const found = await findActor(db(), market.world.users[who].id, today);
  if (!found) throw new Error(`${who} is nobody`);
  return found;
}

async function payerWith(termDays: number): Promise<Unit> {
  const unit = await aUnit(db(), {});
  for (const role of ['buyer', 'approver'] as const) await grant(db(), market.world.users[role], { role, unit });
  await db().unitPayer.updateMany({ where: { unitId: unit.id }, data: { termDays } });
  return unit;
}

async function received(unit: Unit, ...days: string[]): Promise<void> {
  for (const day of days) {
    turnTo(day);
    const lines = [{ productId: market.world.products.tea.id, quantity: 1 }];
    await market.deliver(await market.buy('buyer', { lines, unit }));
    await market.settle();
  }
}

const statementOf = (unit: Unit) => db().statement.findFirstOrThrow({ where: { unitId: unit.id } });
const dueOf = async (unit: Unit) => (await statementOf(unit)).dueOn?.toISOString().slice(0, 10);

describe('the term of payment', () => {
  it('runs from the last delivery of the month, and of no line beyond 60 days from its own', async () => {
    const agreed = await payerWith(60);
    await received(agreed, '2026-06-01', '2026-06-30');
    expect(await dueOf(agreed)).toBe('2026-07-31');
    const usual = await payerWith(30);
    await received(usual, '2026-06-10', '2026-06-30');
    expect(await dueOf(usual)).toBe('2026-07-30');
  });

  it('is extended to 60 days from the earliest delivery at most', async () => {
    const unit = await payerWith(30);
    await received(unit, '2026-06-05', '2026-06-20');
    const { id } = await statementOf(unit);
    const ask = async (untilOn: string) =>
      askExtension(db(), await actor('buyer'), id, { untilOn, reason: '预算未下达' }, now());
    await expect(ask('2026-08-05')).rejects.toMatchObject({
      faults: [{ code: 'extensionDay', values: { after: '2026-07-20', latest: '2026-08-04' } }],
    });
    await ask('2026-08-04');
    await decideExtension(db(), await actor('supplier'), id, { decision: 'grant', answer: '' }, now());
    expect(await dueOf(unit)).toBe('2026-08-04');
    await received(unit, '2026-06-30');
    expect(await dueOf(unit)).toBe('2026-08-04');
  });

  it('is proved by reconciling', async () => {
    const found: string[] = [];
    const prove = () => reconcile(market.app.container.config.databaseUrl, ({ what }) => found.push(what));
    expect(await prove()).toBe(0);
    const { id } = await db().statement.findFirstOrThrow();
    await db().statement.update({ where: { id }, data: { dueOn: new Date('2026-08-29') } });
    await prove();
    expect(found).toEqual([`dueOn of statement ${id}`]);
  });
});
