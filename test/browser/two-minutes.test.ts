import type { Locator, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findActor } from '../../server/accounts/actor.ts';
import { confirmFulfilment } from '../../server/orders/confirm-fulfilment.ts';
import { shipFulfilment } from '../../server/orders/ship-fulfilment.ts';
import { dayOf } from '../../server/shared/days.ts';
import type { TestApp } from '../setup/app.ts';
import { describeInBrowser } from '../setup/browser.ts';
import { type ServedMarket, serveMarket } from '../setup/served-market.ts';
import { fits, PHONE, signIn } from '../setup/visitors.ts';
import { PASSWORD } from '../world/users.ts';
import type { World } from '../world/world.ts';

const TWO_MINUTES_MS = 120_000;
/** A finger needs this much, in CSS pixels. */
const LEAST_TARGET = 40;

describeInBrowser('the employee’s two minutes', () => {
  let app: TestApp;
  let world: World;
  let market: ServedMarket;

  beforeAll(async () => {
    market = await serveMarket();
    ({ app, world } = market);
  });
  afterAll(() => market?.close());

  /** A phone that counts what a thumb does, and what goes wrong. */
  async function phone() {
    market.faults.splice(0);
    const page = await market.visit({ viewport: PHONE, hasTouch: true, isMobile: true });
    const seen = { taps: 0, typed: 0, faults: market.faults };
    const tap = async (target: Locator) => {
      const box = await target.boundingBox();
      expect(
        box?.height,
        `${await target.textContent()} at ${page.url()} is too small for a finger`,
      ).toBeGreaterThanOrEqual(LEAST_TARGET);
      await target.tap();
      seen.taps += 1;
    };
    const type = async (target: Locator, text: string) => {
      await target.fill(text);
      seen.typed += 1;
    };
    return { page, seen, tap, type };
  }

  const main = (page: Page) => page.getByRole('main');

  async function ship(orderId: number): Promise<void> {
    const actor = await findActor(app.db, world.users.supplier.id, dayOf(new Date()));
    const { id } = await app.db.fulfilment.findFirstOrThrow({ where: { orderId } });
    if (!actor) throw new Error('no supplier');
    await confirmFulfilment(app.db, actor, id, new Date());
    const sent = { lines: [], carrier: '顺丰速运', trackingNumber: 'SF1234567890', temperatureDeci: 40 };
    await shipFulfilment(app.db, actor, id, sent, new Date());
  }

  it('found by pinyin, put into the cart by a guest, kept through signing in, paid, followed, and one line asked back with a photo', async () => {
    const { page, seen, tap, type } = await phone();
    await page.goto('/');
    const began = Date.now();

    await type(page.getByRole('searchbox', { name: '搜索商品' }), 'baicha');
    await tap(page.getByRole('search').getByRole('button', { name: '搜索' }));
    await tap(main(page).locator('.product-card').filter({ hasText: '凉河白茶' }).first());
    await tap(page.locator('.buy-bar').getByRole('button', { name: '加入购物车' }));
    await page.waitForURL('**/cart**');
    await fits(page);
    await tap(page.locator('.checkout-bar').getByRole('link', { name: '去结算' }));
    await page.waitForURL('**/sign-in**');
    await type(page.getByLabel('账号'), world.users.employee.login);
    await type(page.getByLabel('密码'), PASSWORD);
    await tap(main(page).getByRole('button', { name: '登录' }));
    await page.waitForURL('**/checkout**');
    expect(await main(page).innerText()).toContain('凉河白茶');
    await fits(page);
    await tap(page.locator('.checkout-bar').getByRole('button', { name: '提交并支付' }));
    await page.waitForURL('**/sandbox/pay/**');
    await tap(page.getByRole('button', { name: '付款成功' }));
    await page.waitForURL(/\/orders\/\d+$/);
    const spent = Date.now() - began;

    expect(await main(page).innerText()).toContain('支付成功');
    console.log(
      `guest to paid order: ${seen.taps} taps, ${seen.typed} fields, ${(spent / 1000).toFixed(1)} s of the machine's own`,
    );
    expect(seen.taps).toBeLessThanOrEqual(7);
    expect(seen.typed).toBeLessThanOrEqual(3);
    expect(spent).toBeLessThan(TWO_MINUTES_MS);

    const order = page.url();
    const orderId = Number(order.split('/').at(-1));
    expect(await main(page).innerText()).toContain('预计');
    await ship(orderId);
    await page.goto('/orders');
    expect(await main(page).innerText()).toContain('包裹在途，收到后请确认');
    await fits(page);
    await expect
      .poll(
        async () => {
          await page.goto('/inbox');
          return main(page).innerText();
        },
        { timeout: 15_000 },
      )
      .toContain('顺丰速运 SF1234567890');
    await page.goto(order);
    expect(await page.getByRole('link', { name: 'SF1234567890' }).getAttribute('href')).toBe(
      'https://www.kuaidi100.com/chaxun?com=shunfeng&nu=SF1234567890',
    );
    expect(await page.locator('.tracking').innerText()).toContain('自动确认收货');
    await fits(page);

    await tap(main(page).getByRole('link', { name: /退款/ }).first());
    await page.waitForURL('**/refund');
    await fits(page);
    await page.getByRole('spinbutton').first().fill('1');
    await page.getByLabel(/原因|说明/).fill('茶叶受潮');
    const photo = await sharp({ create: { width: 800, height: 600, channels: 3, background: '#7a5' } })
      .jpeg()
      .toBuffer();
    await page.getByLabel(/照片|凭证/).setInputFiles({ name: 'photo.jpg', mimeType: 'image/jpeg', buffer: photo });
    await main(page).getByRole('button', { name: /提交/ }).tap();
    await page.waitForURL(/\/orders\/\d+/);
    const refund = await app.db.refund.findFirstOrThrow({ where: { orderId }, include: { lines: true, photos: true } });
    expect(refund).toMatchObject({ state: 'requested', reason: '茶叶受潮', lines: [{ quantity: 1 }] });
    expect(refund.photos).toHaveLength(1);
    expect(await main(page).innerText()).toContain('茶叶受潮');
    await fits(page);
    expect(seen.faults).toEqual([]);
    await page.context().close();
  });

  it('of whoever is signed in: from the goods to the payment page in two taps', async () => {
    const { page, seen, tap } = await phone();
    await page.goto(`/sign-in?returnTo=/products/${world.products.tea.id}`);
    await signIn(page, world.users.colleague.login);
    await tap(page.locator('.buy-bar').getByRole('button', { name: '立即购买' }));
    await page.waitForURL('**/checkout**');
    await tap(page.locator('.checkout-bar').getByRole('button', { name: '提交并支付' }));
    await page.waitForURL('**/sandbox/pay/**');
    expect(seen.taps).toBe(2);
    expect(seen.faults).toEqual([]);
    await page.context().close();
  });

  it('with a welfare allowance: one tap uses it, the sum follows without a reload, and nothing is left to pay', async () => {
    await app.db.welfareAllowance.create({
      data: {
        ...{ unitId: world.units.bank.id, userId: world.users.colleague.id, amountFen: 30_000 },
        year: Number(dayOf(new Date()).slice(0, 4)),
      },
    });
    const { page, seen, tap } = await phone();
    await page.goto(`/sign-in?returnTo=/products/${world.products.tea.id}`);
    await signIn(page, world.users.colleague.login);
    await tap(page.locator('.buy-bar').getByRole('button', { name: '立即购买' }));
    await page.waitForURL('**/checkout**');
    await page.evaluate('window.stays = true');
    await page.getByLabel(/使用福利额度/).tap();
    const bar = page.locator('#checkout-bar');
    await expect.poll(() => bar.innerText()).toContain('还需支付');
    expect(await bar.innerText()).toContain('0.00');
    await page.getByLabel('抵扣金额').fill('40');
    await page.getByLabel('抵扣金额').blur();
    await expect.poll(() => bar.innerText()).toContain('100.00');
    await page.getByLabel('抵扣金额').fill('');
    await page.getByLabel('抵扣金额').blur();
    await expect.poll(() => bar.innerText()).toContain('0.00');
    await expect.poll(() => bar.innerText()).not.toContain('100.00');
    expect(await page.evaluate('window.stays')).toBe(true);
    await fits(page);
    await tap(bar.getByRole('button', { name: '提交订单' }));
    await page.waitForURL(/\/orders\/\d+$/);
    expect(await main(page).innerText()).toContain('福利额度支付');
    await fits(page);
    await page.goto('/allowances');
    await fits(page);
    await page.goto('/points');
    await fits(page);
    expect(seen.faults).toEqual([]);
    await page.context().close();
  });
});
