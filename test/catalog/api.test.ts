import supertest from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reindexProducts } from '../../server/search/index-products.ts';
import { apiTokenFor, makeTestApp, type TestApp } from '../setup/app.ts';
import { aBatch, aProduct } from '../world/products.ts';
import { makeWorld, type World } from '../world/world.ts';

const now = new Date('2026-06-15T04:00:00Z');
let app: TestApp;
let world: World;

beforeAll(async () => {
  app = await makeTestApp({ clock: () => now });
  world = await makeWorld(app.db, { now });
  await reindexProducts(app.db, app.container.search, '2026-06-15');
});
afterAll(() => app.close());

async function get(path: string, status = 200) {
  const answer = await supertest(app.url).get(`/api/v1${path}`);
  expect(answer.status, `${path} ${JSON.stringify(answer.body)}`).toBe(status);
  return answer.body;
}

describe('GET /api/v1/products', () => {
  it('filters by codes, repeated or parted by commas, and names codes in its answer', async () => {
    const codesOf = async (query: string) =>
      (await get(`/products?${query}`)).items.map((item: { code: string }) => item.code).sort();
    expect(await codesOf('category=tea,rice')).toEqual(['rice-5kg', 'tea-250g', 'wulong-tea-250g']);
    expect(await codesOf('category=tea&category=rice&place=xiushan')).toEqual(['rice-5kg', 'tea-250g']);
    expect(await codesOf('supplier=shuanghe')).toEqual(['wulong-tea-250g']);
    expect(await codesOf('minPriceFen=9000&maxPriceFen=10000')).toEqual(['chicken']);
    expect(await codesOf('coldChain=true')).toEqual(['chicken']);
    const [rice] = (await get('/products?category=rice')).items;
    expect(rice).toMatchObject({
      ...{
        code: 'rice-5kg',
        category: 'rice',
        place: 'chuanhe',
        priceFen: 6000,
        minQuantity: 2,
        orderMultiple: 2,
        netGrams: 5000,
      },
      supplier: { code: 'chuanhe' },
      tiers: [
        { fromQuantity: 10, priceFen: 5700 },
        { fromQuantity: 50, priceFen: 5400 },
      ],
      stock: { state: 'in', available: 500 },
    });
  });

  it('pages, counts and says which engine answered', async () => {
    const first = await get('/products?perPage=3&sort=price');
    const second = await get('/products?perPage=3&sort=price&page=2');
    expect(first).toMatchObject({ total: 4, page: 1, perPage: 3, engine: 'embedded' });
    expect([...first.items, ...second.items].map((item: { priceFen: number }) => item.priceFen)).toEqual([
      6000, 8800, 9800, 12_800,
    ]);
    expect(first.facets.category).toContainEqual({ code: 'tea', count: 2 });
  });

  it('names every bad value at once', async () => {
    const { errors } = await get(
      '/products?minPriceFen=-1&maxPriceFen=1.5&page=0&perPage=101&sort=best&inStock=maybe&colour=red',
      400,
    );
    expect(errors.map((error: { path: string }) => error.path).sort()).toEqual([
      ...['colour', 'inStock', 'maxPriceFen', 'minPriceFen', 'page', 'perPage', 'sort'],
    ]);
  });

  it('answers from the database, without a total, while the engine is down', async () => {
    const { search } = app.container;
    const working = search.search;
    search.search = () => Promise.reject(new Error('down'));
    try {
      const found = await get('/products?category=tea&sort=-price');
      expect(found.engine).toBe('database');
      expect(found).not.toHaveProperty('total');
      expect(found.items.map((item: { code: string }) => item.code)).toEqual(['tea-250g', 'wulong-tea-250g']);
    } finally {
      search.search = working;
    }
  });
});

