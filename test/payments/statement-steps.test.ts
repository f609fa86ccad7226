import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findActor } from '../../server/accounts/actor.ts';
import { reconcile } from '../../server/cli/reconcile/run-checks.ts';
import type { Statement, Unit } from '../../server/db/generated/client.ts';
import { remindDueStatements } from '../../server/notifications/remind-due-statements.ts';
import { decideRefund } from '../../server/orders/decide-refund.ts';
import { requestRefund } from '../../server/orders/request-refund.ts';
import { askExtension } from '../../server/payments/ask-extension.ts';
import { confirmStatement } from '../../server/payments/confirm-statement.ts';
import { decideExtension } from '../../server/payments/decide-extension.ts';
import { importTransfers } from '../../server/payments/import-transfers.ts';
import { recordRed } from '../../server/payments/invoices/record-red.ts';
import { invoicingOfStatement } from '../../server/payments/invoices/statement-invoicing.ts';
import { markOverdue } from '../../server/payments/overdue.ts';
import { recordInvoice } from '../../server/payments/record-invoice.ts';
import { matchTransfer, recordTransfer } from '../../server/payments/record-transfer.ts';
import { decideReturn, proposeReturn } from '../../server/payments/return-transfer.ts';
import { creditCodeCheck } from '../../server/shared/credit-code.ts';
import { type Market, openMarket, type Person, type Placed } from '../quotas/market.ts';
import { aUnit, payerOf } from '../world/units.ts';
import { aUser, grant } from '../world/users.ts';

const TEA = 12_800;
const TAX_NUMBER = `1250000000000000X${creditCodeCheck('1250000000000000X')}`;
let today = '2026-05-06';
let market: Market;
let colleague: Person;

beforeAll(async () => {
  market = await openMarket(today);
  colleague = await aUser(db(), { grants: [{ role: 'operator' }] });
});
afterAll(() => market.app.close());

const db = () => market.app.db;
const parts = () => ({ db: db(), files: market.app.container.files });
const now = () => new Date(`${today}T04:00:00Z`);

function turnTo(day: string): void {
  today = day;
  market.turnTo(day);
}

async function actor(who: Person) {
  const found = await findActor(db(), typeof who === 'string' ? market.world.users[who].id : who.id, today);
  if (!found) throw new Error(`${who} is nobody`);
  return found;
}

async function aPayingUnit(): Promise<Unit> {
  const unit = await aUnit(db(), {});
  for (const role of ['buyer', 'approver'] as const) await grant(db(), market.world.users[role], { role, unit });
  await db().unitPayer.updateMany({ where: { unitId: unit.id }, data: { taxNumber: TAX_NUMBER } });
  return unit;
}

async function received(unit: Unit, quantity: number): Promise<Placed> {
  const order = await market.buy('buyer', { lines: [{ productId: market.world.products.tea.id, quantity }], unit });
  await market.deliver(order);
  await market.settle();
  return order;
}

async function statementOf(unit: Unit, month = `${today.slice(0, 7)}-01`): Promise<Statement> {
  return db().statement.findFirstOrThrow({ where: { unitId: unit.id, startsOn: new Date(month) } });
}

async function refund(order: Placed, quantity: number): Promise<number> {
  const lineId = order.fulfilments[0]?.lines[0]?.id ?? 0;
  const asked = { lines: [{ lineId, quantity }], reason: '有破损（测试）', photos: [] };
  const id = await requestRefund(market.app.container, await actor('buyer'), order.id, asked, now());
  const grantAll = { decision: 'approve' as const, lines: [], freightFen: 0, reason: '' };
  await decideRefund(db(), await actor('supplier'), id, grantAll, now());
  await market.settle();
  return id;
}

async function confirmed(unit: Unit): Promise<Statement> {
  const statement = await statementOf(unit);
  for (const who of ['buyer', 'supplier'] as const)
    await confirmStatement(db(), await actor(who), statement.id, null, now());
  return statement;
}

let paper = 0;
function number(): string {
  paper += 1;
  return `26512000000000${String(paper).padStart(6, '0')}`;
}

const invoice = async (statement: Statement, typed = number()) =>
  recordInvoice(parts(), await actor('supplier'), statement.id, { number: typed, issuedOn: null, file: null }, now());

const red = async (statement: Statement, refundId: number, amountFen: number | null = null) =>
  recordRed(
    parts(),
    await actor('supplier'),
    statement.id,
    { number: number(), issuedOn: null, refundId, amountFen, file: null },
    now(),
  );

