import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findActor } from '../../server/accounts/actor.ts';
import { reconcile } from '../../server/cli/reconcile/run-checks.ts';
import type { Programme, Statement, Unit } from '../../server/db/generated/client.ts';
import { decideRefund } from '../../server/orders/decide-refund.ts';
import { requestRefund } from '../../server/orders/request-refund.ts';
import { confirmStatement } from '../../server/payments/confirm-statement.ts';
import { gatherParcel } from '../../server/payments/gather-parcel.ts';
import { markOverdue } from '../../server/payments/overdue.ts';
import { matchTransfer, recordTransfer } from '../../server/payments/record-transfer.ts';
import { type Market, openMarket, type Person, type Placed } from '../quotas/market.ts';
import { aProgramme } from '../world/programmes.ts';
import { aGroup, aUnit, payerOf } from '../world/units.ts';
import { grant } from '../world/users.ts';

let today = '2026-05-06';
let market: Market;

beforeAll(async () => {
  market = await openMarket(today);
});
afterAll(() => market.app.close());

function turnTo(day: string): void {
  today = day;
  market.turnTo(day);
}

const now = () => new Date(`${today}T04:00:00Z`);
const db = () => market.app.db;
const TEA = 12_800;

async function actor(who: Person) {
  const found = await findActor(db(), typeof who === 'string' ? market.world.users[who].id : who.id, today);
  if (!found) throw new Error(`${who} is nobody`);
  return found;
}

interface Case {
  unit: Unit;
  programme: Programme;
}

/** A new unit for which `buyer` buys and `approver` answers, alone in a programme that counts by payment. */
async function aPayingUnit(creditFen?: number): Promise<Case> {
  const unit = await aUnit(db(), creditFen === undefined ? {} : { payers: { creditFen } });
  for (const role of ['buyer', 'approver'] as const) await grant(db(), market.world.users[role], { role, unit });
  const group = await aGroup(db(), { lead: unit });
  const { xiushan } = market.world.places;
  const programme = await aProgramme(db(), { year: 2026, group, assistedPlace: xiushan, countOnAccountBy: 'payment' });
  return { unit, programme };
}

const buyTea = (unit: Unit, quantity: number) =>
  market.buy('buyer', { lines: [{ productId: market.world.products.tea.id, quantity }], unit });

/** Bought, received and on its statement. */
async function received(unit: Unit, quantity: number): Promise<Placed> {
  const order = await buyTea(unit, quantity);
  await market.deliver(order);
  await market.settle();
  return order;
}

async function statementOf(unit: Unit, month = `${today.slice(0, 7)}-01`): Promise<Statement> {
  return db().statement.findFirstOrThrow({ where: { unitId: unit.id, startsOn: new Date(month) } });
}

let bankLine = 0;
async function transfer(statement: Statement | string, amountFen: number, who: Person = 'operator'): Promise<number> {
  bankLine += 1;
  const bankReference = `TEST-${bankLine}`;
  const referenceCode = typeof statement === 'string' ? statement : statement.referenceCode;
  return recordTransfer(
    db(),
    await actor(who),
    {
      ...{ referenceCode, amountFen, payerAccount: '6222000000000000000', payerName: null, remark: null },
      ...{ bankReference, paidOn: today },
    },
    now(),
  );
}

async function refund(order: Placed, quantity: number): Promise<void> {
  const lineId = order.fulfilments[0]?.lines[0]?.id ?? 0;
  const asked = { lines: [{ lineId, quantity }], reason: '有破损（测试）', photos: [] };
  const id = await requestRefund(market.app.container, await actor('buyer'), order.id, asked, now());
  const grantAll = { decision: 'approve' as const, lines: [], freightFen: 0, reason: '' };
  await decideRefund(db(), await actor('supplier'), id, grantAll, now());
  await market.settle();
}

