import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expireOrder } from '../../server/orders/expire-order.ts';
import { makeTestApp, type TestApp } from '../setup/app.ts';
import { type Page, personOf } from '../setup/person.ts';
import { aProduct, stockOf } from '../world/products.ts';
import { makeWorld, type World } from '../world/world.ts';

const now = new Date('2026-06-15T04:00:00Z');
const FORM = 'form.cart-columns';
let app: TestApp;
let world: World;

beforeAll(async () => {
  app = await makeTestApp({ clock: () => now });
  world = await makeWorld(app.db, { now });
});
afterAll(() => app.close());

describe('the last unit in two carts', () => {
  it.each([1, 2, 3, 4, 5])('is one buyer’s; the other is told by the line and keeps the cart (round %i)', async () => {
    const { lianghe } = world.suppliers;
    const last = await aProduct(app.db, {
      supplier: lianghe,
      category: world.categories.tea,
      priceFen: 9_900,
      stock: 1,
    });
    const people = await Promise.all(['employee', 'colleague'].map((login) => personOf(app, login)));
    const pages: Page[] = [];
    for (const person of people) {
      await app.db.cartLine.deleteMany({ where: { productId: { not: last.id } } });
      await person.send(await person.open(`/products/${last.id}`), 'form#buy', { quantity: 1 });
      pages.push(await person.open('/checkout'));
    }
    const answers = await Promise.all(people.map((person, index) => person.send(pages[index] as Page, FORM)));
    const won = answers.findIndex((answer) => answer.path.startsWith('/sandbox/pay/'));
    const lost = answers[1 - won] as Page;
    expect(answers.filter((answer) => answer.path.startsWith('/sandbox/pay/'))).toHaveLength(1);
    expect(lost.status).toBe(422);
    expect(lost.$(`#f-line-${last.id} .line__problem`).text()).toContain('售');
    expect(await stockOf(app.db, last)).toBe(0);
    expect(await app.db.orderLine.count({ where: { productId: last.id } })).toBe(1);
    expect(await app.db.cartLine.count({ where: { productId: last.id } })).toBe(1);
  });
});

describe('a payment that did not go through', () => {
  const orderOf = async () => app.db.order.findFirstOrThrow({ orderBy: { id: 'desc' } });
  const settle = (page: Page, outcome: string) => app.visitor().post(page.path).type('form').send({ outcome });
  const PAY = (id: number) => `form[action="/orders/${id}/payment"]`;

  it('declined, leaves the order waiting, and the same payment page takes another try', async () => {
    const buyer = await personOf(app, 'outsider');
    const product = await buyer.open(`/products/${world.products.tea.id}`);
    const payPage = await buyer.send(await buyer.send(product, 'form#buy', { next: 'checkout' }), FORM);
    const { id } = await orderOf();
    await settle(payPage, 'decline');
    const back = await buyer.open(`/orders/${id}/payment/return`);
    expect(back.text).toContain('还没有收到付款');
    const again = await buyer.send(back, PAY(id));
    expect(again.path).toBe(payPage.path);
    await settle(again, 'succeed');
    expect((await buyer.open(`/orders/${id}/payment/return`)).text).toContain('支付成功');
  });

  it('abandoned, opens a fresh payment page for as long as the order is held', async () => {
    const buyer = await personOf(app, 'outsider');
    const product = await buyer.open(`/products/${world.products.tea.id}`);
    const payPage = await buyer.send(await buyer.send(product, 'form#buy', { next: 'checkout' }), FORM);
    const { id } = await orderOf();
    await settle(payPage, 'abandon');
    const back = await buyer.open(`/orders/${id}/payment/return`);
    const again = await buyer.send(back, PAY(id));
    expect(again.path).toMatch(/^\/sandbox\/pay\//);
    expect(again.path).not.toBe(payPage.path);
    await settle(again, 'succeed');
    expect((await buyer.open(`/orders/${id}/payment/return`)).text).toContain('支付成功');
  });

  it('run out, says so and puts the goods back into the cart', async () => {
    const buyer = await personOf(app, 'outsider');
    const product = await buyer.open(`/products/${world.products.tea.id}`);
    await buyer.send(await buyer.send(product, 'form#buy', { quantity: 2, next: 'checkout' }), FORM);
    const { id } = await orderOf();
    await expireOrder(app.db, id, new Date(now.getTime() + 3_600_000));
    const page = await buyer.open(`/orders/${id}`);
    expect(page.text).toContain('订单没有在保留时间内完成');
    expect(page.$(PAY(id)).length).toBe(0);
    const cart = await buyer.send(page, `form[action="/orders/${id}/repetition"]`);
    expect(cart.$(`#q-${world.products.tea.id}`).val()).toBe('2');
  });
});
