import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findActor } from '../../server/accounts/actor.ts';
import { reconcile } from '../../server/cli/reconcile/run-checks.ts';
import type { Unit } from '../../server/db/generated/client.ts';
import { decideRefund } from '../../server/orders/decide-refund.ts';
import { contestReceipt } from '../../server/orders/disputes/contest-receipt.ts';
import { agreeToSettlement, proposeSettlement } from '../../server/orders/disputes/settle-dispute.ts';
import { receiveFulfilment } from '../../server/orders/receive-fulfilment.ts';
import { requestRefund } from '../../server/orders/request-refund.ts';
import { shipFulfilment } from '../../server/orders/ship-fulfilment.ts';
import { confirmStatement } from '../../server/payments/confirm-statement.ts';
import { recordRed } from '../../server/payments/invoices/record-red.ts';
import { invoicingOfStatement } from '../../server/payments/invoices/statement-invoicing.ts';
import { recordInvoice } from '../../server/payments/record-invoice.ts';
import { creditCodeCheck } from '../../server/shared/credit-code.ts';
import { type Market, openMarket, type Person } from '../quotas/market.ts';
import { aUnit } from '../world/units.ts';
import { grant } from '../world/users.ts';

const TEA = 12_800;
const TAX_NUMBER = `1250000000000000X${creditCodeCheck('1250000000000000X')}`;
let today = '2026-05-30';
let market: Market;

beforeAll(async () => {
  market = await openMarket(today);
});
afterAll(() => market.app.close());

const db = () => market.app.db;
const parts = () => ({ db: db(), files: market.app.container.files });
const now = () => new Date(`${today}T04:00:00Z`);

function turnTo(day: string): void {
  today = day;
  market.turnTo(day);
}

async function actor(who: Exclude<Person, object>) {
  const found = await findActor(db(), market.world.users[who].id, today);
  if (!found) throw new Error(`${who} is nobody`);
  return found;
}

async function aPayingUnit(): Promise<Unit> {
  const unit = await aUnit(db(), {});
  for (const role of ['buyer', 'approver'] as const) await grant(db(), market.world.users[role], { role, unit });
  await db().unitPayer.updateMany({ where: { unitId: unit.id }, data: { taxNumber: TAX_NUMBER } });
  return unit;
}

interface Bought {
  orderId: number;
  parcelId: number;
  lineId: number;
}

async function tea(unit: Unit, quantity: number): Promise<Bought> {
  const lines = [{ productId: market.world.products.tea.id, quantity }];
  const { id, fulfilments } = await market.buy('buyer', { lines, unit });
  return { orderId: id, parcelId: fulfilments[0]?.id ?? 0, lineId: fulfilments[0]?.lines[0]?.id ?? 0 };
}

async function comes({ parcelId, lineId }: Bought, acceptedQuantity: number, shortQuantity = 0): Promise<number> {
  const { batchId } = await db().lineAllocation.findFirstOrThrow({ where: { lineId } });
  const quantity = acceptedQuantity + shortQuantity;
  const shipment = { lines: [{ lineId, batchId, quantity }], carrier: '邮政', temperatureDeci: 40 };
  await shipFulfilment(db(), await actor('supplier'), parcelId, { ...shipment, trackingNumber: `T${today}` }, now());
  const received = [{ lineId, acceptedQuantity, shortQuantity, damagedQuantity: 0 }];
  const id = await receiveFulfilment(db(), await actor('buyer'), parcelId, received, now());
  await market.settle();
  return id;
}

async function refund({ orderId, lineId }: Bought, quantity: number): Promise<number> {
  const asked = { lines: [{ lineId, quantity }], reason: '有破损（测试）', photos: [] };
  const id = await requestRefund(market.app.container, await actor('buyer'), orderId, asked, now());
  const all = { decision: 'approve' as const, lines: [], freightFen: 0, reason: '' };
  await decideRefund(db(), await actor('supplier'), id, all, now());
  await market.settle();
  return id;
}

const statementsOf = (unit: Unit) =>
  db().statement.findMany({ where: { unitId: unit.id }, orderBy: { startsOn: 'asc' } });
const invoicingOf = async (unit: Unit) =>
  Promise.all((await statementsOf(unit)).map(({ id }) => invoicingOfStatement(db(), id)));

let paper = 0;
const number = () => `26512000000001${String(++paper).padStart(6, '0')}`;

async function invoiceOpen(unit: Unit): Promise<void> {
  for (const { id } of await db().statement.findMany({ where: { unitId: unit.id, state: 'open' } })) {
    for (const who of ['buyer', 'supplier'] as const) await confirmStatement(db(), await actor(who), id, null, now());
    await recordInvoice(parts(), await actor('supplier'), id, { number: number(), issuedOn: null, file: null }, now());
  }
}

