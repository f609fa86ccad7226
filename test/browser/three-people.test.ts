import type { BrowserContextOptions, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { formatYuan } from '../../server/shared/money.ts';
import type { TestApp } from '../setup/app.ts';
import { describeInBrowser } from '../setup/browser.ts';
import { type ServedMarket, serveMarket } from '../setup/served-market.ts';
import { DESK, PHONE } from '../setup/visitors.ts';
import { stockOf } from '../world/products.ts';
import { aTarget } from '../world/programmes.ts';
import type { World } from '../world/world.ts';

describeInBrowser('the main job', () => {
  let app: TestApp;
  let world: World;
  let market: ServedMarket;

  beforeAll(async () => {
    market = await serveMarket();
    ({ app, world } = market);
    await aTarget(app.db, { programme: world.programmes.group, unit: world.units.bank, fen: 2_000_000 });
  });
  afterAll(() => market?.close());
  beforeEach(({ onTestFailed }) => {
    market.faults.splice(0);
    onTestFailed(() => console.log('what the browser saw fail:', market.faults));
  });

  const person = (who: keyof World['users'], viewport = DESK, more: BrowserContextOptions = {}) =>
    market.person(world.users[who].login, { viewport, ...more });

  /** What an employee's or a canteen's whole way to the product is: find it, look where it comes from, put it into the cart. */
  async function findProduct(page: Page, words: string, name: string): Promise<void> {
    await page.getByRole('searchbox', { name: '搜索商品' }).fill(words);
    await page.getByRole('search').getByRole('button', { name: '搜索' }).click();
    await page.getByRole('main').getByRole('link', { name }).click();
    await page.getByRole('heading', { level: 1, name }).waitFor();
  }

  async function seeTrace(page: Page, { supplier, place }: { supplier: string; place: string }): Promise<void> {
    const product = page.url();
    await page.getByRole('region', { name: '批次与溯源' }).getByRole('link', { name: '溯源' }).first().click();
    await page.waitForURL('**/trace/**');
    const said = await textOf(page.getByRole('main'));
    expect(said).toContain(supplier);
    expect(said).toContain(place);
    await page.goto(product);
  }

  async function addToCart(page: Page, quantity: number, unit?: string): Promise<void> {
    await page.getByLabel('数量').first().fill(String(quantity));
    if (unit) await page.getByLabel('为谁购买').selectOption({ label: unit });
    await page.getByRole('button', { name: '加入购物车' }).first().click();
    await page.getByText('已放入购物车').first().waitFor();
  }

  async function payInSandbox(page: Page): Promise<string> {
    await page.getByRole('button', { name: '提交并支付' }).click();
    await page.waitForURL('**/sandbox/pay/**');
    await page.getByRole('button', { name: '付款成功' }).click();
    await page.waitForURL(/\/orders\/\d+$/);
    return page.url();
  }

  async function fits(page: Page): Promise<void> {
    const widest = await page.evaluate<number>('document.documentElement.scrollWidth');
    expect(widest, `${page.url()} is wider than the screen`).toBeLessThanOrEqual(page.viewportSize()?.width ?? 0);
  }

  const textOf = async (part: Locator) => (await part.textContent()) ?? '';
  const stateOf = (page: Page) => textOf(page.getByRole('main').locator('.page-head'));

  /** Placed and counted as the order's page shows them for one programme. */
  async function countsOn(page: Page, programme: string): Promise<[string, string]> {
    const [placed, counted] = await page
      .getByRole('region', { name: programme })
      .locator('dd strong')
      .allTextContents();
    return [yuan(placed), yuan(counted)];
  }

  /** Placed and counted of the bank as the organizer's board shows them. */
  async function onTheBoard(organizer: Page): Promise<[string, string]> {
    await organizer.goto('/board');
    const row = organizer.getByRole('row').filter({ has: organizer.getByRole('rowheader', { name: '农行市分行' }) });
    const cell = async (label: string) => yuan(await row.locator(`[data-label="${label}"]`).innerText());
    return [await cell('已下单'), await cell('已计入')];
  }

  const yuan = (text = '') => /[\d,]+\.\d{2}/.exec(text)?.[0] ?? text;
  const sum = (fen: number) => formatYuan(fen);

  async function buyRiceAsEmployee(page: Page, words: string): Promise<void> {
    await findProduct(page, words, '千丘梯田贡米');
    await seeTrace(page, { supplier: '川河贡米合作社', place: '川河村' });
    await addToCart(page, 2);
    await page.goto('/cart');
    await page.getByRole('link', { name: '去结算' }).first().click();
    await page.waitForURL('**/checkout**');
    const counts = await page.getByRole('region', { name: '这笔购买将计入' }).innerText();
    expect(counts).toContain('涌洞乡年度任务');
    expect(counts).toContain('120.00');
    await payInSandbox(page);
    expect(await stateOf(page)).toContain('已下单');
    expect(await countsOn(page, '涌洞乡年度任务')).toEqual([sum(12_000), sum(12_000)]);
  }

  it('an employee on a phone finds rice by its sound, sees where it comes from, pays, and sees what it counts', async () => {
    const page = await person('employee', PHONE);
    const stock = await stockOf(app.db, world.products.rice);
    await buyRiceAsEmployee(page, 'gongmi');
    for (const path of [
      '/',
      '/products?q=gongmi',
      `/products/${world.products.rice.id}`,
      '/cart',
      '/orders',
      page.url(),
    ]) {
      await page.goto(path);
      await fits(page);
    }
    expect(await stockOf(app.db, world.products.rice)).toBe(stock - 2);
    expect(market.faults).toEqual([]);
    await page.context().close();
  });

  it('an employee without scripts does the same', async () => {
    const page = await person('colleague', PHONE, { javaScriptEnabled: false });
    await buyRiceAsEmployee(page, '大米');
    expect(market.faults).toEqual([]);
    await page.context().close();
  });

  it('a canteen orders at the bulk price, another approves, the supplier ships, one bag is short: placed and counted move apart', async () => {
    const organizer = await person('organizer', DESK);
    const before = await onTheBoard(organizer);
    const more = (placedFen: number, countedFen: number) =>
      [placedFen, countedFen].map((more, index) => sum(fen(before[index]) + more));

    const buyer = await person('buyer', DESK);
    await findProduct(buyer, '大米', '千丘梯田贡米');
    await addToCart(buyer, 100, '农行市分行');
    await buyer.goto('/cart');
    await buyer.getByRole('link', { name: /农行市分行/ }).click();
    expect(await textOf(buyer.getByRole('main'))).toContain(sum(540_000));
    await buyer.getByRole('link', { name: '去结算' }).first().click();
    await buyer.getByLabel(/食堂预算/).check();
    await buyer.getByLabel(/挂账，先货后款/).check();
    await buyer.getByRole('button', { name: '提交订单' }).click();
    await buyer.waitForURL(/\/orders\/\d+$/);
    expect(await stateOf(buyer)).toContain('待审批');
    const order = buyer.url();
    expect(await onTheBoard(organizer)).toEqual(before);

    const approver = await person('approver', DESK);
    await approver.goto('/approvals');
    await approver.getByRole('link', { name: '去审批' }).click();
    await approver.getByRole('button', { name: '批准采购' }).click();
    await approver.getByText('已批准').first().waitFor();
    expect(await onTheBoard(organizer)).toEqual(more(540_000, 0));

    const supplier = await person('riceSupplier', DESK);
    await supplier.goto('/supplier/fulfilments');
    const parcel = supplier.getByRole('row').filter({ hasText: '× 100' });
    await parcel.getByRole('link', { name: '去确认' }).click();
    await supplier.getByRole('button', { name: '确认接单' }).click();
    await supplier.getByText('已确认接单').first().waitFor();
    await supplier.getByLabel('承运人').fill('自有车辆');
    await supplier.getByLabel('运单号').fill('YB-2026-1');
    await supplier.getByRole('button', { name: '确认发货' }).click();
    await supplier.getByText('已登记发货').first().waitFor();
    expect(await onTheBoard(organizer)).toEqual(more(540_000, 0));

    await buyer.goto(order);
    await buyer.getByRole('link', { name: '验收' }).click();
    const line = buyer.getByRole('group', { name: '千丘梯田贡米' });
    await line.getByLabel(/^验收/).fill('99');
    await line.getByLabel(/^短少/).fill('1');
    await buyer.getByRole('button', { name: '确认验收' }).click();
    await buyer.getByText('短少和损坏的部分不再应付').first().waitFor();
    expect(await countsOn(buyer, '涌洞乡年度任务')).toEqual([sum(99 * 5_400), sum(99 * 5_400)]);
    expect(await onTheBoard(organizer)).toEqual(more(99 * 5_400, 99 * 5_400));

    expect(market.faults).toEqual([]);
    for (const page of [organizer, buyer, approver, supplier]) await page.context().close();
  });

  it('what an employee cancels comes back: goods, money, and the count', async () => {
    const organizer = await person('organizer', DESK);
    const before = await onTheBoard(organizer);
    const stock = await stockOf(app.db, world.products.tea);

    const page = await person('employee', PHONE);
    await findProduct(page, '白茶', '凉河白茶');
    await addToCart(page, 1);
    await page.goto('/cart');
    await page.getByRole('link', { name: '去结算' }).first().click();
    const order = await payInSandbox(page);
    expect(await stateOf(page)).toContain('已下单');
    expect(await stockOf(app.db, world.products.tea)).toBe(stock - 1);
    const during = await onTheBoard(organizer);
    expect(during.map(fen)).toEqual(before.map((text) => fen(text) + 12_800));

    await page.getByText('取消订单', { exact: true }).click();
    await page.getByRole('button', { name: '确认取消' }).click();
    await page.getByText('已取消，库存、限额和计入都已退回').first().waitFor();
    expect(await stateOf(page)).toContain('已取消');
    expect(await stockOf(app.db, world.products.tea)).toBe(stock);
    expect(await onTheBoard(organizer)).toEqual(before);
    const back = async () => {
      await page.goto(order);
      return textOf(page.getByRole('main'));
    };
    await expect.poll(back, { timeout: 15_000 }).toContain(`已原路退回 ¥${sum(14_000)}`);
    await fits(page);

    expect(market.faults).toEqual([]);
    for (const each of [organizer, page]) await each.context().close();
  });

  const fen = (text = '') => Number(text.replace(/\D/g, ''));
});
