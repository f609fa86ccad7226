import { readFile } from 'node:fs/promises';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { readSheet } from 'read-excel-file/node';
import { afterAll, beforeAll, expect, it } from 'vitest';
import writeExcelFile, { type SheetData } from 'write-excel-file/node';
import { addDays, dayOf } from '../../server/shared/days.ts';
import type { TestApp } from '../setup/app.ts';
import { describeInBrowser } from '../setup/browser.ts';
import { type ServedMarket, serveMarket } from '../setup/served-market.ts';
import { DESK, fits, PHONE } from '../setup/visitors.ts';
import { entriesOf } from '../setup/zip.ts';
import type { World } from '../world/world.ts';

describeInBrowser('the union’s welfare', () => {
  let app: TestApp;
  let world: World;
  let market: ServedMarket;

  beforeAll(async () => {
    market = await serveMarket();
    ({ app, world } = market);
    await app.db.unitPayer.updateMany({ where: { unitId: world.units.bank.id }, data: { approvalThresholdFen: 0 } });
  });
  afterAll(() => market?.close());

  const person = (who: keyof World['users'], viewport = DESK, more: BrowserContextOptions = {}) =>
    market.person(world.users[who].login, { viewport, ...more });

  const main = (page: Page) => page.getByRole('main');

  /** Opens the panel of a step and does it. */
  async function step(page: Page, label: string, button = label): Promise<void> {
    const panel = main(page).locator('details.confirm').filter({ hasText: label });
    await panel.locator('summary').click();
    await panel.getByRole('button', { name: button }).click();
  }

  async function choose(page: Page, name: string): Promise<void> {
    await main(page)
      .getByRole('button', { name: `选择${name}` })
      .click();
    await main(page).getByText(`你选择了“${name}”`).waitFor();
    await fits(page);
  }

  async function newRun(page: Page): Promise<string> {
    await page.goto('/welfare');
    await page.getByLabel('名称').fill('春节慰问');
    await page.getByLabel('每人标准').fill('300');
    await page.getByLabel('选择截止日').fill(addDays(dayOf(new Date()), 5));
    await page.getByRole('button', { name: '新建' }).click();
    await page.waitForURL(/\/welfare\/\d+$/);
    return page.url();
  }

  async function addPackage(page: Page, name: string, items: string): Promise<void> {
    await page.getByLabel('礼包名称').fill(name);
    await page.getByLabel('商品', { exact: false }).first().fill(items);
    await page.getByRole('button', { name: '添加', exact: true }).click();
    await page.getByText(`已添加礼包“${name}”`).first().waitFor();
  }

  async function uploadRoster(page: Page): Promise<void> {
    const rows = [
      ['工号', '姓名', '部门', '电话', '账号'],
      ['A1', '甲', '科技部', '', world.users.employee.login],
      ['A2', '乙', '综合部', '', ''],
      ['A3', '丙', '综合部', '', ''],
    ];
    const buffer = await writeExcelFile(rows as SheetData).toBuffer();
    const mimeType = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
    await page.locator('input[type=file][name=roster]').setInputFiles({ name: '名单.xlsx', mimeType, buffer });
    await page.getByRole('button', { name: '检查' }).click();
    await page.getByRole('button', { name: '写入名单' }).click();
    await page.getByText('新增 3 人').first().waitFor();
  }

  /** Confirms and ships the parcel that waits at a supplier. */
  async function ship(who: 'supplier' | 'riceSupplier'): Promise<void> {
    const page = await person(who);
    await page.goto('/supplier/fulfilments');
    await page.getByRole('link', { name: '去确认' }).first().click();
    await page.getByRole('button', { name: '确认接单' }).click();
    await page.getByText('已确认接单').first().waitFor();
    await page.getByLabel('承运人').fill('自有车辆');
    await page.getByLabel('运单号').fill(`YB-${who}`);
    await page.getByRole('button', { name: '确认发货' }).click();
    await page.getByText('已登记发货').first().waitFor();
    await page.context().close();
  }

  async function approveAll(count: number): Promise<void> {
    const page = await person('approver');
    for (let left = count; left > 0; left -= 1) {
      await page.goto('/approvals');
      await page.getByRole('link', { name: '去审批' }).first().click();
      await page.getByRole('button', { name: '批准采购' }).click();
      await page.getByText('已批准').first().waitFor();
    }
    await page.context().close();
  }

  async function receive(page: Page, orderId: number): Promise<void> {
    const { id } = await app.db.fulfilment.findFirstOrThrow({ where: { orderId } });
    await page.goto(`/fulfilments/${id}/receipt`);
    await page.getByRole('button', { name: '确认验收' }).click();
    await page.waitForURL(/\/orders\/\d+$/);
  }

  it('goes from an Excel roster over two phones, two suppliers, approval and the back door to the accountant’s archive', async () => {
    const buyer = await person('buyer');
    const run = await newRun(buyer);
    await addPackage(buyer, '茶礼', 'tea-250g 1');
    await addPackage(buyer, '茶米礼', 'tea-250g 1\nrice-5kg 1');
    await uploadRoster(buyer);
    await step(buyer, '开始选择');
    await buyer.getByText('已开始选择').first().waitFor();
    await buyer.goto(`${run}/slips`);
    const code = await main(buyer).locator('figure svg').first().boundingBox();
    expect(code?.width, 'a code on paper that a phone can scan').toBeGreaterThan(100);
    await fits(buyer);

    const employee = await person('employee', PHONE);
    await employee.goto('/welfare');
    await main(employee).getByRole('link', { name: '春节慰问' }).click();
    await choose(employee, '茶米礼');
    const { token } = await app.db.welfareClaim.findFirstOrThrow({ where: { staffNumber: 'A2' } });
    const guest = await market.visit({ viewport: PHONE, javaScriptEnabled: false });
    await guest.goto(`/welfare/choose/${token}`);
    await main(guest).getByRole('button', { name: '选择茶礼' }).click();
    await main(guest).getByText('你选择了“茶礼”').waitFor();

    await buyer.goto(run);
    expect(await main(buyer).innerText()).toContain('还有 1 人没有选择');
    await step(buyer, '结束选择并下单');
    await buyer.getByText('已下单').first().waitFor();
    const runId = Number(run.split('/').at(-1));
    const orders = await app.db.welfareOrder.findMany({ where: { runId } });
    expect(orders).toHaveLength(2);
    // Rice comes from two bags on: one more than was chosen.
    expect(await main(buyer).innerText()).toContain('由工会留用');
    await approveAll(2);
    await ship('supplier');
    await ship('riceSupplier');
    for (const { orderId } of orders) await receive(buyer, orderId);

    await buyer.goto(run);
    await buyer.getByRole('button', { name: '开始发放' }).click();
    await buyer.getByText('已开始发放').first().waitFor();
    for (const name of ['甲', '乙']) {
      await buyer.goto(`${run}/roster`);
      const row = buyer.getByRole('row').filter({ has: buyer.getByRole('rowheader', { name }) });
      await row.getByRole('button', { name: '签收' }).click();
      await buyer.getByText('已签收').first().waitFor();
    }
    await buyer.goto(run);
    await step(buyer, '退回未领取的 1 份', '申请退回');
    await buyer.getByText('已向供应商申请退回').first().waitFor();
    await step(buyer, '结束发放');
    await buyer.getByText('已结束').first().waitFor();

    const [download] = await Promise.all([
      buyer.waitForEvent('download'),
      buyer.getByRole('link', { name: '会计资料' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('春节慰问-会计资料.zip');
    const parts = entriesOf(await readFile(await download.path()));
    const rows = async (name: string) => (await readSheet(parts.get(name) as Buffer)).slice(1);
    expect(await rows('02 审批.xlsx')).toHaveLength(4);
    expect((await rows('04 验收.xlsx')).map((row) => row[3]).sort()).toEqual([2, 3]);
    expect((await rows('05 退款.xlsx')).map((row) => row[3])).toEqual([1]);
    expect(
      (await rows('09 签收表.xlsx'))
        .slice(1)
        .map((row) => `${row[1]} ${row[3]} ${row[4]}`)
        .sort(),
    ).toEqual(['A1 茶米礼 已签收', 'A2 茶礼 已签收', 'A3 茶礼 已退回']);
    expect(market.faults).toEqual([]);
  });
});