async function recordReds(unit: Unit): Promise<void> {
  for (const { id } of await statementsOf(unit))
    for (const { refundId } of (await invoicingOfStatement(db(), id)).redsDue) {
      const paperOf = { number: number(), issuedOn: null, refundId, amountFen: null, file: null };
      await recordRed(parts(), await actor('supplier'), id, paperOf, now());
    }
}

/** Blue less red of all invoices of a unit, fen. */
async function invoicedOf(unit: Unit): Promise<number> {
  const invoices = await db().invoice.findMany({ where: { statement: { unitId: unit.id } } });
  return invoices.reduce((sum, one) => sum + (one.kind === 'red' ? -1 : 1) * Number(one.amountFen), 0);
}

async function differences(): Promise<string[]> {
  await market.settle();
  const found: string[] = [];
  await reconcile(market.app.container.config.databaseUrl, (one) =>
    found.push(`${one.what}: expected ${one.expected}, found ${one.found}`),
  );
  return found;
}

describe('a line of an order that came in two months', () => {
  it('stands on the statement of the month that made it whole, and a refund comes off it once', async () => {
    turnTo('2026-05-30');
    const unit = await aPayingUnit();
    const bought = await tea(unit, 10);
    await comes(bought, 4);
    turnTo('2026-06-02');
    await comes(bought, 6);
    await refund(bought, 8);
    const standing = (await invoicingOf(unit)).map(({ standingFen }) => standingFen);
    const freight = (await db().fulfilment.findUniqueOrThrow({ where: { id: bought.parcelId } })).freightFen;
    expect(standing).toEqual([2 * TEA + freight]);
    expect(await differences()).toEqual([]);
  });

  it('asks for a red-letter invoice of what was given back after it was invoiced', async () => {
    turnTo('2026-05-30');
    const unit = await aPayingUnit();
    const bought = await tea(unit, 10);
    await comes(bought, 4);
    turnTo('2026-06-02');
    await comes(bought, 6);
    await refund(bought, 1);
    await invoiceOpen(unit);
    const before = await invoicedOf(unit);
    const refundId = await refund(bought, 7);
    const due = (await invoicingOf(unit)).map(({ redsDue }) => redsDue.map((one) => [one.refundId, one.fen]));
    expect(due.flat()).toEqual([[refundId, 7 * TEA]]);
    await recordReds(unit);
    expect(before - (await invoicedOf(unit))).toBe(7 * TEA);
    const lines = await db().statementLine.aggregate({ where: { orderId: bought.orderId }, _sum: { fen: true } });
    expect(await invoicedOf(unit)).toBe(lines._sum.fen);
    expect(await differences()).toEqual([]);
  });

  it('is told by reconciling when its invoices leave out what is owed', async () => {
    turnTo('2026-05-30');
    const unit = await aPayingUnit();
    const bought = await tea(unit, 10);
    await comes(bought, 4);
    turnTo('2026-06-02');
    await comes(bought, 6);
    await refund(bought, 3);
    await invoiceOpen(unit);
    const [first] = await db().invoice.findMany({
      where: { statement: { unitId: unit.id } },
      orderBy: { statementId: 'asc' },
    });
    const cut = (fen: number) =>
      db().invoice.update({ where: { id: first?.id ?? 0 }, data: { amountFen: { increment: fen } } });
    await cut(-3 * TEA);
    const found = await differences();
    expect(found.filter((one) => one.startsWith('invoices of payer'))).toHaveLength(1);
    expect(found.filter((one) => one.startsWith(`invoice ${first?.id} less`))).toHaveLength(1);
    await cut(3 * TEA);
    expect(await differences()).toEqual([]);
  });
});

describe('a dispute settled after the invoice', () => {
  it('leaves a later refund one red-letter invoice, over the settled goods first', async () => {
    turnTo('2026-05-03');
    const unit = await aPayingUnit();
    const bought = await tea(unit, 10);
    const receiptId = await comes(bought, 6, 4);
    await invoiceOpen(unit);
    const said = { text: '已补发（测试）', photos: [] };
    const disputeId = await contestReceipt(parts(), await actor('supplier'), receiptId, said, now());
    const offer = [{ lineId: bought.lineId, quantity: 4, grams: null }];
    await proposeSettlement(parts(), await actor('supplier'), disputeId, offer, said, now());
    const { id } = await db().disputeMessage.findFirstOrThrow({ where: { disputeId }, orderBy: { id: 'desc' } });
    await agreeToSettlement(parts(), await actor('buyer'), disputeId, id, now());
    await market.settle();
    await invoiceOpen(unit);
    const refundId = await refund(bought, 3);
    const due = (await invoicingOf(unit)).map(({ redsDue }) => redsDue.map((one) => [one.refundId, one.fen]));
    expect(due.flat()).toEqual([[refundId, 3 * TEA]]);
    await recordReds(unit);
    expect((await invoicingOf(unit)).flatMap(({ redsDue }) => redsDue)).toEqual([]);
    expect(await differences()).toEqual([]);
  });
});
