import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drainOutbox } from '../../server/jobs/outbox.ts';
import { outboxHandlers } from '../../server/work.ts';
import { makeTestApp, type TestApp } from '../setup/app.ts';
import { faultsOn, type Page, type Person, personOf } from '../setup/person.ts';
import { stockOf } from '../world/products.ts';
import { grant } from '../world/users.ts';
import { makeWorld, type World } from '../world/world.ts';

const now = new Date('2026-06-15T04:00:00Z');
let app: TestApp;
let world: World;
let employee: Person;
let buyer: Person;
let approver: Person;
let riceSupplier: Person;

beforeAll(async () => {
  app = await makeTestApp({ clock: () => now });
  world = await makeWorld(app.db, { now });
  await app.db.unitBudget.create({
    data: { unitId: world.units.bank.id, fundingSource: 'canteen_budget', year: 2026, amountFen: 1_000_000 },
  });
  [employee, buyer, approver, riceSupplier] = (await Promise.all(
    ['employee', 'buyer', 'approver', 'rice-supplier'].map((login) => personOf(app, login)),
  )) as [Person, Person, Person, Person];
});
afterAll(() => app.close());

const idOf = ({ path }: Page) => Number(/^\/orders\/(\d+)/.exec(path)?.[1]);

/** A canteen order of tribute rice on account, as the buyer sees it after submitting. */
async function canteenOrders(quantity: number, who = buyer): Promise<Page> {
  await who.send(await who.open(`/products/${world.products.rice.id}`), 'form#buy', { quantity, unit: 'bank' });
  return who.send(await who.open('/checkout?unit=bank'), 'form.cart-columns', {
    fundingSource: 'canteen_budget',
    payment: 'on_account',
  });
}

async function employeePays(quantity = 1): Promise<number> {
  await employee.send(await employee.open(`/products/${world.products.tea.id}`), 'form#buy', { quantity });
  const payPage = await employee.send(await employee.open('/checkout'), 'form.cart-columns');
  await app.visitor().post(payPage.path).type('form').send({ outcome: 'succeed' });
  const { id } = await app.db.order.findFirstOrThrow({ orderBy: { id: 'desc' }, select: { id: true } });
  await employee.open(`/orders/${id}/payment/return`);
  return id;
}

async function parcelOf(orderId: number): Promise<{ id: number; lines: { id: number }[] }> {
  return app.db.fulfilment.findFirstOrThrow({
    where: { orderId },
    select: { id: true, lines: { select: { id: true } } },
  });
}

async function ships(orderId: number): Promise<number> {
  const { id } = await parcelOf(orderId);
  await riceSupplier.send(await riceSupplier.open(`/supplier/fulfilments/${id}`), 'form[action$="/shipment"]', {
    carrier: '邮政',
    trackingNumber: 'YZ-1',
  });
  return id;
}

