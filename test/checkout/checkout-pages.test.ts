import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeTestApp, type TestApp } from '../setup/app.ts';
import { faultsOn, type Page, type Person, personOf } from '../setup/person.ts';
import { aProduct, stockOf } from '../world/products.ts';
import { makeWorld, type World } from '../world/world.ts';

const now = new Date('2026-06-15T04:00:00Z');
const FORM = 'form.cart-columns';
const newAddress = {
  addressId: 'new',
  recipient: '新收货人',
  phone: '138 0000 1111',
  province: '重庆市',
  county: '秀山县',
  detail: '凉河路 2 号',
};
let app: TestApp;
let world: World;
let employee: Person;
let buyer: Person;

beforeAll(async () => {
  app = await makeTestApp({ clock: () => now });
  world = await makeWorld(app.db, { now });
  employee = await personOf(app, 'employee');
  buyer = await personOf(app, 'buyer');
});
afterAll(() => app.close());
beforeEach(() => app.db.cartLine.deleteMany());

async function checkout(who: Person, product: { id: number }, quantity: number, unit?: string): Promise<Page> {
  await who.send(await who.open(`/products/${product.id}`), 'form#buy', { quantity, ...(unit ? { unit } : {}) });
  return who.open(unit ? `/checkout?unit=${unit}` : '/checkout');
}

const newestOrder = () => app.db.order.findFirstOrThrow({ orderBy: { id: 'desc' }, include: { lines: true } });

/** Refused with 422, and neither order nor anything else came of it. */
async function expectRefused(attempt: () => Promise<Page>): Promise<Page> {
  const before = [await app.db.order.count(), await app.db.stockMovement.count(), await app.db.cartLine.count()];
  const page = await attempt();
  expect(page.status).toBe(422);
  expect([await app.db.order.count(), await app.db.stockMovement.count(), await app.db.cartLine.count()]).toEqual(
    before,
  );
  return page;
}

