import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findActor } from '../../server/accounts/actor.ts';
import { receiveFulfilment } from '../../server/orders/receive-fulfilment.ts';
import { shipFulfilment } from '../../server/orders/ship-fulfilment.ts';
import { makeTestApp, type TestApp } from '../setup/app.ts';
import { faultsOn, type Page, type Person, personOf } from '../setup/person.ts';
import { makeWorld, type World } from '../world/world.ts';

const now = new Date('2026-06-15T04:00:00Z');
const FORM = 'form.cart-columns';
let app: TestApp;
let world: World;
let employee: Person;

beforeAll(async () => {
  app = await makeTestApp({ clock: () => now });
  world = await makeWorld(app.db, { now });
  employee = await personOf(app, 'employee');
  const userId = world.users.employee.id;
  await app.db.welfareAllowance.create({
    data: { unitId: world.units.bank.id, userId, year: 2026, amountFen: 30_000 },
  });
  await app.db.welfareAllowance.create({
    data: { unitId: world.units.bank.id, userId, year: 2025, amountFen: 88_800 },
  });
});
afterAll(() => app.close());
beforeEach(() => app.db.cartLine.deleteMany());

const checkout = (who: Person, quantity: number): Promise<Page> =>
  who.open(`/checkout?product=${world.products.tea.id}&quantity=${quantity}`);
const newestOrder = () => app.db.order.findFirstOrThrow({ orderBy: { id: 'desc' } });
const sumOn = ({ $ }: Page) => $('#checkout-sum').text().replace(/\s+/g, ' ');
const field = ({ $ }: Page, name: string) => $(`#f-${name}`);