async function sums({ programme }: Case): Promise<{ placed: number; counted: number }> {
  const entries = await db().tallyEntry.findMany({ where: { programmeId: programme.id } });
  const of = (event: string) => entries.filter((one) => one.event === event).reduce((sum, one) => sum + one.fen, 0);
  return { placed: of('placed'), counted: of('counted') };
}

const restOf = async (transferId: number) => {
  const found = await db().transfer.findUniqueOrThrow({ where: { id: transferId }, include: { allocations: true } });
  return Number(found.amountFen) - found.allocations.reduce((sum, { fen }) => sum + fen, 0);
};

const confirm = async (who: Person, statement: Statement, seenFen: number | null = null) =>
  confirmStatement(db(), await actor(who), statement.id, seenFen, now());

async function expectExact(): Promise<void> {
  await market.settle();
  const found: string[] = [];
  await reconcile(market.app.container.config.databaseUrl, (one) =>
    found.push(`${one.what}: expected ${one.expected}, found ${one.found}`),
  );
  expect(found).toEqual([]);
}

describe('a statement', () => {
  it('gathers what was accepted and its freight, once, however often the job runs', async () => {
    const { unit } = await aPayingUnit();
    const order = await received(unit, 1);
    const again = await received(unit, 2);
    for (const { id } of [...order.fulfilments, ...again.fulfilments])
      await Promise.all([gatherParcel(db(), id), gatherParcel(db(), id)]);
    const statement = await statementOf(unit);
    const lines = await db().statementLine.findMany({ where: { statementId: statement.id }, orderBy: { id: 'asc' } });
    expect(lines.map(({ fen }) => fen)).toEqual([TEA, 1200, 2 * TEA]);
    expect(statement).toMatchObject({ state: 'open', totalFen: BigInt(3 * TEA + 1200) });
    expect(statement.referenceCode).toMatch(/^DZ202605\d{6}$/);
    expect(statement.dueOn?.toISOString()).toContain('2026-06-05');
    await expectExact();
  });

  it('is one for two parcels that are received at once', async () => {
    const { unit } = await aPayingUnit();
    const orders = [await buyTea(unit, 2), await buyTea(unit, 2), await buyTea(unit, 2)];
    for (const order of orders) await market.deliver(order);
    await Promise.all(orders.flatMap(({ fulfilments }) => fulfilments.map(({ id }) => gatherParcel(db(), id))));
    expect(await db().statement.count({ where: { unitId: unit.id } })).toBe(1);
    expect((await statementOf(unit)).totalFen).toBe(BigInt(6 * TEA));
    await expectExact();
  });

  it('takes up no more once it was confirmed: what comes later stands on the next', async () => {
    const { unit } = await aPayingUnit();
    await received(unit, 2);
    const statement = await statementOf(unit);
    await expect(confirm('buyer', statement, 1)).rejects.toThrow('statementChanged');
    await confirm('buyer', statement, 2 * TEA);
    await expect(confirm('buyer', statement)).rejects.toThrow('wrongStatementState');
    await received(unit, 3);
    expect((await statementOf(unit)).totalFen).toBe(BigInt(2 * TEA));
    expect((await statementOf(unit, '2026-06-01')).totalFen).toBe(BigInt(3 * TEA));
    await confirm('supplier', statement);
    expect((await statementOf(unit)).state).toBe('confirmed');
    await expect(confirm('outsider', statement)).rejects.toThrow('notFound');
    await expectExact();
  });
});

