import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import writeExcelFile from 'write-excel-file/node';
import { reconcile } from '../../server/cli/reconcile/run-checks.ts';
import { creditCodeCheck } from '../../server/shared/credit-code.ts';
import { dayOf } from '../../server/shared/days.ts';
import { formatYuan } from '../../server/shared/money.ts';
import { describeInBrowser } from '../setup/browser.ts';
import { testDatabase } from '../setup/database.ts';
import { type ServedMarket, serveMarket } from '../setup/served-market.ts';
import { DESK, fits, PHONE } from '../setup/visitors.ts';
import { aTarget } from '../world/programmes.ts';
import type { World } from '../world/world.ts';

const TAX_NUMBER = `1250000000000000X${creditCodeCheck('1250000000000000X')}`;
const ACCOUNT = '6222020000000001';
/** 100 bags of rice at the tier from 100 on, 10 bags of tea. */
const RICE = { bags: 100, fen: 5_400, short: 1 };
const TEA = { bags: 10, fen: 12_800, damaged: 2 };

describeInBrowser('a canteen’s week', () => {
  let databaseUrl: string;
  let market: ServedMarket;

  beforeAll(async () => {
    databaseUrl = await testDatabase();
    market = await serveMarket({ databaseUrl });
    const { app, world } = market;
    const canteen = { unitId: world.units.bank.id, fundingSource: 'canteen_budget' as const };
    await app.db.unitPayer.update({
      where: { unitId_fundingSource: canteen },
      data: { approvalThresholdFen: 0, taxNumber: TAX_NUMBER, bankAccount: ACCOUNT },
    });
    await aTarget(app.db, { programme: world.programmes.group, unit: world.units.bank, fen: 2_000_000 });
  });
  afterAll(() => market?.close());

  const person = (who: keyof World['users'], viewport = DESK) =>
    market.person(market.world.users[who].login, { viewport });
  const textOf = async (page: Page) => (await page.getByRole('main').textContent()) ?? '';
  const yuan = (fen: number) => formatYuan(fen);

  /** The week's list in Excel, with a name that the market does not know. */
  async function uploadsList(buyer: Page): Promise<void> {
    const rows = [
      ['商品', '数量', '备注'],
      ['千丘梯田贡米', RICE.bags, ''],
      ['凉河白茶', TEA.bags, '开会用'],
      ['没有这种货', 3, ''],
    ];
    const file = await writeExcelFile(rows.map((row) => row.map((value) => ({ value })))).toBuffer();
    await buyer.goto('/quick-order?unit=bank');
    await buyer.locator('input[name="list"]').setInputFiles({
      name: '本周清单.xlsx',
      mimeType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
      buffer: file,
    });
    await buyer.locator('form[enctype] button[type="submit"]').click();
    await buyer.locator('.check-list').waitFor();
    expect(await buyer.locator('.check--open').count()).toBe(1);
    await buyer.locator('.check--open input[name^="skip."]').check();
    await buyer.locator('button[value="put"]').click();
    await buyer.waitForURL('**/cart**');
    expect(await textOf(buyer)).toContain('开会用');
  }

  async function orders(buyer: Page): Promise<string> {
    await buyer.getByRole('link', { name: '去结算' }).first().click();
    await buyer.getByLabel(/食堂预算/).check();
    await buyer.getByLabel(/挂账，先货后款/).check();
    await buyer.getByRole('button', { name: '提交订单' }).click();
    await buyer.waitForURL(/\/orders\/\d+$/);
    expect(await textOf(buyer)).toContain('待审批');
    return buyer.url();
  }

  async function ships(supplier: Page, carrier: string): Promise<void> {
    await supplier.goto('/supplier/fulfilments');
    await supplier.getByRole('link', { name: '去确认' }).first().click();
    await supplier.getByRole('button', { name: '确认接单' }).click();
    await supplier.getByText('已确认接单').first().waitFor();
    await supplier.getByLabel('承运人').fill(carrier);
    await supplier.getByLabel('运单号').fill('YD-1');
    await supplier.getByRole('button', { name: '确认发货' }).click();
    await supplier.getByText('已登记发货').first().waitFor();
  }

  /** At the back door, on a phone. */
  async function receives(
    phone: Page,
    order: string,
    supplier: string,
    part: { short?: number; damaged?: number },
    of: number,
  ): Promise<void> {
    await phone.goto(order);
    const parcel = phone.locator('section.card').filter({ hasText: supplier });
    await parcel.getByRole('link', { name: '验收' }).first().click();
    const line = phone.locator('fieldset.receive');
    const [short = 0, damaged = 0] = [part.short, part.damaged];
    await line.getByLabel(/^验收/).fill(String(of - short - damaged));
    await line.getByLabel(/^短少/).fill(String(short));
    await line.getByLabel(/^损坏/).fill(String(damaged));
    if (damaged > 0) {
      const photo = await sharp({ create: { width: 40, height: 30, channels: 3, background: '#964' } })
        .png()
        .toBuffer();
      await line
        .locator('input[type="file"]')
        .setInputFiles({ name: '破损.png', mimeType: 'image/png', buffer: photo });
    }
    await fits(phone);
    await phone.getByRole('button', { name: '确认验收' }).click();
    await phone.waitForURL(/\/orders\/\d+$/);
  }

  /** The statement of one supplier, once the worker has put the delivery onto it. */
  async function statementOf(supplierId: number): Promise<number> {
    const { app, world } = market;
    const where = { supplierId, unitId: world.units.bank.id };
    const find = async () => (await app.db.statement.findFirstOrThrow({ where })).id;
    return vi.waitFor(find, { timeout: 20_000, interval: 100 });
  }

  /** Confirmed by both, the transfer declared, matched by the bank's list, and invoiced. */
  async function settles(buyer: Page, supplier: Page, supplierId: number, fen: number): Promise<void> {
    const statement = await statementOf(supplierId);
    await buyer.goto(`/statements/${statement}`);
    expect(await textOf(buyer)).toContain(yuan(fen));
    await buyer.locator('[data-form="confirm"] button').click();
    await buyer.getByText('待供应商确认').first().waitFor();
    await supplier.goto(`/statements/${statement}`);
    await supplier.locator('[data-form="confirm"] button').click();
    await supplier.getByText('双方已确认').first().waitFor();

    const owed = await market.app.db.statement.findUniqueOrThrow({ where: { id: statement } });
    await buyer.goto(`/statements/${statement}`);
    await buyer.locator('[data-form="transfer"] [name="amount"]').fill(String(Number(owed.totalFen) / 100));
    await buyer.locator('[data-form="transfer"] button').click();
    await buyer.getByText('已申报').first().waitFor();
    await importsTransfer(String(Number(owed.totalFen) / 100), owed.referenceCode);

    await supplier.goto(`/statements/${statement}`);
    expect(await textOf(supplier)).toContain('已付清');
    await supplier
      .locator('[data-form="invoice"] [name="number"]')
      .fill(`2651200000000000${statement}`.padEnd(20, '1'));
    await supplier.locator('[data-form="invoice"] button').click();
    await supplier.getByText(TAX_NUMBER).first().waitFor();
  }

  async function importsTransfer(yuanPaid: string, referenceCode: string): Promise<void> {
    const operator = await person('operator');
    await operator.goto('/transfers');
    const csv = [
      '日期,金额,对方户名,对方账号,附言',
      `${dayOf(new Date())},${yuanPaid},农行市分行食堂,${ACCOUNT},货款 ${referenceCode}`,
    ];
    await operator.getByText('导入银行流水').first().click();
    await operator
      .locator('[data-form="import"] input[type="file"]')
      .setInputFiles({ name: '流水.csv', mimeType: 'text/csv', buffer: Buffer.from(csv.join('\r\n')) });
    await operator.locator('[data-form="import"] button').click();
    await operator.getByText('自动入账 1 笔').first().waitFor();
    await operator.context().close();
  }

  /** What the organizer's board says of the bank, in yuan. */
  async function onTheBoard(organizer: Page) {
    await organizer.goto('/board');
    const bank = organizer.getByRole('rowheader', { name: '农行市分行' });
    const row = organizer.getByRole('main').getByRole('row').filter({ has: bank });
    const figures = ['已下单', '已计入'].map(async (label) => {
      const text = await row.locator(`td[data-label="${label}"]`).innerText();
      return /[\d,]+\.\d{2}/.exec(text)?.[0] ?? text;
    });
    const [placed, counted] = await Promise.all(figures);
    return { placed, counted };
  }

  it('from the list to the paid statements: two suppliers, one bag short, two damaged, and the board says the same', async () => {
    const organizer = await person('organizer');
    expect(await onTheBoard(organizer)).toEqual({ placed: '0.00', counted: '0.00' });
    const buyer = await person('buyer');
    await uploadsList(buyer);
    const order = await orders(buyer);

    const approver = await person('approver');
    await approver.goto('/approvals');
    await approver.getByRole('link', { name: '去审批' }).first().click();
    await approver.getByRole('button', { name: '批准采购' }).click();
    await approver.getByText('已批准').first().waitFor();
    const ordered = RICE.bags * RICE.fen + TEA.bags * TEA.fen;
    expect(await onTheBoard(organizer)).toEqual({ placed: yuan(ordered), counted: '0.00' });

    const [rice, tea] = [await person('riceSupplier'), await person('supplier')];
    await ships(rice, '自有车辆');
    await ships(tea, '邮政');
    const phone = await person('buyer', PHONE);
    await receives(phone, order, '川河贡米合作社', { short: RICE.short }, RICE.bags);
    await receives(phone, order, '凉河', { damaged: TEA.damaged }, TEA.bags);
    expect(await market.app.db.receiptPhoto.count()).toBe(1);

    const { suppliers } = market.world;
    const riceFen = (RICE.bags - RICE.short) * RICE.fen;
    const teaFen = (TEA.bags - TEA.damaged) * TEA.fen;
    await settles(buyer, rice, suppliers.chuanhe.id, riceFen);
    await settles(buyer, tea, suppliers.lianghe.id, teaFen);

    const standing = await market.app.db.order.findFirstOrThrow({ include: { lines: true } });
    expect(standing.lines.reduce((sum, line) => sum + line.acceptedFen, 0)).toBe(riceFen + teaFen);
    expect(await onTheBoard(organizer)).toEqual({ placed: yuan(riceFen + teaFen), counted: yuan(riceFen + teaFen) });
    expect(await reconcile(databaseUrl, (difference) => console.log(difference))).toBe(0);
    expect(market.faults).toEqual([]);
  }, 240_000);
});
