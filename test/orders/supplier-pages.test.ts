import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeTestApp, type TestApp } from '../setup/app.ts';
import { faultsOn, type Page, type Person, personOf } from '../setup/person.ts';
import { makeWorld, type World } from '../world/world.ts';

const now = new Date('2026-06-15T04:00:00Z');
const SHIP = 'form[action$="/shipment"]';
const sent = { carrier: '邮政', trackingNumber: 'YZ-7', temperature: '3.5' };
let app: TestApp;
let world: World;
let employee: Person;
let supplier: Person;
let parcelId: number;

beforeAll(async () => {
  app = await makeTestApp({ clock: () => now });
  world = await makeWorld(app.db, { now });
  employee = await personOf(app, 'employee');
  supplier = await personOf(app, 'supplier');
});
afterAll(() => app.close());

/** A paid order of chilled chicken and tea, both of `lianghe`, and of rice of another supplier. */
beforeEach(async () => {
  const { chicken, tea, rice } = world.products;
  await app.db.cartLine.deleteMany();
  for (const product of [chicken, tea, rice])
    await employee.send(await employee.open(`/products/${product.id}`), 'form#buy', { quantity: 2 });
  const payPage = await employee.send(await employee.open('/checkout'), 'form.cart-columns');
  await app.visitor().post(payPage.path).type('form').send({ outcome: 'succeed' });
  const order = await app.db.order.findFirstOrThrow({ orderBy: { id: 'desc' } });
  await employee.open(`/orders/${order.id}/payment/return`);
  const parcel = await app.db.fulfilment.findFirstOrThrow({
    where: { orderId: order.id, supplierId: world.suppliers.lianghe.id },
  });
  parcelId = parcel.id;
});

const open = () => supplier.open(`/supplier/fulfilments/${parcelId}`);
const quantities = ({ $ }: Page) =>
  $(`${SHIP} input[name^="quantity-"]`)
    .map((_, input) => $(input).attr('name'))
    .get();

/** Refused with 422, and nothing is on its way. */
async function expectRefused(page: Page): Promise<void> {
  expect(page.status).toBe(422);
  expect(await app.db.shipment.count({ where: { fulfilmentId: parcelId } })).toBe(0);
}

describe('the supplier’s workbench', () => {
  it('lists the parcels to confirm with their goods, of a person neither name nor unit', async () => {
    const desk = await supplier.open('/supplier/fulfilments?state=to_confirm');
    const row = desk.$(`tr[data-parcel="${parcelId}"]`).text();
    expect(row).toContain('涌洞山地鸡');
    expect(row).toContain('个人购买者');
    expect(row).not.toContain('农行');
    expect(row).not.toContain('千丘梯田贡米');
  });

  it('has what waits longest on top', async () => {
    const desk = await supplier.open('/supplier/fulfilments?state=to_confirm');
    const ids = desk
      .$('tr[data-parcel]')
      .map((_, row) => Number(desk.$(row).attr('data-parcel')))
      .get();
    expect(ids.at(-1)).toBe(parcelId);
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
    expect(ids.length).toBeGreaterThan(1);
  });

  it('shows the goods and the address of its own parcel and nothing of the rest of the order', async () => {
    const page = await open();
    expect(page.text).toContain('测试路 1 号');
    expect(page.text).toContain('13800000000');
    expect(page.text).not.toContain('贡米');
    expect(quantities(page)).toHaveLength(2);
  });

  it('is no page of people who sell nothing', async () => {
    await employee.open('/supplier/fulfilments', 403);
    await employee.open(`/supplier/fulfilments/${parcelId}`, 404);
  });
});

describe('shipping', () => {
  it('goes as promised with carrier, number and temperature, which the buyer sees', async () => {
    const page = await supplier.send(await open(), SHIP, sent);
    expect(page.text).toContain('已登记发货');
    expect(await app.db.shipment.findFirst({ where: { fulfilmentId: parcelId } })).toMatchObject({
      temperatureDeci: 35,
    });
    const { orderId } = await app.db.fulfilment.findUniqueOrThrow({ where: { id: parcelId } });
    expect((await employee.open(`/orders/${orderId}`)).text).toContain('邮政 YZ-7 · 交接温度 3.5 ℃');
  });

  it('asks for what is missing, each by its field, and keeps the rest', async () => {
    const refused = await supplier.send(await open(), SHIP, {
      ...sent,
      carrier: '',
      temperature: 'kalt',
      trackingNumber: 'Z 9',
    });
    await expectRefused(refused);
    expect(faultsOn(refused)).toEqual([
      '承运人：请填写此项',
      '运单号：只用字母、数字和横线，中间不留空格',
      '交接温度：请填写温度，最多一位小数，如 -18 或 3.5',
    ]);
    expect(refused.$('#f-trackingNumber').val()).toBe('Z 9');
  });

  it('sends nothing chilled without a temperature', async () => {
    const refused = await supplier.send(await open(), SHIP, { ...sent, temperature: '' });
    await expectRefused(refused);
    expect(refused.$('#f-temperature-error').text()).toContain('冷链商品请填写交接温度');
  });

  it.each([
    ['-1', '请填整数数量'],
    ['', '请填整数数量'],
    ['3', '不能大于 2'],
    ['9999999999', '请填整数数量'],
  ])('refuses the quantity “%s” of a batch by its field', async (quantity, sentence) => {
    const page = await open();
    const [field = ''] = quantities(page);
    const refused = await supplier.send(page, SHIP, { ...sent, [field]: quantity });
    await expectRefused(refused);
    expect(refused.$(`#${field.replace(/^/, 'f-')}-error`).text()).toContain(sentence);
    expect(refused.$(`#f-${field}`).val()).toBe(quantity);
  });

  it('leaves out a batch with 0, but not all of them', async () => {
    const page = await open();
    const [first = '', second = ''] = quantities(page);
    const nothing = await supplier.send(page, SHIP, { ...sent, [first]: 0, [second]: 0 });
    await expectRefused(nothing);
    expect(faultsOn(nothing).join()).toContain('没有要发的商品');
    await supplier.send(page, SHIP, { ...sent, [first]: 0, [second]: 1 });
    expect(await app.db.shipmentLine.findMany({ where: { shipment: { fulfilmentId: parcelId } } })).toMatchObject([
      { quantity: 1 },
    ]);
  });

  it('happens once: a second press is told that it has gone', async () => {
    const page = await open();
    await supplier.send(page, SHIP, sent);
    const again = await supplier.send(page, SHIP, sent);
    expect(again.path).toBe(`/supplier/fulfilments/${parcelId}`);
    expect(again.text).toContain('发货单状态已变化');
    expect(await app.db.shipment.count({ where: { fulfilmentId: parcelId } })).toBe(1);
  });

  it('is not for the supplier of another parcel', async () => {
    const other = await personOf(app, 'rice-supplier');
    const page = await other.open('/supplier/fulfilments');
    for (const action of ['confirmation', 'shipment']) {
      page
        .$('main')
        .append(
          `<form id="forged-${action}" action="/fulfilments/${parcelId}/${action}"><input name="_csrf" value="${page.$('input[name="_csrf"]').first().val()}"></form>`,
        );
      expect((await other.send(page, `#forged-${action}`, sent)).status).toBe(404);
    }
    expect((await app.db.fulfilment.findUniqueOrThrow({ where: { id: parcelId } })).state).toBe('to_confirm');
  });
});