describe('a programme that counts by payment', () => {
  it('counts a line exactly when it is wholly paid, the oldest first', async () => {
    const one = await aPayingUnit();
    await received(one.unit, 2);
    await received(one.unit, 3);
    const statement = await statementOf(one.unit);
    expect(await sums(one)).toEqual({ placed: 5 * TEA, counted: 0 });
    await transfer(statement, 2 * TEA - 1);
    expect((await sums(one)).counted).toBe(0);
    await expectExact();
    await transfer(statement, 1);
    expect((await sums(one)).counted).toBe(2 * TEA);
    expect((await statementOf(one.unit)).state).toBe('open');
    await transfer(statement, 3 * TEA);
    expect(await sums(one)).toEqual({ placed: 5 * TEA, counted: 5 * TEA });
    expect((await statementOf(one.unit)).state).toBe('paid');
    await expectExact();
  });

  it('leaves what is too much with the transfer, which then pays the next statement of the two', async () => {
    const one = await aPayingUnit();
    await received(one.unit, 2);
    const id = await transfer(await statementOf(one.unit), 5 * TEA);
    expect(await restOf(id)).toBe(3 * TEA);
    await received(one.unit, 2);
    const next = await statementOf(one.unit, '2026-06-01');
    await matchTransfer(db(), await actor('operator'), id, next.referenceCode, now());
    expect(await restOf(id)).toBe(TEA);
    expect((await sums(one)).counted).toBe(4 * TEA);
    const other = await aPayingUnit();
    await received(other.unit, 2);
    const { referenceCode } = await statementOf(other.unit);
    await expect(matchTransfer(db(), await actor('operator'), id, referenceCode, now())).rejects.toThrow(
      'othersStatement',
    );
    await expectExact();
  });

  it('takes back what is refunded after payment, and the refund pays the next statement', async () => {
    const one = await aPayingUnit();
    const order = await received(one.unit, 4);
    await transfer(await statementOf(one.unit), 4 * TEA);
    await refund(order, 1);
    expect(await sums(one)).toEqual({ placed: 3 * TEA, counted: 3 * TEA });
    await received(one.unit, 2);
    const next = await statementOf(one.unit, '2026-06-01');
    expect(next.totalFen).toBe(BigInt(TEA));
    await transfer(next, TEA);
    expect(await sums(one)).toEqual({ placed: 5 * TEA, counted: 5 * TEA });
    expect((await statementOf(one.unit, '2026-06-01')).state).toBe('paid');
    await expectExact();
  });

  it('counts what is left when a line was refunded before it is paid', async () => {
    const one = await aPayingUnit();
    const order = await received(one.unit, 4);
    await refund(order, 1);
    const statement = await statementOf(one.unit);
    await transfer(statement, 3 * TEA);
    expect(await sums(one)).toEqual({ placed: 3 * TEA, counted: 3 * TEA });
    expect((await statementOf(one.unit)).state).toBe('paid');
    await expectExact();
  });

  it('needs no transfer for what was given back wholly: confirming settles it', async () => {
    const one = await aPayingUnit();
    await refund(await received(one.unit, 2), 2);
    const statement = await statementOf(one.unit);
    expect(statement.totalFen).toBe(0n);
    await confirm('approver', statement);
    await confirm('supplier', statement);
    expect((await statementOf(one.unit)).state).toBe('paid');
    expect(await sums(one)).toEqual({ placed: 0, counted: 0 });
    await expectExact();
  });
});

