import { load } from 'cheerio';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { forgetCatalog } from '../../server/catalog/forget-catalog.ts';
import { reindexProducts } from '../../server/search/index-products.ts';
import { dayToColumn } from '../../server/shared/days.ts';
import { makeTestApp, type TestApp } from '../setup/app.ts';
import { warmStatements } from '../setup/warm-statements.ts';
import { aBatch, aProduct } from '../world/products.ts';
import { certify, interrupt } from '../world/suppliers.ts';
import { makeWorld, type World } from '../world/world.ts';

const now = new Date('2026-06-15T04:00:00Z');
const today = '2026-06-15';
let app: TestApp;
let world: World;
const statements: string[] = [];

beforeAll(async () => {
  app = await makeTestApp({ clock: () => now, onQuery: (sql) => statements.push(sql) });
  world = await makeWorld(app.db, { now });
  await reindexProducts(app.db, app.container.search, today);
});
afterAll(() => app.close());
beforeEach(() => forgetCatalog(app.db));

async function open(path: string, status = 200) {
  const answer = await app.visitor().get(path);
  expect(answer.status, path).toBe(status);
  return load(answer.text);
}

describe('GET /products/:id', () => {
  it('shows price steps, least quantity, stock, certifications and batches, and a form that needs no script', async () => {
    const { rice } = world.products;
    const $ = await open(`/products/${rice.id}`);
    expect($('h1').text()).toBe('千丘梯田贡米');
    expect(
      $('.tier .money')
        .toArray()
        .map((price) => $(price).attr('value')),
    ).toEqual(['6000', '5700', '5400']);
    expect($('form#buy').attr('action')).toBe('/cart/lines');
    expect($('form#buy input[name="productId"]').val()).toBe(String(rice.id));
    expect($('#f-quantity').attr()).toMatchObject({ min: '2', step: '2', value: '2' });
    expect($('main').text()).toContain('认定部门（测试）');
    expect($('a[href^="/trace/"]').length).toBeGreaterThanOrEqual(2);
    expect($('main').text()).not.toContain('[object');
  });

  it('says why when the product has left the shelf, and offers no form', async () => {
    const product = await aProduct(app.db, { certified: false });
    await interrupt(app.db, await certify(app.db, { product }), 'revocation', today);
    const $ = await open(`/products/${product.id}`);
    expect($('form#buy')).toHaveLength(0);
    expect($('.buy-bar')).toHaveLength(0);
    expect($('.notice--warning').text()).toContain('认定已到期或被中止');
  });

  it('is not found for an unknown id, a draft, and what is no id', async () => {
    const draft = await aProduct(app.db, { state: 'draft' });
    for (const path of [draft.id, 999_999, 'abc', '1e3', '0', '99999999999']) await open(`/products/${path}`, 404);
  });

  it('costs at most 8 statements, two of them for coming harvests and shared cases', async () => {
    expect(await warmStatements(statements, () => open(`/products/${world.products.rice.id}`))).toBeLessThanOrEqual(8);
  });
});

