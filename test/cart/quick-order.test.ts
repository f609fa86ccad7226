import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import writeExcelFile from 'write-excel-file/node';
import { findActor } from '../../server/accounts/actor.ts';
import { putIntoCart } from '../../server/cart/put-into-cart.ts';
import { seenOf } from '../../server/cart/quick-order.ts';
import { reindexProducts } from '../../server/search/index-products.ts';
import { makeTestApp, type TestApp } from '../setup/app.ts';
import { type Page, type Person, personOf } from '../setup/person.ts';
import { aProduct } from '../world/products.ts';
import { makeWorld, type World } from '../world/world.ts';

const now = new Date('2026-06-15T04:00:00Z');
let app: TestApp;
let world: World;
let buyer: Person;

beforeAll(async () => {
  app = await makeTestApp({ clock: () => now });
  world = await makeWorld(app.db, { now });
  await aProduct(app.db, { code: 'chicken-live', name: '清溪土鸡', spec: '1.5 公斤/只', saleUnit: '只', stock: 30 });
  await aProduct(app.db, { code: 'chicken-cut', name: '清溪土鸡', spec: '白条 1.2 公斤/只', saleUnit: '只' });
  await aProduct(app.db, {
    code: 'eggs',
    name: '林下鸡蛋',
    saleUnit: '箱',
    minQuantity: 10,
    orderMultiple: 5,
    stock: 47,
  });
  await aProduct(app.db, { code: 'noodles', name: '高山苕粉', caseQuantity: 12, stock: 600 });
  await aProduct(app.db, { code: 'gone', name: '旧年笋干', state: 'off_sale' });
  await reindexProducts(app.db, app.container.search, '2026-06-15');
  buyer = await personOf(app, 'buyer');
});
afterAll(() => app.close());
beforeEach(() => app.db.cartLine.deleteMany());

const cartLines = async () =>
  (
    await app.db.cartLine.findMany({
      orderBy: { productId: 'asc' },
      select: { quantity: true, note: true, product: { select: { code: true } }, cart: { select: { unitId: true } } },
    })
  ).map(({ product, quantity, note, cart }) => ({ code: product.code, quantity, note, unitId: cart.unitId }));

const paste = async (text: string, mode = 'add'): Promise<Page> =>
  buyer.send(await buyer.open('/quick-order?unit=bank'), 'form[enctype]', { text, mode });
const rowText = (page: Page, index: number) => page.$(`#row-${index}`).text().replace(/\s+/g, ' ').trim();
const press = (page: Page, act: string, changes: Record<string, string | number | null> = {}) =>
  buyer.send(page, '#check', { ...changes, act });

