import { readFile } from 'node:fs/promises';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { readSheet as readRows } from 'read-excel-file/node';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import writeExcelFile, { type SheetData } from 'write-excel-file/node';
import { findActor } from '../../server/accounts/actor.ts';
import { decideRefund } from '../../server/orders/decide-refund.ts';
import { requestRefund } from '../../server/orders/request-refund.ts';
import { formatYuan } from '../../server/shared/money.ts';
import { declare, differences } from '../quotas/declared.ts';
import { type Market, openMarket, type Placed } from '../quotas/market.ts';
import { describeInBrowser, openBrowser } from '../setup/browser.ts';
import { unzip } from '../setup/unzip.ts';
import { PHONE, type Visitors, visitorsOf } from '../setup/visitors.ts';
import { aTarget } from '../world/programmes.ts';

const IN_QUARTER = '2026-06-28';
const AFTER_IT = '2026-07-02';
const TEA = 12_800;
const TITLE = '关于2026年第二季度消费帮扶任务完成情况的通报（测试）';

describeInBrowser('the organizer, from target upload to published bulletin', () => {
  let market: Market;
  let browser: Browser;
  let visitors: Visitors;
  let bought: Placed;
  let bulletin = '';

  beforeAll(async () => {
    market = await openMarket(IN_QUARTER);
    const { units, programmes } = market.world;
    await aTarget(market.app.db, { programme: programmes.group, unit: units.bank, fen: 1_000_000 });
    await market.app.db.targetVersion.updateMany({ data: { at: new Date('2026-01-05T02:00:00Z') } });
    browser = await openBrowser();
    visitors = visitorsOf(browser, market.app.url);
  });
  afterAll(async () => {
    await browser?.close();
    await market?.app.close();
  });
  beforeEach(({ onTestFailed }) => {
    visitors.faults.splice(0);
    onTestFailed(() => console.log('what the browser saw fail:', visitors.faults));
  });

  const person = (who: keyof Market['world']['users'], more: BrowserContextOptions = {}) =>
    visitors.person(market.world.users[who].login, more);

  const go = (page: Page, name: string) => page.getByRole('link', { name, exact: true }).first().click();
  const press = (page: Page, name: string) => page.getByRole('main').getByRole('button', { name }).click();
  const said = (page: Page, text: string) => page.getByText(text).first().waitFor();
  const textOf = async (part: Locator) => (await part.textContent()) ?? '';
  const bankIn = (part: Locator) =>
    part.getByRole('row').filter({ has: part.page().getByRole('rowheader', { name: '农行市分行' }) });

  async function download(page: Page, name: string): Promise<Buffer> {
    const [file] = await Promise.all([page.waitForEvent('download'), go(page, name)]);
    return readFile(await file.path());
  }

  /** The bank's row of the board of the group's programme, each figure in yuan. */
  async function onTheBoard(page: Page) {
    await page.goto('/board');
    const row = bankIn(page.getByRole('main'));
    const [target, placed, counted] = await Promise.all(
      ['任务数', '已下单', '已计入'].map(async (label) => {
        const text = await row.locator(`td[data-label="${label}"]`).innerText();
        return /[\d,]+\.\d{2}/.exec(text)?.[0] ?? text;
      }),
    );
    return { target, placed, counted };
  }

  async function upload(page: Page, rows: SheetData): Promise<void> {
    const buffer = await writeExcelFile(rows).toBuffer();
    const mimeType = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
    await page.getByLabel('Excel 文件').setInputFiles({ name: '任务数.xlsx', mimeType, buffer });
    await press(page, '上传并预览');
    await page.getByRole('heading', { level: 1, name: '导入预览' }).waitFor();
  }

  /** From the board by the template: first one fault, then what is right; ends on the targets. */
  async function importTarget(page: Page, yuan: number): Promise<void> {
    await go(page, '任务数');
    await page.getByRole('main').getByRole('link', { name: '用 Excel 导入' }).click();
    const rows = (await readRows(await download(page, '下载模板'), 1)) as SheetData;
    const head = rows.findIndex((row) => row.some((cell) => String(cell).startsWith('任务数（')));
    const column = rows[head]?.findIndex((cell) => String(cell).startsWith('任务数（')) ?? 0;
    const line = rows.findIndex((row) => row.some((cell) => String(cell) === 'bank'));
    const filled = (value: string | number) =>
      rows.map((row, index) => (index === line ? row.with(column, value as never) : row));
    await upload(page, filled('一万'));
    const cell = `${String.fromCharCode(65 + column)}${line + 1}`;
    const fault = page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: cell, exact: true }) });
    expect(await textOf(fault)).toContain('请填数字');
    expect(await page.getByRole('button', { name: '全部写入' }).count()).toBe(0);
    await go(page, '重新上传');
    await upload(page, filled(yuan));
    expect(await textOf(bankIn(page.getByRole('main')))).toContain(formatYuan(yuan * 100));
    await page.getByLabel('这次导入的原因').fill('年中调整');
    await press(page, '全部写入');
    await said(page, '已导入，写入 1 项变更');
  }

  async function publish(page: Page, title: string, remark: string, kind = '季度通报'): Promise<string> {
    await go(page, '通报与考核');
    await page.getByRole('main').getByRole('link', { name: '新建通报' }).first().click();
    await page.getByLabel('类别').selectOption({ label: kind });
    await press(page, '选择统计期');
    await press(page, '生成草稿');
    await said(page, '草稿已生成');
    const draft = page.url();
    await page.getByLabel('标题', { exact: true }).fill(title);
    await page.getByLabel('农行市分行的备注').fill(remark);
    await press(page, '保存草稿');
    await said(page, '草稿已保存');
    await page.getByRole('main').getByRole('link', { name: '签发…' }).click();
    await press(page, '签发并发布');
    await said(page, '已发布');
    return new URL(draft).pathname;
  }

  const dashboard = (target: number, placed: number, counted: number) => ({
    target: formatYuan(target),
    placed: formatYuan(placed),
    counted: formatYuan(counted),
  });

  it('uploads targets with a fault shown by its cell, and the board shows the new ones', async () => {
    const page = await person('organizer');
    expect(new URL(page.url()).pathname).toBe('/board');
    await go(page, '年度任务');
    await page.getByRole('main').getByRole('link', { name: market.world.programmes.group.name }).first().click();
    await page.getByRole('heading', { level: 1, name: market.world.programmes.group.name }).waitFor();
    await importTarget(page, 20_000);
    expect(await onTheBoard(page)).toEqual(dashboard(2_000_000, 0, 0));
    expect(visitors.faults).toEqual([]);
    await page.context().close();
  });

  it('sees a purchase placed, then counted, and the entries that its figure is the sum of', async () => {
    const page = await person('organizer');
    const { units, products } = market.world;
    const lines = [{ productId: products.tea.id, quantity: 5 }];
    bought = await market.buy('employee', { lines });
    const order = await market.buy('buyer', { lines, unit: units.bank });
    expect(await onTheBoard(page)).toEqual(dashboard(2_000_000, 10 * TEA, 5 * TEA));
    await market.deliver(order, 4);
    expect(await onTheBoard(page)).toEqual(dashboard(2_000_000, 9 * TEA, 9 * TEA));
    await bankIn(page.getByRole('main')).locator('td[data-label="已计入"]').getByRole('link').first().click();
    const sum = page.locator('[data-sum="counted"]');
    await sum.waitFor();
    const entries = await page
      .locator('#entries tr[data-event="counted"]')
      .evaluateAll((rows) => rows.map((row) => Number(row.getAttribute('data-fen'))));
    expect(entries.reduce((total, fen) => total + fen, 0)).toBe(9 * TEA);
    expect(Number(await sum.getAttribute('data-fen'))).toBe(9 * TEA);
    expect(visitors.faults).toEqual([]);
    await page.context().close();
  });

  it('reminds who is behind in one press, and the unit’s approver reads it', async () => {
    const page = await person('organizer');
    await page.getByRole('main').getByRole('link', { name: '催办' }).click();
    await page.getByRole('listitem').filter({ hasText: '农行市分行' }).first().waitFor();
    await press(page, '提醒选中的单位');
    await said(page, '已提醒');
    await market.settle();
    const approver = await person('approver');
    await approver.getByRole('link', { name: /^消息/ }).first().click();
    await approver.getByRole('main').getByRole('link').first().click();
    await said(approver, '请尽快安排采购');
    expect(visitors.faults).toEqual([]);
    for (const each of [page, approver]) await each.context().close();
  });

  it('verifies what was bought outside the market by its photo, and the board moves', async () => {
    await declare(market, 'buyer', { purchasedOn: '2026-06-20' });
    const page = await person('organizer');
    expect(await onTheBoard(page)).toEqual(dashboard(2_000_000, 9 * TEA + 90_000, 9 * TEA));
    await go(page, '线下采购');
    await page
      .getByRole('main')
      .getByRole('link', { name: /凉河村股份经济合作社/ })
      .first()
      .click();
    await page.locator('.evidence img').first().waitFor();
    await press(page, '核实通过');
    await said(page, '已核实，计入任务');
    expect(await onTheBoard(page)).toEqual(dashboard(2_000_000, 9 * TEA + 90_000, 9 * TEA + 90_000));
    expect(visitors.faults).toEqual([]);
    await page.context().close();
  });

  it('drafts, remarks, signs and publishes the quarter, which anyone reads and downloads', async () => {
    market.turnTo(AFTER_IT);
    const page = await person('organizer');
    bulletin = await publish(page, TITLE, '食堂改造（测试）');
    const visitor = await visitors.visit();
    await visitor.goto('/notices');
    await visitor.goto('/bulletins');
    await go(visitor, TITLE);
    expect(new URL(visitor.url()).pathname).toBe(bulletin);
    const figure = formatYuan(9 * TEA + 90_000);
    expect(await textOf(visitor.getByRole('main'))).toContain(figure);
    const word = unzip(await download(visitor, '下载 Word')).get('word/document.xml') ?? '';
    const wordText = word.replace(/<[^>]+>/g, '');
    for (const text of [TITLE, '农行市分行', figure, '食堂改造（测试）']) expect(wordText).toContain(text);
    const sheets = [...unzip(await download(visitor, '下载附表 Excel'))].filter(([name]) => name.startsWith('xl/'));
    const sheetText = sheets.map(([, text]) => text).join('\n');
    for (const text of ['农行市分行', '食堂改造（测试）', `<v>${(9 * TEA + 90_000) / 100}</v>`])
      expect(sheetText).toContain(text);
    expect(visitors.faults).toEqual([]);
    for (const each of [page, visitor]) await each.context().close();
  });

  it('keeps the published figures after a refund, with the change beside them', async () => {
    await refund(2);
    const page = await person('organizer');
    await page.goto(bulletin);
    const annex = page.locator('#annex-ranking tbody tr').filter({ hasText: '农行市分行' });
    expect(await textOf(annex)).toContain(formatYuan(9 * TEA + 90_000));
    const since = page.getByRole('region', { name: '发布以后的变化' }).first();
    expect(await textOf(since)).toContain(`-¥${formatYuan(2 * TEA)}`);
    expect((await onTheBoard(page)).counted).toBe(formatYuan(7 * TEA + 90_000));
    expect(await differences(market)).toEqual([]);
    expect(visitors.faults).toEqual([]);
    await page.context().close();
  });

  it('reads board and bulletin on a phone', async () => {
    const page = await person('organizer', { viewport: PHONE });
    for (const path of ['/board', bulletin, '/bulletins', '/targets', '/bulletins/desk']) {
      await page.goto(path);
      await page.getByRole('heading', { level: 1 }).first().waitFor();
      const widest = await page.evaluate<number>('document.documentElement.scrollWidth');
      expect(widest, `${path} is wider than the screen`).toBeLessThanOrEqual(PHONE.width);
    }
    expect(visitors.faults).toEqual([]);
    await page.context().close();
  });

  it('uploads, applies and publishes without scripts', async () => {
    const page = await person('organizer', { javaScriptEnabled: false });
    await importTarget(page, 30_000);
    expect((await onTheBoard(page)).target).toBe(formatYuan(3_000_000));
    const path = await publish(page, '无脚本的通报（测试）', '食堂改造（测试）', '月通报');
    expect((await fetch(market.app.url + path)).status).toBe(200);
    expect(visitors.faults).toEqual([]);
    await page.context().close();
  });

  /** The employee gives back so many of what was bought; the supplier takes them back. */
  async function refund(quantity: number): Promise<void> {
    const { db, container } = market.app;
    const actor = async (who: 'employee' | 'supplier') => {
      const found = await findActor(db, market.world.users[who].id, AFTER_IT);
      if (!found) throw new Error(`${who} is nobody`);
      return found;
    };
    const wish = {
      lines: [{ lineId: bought.fulfilments[0]?.lines[0]?.id ?? 0, quantity }],
      reason: '测试',
      photos: [],
    };
    const id = await requestRefund(container, await actor('employee'), bought.id, wish, container.clock());
    const decision = { decision: 'approve' as const, lines: [], freightFen: 0, reason: '测试' };
    await decideRefund(db, await actor('supplier'), id, decision, container.clock());
    await market.settle();
  }
});