describe('a canteen orders, another approves, the supplier ships, one bag is short', () => {
  let orderId: number;
  let parcelId: number;

  it('shows the approver what waits, beside the year’s budget', async () => {
    orderId = idOf(await canteenOrders(100));
    const page = await approver.open('/approvals');
    const row = page.$(`tr:has(a[href="/orders/${orderId}"])`).last().text().replace(/\s+/g, ' ');
    expect(row).toContain('食堂采购员（测试）');
    expect(row).toContain('¥5,400.00');
    expect(page.$('section[aria-labelledby="budgets"] tbody tr').text().replace(/\s+/g, ' ')).toContain(
      '¥10,000.00 ¥0.00 ¥10,000.00 ¥5,400.00',
    );
  });

  it('is refused to be sent back without a reason, which is asked for where it belongs', async () => {
    const page = await approver.open(`/orders/${orderId}`);
    const refused = await approver.send(page, 'form[action$="/rejection"]', { reason: '  ' });
    expect(refused.status).toBe(422);
    expect(refused.$('#f-reason-error').text()).toContain('请写明原因');
    expect(refused.$('details.confirm:has(#f-reason)').attr('open')).toBeDefined();
  });

  it('is placed by approval', async () => {
    const page = await approver.send(await approver.open(`/orders/${orderId}`), 'form[action$="/approval"]');
    expect(page.text).toContain('已批准');
    expect(page.$('form[action$="/approval"]').length).toBe(0);
    expect(page.$('.counts').first().text().replace(/\s+/g, ' ')).toContain('已下单¥5,400.00500 公斤 已计入¥0.000 克');
  });

  it('is confirmed and shipped from its batches, by the supplier of that parcel alone', async () => {
    parcelId = (await parcelOf(orderId)).id;
    const desk = await riceSupplier.open('/supplier/fulfilments');
    expect(desk.$(`tr[data-parcel="${parcelId}"]`).text()).toContain('千丘梯田贡米');
    expect(desk.$('.tabs a[aria-current]').text()).toMatch(/待确认\s+1/);
    const stranger = await personOf(app, 'supplier');
    await stranger.open(`/supplier/fulfilments/${parcelId}`, 404);
    const parcel = await riceSupplier.open(`/supplier/fulfilments/${parcelId}`);
    expect(parcel.text).toContain('农行市分行食堂');
    const confirmed = await riceSupplier.send(parcel, 'form[action$="/confirmation"]');
    expect(confirmed.text).toContain('已确认接单');
    const shipped = await riceSupplier.send(confirmed, 'form[action$="/shipment"]', {
      carrier: '邮政',
      trackingNumber: 'YZ-100',
    });
    expect(shipped.text).toContain('邮政 YZ-100');
    expect(shipped.$('form[action$="/shipment"]').length).toBe(0);
  });

  it('can no longer be cancelled: there is no button, and forcing it says why', async () => {
    const page = await buyer.open(`/orders/${orderId}`);
    expect(page.$('form[action$="/cancellation"]').length).toBe(0);
    expect(page.text).toContain('邮政 YZ-100');
    expect(page.$('.trace-links a').first().attr('href')).toMatch(/^\/trace\//);
    page
      .$('main')
      .append(
        `<form id="forged" action="/orders/${orderId}/cancellation"><input name="_csrf" value="${page.$('input[name="_csrf"]').val()}"></form>`,
      );
    const refused = await buyer.send(page, '#forged');
    expect(refused.status).toBe(409);
    expect(faultsOn(refused).join()).toContain('供应商已确认备货');
  });

  it.each([
    ['do not add up', { accepted: '99' }, '相加应等于 100'],
    ['are negative', { accepted: '101', short: '-1' }, '请填整数数量'],
    ['are empty', { accepted: '' }, '请填整数数量'],
    ['are huge', { accepted: '99999999' }, '一次最多'],
  ])(
    'is not received with quantities that %s; they are shown again',
    async (_, typed: Record<string, string>, sentence) => {
      const [line] = (await parcelOf(orderId)).lines;
      const form = await buyer.open(`/fulfilments/${parcelId}/receipt`);
      expect(form.$(`#f-accepted-${line?.id}`).val()).toBe('100');
      const changes = Object.fromEntries(Object.entries(typed).map(([part, value]) => [`${part}-${line?.id}`, value]));
      const refused = await buyer.send(form, 'form[action$="/receipt"]', changes);
      expect(refused.status).toBe(422);
      expect(faultsOn(refused).join()).toContain(sentence);
      for (const [field, value] of Object.entries(changes)) expect(refused.$(`#f-${field}`).val()).toBe(value);
      expect(await app.db.receipt.count({ where: { fulfilmentId: parcelId } })).toBe(0);
    },
  );

  it('is received with one short: what is owed and what counts follow what was accepted', async () => {
    const [line] = (await parcelOf(orderId)).lines;
    const form = await buyer.open(`/fulfilments/${parcelId}/receipt`);
    const page = await buyer.send(form, 'form[action$="/receipt"]', {
      [`accepted-${line?.id}`]: 99,
      [`short-${line?.id}`]: 1,
      [`note-${line?.id}`]: '少一袋',
    });
    expect(page.text).toContain('短少和损坏的部分不再应付');
    expect(page.text).toContain('验收 99，短少 1，损坏 0 · 少一袋');
    expect(page.$('.sum').text().replace(/\s+/g, ' ')).toContain('短少、损坏不计−¥54.00');
    expect(page.$('.sum__total').text()).toContain('¥5,346.00');
    expect(page.$('.counts').first().text().replace(/\s+/g, ' ')).toContain(
      '已下单¥5,346.00495 公斤 已计入¥5,346.00495 公斤',
    );
    expect((await riceSupplier.open(`/supplier/fulfilments/${parcelId}`)).text).toContain(
      '买方验收：合格 99，短少 1，损坏 0',
    );
    expect((await buyer.open(`/fulfilments/${parcelId}/receipt`)).text).toContain('这个包裹已经验收过了');
  });

  it('is filled into the cart again', async () => {
    const cart = await buyer.send(
      await buyer.open(`/orders/${orderId}`),
      'form[action$="/repetition"], form[action$="/repeat"]',
    );
    expect(cart.path).toBe('/cart?unit=bank');
    expect(cart.$(`#q-${world.products.rice.id}`).val()).toBe('100');
    await app.db.cartLine.deleteMany();
  });
});

describe('deciding a purchase', () => {
  it('is never one’s own: the page says so, and forcing it is refused', async () => {
    await grant(app.db, world.users.approver, { role: 'buyer', unit: world.units.bank });
    const page = await canteenOrders(100, approver);
    expect(page.text).toContain('这是您自己提交的采购，需由另一位审批人批准');
    expect(page.$('form[action$="/approval"], form[action$="/rejection"]').length).toBe(0);
    const waiting = await approver.open('/approvals');
    expect(waiting.$(`tr:has(a[href="/orders/${idOf(page)}"])`).text()).toContain('自己提交，不能审批');
    page
      .$('main')
      .append(
        `<form id="forged" action="/orders/${idOf(page)}/approval"><input name="_csrf" value="${page.$('input[name="_csrf"]').val()}"></form>`,
      );
    const refused = await approver.send(page, '#forged');
    expect(refused.status).toBe(403);
    expect(refused.text).toContain('不能审批自己提交的采购');
    expect((await app.db.order.findUniqueOrThrow({ where: { id: idOf(page) } })).state).toBe('awaiting_approval');
  });

  it('sends it back with a reason that the buyer reads, and frees the stock', async () => {
    const before = await stockOf(app.db, world.products.rice);
    const id = idOf(await canteenOrders(100));
    await approver.send(await approver.open(`/orders/${id}`), 'form[action$="/rejection"]', {
      reason: '请改用工会经费',
    });
    const page = await buyer.open(`/orders/${id}`);
    expect(page.text).toContain('原因：请改用工会经费');
    expect(page.$('.timeline__step--stopped').text()).toContain('已退回');
    expect(await stockOf(app.db, world.products.rice)).toBe(before);
  });

  it('happens once: whoever comes second is told where it stands', async () => {
    const id = idOf(await canteenOrders(100));
    const [first, second] = [await approver.open(`/orders/${id}`), await approver.open(`/orders/${id}`)];
    await approver.send(first, 'form[action$="/approval"]');
    const late = await approver.send(second, 'form[action$="/rejection"]', { reason: '晚了' });
    expect(late.status).toBe(409);
    expect(faultsOn(late).join()).toContain('订单状态已变化');
  });

  it('is the work of approvers: others have no such page', async () => {
    await employee.open('/approvals', 403);
  });
});

describe('an employee’s order', () => {
  it('is cancelled with its money on the way back and nothing counted', async () => {
    const id = await employeePays();
    const page = await employee.send(await employee.open(`/orders/${id}`), 'form[action$="/cancellation"]', {
      reason: '买错了',
    });
    expect(page.text).toContain('已取消');
    expect(page.$('.sum').text().replace(/\s+/g, ' ')).toContain('原路退回−¥140.00');
    expect(page.$('.counts').first().text()).toContain('¥0.00');
    await drainOutbox(app.db, outboxHandlers(app.container), app.container.log);
    expect((await employee.open(`/orders/${id}`)).text).toContain('已原路退回 ¥140.00');
  });

  it('is nobody else’s: colleague, buyer and approver of the unit, and strangers find no such page', async () => {
    const id = await employeePays();
    for (const who of [await personOf(app, 'colleague'), buyer, approver, riceSupplier]) {
      await who.open(`/orders/${id}`, 404);
      await who.open(`/fulfilments/${(await parcelOf(id)).id}/receipt`, 404);
    }
  });

  it.each(['0', '-1', '1.5', 'abc', '99999999999999'])('has no page under the id “%s”', async (id) => {
    await employee.open(`/orders/${id}`, 404);
    await employee.open(`/fulfilments/${id}/receipt`, 404);
  });
});

describe('GET /orders', () => {
  it('shows tabs by state and pages by key', async () => {
    const { id } = await app.db.order.findFirstOrThrow({
      where: { buyerId: world.users.employee.id },
      orderBy: { id: 'desc' },
    });
    const template = await app.db.order.findUniqueOrThrow({ where: { id } });
    const { id: _, ...copy } = template;
    await app.db.order.createMany({
      data: Array.from({ length: 25 }, (_each, index) => ({
        ...copy,
        state: 'completed' as const,
        checkoutKey: `copy-${index}`,
      })),
    });
    const first = await employee.open('/orders?state=done');
    expect(first.$('.order-list > li').length).toBe(20);
    const second = await employee.open(first.$('a[rel="next"]').attr('href') ?? '');
    expect(second.$('.order-list > li').length).toBe(5);
    expect(second.$('a[rel="next"]').length).toBe(0);
    expect(second.$('.tabs a[aria-current]').text()).toContain('已完成');
    const numbers = (page: Page) =>
      page
        .$('.order-list .code')
        .map((_each, link) => page.$(link).text())
        .get();
    expect(new Set([...numbers(first), ...numbers(second)]).size).toBe(25);
  });

  it('says so where there is none, and ignores what is no state and no cursor', async () => {
    const outsider = await personOf(app, 'outsider');
    expect((await outsider.open('/orders')).text).toContain('还没有订单');
    expect((await outsider.open('/orders?state=ended')).text).toContain('这里没有订单');
    expect((await outsider.open('/orders?state=toString&cursor=%27')).text).toContain('还没有订单');
  });

  it('offers what has arrived to be received from the list', async () => {
    const id = idOf(await canteenOrders(2));
    const parcelId = await ships(id);
    expect((await buyer.open('/orders')).$(`a[href="/fulfilments/${parcelId}/receipt"]`).length).toBe(1);
  });
});
