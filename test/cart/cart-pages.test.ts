import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeTestApp, type TestApp } from '../setup/app.ts';
import { type Person, personOf } from '../setup/person.ts';
import { aProduct } from '../world/products.ts';
import { aSupplier } from '../world/suppliers.ts';
import { makeWorld, type World } from '../world/world.ts';

const now = new Date('2026-06-15T04:00:00Z');
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

const lines = () =>
  app.db.cartLine.findMany({ select: { productId: true, quantity: true, cart: { select: { unitId: true } } } });

/** The form of one line of the cart; the other one takes it out. */
const lineForm = (product: { id: number }) => `#line-${product.id} form[data-submit-on-change]`;

describe('adding from the product page', () => {
  it('puts the goods into the cart and shows it, the quantities of two presses together', async () => {
    const { tea } = world.products;
    await employee.send(await employee.open(`/products/${tea.id}`), 'form#buy', { quantity: 2 });
    const cart = await employee.send(await employee.open(`/products/${tea.id}`), 'form#buy', { quantity: 3 });
    expect(cart.text).toContain('凉河白茶');
    expect(cart.$(`#q-${tea.id}`).val()).toBe('5');
    expect(cart.text).toContain('¥640.00');
  });

  it.each(['-1', '0', '', 'zwei', '1.5', '99999999'])(
    'refuses the quantity “%s” by its field and keeps it',
    async (quantity) => {
      const { tea } = world.products;
      const page = await employee.send(await employee.open(`/products/${tea.id}`), 'form#buy', { quantity });
      expect(page.path).toBe(`/products/${tea.id}`);
      expect(page.$('.error-summary a[href="#f-quantity"]').text()).toMatch(/请填整数数量|一次最多/);
      expect(page.$('#f-quantity').val()).toBe(quantity);
      expect(await lines()).toEqual([]);
    },
  );

  it('fills no cart of a unit that one does not buy for', async () => {
    const page = await employee.open(`/products/${world.products.tea.id}`);
    expect((await employee.send(page, 'form#buy', { unit: 'outside' })).status).toBe(404);
    expect(await lines()).toEqual([]);
  });
});

describe('GET /cart', () => {
  it('shows an empty basket and a way on', async () => {
    const cart = await employee.open('/cart');
    expect(cart.text).toContain('背篓还空着');
    expect(cart.$('main a[href="/products"]').length).toBe(1);
  });

  it('prices by tier, hints at the next one, and gives each supplier its parcel with its freight', async () => {
    const { rice, tea } = world.products;
    await employee.send(await employee.open(`/products/${rice.id}`), 'form#buy', { quantity: 8 });
    const cart = await employee.send(await employee.open(`/products/${tea.id}`), 'form#buy', { quantity: 1 });
    expect(cart.$(`#line-${rice.id}`).text()).toContain('再加 2 袋，单价 ¥57.00');
    const parcels = cart
      .$('section.card--flush')
      .map((_, part) => cart.$(part).find('.parcel-sum').text().replace(/\s+/g, ' ').trim())
      .get();
    expect(parcels.sort()).toEqual([
      '本包裹商品 ¥128.00运费 ¥12.00 · 再买 ¥71.00 免运费',
      '本包裹商品 ¥480.00运费 ¥20.00 · 再买 ¥20.00 免运费',
    ]);
    const atTier = await employee.send(cart, lineForm(rice), { quantity: 10 });
    expect(atTier.$(`#line-${rice.id} .line__total`).text()).toContain('¥570.00');
    expect(atTier.text).toContain('免运费');
  });

  it('says what it would count for, in which programme, by which rule', async () => {
    const cart = await employee.send(await employee.open(`/products/${world.products.tea.id}`), 'form#buy', {
      quantity: 2,
    });
    expect(cart.text).toContain(
      '预计为农行市分行的“涌洞乡年度任务”计入 ¥256.00（500 克，不含运费）。 个人购买：支付即为已下单并计入。',
    );
    expect(cart.text).toContain('“秀山武隆协作任务”');
    const other = await employee.send(await employee.open(`/products/${world.products.wulongTea.id}`), 'form#buy');
    expect(other.text).toContain('“涌洞乡年度任务”计入 ¥256.00');
    expect(other.text).toContain('“秀山武隆协作任务”计入 ¥344.00');
  });

  it('keeps a buyer’s own cart and the unit’s apart, and opens the one that holds something', async () => {
    const { tea } = world.products;
    const cart = await buyer.send(await buyer.open(`/products/${tea.id}`), 'form#buy', { unit: 'bank', quantity: 4 });
    expect(await lines()).toMatchObject([{ productId: tea.id, quantity: 4, cart: { unitId: world.units.bank.id } }]);
    expect(cart.$('.tabs a[aria-current]').text()).toMatch(/农行市分行\s+1/);
    expect((await buyer.open('/cart')).path).toBe('/cart?unit=bank');
    expect((await buyer.open('/cart?own=1')).text).toContain('背篓还空着');
  });

  it('shows nobody the cart of another’s unit', async () => {
    await employee.open('/cart?unit=bank', 404);
    await buyer.open('/cart?unit=outside', 404);
  });
});