let bankLine = 0;
async function transfer(referenceCode: string, amountFen: number): Promise<number> {
  bankLine += 1;
  return recordTransfer(db(), await actor('operator'), aBankLine(referenceCode, amountFen, `STEP-${bankLine}`), now());
}

const aBankLine = (referenceCode: string, amountFen: number, bankReference: string) => ({
  ...{ referenceCode, amountFen, bankReference, paidOn: today },
  ...{ payerAccount: '6222000000000000000', payerName: '付款单位', remark: null },
});

async function expectExact(): Promise<void> {
  await market.settle();
  const found: string[] = [];
  await reconcile(market.app.container.config.databaseUrl, (one) =>
    found.push(`${one.what}: expected ${one.expected}, found ${one.found}`),
  );
  expect(found).toEqual([]);
}

const outcomes = async (all: Promise<unknown>[]) =>
  (await Promise.allSettled(all)).map((one) => (one.status === 'fulfilled' ? 'done' : String(one.reason.code)));

describe('a red-letter invoice', () => {
  it('is asked for by a refund after the invoice, and never beyond it', async () => {
    const unit = await aPayingUnit();
    const order = await received(unit, 5);
    const before = await refund(order, 1);
    const statement = await confirmed(unit);
    await invoice(statement);
    const missing = async () => (await invoicingOfStatement(db(), statement.id)).redsDue;
    expect(await missing()).toEqual([]);
    await expect(red(statement, before)).rejects.toThrow('noRedDue');
    const after = await refund(order, 2);
    expect(await missing()).toEqual([{ refundId: after, orderId: order.id, fen: 2 * TEA }]);
    const { world } = market;
    const told = { userId: world.users.supplier.id, dedupeKey: `red_due ${after}` };
    expect(await db().notification.count({ where: told })).toBe(1);
    await expect(red(statement, after, 2 * TEA + 1)).rejects.toMatchObject({ faults: [{ code: 'redTooMuch' }] });
    await red(statement, after, TEA);
    expect(await missing()).toEqual([{ refundId: after, orderId: order.id, fen: TEA }]);
    await red(statement, after);
    expect(await missing()).toEqual([]);
    const { standingFen, blueFen, redFen } = await invoicingOfStatement(db(), statement.id);
    expect([blueFen, redFen, standingFen]).toEqual([4 * TEA, 2 * TEA, 2 * TEA]);
    await expectExact();
  });

  it('of the same refund, recorded many times at once, is recorded once', async () => {
    const unit = await aPayingUnit();
    const order = await received(unit, 4);
    const statement = await confirmed(unit);
    await invoice(statement);
    const id = await refund(order, 1);
    const all = await outcomes([1, 2, 3, 4, 5].map(() => red(statement, id)));
    expect(all.filter((one) => one === 'done')).toHaveLength(1);
    expect(all.filter((one) => one === 'noRedDue')).toHaveLength(4);
    await expectExact();
  });

  it('leaves the next statement its own invoice, so that all invoices come to what is owed', async () => {
    const unit = await aPayingUnit();
    const order = await received(unit, 4);
    const first = await confirmed(unit);
    await invoice(first);
    const id = await refund(order, 1);
    turnTo('2026-06-02');
    await received(unit, 2);
    const second = await confirmed(unit);
    expect(second.totalFen).toBe(BigInt(TEA));
    await invoice(second);
    await red(first, id);
    const invoices = await db().invoice.findMany({ where: { statement: { unitId: unit.id } } });
    const sum = invoices.reduce((fen, one) => fen + (one.kind === 'red' ? -1 : 1) * Number(one.amountFen), 0);
    expect(BigInt(sum)).toBe(first.totalFen + second.totalFen);
    await expectExact();
    turnTo('2026-05-06');
  });
});