describe('the checkout of who has an allowance', () => {
  it('shows the balance of this year alone and, chosen and recalculated, what is left to pay, without ordering', async () => {
    const page = await checkout(employee, 3);
    expect(page.$('#tenders').text()).toContain('余额 ¥300.00');
    expect(page.text).not.toContain('888.00');
    expect(field(page, 'allowance').attr('placeholder')).toBe('300.00');
    expect(sumOn(page)).not.toContain('福利额度');
    const before = await app.db.order.count();
    const most = await employee.send(page, FORM, { useAllowance: 'on', note: '放门口', recalculate: 1 });
    expect(most.status).toBe(200);
    expect(sumOn(most)).toContain('福利额度抵扣−¥300.00 还需支付¥84.00');
    expect(most.$('#use-allowance').attr('checked')).toBeDefined();
    expect(most.$('#f-note').val()).toBe('放门口');
    const some = await employee.send(most, FORM, { allowance: '100.50', recalculate: 1 });
    expect(sumOn(some)).toContain('还需支付¥283.50');
    const tooMuch = await employee.send(most, FORM, { allowance: '300.01', recalculate: 1 });
    expect(tooMuch.$('#f-allowance-error').text()).toContain('最多可用 ¥300.00');
    expect(await app.db.order.count()).toBe(before);
  });

  it('refuses by its field and keeps what was typed', async () => {
    const page = await checkout(employee, 1);
    for (const [allowance, told] of [
      ['140.01', '最多可用 ¥140.00'],
      ['12.345', '最多两位小数'],
      ['-1', '最多两位小数'],
      ['138', '不少于 ¥5.00'],
    ] as const) {
      const refused = await employee.send(page, FORM, { useAllowance: 'on', allowance });
      expect(refused.status).toBe(422);
      expect(refused.$('a[href="#f-allowance"]').length).toBe(1);
      expect(faultsOn(refused).join()).toContain(told);
      expect(field(refused, 'allowance').val()).toBe(allowance);
    }
    const forNone = await employee.send(page, FORM, { useAllowance: 'on', countFor: '' });
    expect(forNone.status).toBe(422);
    expect(faultsOn(forNone).join()).toContain('只能用于计入发放单位');
    expect(await app.db.allowanceEntry.count()).toBe(0);
  });

  it('pays a part, then with money, and says so on the order, its list, its refund and the allowance’s page', async () => {
    const payPage = await employee.send(await checkout(employee, 2), FORM, { useAllowance: 'on', allowance: '100' });
    expect(payPage.path).toMatch(/^\/sandbox\/pay\//);
    expect(payPage.text).toContain('156.00');
    const { id } = await newestOrder();
    await app.visitor().post(payPage.path).type('form').send({ outcome: 'succeed' });
    const order = await employee.open(`/orders/${id}/payment/return`);
    expect(order.$('[data-tender="allowance"]').text()).toContain('¥100.00');
    expect(order.$('[data-tender="money"]').text()).toContain('¥156.00');
    expect((await employee.open('/orders')).text).toContain('其中福利额度 ¥100.00');

    const ask = await employee.open(order.$('a[href*="/refund"]').attr('href') ?? '');
    const asked = await employee.send(ask, 'main form', {
      [String(ask.$('input[name^="quantity"]').attr('name'))]: 1,
      reason: '多买了',
    });
    expect(asked.status).toBe(200);
    const refund = await app.db.refund.findFirstOrThrow({ where: { orderId: id } });
    const supplier = await personOf(app, 'supplier');
    const decided = await supplier.send(await supplier.open(`/refunds/${refund.id}`), 'main form', {
      decision: 'approve',
    });
    expect(decided.status).toBe(200);
    expect((await supplier.open(`/refunds/${refund.id}`)).text).toContain('退回福利额度¥50.00');
    const after = await employee.open(`/orders/${id}`);
    expect(after.text).toContain('其中福利额度 ¥50.00，原路退款 ¥78.00');
    const own = await employee.open('/allowances');
    const rows = own.$('[data-own="2026"] tbody tr').get();
    expect(rows.map((row) => own.$(row).text().replace(/\s+/g, ' ').trim())).toEqual([
      expect.stringContaining('退款退回'),
      expect.stringContaining('结算抵扣'),
    ]);
    expect(own.$(`[data-own="2026"] a[href="/orders/${id}"]`).length).toBe(2);
    expect(own.$('[data-own="2026"]').text()).toContain('¥250.00');
    const union = await (await personOf(app, 'approver')).open('/allowances');
    expect(union.text).not.toContain('尚未开通');
    expect(union.$(`a[href="/orders/${id}"]`).length).toBe(0);
  });

  it('places at once what it pays wholly', async () => {
    const page = await employee.send(await checkout(employee, 1), FORM, { useAllowance: 'on' });
    const { id, state } = await newestOrder();
    expect([page.path, state]).toEqual([`/orders/${id}`, 'placed']);
    expect(page.text).toContain('已下单，供应商将确认并发货');
    const finance = await (await personOf(app, 'operator')).open(`/finance/orders/${id}`);
    expect(finance.text).toContain('福利额度');
    expect(finance.text).toContain('-¥140.00');
  });

  it('offers nothing to who has nothing, and nothing to a unit', async () => {
    const colleague = await personOf(app, 'colleague');
    expect((await checkout(colleague, 1)).$('#tenders').length).toBe(0);
    const buyer = await personOf(app, 'buyer');
    await buyer.send(await buyer.open(`/products/${world.products.tea.id}`), 'form#buy', { quantity: 1, unit: 'bank' });
    expect((await buyer.open('/checkout?unit=bank')).$('#tenders').length).toBe(0);
  });
});

describe('points', () => {
  it('follow the operator’s rule, which takes whole numbers and is nobody else’s', async () => {
    const operator = await personOf(app, 'operator');
    const page = await operator.open('/points');
    const refused = await operator.send(page, '#points-rule', { perYuan: '1.5', mostPercent: '101' });
    expect(refused.status).toBe(422);
    expect(refused.$('a[href="#f-perYuan"]').length).toBe(1);
    expect(refused.$('#f-perYuan').val()).toBe('1.5');
    await operator.send(page, '#points-rule', { perYuan: '5', mostPercent: '10' });
    expect(await app.db.auditLine.count({ where: { action: 'points.rule' } })).toBe(1);
    const own = await employee.open('/points');
    expect(own.$('#points-rule').length).toBe(0);
    const forged = await employee.agent
      .post('/points/rule')
      .type('form')
      .send({
        _csrf: (await employee.open('/account')).$('input[name="_csrf"]').first().val(),
        perYuan: '20',
        mostPercent: '100',
      });
    expect(forged.status).toBe(403);
  });

  it('earned by one purchase pay a part of the next, and their page says both', async () => {
    const payPage = await employee.send(await checkout(employee, 2), FORM);
    await app.visitor().post(payPage.path).type('form').send({ outcome: 'succeed' });
    const { id } = await newestOrder();
    const { id: parcel } = await app.db.fulfilment.findFirstOrThrow({ where: { orderId: id } });
    const actor = async (userId: number) => {
      const found = await findActor(app.db, userId, '2026-06-15');
      if (!found) throw new Error('nobody');
      return found;
    };
    const sent = { lines: [], carrier: '邮政', trackingNumber: 'T1', temperatureDeci: null };
    await shipFulfilment(app.db, await actor(world.users.supplier.id), parcel, sent, now);
    await receiveFulfilment(app.db, await actor(world.users.employee.id), parcel, [], now);
    // 256 yuan at 5 points.
    expect((await employee.open(`/orders/${id}`)).text).toContain('已得 1,280 积分');
    const page = await checkout(employee, 1);
    expect(page.$('#tenders').text()).toContain('现有 1,280 分');
    const next = await employee.send(page, FORM, { usePoints: 'on', points: '1000' });
    expect(next.path).toMatch(/^\/sandbox\/pay\//);
    const order = await newestOrder();
    expect(order).toMatchObject({ pointsFen: 1_000, totalFen: 13_000 });
    const own = await employee.open('/points');
    expect(own.$('dl.stats').text()).toContain('280');
    expect(own.$('tbody tr').length).toBe(2);
  });
});