describe('changing the cart', () => {
  it('takes a line out', async () => {
    const { tea } = world.products;
    const cart = await employee.send(await employee.open(`/products/${tea.id}`), 'form#buy');
    expect((await employee.send(cart, `#line-${tea.id} form[action*="remove"]`)).text).toContain('背篓还空着');
  });

  it.each(['-3', '', 'abc', '2000000'])(
    'shows the quantity “%s” again with what is wrong, and changes nothing',
    async (quantity) => {
      const { tea } = world.products;
      const cart = await employee.send(await employee.open(`/products/${tea.id}`), 'form#buy', { quantity: 2 });
      const refused = await employee.send(cart, lineForm(tea), { quantity });
      expect(refused.status).toBe(422);
      expect(refused.$(`#q-${tea.id}`).val()).toBe(quantity);
      expect(refused.$(`#p-${tea.id}`).text()).toMatch(/请填整数数量|一次最多/);
      expect(await lines()).toMatchObject([{ quantity: 2 }]);
    },
  );

  it('names every reason for which it cannot be ordered, by its line', async () => {
    const { rice, tea, chicken } = world.products;
    for (const product of [rice, tea, chicken])
      await employee.send(await employee.open(`/products/${product.id}`), 'form#buy', { quantity: 2 });
    await employee.send(await employee.open('/cart'), lineForm(rice), { quantity: 3 });
    await employee.send(await employee.open('/cart'), lineForm(tea), { quantity: 101 });
    await app.db.product.update({ where: { id: chicken.id }, data: { state: 'off_sale' } });
    const cart = await employee.open('/cart');
    await app.db.product.update({ where: { id: chicken.id }, data: { state: 'on_sale' } });
    expect(cart.$(`#p-${rice.id}`).text()).toContain('数量须为 2 袋的整倍数');
    expect(cart.$(`#p-${tea.id}`).text()).toContain('库存只有 100');
    expect(cart.$(`#p-${chicken.id}`).text()).toContain('已下架');
    expect(cart.$('a[href^="/checkout"]').length).toBe(0);
    expect((await employee.open('/checkout')).path).toBe('/cart?own=1');
  });

  it('says how much is missing to a supplier’s minimum', async () => {
    const supplier = await aSupplier(app.db, { name: '起送合作社', minOrderFen: 20_000 });
    const product = await aProduct(app.db, { supplier, priceFen: 5_050, stock: 10 });
    const cart = await employee.send(await employee.open(`/products/${product.id}`), 'form#buy', { quantity: 2 });
    expect(cart.text).toContain('该供应商 ¥200.00 起送，还差 ¥99.00。');
    expect(cart.$('a[href^="/checkout"]').length).toBe(0);
  });
});