describe('GET /products', () => {
  it('lists what is on the shelf alone', async () => {
    const $ = await open('/products');
    const names = $('.product-card__name').text();
    expect(names).toContain('凉河白茶');
    expect(names).not.toContain('未认定的茶');
  });

  it('marks what was searched, keeps the words, and can take each filter off', async () => {
    const $ = await open(`/products?q=${encodeURIComponent('白茶')}&category=tea&place=xiushan&minPrice=10`);
    expect($('.product-card__name mark').first().text()).toBe('白茶');
    expect($('input[type="search"]').val()).toBe('白茶');
    const removal = $('.active-filters a')
      .toArray()
      .map((link) => $(link).attr('href') ?? '');
    expect(removal).toHaveLength(3);
    expect(removal[0]).not.toContain('category=');
    expect(removal[0]).toContain('place=xiushan');
    expect($('.filters input[name="category"][value="tea"]').attr('checked')).toBeDefined();
  });

  it('takes any of the values of one filter', async () => {
    const $ = await open('/products?category=tea&category=chicken');
    const names = $('.product-card__name').text();
    expect(names).toContain('涌洞山地鸡');
    expect(names).toContain('武隆高山茶');
    expect(names).not.toContain('贡米');
  });

  it('sorts by price', async () => {
    const $ = await open('/products?sort=price');
    const prices = $('.product-card .money.price')
      .toArray()
      .map((price) => Number($(price).attr('value')));
    expect(prices).toEqual(prices.toSorted((a, b) => a - b));
    expect(prices.length).toBeGreaterThan(2);
  });

  it('offers something when nothing is found, and says so when a price cannot be read', async () => {
    const $ = await open('/products?category=nosuch&minPrice=abc');
    expect($('.empty h2').text()).toBe('没有找到合适的商品');
    expect($('.product-card').length).toBeGreaterThan(0);
    expect($('.notice--error').text()).toContain('价格没有看懂');
    expect($('input[name="minPrice"]').val()).toBe('abc');
  });

  it('escapes what was typed', async () => {
    const $ = await open(`/products?q=${encodeURIComponent('<script>alert(1)</script>')}`);
    expect($('main script')).toHaveLength(0);
  });

  it('browses the database, and says so, while the search engine is down', async () => {
    const { search } = app.container;
    const working = search.search;
    search.search = () => Promise.reject(new Error('down'));
    try {
      const $ = await open('/products?category=grain-oil');
      expect($('.product-card__name').text().trim()).toBe('千丘梯田贡米');
      expect($('.notice--warning').text()).toContain('搜索服务暂时不可用');
    } finally {
      search.search = working;
    }
  });

  it('shows the last page there is instead of an empty one, and turns a range that is the wrong way round', async () => {
    const all = (await open('/products'))('.product-card').length;
    expect((await open('/products?page=999'))('.product-card').length).toBe(all);
    const $ = await open('/products?category=tea&minPrice=500&maxPrice=1');
    expect($('.product-card').length).toBeGreaterThan(0);
    expect([$('input[name="minPrice"]').first().val(), $('input[name="maxPrice"]').first().val()]).toEqual([
      '1',
      '500',
    ]);
  });

  it('costs at most 4 statements', async () => {
    expect(await warmStatements(statements, () => open('/products?category=tea'))).toBeLessThanOrEqual(4);
  });
});

