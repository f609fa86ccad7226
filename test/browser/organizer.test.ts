import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Market, openMarket } from '../quotas/market.ts';
import { describeInBrowser, openBrowser } from '../setup/browser.ts';
import { aTarget } from '../world/programmes.ts';
import { PASSWORD } from '../world/users.ts';

describeInBrowser('the organizer', () => {
  let market: Market;
  let browser: Browser;
  const faults: string[] = [];

  beforeAll(async () => {
    market = await openMarket(new Date().toISOString().slice(0, 10));
    const { units, products, programmes } = market.world;
    await aTarget(market.app.db, { programme: programmes.group, unit: units.bank, fen: 1_000_000 });
    const lines = [{ productId: products.tea.id, quantity: 5 }];
    await market.deliver(await market.buy('buyer', { lines, unit: units.bank }));
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await market?.app.close();
  });

  async function organizer(): Promise<Page> {
    const context = await browser.newContext({ locale: 'zh-CN', baseURL: market.app.url });
    const page = await context.newPage();
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (said) => said.type() === 'error' && faults.push(said.text()));
    await page.goto('/sign-in');
    await page.getByLabel('账号').fill(market.world.users.organizer.login);
    await page.getByLabel('密码').fill(PASSWORD);
    await page.getByRole('main').getByRole('button', { name: '登录' }).click();
    await page.waitForURL((url) => url.pathname !== '/sign-in');
    return page;
  }

  it('sees who is behind, opens the unit, and follows its figure to the entries that add up to it', async () => {
    const page = await organizer();
    await page.goto(`/board?programme=${market.world.programmes.group.code}`);
    // A chart that broke the page's rules for styles would be told on the console.
    expect(await page.locator('.chart svg:visible').count()).toBe(2);
    await page.getByRole('link', { name: '农行市分行' }).first().click();
    await page.getByRole('heading', { level: 1, name: '农行市分行' }).waitFor();
    const figure = page.locator('.stats a.figure').last();
    const amount = await figure.innerText();
    await figure.click();
    await page.locator('[data-sum="counted"]').waitFor();
    expect(await page.locator('[data-sum="counted"] .stat__value').innerText()).toBe(amount);
    expect(await page.locator('#entries tbody tr').count()).toBeGreaterThan(0);
    expect(faults).toEqual([]);
  });
});