describe('a transfer', () => {
  it('is refused when the bank told of it before, and kept when nobody knows its code', async () => {
    const one = await aPayingUnit();
    await received(one.unit, 2);
    const statement = await statementOf(one.unit);
    await transfer(statement, TEA);
    bankLine -= 1;
    await expect(transfer(statement, TEA)).rejects.toThrow('transferKnown');
    const id = await transfer('DZ000000000000', 2 * TEA);
    expect((await db().transfer.findUniqueOrThrow({ where: { id } })).state).toBe('unmatched');
    await matchTransfer(db(), await actor('operator'), id, statement.referenceCode, now());
    expect((await sums(one)).counted).toBe(2 * TEA);
    expect(await restOf(id)).toBe(TEA);
    await expectExact();
  });

  it('of the payer is only declared, and pays when the bank has it', async () => {
    const one = await aPayingUnit();
    await received(one.unit, 2);
    const statement = await statementOf(one.unit);
    const declared = await transfer(statement, 2 * TEA, 'buyer');
    expect((await sums(one)).counted).toBe(0);
    await expect(matchTransfer(db(), await actor('buyer'), declared, statement.referenceCode, now())).rejects.toThrow();
    expect(await transfer(statement, 2 * TEA)).toBe(declared);
    expect((await sums(one)).counted).toBe(2 * TEA);
    await expect(transfer(statement, 1, 'outsider')).rejects.toThrow('noSuchReference');
    await expectExact();
  });

  it('races with others: all of it is paid once, the rest is left', async () => {
    const one = await aPayingUnit();
    await received(one.unit, 2);
    await received(one.unit, 2);
    const statement = await statementOf(one.unit);
    const ids = await Promise.all(Array.from({ length: 6 }, () => transfer(statement, TEA)));
    expect((await Promise.all(ids.map(restOf))).reduce((sum, fen) => sum + fen, 0)).toBe(2 * TEA);
    expect(await sums(one)).toEqual({ placed: 4 * TEA, counted: 4 * TEA });
    await expectExact();
  });

  it('races with a refund and a delivery: counted is what stands in every order of them', async () => {
    for (let round = 0; round < 4; round += 1) {
      const one = await aPayingUnit();
      const order = await received(one.unit, 3);
      const statement = await statementOf(one.unit);
      await Promise.all([transfer(statement, 3 * TEA), refund(order, 1), received(one.unit, 2)]);
      const { counted, placed } = await sums(one);
      expect(placed).toBe(4 * TEA);
      expect([2 * TEA, 3 * TEA, 4 * TEA]).toContain(counted);
      await expectExact();
    }
  });
});

describe('an overdue statement', () => {
  it('lets its payer prepay until it is paid; who prepays by agreement goes on', async () => {
    turnTo('2026-05-06');
    const one = await aPayingUnit();
    await received(one.unit, 2);
    const statement = await statementOf(one.unit);
    turnTo('2026-06-05');
    await markOverdue(db(), now());
    expect((await payerOf(db(), one.unit, 'canteen_budget')).mustPrepay).toBe(false);
    turnTo('2026-06-06');
    await markOverdue(db(), now());
    await markOverdue(db(), now());
    expect(await payerOf(db(), one.unit, 'canteen_budget')).toMatchObject({
      mustPrepay: true,
      prepaysForOverdue: true,
    });
    await transfer(statement, 2 * TEA);
    expect((await payerOf(db(), one.unit, 'canteen_budget')).mustPrepay).toBe(false);
    await expectExact();
  });
});

describe('the credit limit', () => {
  it('refuses the order that goes above it, and of two at once one', async () => {
    const { unit } = await aPayingUnit(5 * TEA);
    await received(unit, 2);
    await buyTea(unit, 2);
    await expect(buyTea(unit, 2)).rejects.toThrow('overCredit');
    const outcomes = await Promise.allSettled([1, 2, 3].map(() => buyTea(unit, 1).then(() => 'bought')));
    // 128 yuan are left, but with the freight of 12 a single one does not fit.
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(0);
    await transfer(await statementOf(unit), 2 * TEA);
    const after = await Promise.allSettled([1, 2, 3].map(() => buyTea(unit, 2)));
    expect(after.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await expectExact();
  });

  it('holds for orders at once that share no stock', async () => {
    const limit = 4 * TEA;
    const { unit } = await aPayingUnit(limit);
    const { tea, rice, wulongTea } = market.world.products;
    const wishes = [tea, rice, wulongTea, tea, rice, wulongTea].map(({ id }) => ({ productId: id, quantity: 2 }));
    await Promise.allSettled(wishes.map((wish) => market.buy('buyer', { lines: [wish], unit })));
    const { _sum, _count } = await db().order.aggregate({
      where: { unitId: unit.id },
      _sum: { totalFen: true },
      _count: true,
    });
    expect(_count).toBeGreaterThan(0);
    expect(_sum.totalFen ?? 0).toBeLessThanOrEqual(limit);
  });
});
