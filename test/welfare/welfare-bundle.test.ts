import { readSheet } from 'read-excel-file/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Actor, findActor } from '../../server/accounts/actor.ts';
import { approveOrder } from '../../server/orders/approval/approve-order.ts';
import { decideRefund } from '../../server/orders/decide-refund.ts';
import { confirmStatement } from '../../server/payments/confirm-statement.ts';
import { recordInvoice } from '../../server/payments/record-invoice.ts';
import { recordTransfer } from '../../server/payments/record-transfer.ts';
import { creditCodeCheck } from '../../server/shared/credit-code.ts';
import { choosePackage } from '../../server/welfare/choose-package.ts';
import { beginHandOut, signFor } from '../../server/welfare/hand-out.ts';
import { orderForRun } from '../../server/welfare/order-for-run.ts';
import { returnUnclaimed } from '../../server/welfare/return-unclaimed.ts';
import { remindChoosers } from '../../server/welfare/tell-choosers.ts';
import { type Market, openMarket } from '../quotas/market.ts';
import { faultsOn, personOf } from '../setup/person.ts';
import { binary, entriesOf } from '../setup/zip.ts';
import { codeOf, type RunWorld, runIn } from './run-world.ts';

const DAY = '2026-06-15';
const LAST_BUT_ONE = '2026-06-19';
const PDF = Buffer.from('%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n');
const NUMBER = '26512000000000000801';
let market: Market;
let union: Omit<RunWorld, 'url'>;

beforeAll(async () => {
  market = await openMarket(DAY);
  union = await runIn(market.app.db, market.world);
  await market.app.db.unitPayer.updateMany({
    data: { taxNumber: `1250000000000000X${creditCodeCheck('1250000000000000X')}` },
  });
});
afterAll(() => market.app.close());

const noon = (day: string) => new Date(`${day}T04:00:00Z`);

async function actor(who: 'supplier' | 'operator' | 'approver'): Promise<Actor> {
  const found = await findActor(market.app.db, market.world.users[who].id, DAY);
  if (!found) throw new Error(`${who} is nobody`);
  return found;
}

describe('who is told', () => {
  it('employees with accounts, once when it opens and once the day before the last, while they have not chosen', async () => {
    const { db } = market.app;
    const { runId, packages, claims } = await union.aRun(3);
    await market.settle();
    const told = (kind: 'welfare_open' | 'welfare_reminder') =>
      db.notification.findMany({ where: { kind, dedupeKey: `${kind}:${runId}` } });
    expect((await told('welfare_open')).map(({ userId, link }) => ({ userId, link }))).toEqual([
      { userId: market.world.users.employee.id, link: `/welfare/choose/${claims[0]?.token}` },
    ]);
    await remindChoosers(db, noon('2026-06-18'));
    expect(await told('welfare_reminder')).toHaveLength(0);
    await remindChoosers(db, noon(LAST_BUT_ONE));
    await remindChoosers(db, noon('2026-06-20'));
    expect(await told('welfare_reminder')).toHaveLength(1);
    const other = await union.aRun(3);
    await choosePackage(db, { token: other.claims[0]?.token ?? '' }, other.packages[0] ?? 0, noon(DAY));
    await remindChoosers(db, noon(LAST_BUT_ONE));
    expect(await db.notification.count({ where: { dedupeKey: `welfare_reminder:${other.runId}` } })).toBe(0);
    expect(
      await codeOf(choosePackage(db, { token: claims[0]?.token ?? '' }, packages[0] ?? 0, noon('2026-06-21'))),
    ).toBe('choosingIsOver');
  });
});

describe('on its pages', () => {
  it('departments get an address of their own, and what nobody fetched is given to others by name', async () => {
    const { app, world } = market;
    const at = noon(DAY);
    const { id } = await app.db.address.create({
      data: { unitId: world.units.bank.id, recipient: '收发室', phone: '023-2', region: '重庆市', detail: '乙楼' },
    });
    const { runId, packages } = await union.aRun(3);
    const buyer = await personOf(app, 'buyer');
    const form = await buyer.open(`/welfare/${runId}/addresses`);
    expect(form.$('input[name=department]').length).toBe(2);
    const wrong = await buyer.send(form, '#addresses', { addressId: '999999' });
    expect(wrong.status).toBe(422);
    expect(faultsOn(wrong)).toHaveLength(1);
    const fields = new URLSearchParams();
    for (const { name, value } of form.$('#addresses').serializeArray()) {
      const isFirst = name === 'departmentAddress' && fields.getAll('department').at(-1) === '甲部';
      fields.append(name, isFirst ? String(id) : value);
    }
    await buyer.agent.post(form.path).type('form').send(fields.toString()).expect(303);
    let page = await buyer.open(`/welfare/${runId}`);
    expect(page.text).toContain('甲部送到：重庆市 乙楼 收发室');
    expect(page.text).toContain('将要下的订单');
    await orderForRun(app.db, union.buyer, runId, at);
    await union.received(runId);
    await beginHandOut(app.db, union.buyer, runId, at);
    page = await buyer.open(`/welfare/${runId}`);
    expect(page.$('tr:contains("乙楼")').length).toBe(1);
    const typed = { packageId: String(packages[0]), list: '退休职工', names: '老王\n老李\n老赵\n老孙' };
    const refused = await buyer.send(page, '#give', typed);
    expect(refused.status).toBe(422);
    expect(faultsOn(refused).join()).toContain('只剩 3 份');
    expect(refused.$('textarea[name=names]').val()).toContain('老孙');
    page = await buyer.send(refused, '#give', { ...typed, names: '老王、老李' });
    expect(page.text).toContain('转给他人');
    expect((await buyer.open(`/welfare/${runId}/sign-off`)).text).toContain('退休职工 · 老李');
    expect((await buyer.open(`/welfare/${runId}/roster`)).text).toContain('退休职工 · 老王');
  });
});