describe('POST /quick-order', () => {
  it('matches codes, names and pinyin, prices by tier, and puts nothing into the cart before it is confirmed', async () => {
    const { rice, tea } = world.products;
    const page = await paste(`${rice.code} 10袋 早上送\nlianghebaicha, 2`);
    expect(page.status).toBe(200);
    expect(rowText(page, 0)).toContain('¥57.00 × 10');
    expect(page.$('#row-1 .line__name').text()).toBe('凉河白茶');
    expect(await cartLines()).toEqual([]);
    const cart = await press(page, 'put');
    expect(cart.path).toBe('/cart?unit=bank');
    expect(cart.text).toContain('早上送');
    expect(await cartLines()).toEqual(
      [
        { code: rice.code, quantity: 10, note: '早上送', unitId: world.units.bank.id },
        { code: tea.code, quantity: 2, note: null, unitId: world.units.bank.id },
      ].sort((a, b) => (a.code === rice.code ? rice.id : tea.id) - (b.code === rice.code ? rice.id : tea.id)),
    );
  });

  it('asks which one where several are called so, and takes the one chosen', async () => {
    const page = await paste('清溪土鸡 4');
    const choices = page.$('#row-0 select option[value!=""]');
    expect(choices.length).toBe(2);
    expect(page.$('button[value=put]').length).toBe(0);
    const live = await app.db.product.findUniqueOrThrow({ where: { code: 'chicken-live' } });
    const chosen = await press(page, 'check', { 'chosen.0': live.id });
    expect(rowText(chosen, 0)).toContain('¥100.00 × 4');
    await press(chosen, 'put');
    expect(await cartLines()).toMatchObject([{ code: 'chicken-live', quantity: 4 }]);
  });

  it('keeps cases that were asked for until it is known of which product, and then counts by its case', async () => {
    for (const code of ['powder-fine', 'powder-coarse'])
      await aProduct(app.db, { code, name: '涌洞葛粉', spec: code, caseQuantity: 6, stock: 600 });
    await reindexProducts(app.db, app.container.search, '2026-06-15');
    const page = await paste('涌洞葛粉 20箱');
    expect(page.$('input[name="quantity.0"]').val()).toBe('20箱');
    const { id } = await app.db.product.findUniqueOrThrow({ where: { code: 'powder-fine' } });
    const chosen = await press(page, 'check', { 'chosen.0': id });
    expect(rowText(chosen, 0)).toContain('× 120');
    await press(chosen, 'put');
    expect(await cartLines()).toMatchObject([{ code: 'powder-fine', quantity: 120 }]);
  });

  it('forgets a choice when another name is written', async () => {
    const page = await paste('清溪土鸡 4');
    const live = await app.db.product.findUniqueOrThrow({ where: { code: 'chicken-live' } });
    const again = await press(page, 'check', { 'chosen.0': live.id, 'product.0': 'eggs', 'quantity.0': 10 });
    expect(again.$('#row-0 .line__name').text()).toBe('林下鸡蛋');
  });

  it('rounds to minimum, multiple and stock by one press', async () => {
    const page = await paste('eggs 12');
    expect(rowText(page, 0)).toContain('数量须为 5 箱的整倍数');
    const rounded = await press(page, 'round:0');
    expect(rounded.$('input[name="quantity.0"]').val()).toBe('15');
    expect(rowText(rounded, 0)).toContain('¥100.00 × 15');
    const tooMany = await paste('eggs 60');
    expect(rowText(tooMany, 0)).toContain('库存只有 47');
    expect((await press(tooMany, 'round:all')).$('input[name="quantity.0"]').val()).toBe('45');
  });

  it('multiplies cases and says so, and asks where a word is not what the goods are sold by', async () => {
    const page = await paste('noodles 20箱\nchicken-live 3 箱\nnoodles,2袋');
    expect(page.status, page.text).toBe(200);
    expect(rowText(page, 0)).toContain('写的是 20箱，每箱 12 袋，共 240 袋');
    expect(page.$('input[name="quantity.0"]').val()).toBe('240');
    expect(rowText(page, 1)).toContain('“箱”不是这种商品的单位，请按只写数量');
    expect(page.$('input[name="quantity.1"]').val()).toBe('3箱');
    await press(page, 'put');
    expect(await cartLines()).toMatchObject([{ code: 'noodles', quantity: 242 }]);
  });

  it('says by row what is wrong, puts in the rest, and keeps what was not', async () => {
    const page = await paste('eggs 10 门卫收\nqqqqzzzz 3\ngone 2\neggs\n清溪土鸡 -1');
    expect(rowText(page, 1)).toContain('没有找到这种商品');
    expect(rowText(page, 2)).toContain('已下架');
    expect(rowText(page, 3)).toContain('没有写数量');
    expect(rowText(page, 4)).toContain('请填整数数量');
    const rest = await press(page, 'put');
    expect(await cartLines()).toMatchObject([{ code: 'eggs', quantity: 10, note: '门卫收' }]);
    expect(rest.path).toBe('/quick-order?unit=bank');
    expect(rest.$('textarea').val()).toBe('qqqqzzzz\t3\ngone\t2\neggs\n清溪土鸡\t-1');
  });

  it('offers what comes near for a look-alike and takes it for nothing else by itself', async () => {
    const page = await paste('凉河百茶 2');
    expect(page.$('#row-0 .line__name').length).toBe(0);
    expect(page.$('#row-0 select').text()).toContain('凉河白茶');
  });

  it('adds to the cart or puts in the place of what it held, as was said', async () => {
    await press(await paste('eggs 10'), 'put');
    const added = await paste('eggs 10');
    expect(rowText(added, 0)).toContain('购物车里已有 10 箱');
    await press(added, 'put');
    expect(await cartLines()).toMatchObject([{ quantity: 20 }]);
    await press(await paste('eggs 15', 'replace'), 'put');
    expect(await cartLines()).toMatchObject([{ quantity: 15 }]);
  });

  it('adds the lines of one product together', async () => {
    const page = await paste('eggs 6\neggs 4');
    expect(rowText(page, 1)).toContain('与第 1 行同一商品');
    await press(page, 'put');
    expect(await cartLines()).toMatchObject([{ code: 'eggs', quantity: 10 }]);
  });

  it('adds once when the button is pressed twice', async () => {
    const page = await paste('eggs 10');
    await press(page, 'put');
    const second = await press(page, 'put');
    expect(second.status).toBe(409);
    expect(second.text).toContain('购物车刚才有变化');
    expect(await cartLines()).toMatchObject([{ quantity: 10 }]);
  });

  it('leaves a row out that is ticked off', async () => {
    const cart = await press(await paste('eggs 10\nqqqqzzzz 3'), 'put', { 'skip.1': 1 });
    expect(cart.path).toBe('/cart?unit=bank');
  });

  it.each([
    ['', '清单是空的'],
    [Array(301).fill('eggs 10').join('\n'), '300'],
  ])('refuses a list of no or too many lines and keeps it', async (text, said) => {
    const page = await paste(text);
    expect(page.status).toBe(422);
    expect(page.$('.error-summary').text()).toContain(said);
    expect(page.$('textarea').val()).toBe(text);
  });

  it('reads Excel and CSV files, also in the encoding of Excel in China', async () => {
    const upload = async (name: string, bytes: Buffer) => {
      const page = await buyer.open('/quick-order?unit=bank');
      const answer = await buyer.agent
        .post('/quick-order?unit=bank')
        .field('_csrf', String(page.$('form[enctype] input[name=_csrf]').val()))
        .field('text', '')
        .attach('list', bytes, name);
      return answer;
    };
    const sheet = await writeExcelFile([
      [{ value: '商品' }, { value: '数量' }, { value: '备注' }],
      [{ value: 'eggs' }, { value: 10 }, { value: '门卫收' }],
    ]).toBuffer();
    expect((await upload('list.xlsx', sheet)).text).toContain('value="门卫收"');
    expect((await upload('list.csv', Buffer.from('eggs,10,门卫收\r\n'))).text).toContain('value="门卫收"');
    const gbk = Buffer.from([...Buffer.from('eggs,10,'), 0xc3, 0xc5, 0xce, 0xc0, 0x0a]);
    expect((await upload('list.csv', gbk)).text).toContain('value="门卫"');
    const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
    expect((await upload('list.xlsx', png)).status).toBe(422);
    expect((await upload('list.csv', png)).status).toBe(422);
  });

  it('serves no cart of another’s unit, and nobody who is not signed in', async () => {
    await buyer.open('/quick-order?unit=outside', 404);
    const visitor = await personOf(app, null);
    expect((await visitor.open('/quick-order')).path).toContain('/sign-in');
  });
});

it('puts a list in once when it comes twenty times at once', async () => {
  const actor = await findActor(app.db, world.users.buyer.id, '2026-06-15');
  const eggs = await app.db.product.findUniqueOrThrow({ where: { code: 'eggs' } });
  if (!actor) throw new Error('no buyer');
  const lines = [{ productId: eggs.id, quantity: 5 }];
  const put = () => putIntoCart(app.db, actor, world.units.bank.id, { lines, mode: 'add', seen: seenOf([]) });
  const done = await Promise.allSettled(Array.from({ length: 20 }, put));
  expect(done.filter((one) => one.status === 'fulfilled')).toHaveLength(1);
  expect(await cartLines()).toMatchObject([{ quantity: 5 }]);
});
