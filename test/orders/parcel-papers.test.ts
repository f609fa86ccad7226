import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { csrfFrom, makeTestApp, type TestApp } from '../setup/app.ts';
import { type Person, personOf } from '../setup/person.ts';
import { makeWorld, type World } from '../world/world.ts';

const now = new Date('2026-06-15T04:00:00Z');
let app: TestApp;
let world: World;
let supplier: Person;
let own: number[];
let others: number[];

beforeAll(async () => {
  app = await makeTestApp({ clock: () => now });
  world = await makeWorld(app.db, { now });
  const employee = await personOf(app, 'employee');
  supplier = await personOf(app, 'supplier');
  for (let order = 0; order < 2; order += 1) await buy(employee);
  const parcels = await app.db.fulfilment.findMany({ orderBy: { id: 'asc' } });
  own = parcels.filter(({ supplierId }) => supplierId === world.suppliers.lianghe.id).map(({ id }) => id);
  others = parcels.filter(({ supplierId }) => supplierId !== world.suppliers.lianghe.id).map(({ id }) => id);
});
afterAll(() => app.close());

/** Two chilled chickens and two bags of tea of one supplier, two bags of rice of another, paid. */
async function buy(employee: Person) {
  const { chicken, tea, rice } = world.products;
  for (const product of [chicken, tea, rice])
    await employee.send(await employee.open(`/products/${product.id}`), 'form#buy', { quantity: 2 });
  const payPage = await employee.send(await employee.open('/checkout'), 'form.cart-columns');
  await app.visitor().post(payPage.path).type('form').send({ outcome: 'succeed' });
  const order = await app.db.order.findFirstOrThrow({ orderBy: { id: 'desc' } });
  await employee.open(`/orders/${order.id}/payment/return`);
}

const query = (ids: readonly number[]) => ids.map((id) => `id=${id}`).join('&');

describe('the picking list', () => {
  it('adds up what several parcels need, by product and batch, and says where it goes', async () => {
    const { $ } = await supplier.open(`/supplier/picking-list?${query(own)}`);
    const texts = $('tbody tr')
      .toArray()
      .map((row) => $(row).text().replace(/\s+/g, ' ').trim());
    const rows = texts.filter((text) => !text.includes('商品'));
    // Cold-chain goods stand apart, under a heading of their own.
    expect(texts.map((text) => /^(冷链商品|涌洞山地鸡|其他商品|凉河白茶)/.exec(text)?.[1])).toEqual([
      ...['冷链商品', '涌洞山地鸡', '其他商品', '凉河白茶'],
    ]);
    expect(rows).toHaveLength(2);
    for (const row of rows) expect(row).toMatch(/ 4 /);
    for (const id of own) expect(rows[0]).toContain(`${String(id).padStart(6, '0')} × 2`);
  });

  it('leaves out what is another supplier’s, and is not there for theirs alone (rule 31)', async () => {
    const { $ } = await supplier.open(`/supplier/picking-list?${query([...own, ...others])}`);
    expect($('main').text()).not.toContain('贡米');
    await supplier.agent.get(`/supplier/picking-list?${query(others)}`).expect(404);
    await supplier.agent.get(`/supplier/parcel-labels?${query(others)}`).expect(404);
  });

  it('no longer holds what was refunded before shipping', async () => {
    const line = await app.db.orderLine.findFirstOrThrow({
      where: { fulfilmentId: own[0], productId: world.products.tea.id },
    });
    await app.db.orderLine.update({ where: { id: line.id }, data: { refundedQuantity: 2, refundedGrams: line.grams } });
    const { $ } = await supplier.open(`/supplier/picking-list?${query(own)}`);
    await app.db.orderLine.update({ where: { id: line.id }, data: { refundedQuantity: 0, refundedGrams: 0 } });
    const tea = $('tbody')
      .toArray()
      .map((body) => $(body).text().replace(/\s+/g, ' '))
      .find((text) => text.includes('茶'));
    expect(tea).toMatch(/ 2 /);
  });
});

describe('labels and delivery notes', () => {
  it('name receiver, goods and cold chain, and carry a code that leads to the receipt', async () => {
    for (const sheet of ['', '&sheet=a4']) {
      const { $ } = await supplier.open(`/supplier/parcel-labels?${query(own)}${sheet}`);
      // Two boxes a parcel: the cold-chain goods have their own.
      expect($('.parcel-label')).toHaveLength(2 * own.length);
      expect($('.parcel-label__cold')).toHaveLength(own.length);
      expect($('.parcel-label__qr svg')).toHaveLength(2 * own.length);
      const boxes = $('.parcel-label')
        .toArray()
        .map((label) => [$(label).find('.parcel-label__box').text(), $(label).find('li').text().includes('山地鸡')]);
      expect(boxes.slice(0, 2)).toEqual([
        ['1/2', true],
        ['2/2', false],
      ]);
      const { recipient, phone } = await app.db.order.findFirstOrThrow({ select: { recipient: true, phone: true } });
      expect($('.parcel-label').first().text()).toContain(recipient);
      expect($('.parcel-label').first().text()).toContain(phone);
      expect($('.parcel-label').first().text()).not.toContain('贡米');
    }
  });

  it('list every batch without prices, with room for weights, temperature and signatures', async () => {
    const { $ } = await supplier.open(`/supplier/delivery-notes?${query(own)}`);
    expect($('.delivery-note')).toHaveLength(2 * own.length);
    expect($('.delivery-note:contains("℃")')).toHaveLength(own.length);
    expect($('main').text()).not.toContain('¥');
    expect($('main').text()).toContain('收货人签字');
    expect($('main').text()).toContain('交接温度');
  });

  it('ask to tick parcels when none is, and are for suppliers only', async () => {
    const answer = await supplier.agent.get('/supplier/parcel-labels').expect(303);
    expect(answer.headers.location).toBe('/supplier/fulfilments');
    expect((await supplier.open('/supplier/fulfilments')).$('[role="alert"], .flash').text()).toContain('请先勾选包裹');
    const employee = await personOf(app, 'employee');
    await employee.agent.get(`/supplier/parcel-labels?${query(own)}`).expect(403);
  });
});

describe('confirming several at once', () => {
  it('confirms each that waits and says how many had moved on', async () => {
    const confirm = async (ids: readonly number[]) => {
      const page = await supplier.agent.get('/supplier/fulfilments');
      return supplier.agent
        .post('/supplier/confirmations')
        .type('form')
        .send({ id: ids.map(String), _csrf: csrfFrom(page.text) });
    };
    expect((await confirm(own)).headers.location).toBe('/supplier/fulfilments?state=confirmed');
    expect(await app.db.fulfilment.count({ where: { id: { in: own }, state: 'confirmed' } })).toBe(own.length);
    expect(await app.db.auditLine.count({ where: { action: 'fulfilment.confirm' } })).toBe(own.length);
    await confirm([...own, ...others]);
    expect((await supplier.open('/supplier/fulfilments')).$('body').text()).toContain('状态已变');
    expect(await app.db.fulfilment.count({ where: { id: { in: others }, state: 'to_confirm' } })).toBe(others.length);
  });
});