describe('GET /api/v1/products/:id', () => {
  it('tells tiers, stock, certifications, batches and price history', async () => {
    const { rice } = world.products;
    await app.db.priceChange.createMany({
      data: [
        {
          ...{ productId: rice.id, oldFen: 5800, newFen: 6000, effectiveAt: new Date('2026-02-28T16:30:00Z') },
          tiers: [{ fromQuantity: 10, priceFen: 5700 }],
        },
        { productId: rice.id, oldFen: 6000, newFen: 9000, flag: 'rise', effectiveAt: null },
      ],
    });
    const product = await get(`/products/${rice.id}`);
    expect(product).toMatchObject({
      onShelf: true,
      offShelfReason: null,
      caseQuantity: 4,
      priceHistory: [
        { since: '2026-03-01', priceFen: 6000, tiers: [{ fromQuantity: 10, priceFen: 5700 }] },
        // What it cost before the first change that was kept.
        { priceFen: 5800, tiers: [] },
      ],
    });
    expect(product.certifications.map((one: { of: string }) => one.of)).toEqual(['product', 'supplier']);
    expect(product.batches).toHaveLength(2);
    expect(product.batches[0]).toMatchObject({ producedOn: '2026-06-05', isRecalled: false });
  });

  it('is 404 for unknown ids and 400 for what is no id', async () => {
    await get('/products/999999', 404);
    await get('/products/abc', 400);
  });

  it('says that and why a product is not on the shelf', async () => {
    const product = await aProduct(app.db, { certified: false });
    expect(await get(`/products/${product.id}`)).toMatchObject({ onShelf: false, offShelfReason: 'certification' });
  });
});

describe('the lists', () => {
  it('GET /trace/:code needs no sign-in', async () => {
    await aBatch(app.db, world.products.tea, { quantity: 1, traceCode: 'API-TRACE' });
    expect(await get('/trace/API-TRACE')).toMatchObject({
      code: 'API-TRACE',
      place: { code: 'lianghe' },
      supplier: { code: 'lianghe' },
      recall: null,
    });
    expect(await get('/trace/NONE', 404)).toMatchObject({ type: 'urn:market:unknownTraceCode' });
  });

  it('GET /categories and /places are trees of codes', async () => {
    expect((await get('/categories')).items).toContainEqual(
      expect.objectContaining({ code: 'rice', parent: 'grain-oil' }),
    );
    expect((await get('/places')).items).toContainEqual(
      expect.objectContaining({ code: 'lianghe', parent: 'yongdong', level: 'village' }),
    );
  });

  it('GET /suppliers goes on by its cursor', async () => {
    const first = await get('/suppliers?perPage=2');
    const rest = await get(`/suppliers?perPage=100&cursor=${first.nextCursor}`);
    const codes = [...first.items, ...rest.items].map((item: { code: string }) => item.code);
    expect(codes.slice(0, 3)).toEqual(['lianghe', 'chuanhe', 'shuanghe']);
    expect(new Set(codes).size).toBe(codes.length);
    await get('/suppliers?cursor=nonsense', 400);
  });

  it('GET /groups names lead unit and members', async () => {
    const { items } = await get('/groups');
    expect(items.find((item: { code: string }) => item.code === 'wulong')).toMatchObject({
      leadUnit: 'insurer',
      place: 'wulong',
      members: expect.arrayContaining(['dual']),
    });
  });

  it('GET /units wants a token and shows superiors and groups', async () => {
    await get('/units', 401);
    const token = await apiTokenFor(app.db, world.users.employee, [], now);
    const { body } = await supertest(app.url).get('/api/v1/units').auth(token, { type: 'bearer' });
    expect(body.items).toContainEqual(expect.objectContaining({ code: 'first-prison', parent: 'bureau', groups: [] }));
    expect(body.items.find((item: { code: string }) => item.code === 'dual').groups.sort()).toEqual([
      'commerce',
      'wulong',
    ]);
  });

  it('GET /suggestions', async () => {
    const { items } = await get(`/suggestions?q=${encodeURIComponent('茶')}`);
    expect(items).toContainEqual(expect.objectContaining({ kind: 'category', code: 'tea' }));
  });

  it('are described in OpenAPI', async () => {
    const { paths } = await get('/openapi.json');
    for (const path of [
      'products',
      'products/{id}',
      'suggestions',
      'trace/{code}',
      'categories',
      'places',
      'units',
      'groups',
      'suppliers',
      'zones',
    ]) {
      expect(
        paths[`/api/v1/${path}`].get.responses['200'].content['application/json'].schema.properties,
        path,
      ).toBeDefined();
    }
  });
});
