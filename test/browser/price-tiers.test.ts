import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeInBrowser } from '../setup/browser.ts';
import { type ServedMarket, serveMarket } from '../setup/served-market.ts';
import { fits, PHONE } from '../setup/visitors.ts';

/** Rice: 60 yuan, 57 from 10, 54 from 50, by the pair; 500 in stock. */
describeInBrowser('a quantity while it is typed', () => {
  let market: ServedMarket;
  let productPath: string;

  beforeAll(async () => {
    market = await serveMarket();
    productPath = `/products/${market.world.products.rice.id}`;
  });
  afterAll(() => market?.close());

  const shown = (box: Locator, part: string) => box.locator(`[data-price-${part}]`);
  const faultIn = (box: Locator) => box.locator('.line__problem');
  const typed = async (input: Locator, text: string) => {
    await input.fill('');
    await input.pressSequentially(text);
  };

  it('shows its tier, the sum and what a few more would save on the product page, and what is wrong with it', async () => {
    const page = await market.visit({ viewport: PHONE });
    await page.goto(productPath);
    const form = page.locator('#buy');
    const quantity = form.locator('#f-quantity');
    await expectText(shown(form, 'sum'), '¥120.00');
    await expectText(shown(form, 'next'), '再加 8 袋，单价 ¥57.00');
    await typed(quantity, '12');
    await expectText(shown(form, 'each'), '¥57.00');
    await expectText(shown(form, 'sum'), '¥684.00');
    await expectText(shown(form, 'next'), '再加 38 袋，单价 ¥54.00');
    await form.locator('[data-step="1"]').click();
    await expectText(shown(form, 'sum'), '¥798.00');
    await typed(quantity, '60');
    await expectText(shown(form, 'sum'), '¥3,240.00');
    expect(await shown(form, 'next').isVisible()).toBe(false);
    for (const [text, words] of [
      ['1', '最少 2 袋起订'],
      ['7', '2 袋的整倍数'],
      ['0', '数量'],
      ['502', '库存只有 500'],
    ] as const) {
      await typed(quantity, text);
      await expectText(faultIn(form), words);
      expect(await shown(form, 'sum').isVisible()).toBe(false);
    }
    await typed(quantity, '10');
    expect(await faultIn(form).isVisible()).toBe(false);
    await fits(page);
    expect(market.faults).toEqual([]);
  });

  it('does so in the cart, and says what the server says once it is sent', async () => {
    const page = await market.visit();
    await page.goto(productPath);
    await page.locator('#buy button[type="submit"]').first().click();
    await page.goto('/cart');
    const line = page.locator('.line').first();
    const quantity = line.locator('input[name="quantity"]');
    await typed(quantity, '20');
    await expectText(shown(line, 'sum'), '¥1,140.00');
    await typed(quantity, '21');
    await expectText(faultIn(line), '2 袋的整倍数');
    await typed(quantity, '50');
    await Promise.all([page.waitForNavigation(), quantity.press('Enter')]);
    await expectText(shown(page.locator('.line').first(), 'sum'), '¥2,700.00');
    expect(market.faults).toEqual([]);
  });

  it('does so in the preview of a pasted list', async () => {
    const page = await market.person('buyer');
    await page.goto('/quick-order?unit=bank');
    await page.locator('textarea').first().fill('千丘梯田贡米 10');
    await page.locator('form:has(textarea) button[type="submit"]').first().click();
    const row = page.locator('.check').first();
    const quantity = row.locator('[data-price-of]');
    await expectText(shown(row, 'sum'), '¥570.00');
    await typed(quantity, '50');
    await expectText(shown(row, 'each'), '¥54.00');
    await expectText(shown(row, 'sum'), '¥2,700.00');
    await typed(quantity, '5');
    await expectText(faultIn(row), '2 袋的整倍数');
    expect(market.faults).toEqual([]);
  });

  it('is told by the server where there are no scripts', async () => {
    const page = await market.visit({ javaScriptEnabled: false });
    await page.goto(productPath);
    await page.locator('#f-quantity').fill('12');
    await page.locator('#buy button[type="submit"]').first().click();
    await page.goto('/cart');
    const line = page.locator('.line').first();
    await expectText(shown(line, 'sum'), '¥684.00');
    await expectText(shown(line, 'next'), '再加 38 袋，单价 ¥54.00');
    await line.locator('input[name="quantity"]').fill('50');
    await line.locator('button[type="submit"]').first().click();
    await expectText(shown(page.locator('.line').first(), 'sum'), '¥2,700.00');
  });

  async function expectText(part: Locator, words: string): Promise<void> {
    await expect.poll(() => part.first().textContent()).toContain(words);
  }
});