describe('an employee checks out', () => {
  it('sees address, unit, parcels, total and what it will count for; pays; is placed and counted', async () => {
    const page = await checkout(employee, world.products.tea, 2);
    expect(page.text).toContain('计入农行市分行');
    expect(page.text).toContain('农行市分行的“涌洞乡年度任务”： ¥256.00 · 500 克');
    expect(page.$('.sum__total').text()).toContain('¥256.00');
    const payPage = await employee.send(page, FORM, { note: '周末送' });
    expect(payPage.path).toMatch(/^\/sandbox\/pay\//);
    const order = await newestOrder();
    expect(order).toMatchObject({
      state: 'awaiting_payment',
      note: '周末送',
      unitId: world.units.bank.id,
      fundingSource: 'individual',
    });
    expect(await app.db.cartLine.count()).toBe(0);

    const notYet = await employee.open(`/orders/${order.id}/payment/return`);
    expect(notYet.text).toContain('还没有收到付款');
    expect(notYet.text).toContain('请在 2026-06-15 12:35 前完成支付');
    await app.visitor().post(payPage.path).type('form').send({ outcome: 'succeed' });
    const paid = await employee.open(`/orders/${order.id}/payment/return`);
    expect(paid.text).toContain('支付成功');
    expect(paid.$('.counts').first().text().replace(/\s+/g, ' ')).toContain('已下单¥256.00500 克 已计入¥256.00500 克');
    expect(paid.text).toContain('个人购买：支付即为已下单并计入。');
  });

  it('leads back to the same payment page from the order, however often', async () => {
    const payPage = await employee.send(await checkout(employee, world.products.tea, 1), FORM);
    const { id } = await newestOrder();
    const again = await employee.send(await employee.open(`/orders/${id}`), `form[action="/orders/${id}/payment"]`);
    expect(again.path).toBe(payPage.path);
    expect(await app.db.payment.count({ where: { orderId: id } })).toBe(1);
  });

  it('may count it for no unit, and then it counts nowhere', async () => {
    await employee.send(await checkout(employee, world.products.tea, 1), FORM, { countFor: '' });
    expect((await newestOrder()).unitId).toBeNull();
  });

  it('may type a new address and keep it', async () => {
    await employee.send(await checkout(employee, world.products.tea, 1), FORM, { ...newAddress, saveAddress: 'on' });
    expect(await newestOrder()).toMatchObject({ recipient: '新收货人', phone: '13800001111', address: '凉河路 2 号' });
    const next = await checkout(employee, world.products.tea, 1);
    expect(next.text).toContain('新收货人 13800001111');
  });

  it('gets one order for two presses, and one for two that arrive at once', async () => {
    const page = await checkout(employee, world.products.tea, 1);
    const before = await app.db.order.count();
    const presses = await Promise.all([employee.send(page, FORM), employee.send(page, FORM)]);
    const third = await employee.send(page, FORM);
    expect(new Set([...presses, third].map((answer) => answer.path)).size).toBe(1);
    expect(await app.db.order.count()).toBe(before + 1);
  });

  it('is shown the page again with everything typed and each fault by its field', async () => {
    const page = await checkout(employee, world.products.tea, 1);
    const refused = await expectRefused(() =>
      employee.send(page, FORM, { ...newAddress, recipient: ' ', phone: '12', note: '请打电话' }),
    );
    expect(faultsOn(refused)).toEqual(['收货人：请填写此项', '联系电话：请填写 11 位手机号或带区号的座机号']);
    expect(refused.$('#f-detail').val()).toBe('凉河路 2 号');
    expect(refused.$('#f-phone').val()).toBe('12');
    expect(refused.$('#f-note').val()).toBe('请打电话');
    expect(refused.$('input[name="addressId"]:checked').val()).toBe('new');
  });

  it.each([
    ['an address that is none', { addressId: '999999' }, '没有这个地址'],
    ['no address', { addressId: null }, '请选择收货地址'],
    ['a made-up unit', { countFor: '999999' }, '您不是这个单位的采购员'],
    ['buying on account', { payment: 'on_account' }, '个人购买需线上支付'],
    ['a made-up funding source', { fundingSource: 'gift' }, '请从给出的选项中选择'],
  ])('is refused %s', async (_, changes, sentence) => {
    const page = await checkout(employee, world.products.tea, 1);
    const refused = await expectRefused(() => employee.send(page, FORM, changes));
    expect(faultsOn(refused).join()).toContain(sentence);
  });

  it('sends nothing to the address of somebody else', async () => {
    const { id } = await app.db.address.findFirstOrThrow({ where: { userId: world.users.outsider.id } });
    const page = await checkout(employee, world.products.tea, 1);
    expect(page.$(`input[name="addressId"][value="${id}"]`).length).toBe(0);
    const refused = await expectRefused(() => employee.send(page, FORM, { addressId: id }));
    expect(faultsOn(refused).join()).toContain('没有这个地址');
  });

  it('never pays another total than the one that stood there', async () => {
    const page = await checkout(employee, world.products.tea, 1);
    const forged = await expectRefused(() => employee.send(page, FORM, { expectedTotalFen: 1 }));
    expect(faultsOn(forged).join()).toContain('价格或运费有变化');
    await app.db.product.update({ where: { id: world.products.tea.id }, data: { priceFen: 13_000 } });
    const changed = await expectRefused(() => employee.send(page, FORM));
    await app.db.product.update({ where: { id: world.products.tea.id }, data: { priceFen: 12_800 } });
    expect(changed.$('.sum__total').text()).toContain('¥142.00');
    expect(changed.$('input[name="expectedTotalFen"]').val()).toBe('14200');
  });

  it('is told by the line what was sold meanwhile', async () => {
    const scarce = await aProduct(app.db, { name: '最后三袋', stock: 3 });
    const page = await checkout(employee, scarce, 3);
    await app.db.batch.updateMany({ where: { productId: scarce.id }, data: { available: 1 } });
    const refused = await expectRefused(() => employee.send(page, FORM));
    expect(refused.$(`.error-summary a[href="#f-line-${scarce.id}"]`).text()).toContain('“最后三袋”库存只有 1');
    expect(refused.$(`#f-line-${scarce.id} .line__problem`).text()).toContain('库存只有 1');
    expect(await stockOf(app.db, scarce)).toBe(1);
  });

  it('cannot use up the key of another’s order', async () => {
    const page = await checkout(employee, world.products.tea, 1);
    const key = randomUUID();
    await employee.send(page, FORM, { checkoutKey: key });
    const other = await personOf(app, 'colleague');
    const refused = await expectRefused(async () =>
      other
        .send(await checkout(other, world.products.tea, 1), FORM, { checkoutKey: key })
        .finally(() => app.db.cartLine.deleteMany()),
    );
    expect(refused.status).toBe(422);
  });
});

describe('a canteen buyer checks out', () => {
  it('chooses fund and way of paying, with the payer’s title, and is placed at once below the threshold', async () => {
    const page = await checkout(buyer, world.products.rice, 2, 'bank');
    expect(page.$('input[name="fundingSource"]').length).toBe(2);
    expect(page.text).toContain('付款抬头：');
    expect(page.text).toContain('单位挂账：批准为已下单，验收的部分计入。');
    const order = await buyer.send(page, FORM, { fundingSource: 'canteen_budget', payment: 'on_account' });
    expect(order.text).toContain('已下单，供应商将确认并发货');
    expect(await newestOrder()).toMatchObject({
      state: 'placed',
      paymentWay: 'on_account',
      unitId: world.units.bank.id,
    });
  });

  it('waits for approval above it, union funds by their own payer', async () => {
    const page = await checkout(buyer, world.products.rice, 100, 'bank');
    const order = await buyer.send(page, FORM, { fundingSource: 'union_funds' });
    expect(order.text).toContain('已提交，等待单位审批');
    expect(order.$('.timeline__step--current').text()).toContain('单位审批');
    expect(await newestOrder()).toMatchObject({ state: 'awaiting_approval', fundingSource: 'union_funds' });
  });

  it('pays online first when it chooses to, and must where the payer has to', async () => {
    const prepaid = await buyer.send(await checkout(buyer, world.products.rice, 2, 'bank'), FORM, {
      payment: 'stripe',
    });
    expect(prepaid.path).toMatch(/^\/sandbox\/pay\//);
    await app.db.unitPayer.updateMany({ where: { unitId: world.units.bank.id }, data: { mustPrepay: true } });
    const page = await checkout(buyer, world.products.rice, 2, 'bank');
    const refused = await expectRefused(() => buyer.send(page, FORM, { payment: 'on_account' }));
    await app.db.unitPayer.updateMany({ where: { unitId: world.units.bank.id }, data: { mustPrepay: false } });
    expect(refused.$('#f-payment-error').text()).toContain('目前只能预付');
  });

  it('cannot check out for a unit of others', async () => {
    await buyer.open('/checkout?unit=outside', 404);
    const page = await checkout(buyer, world.products.rice, 2, 'bank');
    page.$(FORM).attr('action', '/checkout?unit=outside');
    expect((await buyer.send(page, FORM)).status).toBe(404);
  });
});
