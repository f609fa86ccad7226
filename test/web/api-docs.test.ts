import { load } from 'cheerio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pathTo } from '../../server/paths.ts';
import { fieldsOf, noteOf, typeOf } from '../../server/web/api-docs-schema.ts';
import { makeTestApp, submit, type TestApp } from '../setup/app.ts';

const DOCS = pathTo('apiDocs');
let market: TestApp;

beforeAll(async () => {
  market = await makeTestApp();
});
afterAll(() => market.close());

describe(`GET ${DOCS}`, () => {
  it('tells every call of the OpenAPI document, once', async () => {
    const { body } = await market.visitor().get(pathTo('openApi'));
    const calls = Object.entries(body.paths as Record<string, object>).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const $ = load((await market.visitor().get(DOCS)).text);
    const told = $('.api-call__name')
      .map((_, name) => $(name).text().replace(/\s+/g, ' ').trim())
      .get();
    expect(told.sort()).toEqual(calls.sort());
    expect(told.length).toBeGreaterThan(25);
    const ids = $('[id]')
      .map((_, element) => $(element).attr('id'))
      .get();
    expect(new Set(ids).size).toBe(ids.length);
    expect($('main').text()).not.toContain('[object');
  });

  it('tells of an order who may send it, its fields and its errors', async () => {
    const $ = load((await market.visitor().get(DOCS)).text);
    const order = $('#post-orders');
    expect(order.text()).toContain('限权令牌须含 orders');
    expect(order.text()).toContain('Idempotency-Key');
    expect(order.text()).toContain('lines[].productId');
    expect(order.text()).toContain('"canteen_budget" · "union_funds" · "individual"');
    expect(order.text()).toContain('400 · 401 · 403 · 409 · 422 · 429');
    const placedAt = $('tr', order).filter((_, row) => $('code', row).text() === 'placedAt');
    expect(placedAt.text()).toContain('string | null');
    expect(placedAt.text()).toContain('date-time');
    expect($('#post-tokens').text()).toContain('任何人，不需要令牌');
  });

  it('gives commands at the address of this market, that work as they stand', async () => {
    const $ = load((await market.visitor().get(DOCS)).text);
    const [token, order] = $('.api-example')
      .map((_, example) => $(example).text())
      .get();
    expect(token).toContain(`curl -s ${market.url}/api/v1/tokens`);
    const body = /-d '(\{[\s\S]*\})'/.exec(order ?? '')?.[1] ?? '';
    expect(Object.keys(JSON.parse(body))).toEqual(['lines', 'fundingSource', 'payment', 'addressId']);
  });

  it('has nothing inline, and reads in English', async () => {
    const visitor = market.visitor();
    const zh = await visitor.get(DOCS);
    expect(load(zh.text)('[style], style, script:not([src])')).toHaveLength(0);
    await submit(visitor, DOCS, pathTo('language'), { locale: 'en' });
    const $ = load((await visitor.get(DOCS)).text);
    expect($('main').text()).not.toMatch(/\p{Script=Han}/u);
  });
});

describe('a schema', () => {
  const t = (key: string, values?: object) => `${key} ${JSON.stringify(values ?? {})}`;

  it('is told by its inner fields with their paths', () => {
    const schema = {
      type: 'object',
      required: ['lines'],
      properties: {
        lines: { type: 'array', items: { type: 'object', properties: { quantity: { type: 'integer' } } } },
        unit: { anyOf: [{ type: 'object', properties: { code: { type: 'string' } } }, { type: 'null' }] },
      },
    };
    expect(fieldsOf(t, schema).map(({ name, type, required }) => [name, type, required])).toEqual([
      ['lines', 'object[]', true],
      ['lines[].quantity', 'integer', false],
      ['unit', 'object | null', false],
      ['unit.code', 'string', false],
    ]);
  });

  it('says its bounds, and not those of every safe integer', () => {
    const schema = { type: 'integer', exclusiveMinimum: 0, maximum: Number.MAX_SAFE_INTEGER };
    expect([typeOf(schema), noteOf(t, schema)]).toEqual(['integer', '≥ 1']);
    expect(noteOf(t, { type: 'integer', minimum: Number.MIN_SAFE_INTEGER, maximum: 9 })).toBe('≤ 9');
    expect(typeOf({ enum: ['a', 'b'] })).toBe('string');
  });
});
