import supertest from 'supertest';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { apiTokenFor, makeTestApp, type TestApp } from '../setup/app.ts';
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

const proposed = ({ $ }: Page) =>
  $(`${SHIP} input[name^="quantity-"]`)
    .map((_, input) => $(input).attr('value'))
    .get();

/** Of each shipment of the parcel, the oldest first: its temperature, and the products in it. */
async function goodsOfShipments(): Promise<[number | null, number[]][]> {
  const shipments = await app.db.shipment.findMany({
    where: { fulfilmentId: parcelId },
    orderBy: { id: 'asc' },
    include: { lines: { select: { line: { select: { productId: true } } } } },
  });
  return shipments.map(({ temperatureDeci, lines }) => [temperatureDeci, lines.map(({ line }) => line.productId)]);
}

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

  it('proposes cold-chain goods first, with their temperature, and then the others, without one (rule 23)', async () => {
    const first = await open();
    expect(proposed(first)).toEqual(['2', '0']);
    expect(first.text).toContain('冷链商品不能与其他商品装一箱');
    const { orderId } = await app.db.fulfilment.findUniqueOrThrow({ where: { id: parcelId } });
    expect((await employee.open(`/orders/${orderId}`)).text).toContain('分两个包裹送到');
    const then = await supplier.send(first, SHIP, sent);
    expect(proposed(then)).toEqual(['2']);
    expect(then.$('#f-temperature')).toHaveLength(0);
    expect(then.text).not.toContain('装一箱');
    await supplier.send(then, SHIP, { carrier: '邮政', trackingNumber: 'YZ-8' });
    const { chicken, tea } = world.products;
    expect(await goodsOfShipments()).toEqual([
      [35, [chicken.id]],
      [null, [tea.id]],
    ]);
    expect(await app.db.fulfilment.findUnique({ where: { id: parcelId } })).toMatchObject({ state: 'shipped' });
    const order = await employee.open(`/orders/${orderId}`);
    expect(order.$('.parcel-line .tag--cold')).toHaveLength(1);
    expect(order.$('.parcel-line a.button')).toHaveLength(2);
  });

  it('lets the other goods go first, asking for no temperature', async () => {
    const page = await open();
    const href = page.$(`${SHIP} a[href*="only=other"]`).attr('href') ?? '';
    const others = await supplier.open(href);
    expect(proposed(others)).toEqual(['0', '2']);
    expect(others.$('#f-temperature')).toHaveLength(0);
    const then = await supplier.send(others, SHIP, { ...sent, temperature: '' });
    expect(await goodsOfShipments()).toEqual([[null, [world.products.tea.id]]]);
    expect(then.$('#f-temperature')).toHaveLength(1);
  });

  it('never takes both together, and says what to do', async () => {
    const page = await open();
    const [first = '', second = ''] = quantities(page);
    const mixed = await supplier.send(page, SHIP, { ...sent, [first]: 2, [second]: 2 });
    await expectRefused(mixed);
    expect(faultsOn(mixed)).toEqual(['冷链商品须单独发货：这一次只发冷链商品，或只发其他商品，另一部分再登记一次']);
    expect(proposed(mixed)).toEqual(['2', '2']);
    const warm = await supplier.send(page, SHIP, { ...sent, temperature: '', [first]: 2, [second]: 2 });
    expect(warm.$('#f-temperature-error').text()).toContain('冷链商品请填写交接温度');
  });

  it('by the API is refused with the field where all that is left is both, and taken by lines', async () => {
    const token = await apiTokenFor(app.db, world.users.supplier, [], now);
    const ship = (body: object) =>
      supertest(app.url)
        .post(`/api/v1/fulfilments/${parcelId}/shipment`)
        .auth(token, { type: 'bearer' })
        .send({ carrier: '邮政', trackingNumber: 'YZ-9', ...body });
    const all = await ship({ temperature: 4 });
    expect(all.status).toBe(422);
    expect(all.body.errors).toMatchObject([{ path: 'lines', code: 'coldApart' }]);
    const cold = await app.db.lineAllocation.findMany({
      where: { line: { fulfilmentId: parcelId, productId: world.products.chicken.id } },
      select: { lineId: true, batchId: true, quantity: true },
    });
    expect((await ship({ temperature: 4, lines: cold })).status).toBe(201);
    expect((await ship({})).status).toBe(201);
    expect(await goodsOfShipments()).toEqual([
      [40, [world.products.chicken.id]],
      [null, [world.products.tea.id]],
    ]);
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
    await supplier.send(page, SHIP, { ...sent, temperature: '', [first]: 0, [second]: 1 });
    expect(await app.db.shipmentLine.findMany({ where: { shipment: { fulfilmentId: parcelId } } })).toMatchObject([
      { quantity: 1 },
    ]);
  });

  it('happens once: a second press is told that it has gone', async () => {
    const page = await open();
    const rest = await supplier.send(page, SHIP, sent);
    const again = await supplier.send(page, SHIP, sent);
    expect(again.status).toBe(422);
    expect(faultsOn(again)).toEqual(['这些商品已经登记过发货，没有再登记一次；下面是还没发的']);
    // The number was that of what has gone.
    expect(again.$('#f-trackingNumber').val()).toBe('');
    expect(proposed(again)).toEqual(['2']);
    expect(await app.db.shipment.count({ where: { fulfilmentId: parcelId } })).toBe(1);
    await supplier.send(rest, SHIP, sent);
    const late = await supplier.send(rest, SHIP, sent);
    expect(late.path).toBe(`/supplier/fulfilments/${parcelId}`);
    expect(late.text).toContain('发货单状态已变化');
    expect(await app.db.shipment.count({ where: { fulfilmentId: parcelId } })).toBe(2);
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
