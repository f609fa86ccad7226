import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Market, openMarket } from '../quotas/market.ts';
import { describeInBrowser, openBrowser } from '../setup/browser.ts';
import { visitorsOf } from '../setup/visitors.ts';
import { aTarget } from '../world/programmes.ts';

describeInBrowser('the organizer', () => {
  let market: Market;
  let browser: Browser;

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

  it('sees who is behind, opens the unit, and follows its figure to the entries that add up to it', async () => {
    const { person, faults } = visitorsOf(browser, market.app.url);
    const page = await person(market.world.users.organizer.login);
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