describe('the number of an invoice', () => {
  it('is refused when it was declared as an offline purchase before, of the same seller', async () => {
    const unit = await aPayingUnit();
    await received(unit, 2);
    const statement = await confirmed(unit);
    const { supplierId } = statement;
    const creditCode = `9150000000000000X${creditCodeCheck('9150000000000000X')}`;
    await db().supplier.update({ where: { id: supplierId }, data: { creditCode } });
    const typed = number();
    const declared = await declare(unit, creditCode, typed);
    await expect(invoice(statement, typed)).rejects.toMatchObject({ faults: [{ code: 'invoiceDeclaredOffline' }] });
    expect((await statementOf(unit)).state).toBe('confirmed');
    await db().offlinePurchase.delete({ where: { id: declared } });
    await invoice(statement, typed);
    await db().supplier.update({ where: { id: supplierId }, data: { creditCode: null } });
    await expectExact();
  });

  /** Left without lines and programme effects: only its invoice matters here, and it is taken away again. */
  async function declare(unit: Unit, sellerTaxNumber: string, invoiceNumber: string): Promise<number> {
    const { id } = await db().offlinePurchase.create({
      data: {
        ...{ unitId: unit.id, fundingSource: 'canteen_budget', state: 'declared' },
        ...{ purchasedOn: new Date(today), sellerName: '合作社', sellerTaxNumber, invoiceNumber, invoiceFen: 100 },
        ...{ declaredById: market.world.users.buyer.id, declaredAt: now() },
      },
    });
    return id;
  }
});

describe('an extension', () => {
  it('is asked for by the payer, granted once by the supplier, within 60 days of delivery', async () => {
    turnTo('2026-05-06');
    const unit = await aPayingUnit();
    await received(unit, 2);
    const statement = await statementOf(unit);
    const ask = async (untilOn: string, who: Person = 'buyer') =>
      askExtension(db(), await actor(who), statement.id, { untilOn, reason: '预算未下达' }, now());
    const decide = async (decision: 'grant' | 'refuse', who: Person = 'supplier') =>
      decideExtension(db(), await actor(who), statement.id, { decision, answer: '可以' }, now());
    await expect(ask('2026-06-05')).rejects.toMatchObject({ faults: [{ code: 'extensionDay' }] });
    await expect(ask('2026-07-06')).rejects.toMatchObject({ faults: [{ code: 'extensionDay' }] });
    await expect(ask('2026-06-20', 'supplier')).rejects.toThrow('notAllowed');
    await expect(ask('2026-06-20', 'outsider')).rejects.toThrow('notFound');
    await ask('2026-06-20');
    await expect(ask('2026-06-25')).rejects.toThrow('extensionAsked');
    await expect(decide('grant', 'buyer')).rejects.toThrow('notAllowed');
    await decide('refuse');
    await ask('2026-07-05');
    turnTo('2026-06-06');
    await markOverdue(db(), now());
    expect((await payerOf(db(), unit, 'canteen_budget')).prepaysForOverdue).toBe(true);
    await decide('grant');
    expect((await statementOf(unit, '2026-05-01')).dueOn).toEqual(new Date('2026-07-05'));
    expect((await payerOf(db(), unit, 'canteen_budget')).mustPrepay).toBe(false);
    await expect(ask('2026-07-05')).rejects.toThrow('extensionUsed');
    turnTo('2026-07-06');
    await markOverdue(db(), now());
    expect((await payerOf(db(), unit, 'canteen_budget')).mustPrepay).toBe(true);
    await market.settle();
    await transfer(statement.referenceCode, 2 * TEA);
    await expectExact();
    turnTo('2026-05-06');
  });

  it('granted while the overdue job runs leaves nobody prepaying', async () => {
    for (let round = 0; round < 5; round += 1) {
      turnTo('2026-05-06');
      const unit = await aPayingUnit();
      await received(unit, 2);
      const { id } = await statementOf(unit);
      turnTo('2026-06-06');
      const wish = { untilOn: '2026-06-30', reason: '等拨款' };
      await askExtension(db(), await actor('approver'), id, wish, now());
      await Promise.all([
        markOverdue(db(), now()),
        decideExtension(db(), await actor('supplier'), id, { decision: 'grant', answer: '' }, now()),
        markOverdue(db(), now()),
      ]);
      expect((await payerOf(db(), unit, 'canteen_budget')).mustPrepay).toBe(false);
    }
    await expectExact();
    turnTo('2026-05-06');
  });
});