describe('the accountant’s bundle', () => {
  it('holds receipts with shortages, decided refunds, statements, what of transfers paid these orders, and the invoice', async () => {
    const { app, world } = market;
    const { db } = app;
    const at = noon(DAY);
    const parts = { db, files: app.container.files };
    const { runId, claims } = await union.aRun(4);
    await orderForRun(db, union.buyer, runId, at);
    const [made] = await union.ordersOf(runId);
    if (!made) throw new Error('nothing ordered');
    if (made.order.state === 'awaiting_approval') await approveOrder(db, await actor('approver'), made.orderId, at);
    const fulfilments = await db.fulfilment.findMany({
      where: { orderId: made.orderId },
      include: { supplier: true, lines: true },
    });
    await market.deliver({ id: made.orderId, buyer: 'buyer', fulfilments }, 3);
    await beginHandOut(db, union.buyer, runId, at);
    for (const claim of claims.slice(0, 2))
      await signFor(db, union.buyer, runId, { claimId: claim.id, signed: true, proxyName: null }, at);
    expect(await returnUnclaimed(parts, union.buyer, runId, '无人领取', at)).toBe(2);
    const { refundId } = await db.welfareOrder.findUniqueOrThrow({ where: { orderId: made.orderId } });
    const line = await db.refundLine.findFirstOrThrow({ where: { refundId: refundId ?? 0 } });
    const granted = [{ lineId: line.lineId, quantity: 1 }];
    const decision = { decision: 'approve' as const, lines: granted, freightFen: 0, reason: '只收回一份' };
    await decideRefund(db, await actor('supplier'), refundId ?? 0, decision, at);
    const other = await market.buy('buyer', {
      ...{ lines: [{ productId: world.products.tea.id, quantity: 2 }], unit: world.units.bank },
      fundingSource: 'union_funds',
    });
    await market.deliver(other);
    await market.settle();
    const statement = await db.statement.findFirstOrThrow({ where: { lines: { some: { orderId: made.orderId } } } });
    for (const who of [union.buyer, await actor('supplier')]) await confirmStatement(db, who, statement.id, null, at);
    const invoice = { number: NUMBER, issuedOn: null, file: { name: '发票.pdf', mime: 'application/pdf', bytes: PDF } };
    await recordInvoice(parts, await actor('supplier'), statement.id, invoice, at);
    const { referenceCode, ...sums } = await db.statement.findUniqueOrThrow({ where: { id: statement.id } });
    const totalFen = Number(sums.totalFen);
    const bankLine = { referenceCode, amountFen: totalFen, bankReference: 'B-1', paidOn: DAY };
    await recordTransfer(
      db,
      await actor('operator'),
      { ...bankLine, payerName: '工会', payerAccount: '1', remark: '' },
      at,
    );
    await market.settle();

    const buyer = await personOf(app, 'buyer');
    const zip = await buyer.agent.get(`/welfare/${runId}/bundle.zip`).buffer(true).parse(binary);
    const files = entriesOf(zip.body);
    expect(files.get(`发票/${NUMBER}.pdf`)).toEqual(PDF);
    const rows = async (name: string) => (await readSheet(files.get(name) as Buffer)).slice(1);
    const receipts = await rows('04 验收.xlsx');
    expect(receipts.map((row) => row.slice(3, 8))).toEqual([[3, 1, 0, 384, 128]]);
    expect((await rows('05 退款.xlsx')).map((row) => row.slice(3, 6))).toEqual([[1, 128, expect.any(String)]]);
    const statements = await rows('06 对账单.xlsx');
    expect(new Set(statements.map((row) => row[2]))).toEqual(new Set([made.orderId]));
    const [transfer] = await rows('07 转账.xlsx');
    const cover = new Map((await rows('01 封面.xlsx')).map((row) => [row[0], row[1]]));
    const paidHere = statements.reduce((sum, row) => sum + Number(row[4]), 0);
    expect(Number(transfer?.[4])).toBe(totalFen / 100);
    expect(cover.get('转账（只计付这些订单的部分）')).toBe(transfer?.[3]);
    expect(cover.get('这些转账的总额（含付其他订单的部分）')).toBe(totalFen / 100);
    expect(Number(transfer?.[3])).toBe(paidHere);
    expect(Number(transfer?.[3])).toBeLessThan(totalFen / 100);
    expect(cover.get('已同意退款')).toBe(128);
    expect(cover.get('短缺和破损金额')).toBe(128);
    expect((await rows('08 发票.xlsx')).map((row) => row[0])).toEqual([NUMBER]);

    const approver = await personOf(app, 'approver');
    const page = await approver.open(`/orders/${other.id}`);
    expect(page.$(`a[href="/orders/${other.id}/bundle.zip"]`)).toHaveLength(1);
    const own = await approver.agent.get(`/orders/${other.id}/bundle.zip`).buffer(true).parse(binary);
    expect([...entriesOf(own.body).keys()]).toEqual([
      ...['01 封面.xlsx', '02 审批.xlsx', '03 订单.xlsx', '04 验收.xlsx', '05 退款.xlsx', '06 对账单.xlsx'],
      ...['07 转账.xlsx', '08 发票.xlsx', `发票/${NUMBER}.pdf`],
    ]);
    const { employee, prisonBuyer, supplier } = world.users;
    for (const { login } of [employee, prisonBuyer, supplier])
      expect((await (await personOf(app, login)).agent.get(`/orders/${other.id}/bundle.zip`)).status, login).toBe(404);
  });
});