describe('the other pages', () => {
  it('GET / shows goods, categories and their links', async () => {
    const $ = await open('/');
    expect($('.product-card').length).toBeGreaterThan(0);
    expect($('.category-tile[href="/products?category=tea"]')).toHaveLength(1);
  });

  it('GET /suppliers/:id shows certificates and goods, and 404 for an applicant', async () => {
    const { lianghe } = world.suppliers;
    const $ = await open(`/suppliers/${lianghe.id}`);
    expect($('h1').text()).toBe('凉河村股份经济合作社');
    expect($('.product-card__name').text()).toContain('凉河白茶');
    expect($('main').text()).not.toContain('[object');
    await app.db.supplier.update({ where: { id: world.suppliers.chuanhe.id }, data: { state: 'applying' } });
    await open(`/suppliers/${world.suppliers.chuanhe.id}`, 404);
    await app.db.supplier.update({ where: { id: world.suppliers.chuanhe.id }, data: { state: 'active' } });
  });

  it('GET /trace/:code tells anyone the batch, the place and the supplier, and warns of a recall', async () => {
    const batch = await aBatch(app.db, world.products.tea, {
      quantity: 3,
      traceCode: 'TRACE-ME-1',
      producedOn: '2026-06-01',
    });
    const $ = await open('/trace/TRACE-ME-1');
    const text = $('main').text();
    for (const told of ['凉河白茶', '2026-06-01', '凉河村股份经济合作社', '涌洞乡凉河村']) expect(text).toContain(told);
    expect(text).not.toContain('[object');
    await app.db.batch.update({ where: { id: batch.id }, data: { recalledAt: now } });
    await app.db.recall.create({ data: { batchId: batch.id, reason: '检出异物', byId: world.users.operator.id } });
    expect((await open('/trace/TRACE-ME-1'))('.notice--error').text()).toContain('检出异物');
    expect($('#certifications').closest('section').find('a[href^="/certificates/"]').length).toBe(2);
  });

  it('GET /trace leads from a typed code to its page, and an unknown code is told and kept', async () => {
    const answer = await app.visitor().get('/trace?code=%20TRACE-ME-1%20');
    expect([answer.status, answer.headers.location]).toEqual([303, '/trace/TRACE-ME-1']);
    const typed = await app.visitor().get('/trace/trace-me%201');
    expect([typed.status, typed.headers.location]).toEqual([303, '/trace/TRACE-ME1']);
    const $ = await open('/trace/NO-SUCH', 404);
    expect($('#f-code').val()).toBe('NO-SUCH');
  });

  it('GET /notices shows running notices with objections, without who objected', async () => {
    const product = await aProduct(app.db, { name: '待公示的蜂蜜', certified: false });
    const certification = await certify(app.db, { product });
    await app.db.certification.update({ where: { id: certification.id }, data: { state: 'in_notice' } });
    const notice = (startsOn: string, endsOn: string) =>
      app.db.publicNotice.create({
        data: {
          certificationId: certification.id,
          startsOn: dayToColumn(startsOn),
          endsOn: dayToColumn(endsOn),
          text: '公示',
        },
      });
    const running = await notice('2026-06-10', today);
    const ended = await notice('2026-05-01', '2026-06-14');
    await app.db.objection.create({
      data: { noticeId: running.id, name: '异议人姓名', text: '产地不实', answer: '经核实属实', upheld: false },
    });
    const $ = await open('/notices');
    expect($(`#notice-${running.id}`).text()).toContain('产地不实');
    expect($(`#notice-${running.id}`).text()).toContain('异议不成立');
    expect($('main').text()).not.toContain('异议人姓名');
    expect($(`#notice-${ended.id}`)).toHaveLength(0);
    expect((await open('/notices?past=1'))(`#notice-${ended.id}`)).toHaveLength(1);
  });

  it('GET /zones and /zones/:code show the zone’s goods in its order', async () => {
    const { tea, rice, uncertified } = world.products;
    await app.db.zone.create({
      data: {
        ...{
          code: 'pavilion',
          kind: 'pavilion',
          name: '秀山馆',
          nameEn: 'Xiushan Pavilion',
          intro: '一包米、一包茶',
          introEn: 'Rice and tea',
        },
        products: { create: [rice, uncertified, tea].map(({ id }, index) => ({ productId: id, sort: 3 - index })) },
      },
    });
    expect((await open('/zones'))('.zone-card').attr('href')).toBe('/zones/pavilion');
    const $ = await open('/zones/pavilion');
    expect(
      $('.product-card__name')
        .toArray()
        .map((name) => $(name).text().trim()),
    ).toEqual(['凉河白茶', '千丘梯田贡米']);
    await open('/zones/nosuch', 404);
  });

  it('GET /suggestions answers with links while one types', async () => {
    const $ = await open(`/suggestions?q=${encodeURIComponent('茶')}`);
    expect($('a[href="/products?category=tea"]')).toHaveLength(1);
    expect((await open('/suggestions?q='))('a')).toHaveLength(0);
  });

  it('speak English throughout', async () => {
    const visitor = app.visitor();
    const page = await visitor.get('/products');
    const token = load(page.text)('input[name="_csrf"]').first().val();
    await visitor.post('/language').type('form').send({ _csrf: token, locale: 'en' });
    const $ = load((await visitor.get('/trace')).text);
    expect($('html').attr('lang')).toBe('en');
    expect($('h1').text()).toBe('Trace a batch');
  });
});