describe('a return', () => {
  it('of what nobody could match needs two persons and then pays nothing', async () => {
    const unit = await aPayingUnit();
    await received(unit, 2);
    const { referenceCode } = await statementOf(unit);
    const id = await transfer('DZ999999999999', 500);
    const wish = { fen: null, reason: '付错对象' };
    await expect(proposeReturn(db(), await actor('buyer'), id, wish, now())).rejects.toThrow('notFound');
    const returnId = await proposeReturn(db(), await actor('operator'), id, wish, now());
    await expect(matchTransfer(db(), await actor('operator'), id, referenceCode, now())).rejects.toThrow(
      'transferUsed',
    );
    await expect(decideReturn(db(), await actor('operator'), returnId, 'return', now())).rejects.toThrow('ownProposal');
    await decideReturn(db(), await actor(colleague), returnId, 'return', now());
    await expect(decideReturn(db(), await actor(colleague), returnId, 'refuse', now())).rejects.toThrow(
      'returnDecided',
    );
    expect((await db().transfer.findUniqueOrThrow({ where: { id } })).state).toBe('returned');
    await expectExact();
  });

  it('of what was paid too much is at most the rest, and refused it may be used again', async () => {
    const unit = await aPayingUnit();
    await received(unit, 2);
    const statement = await statementOf(unit);
    const id = await transfer(statement.referenceCode, 3 * TEA);
    const tooMuch = { fen: TEA + 1, reason: '多付' };
    await expect(proposeReturn(db(), await actor('operator'), id, tooMuch, now())).rejects.toMatchObject({
      faults: [{ code: 'returnTooMuch' }],
    });
    const returnId = await proposeReturn(db(), await actor('operator'), id, { fen: TEA, reason: '多付' }, now());
    await decideReturn(db(), await actor('operator'), returnId, 'refuse', now());
    turnTo('2026-06-02');
    await received(unit, 2);
    const next = await statementOf(unit);
    await matchTransfer(db(), await actor('operator'), id, next.referenceCode, now());
    expect(await db().transferAllocation.aggregate({ where: { transferId: id }, _sum: { fen: true } })).toEqual({
      _sum: { fen: 3 * TEA },
    });
    await expectExact();
    turnTo('2026-05-06');
  });

  it('and a matching at once spend it once', async () => {
    for (let round = 0; round < 5; round += 1) {
      const unit = await aPayingUnit();
      await received(unit, 2);
      const { referenceCode } = await statementOf(unit);
      const id = await transfer('DZ999999999999', 2 * TEA);
      const operator = await actor('operator');
      const all = await outcomes([
        matchTransfer(db(), operator, id, referenceCode, now()),
        proposeReturn(db(), await actor(colleague), id, { fen: null, reason: '付错' }, now()),
      ]);
      expect(all.filter((one) => one === 'done')).toHaveLength(1);
      expect(all).toContain('transferUsed');
    }
    await expectExact();
  });
});

describe("the bank's list", () => {
  it('imported twice at once pays once', async () => {
    const unit = await aPayingUnit();
    await received(unit, 4);
    const { referenceCode } = await statementOf(unit);
    const list = [1, 2, 3, 4].map((line) => {
      const { referenceCode: code, ...rest } = aBankLine(referenceCode, TEA, `TWICE-${line}`);
      return { ...rest, codes: [code], remark: code };
    });
    const operator = await actor('operator');
    const [one, other] = await Promise.all([
      importTransfers(db(), operator, list, now()),
      importTransfers(db(), operator, list, now()),
    ]);
    expect(one.matched + other.matched).toBe(4);
    expect(one.known + other.known).toBe(4);
    expect((await statementOf(unit)).state).toBe('paid');
    await expectExact();
  });
});

describe('a reminder of what is due', () => {
  it('comes seven days before, on the day and seven days after, once each', async () => {
    turnTo('2026-05-06');
    const unit = await aPayingUnit();
    await received(unit, 2);
    const { id, dueOn } = await statementOf(unit);
    expect(dueOn).toEqual(new Date('2026-06-05'));
    const told = async (userId = market.world.users.buyer.id) => {
      await remindDueStatements(db(), now());
      await remindDueStatements(db(), now());
      const notices = await db().notification.findMany({ where: { userId, link: `/statements/${id}` } });
      return notices.map(({ kind }) => kind.replace('statement_due_', ''));
    };
    turnTo('2026-05-28');
    expect(await told()).toEqual([]);
    turnTo('2026-05-29');
    expect(await told()).toEqual(['soon']);
    turnTo('2026-06-05');
    expect(await told()).toEqual(['soon', 'now']);
    expect(await told(market.world.users.supplier.id)).toEqual([]);
    turnTo('2026-06-13');
    expect(await told()).toEqual(['soon', 'now', 'late']);
    expect(await told(market.world.users.supplier.id)).toEqual(['late']);
    turnTo('2026-05-06');
  });
});
