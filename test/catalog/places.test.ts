import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeTestApp, type TestApp } from '../setup/app.ts';
import { type Person, personOf } from '../setup/person.ts';
import { warmStatements } from '../setup/warm-statements.ts';
import { makeWorld, type World } from '../world/world.ts';

const now = new Date('2026-06-15T04:00:00Z');
let app: TestApp;
let world: World;
let visitor: Person;
const statements: string[] = [];

beforeAll(async () => {
  app = await makeTestApp({ clock: () => now, onQuery: (sql) => statements.push(sql) });
  world = await makeWorld(app.db, { now });
  const { xiushan, yongdong } = world.places;
  const brand = await app.db.brand.create({
    data: { code: 'qianqiu', name: '千丘', nameEn: 'Qianqiu', placeId: yongdong.id },
  });
  await app.db.productFamily.update({
    where: { id: world.products.rice.familyId },
    data: { brandId: brand.id },
  });
  await app.db.zone.create({
    data: {
      ...{ code: 'xiushan', kind: 'pavilion', name: '秀山馆', nameEn: 'Xiushan Pavilion' },
      ...{ intro: '', introEn: '', placeId: xiushan.id },
    },
  });
  visitor = await personOf(app, null);
});
afterAll(() => app.close());

describe('places and brands', () => {
  it('GET /places names the counties with what is on the shelf from them, their pavilions and the brands', async () => {
    const { $, text } = await visitor.open('/places');
    expect($('a[href="/places/xiushan"]').length).toBeGreaterThan(0);
    expect(text).toContain('秀山馆');
    expect($('a[href="/brands/qianqiu"]')).toHaveLength(1);
    const xiushan = $('section.card').filter((_, card) => $(card).text().includes('秀山'));
    expect(xiushan.find('h2').text()).toContain('3');
  });

  it('GET /places/:code shows goods and suppliers of the place and all below it, in few statements', async () => {
    const county = await visitor.open('/places/xiushan');
    for (const told of ['凉河白茶', '千丘梯田贡米', '川河贡米合作社', '秀山馆', '涌洞乡'])
      expect(county.text).toContain(told);
    expect(county.text).not.toContain('武隆高山茶');
    const village = await visitor.open('/places/lianghe');
    expect(village.text).toContain('凉河白茶');
    expect(village.text).not.toContain('贡米');
    expect(village.$('a[href="/products?place=lianghe"]')).toHaveLength(1);
    await visitor.open('/places/nowhere', 404);
    expect(await warmStatements(statements, () => visitor.open('/places/xiushan'))).toBeLessThanOrEqual(6);
  });

  it('GET /brands/:code shows the brand’s goods, place and suppliers; goods lead there', async () => {
    const { $, text } = await visitor.open('/brands/qianqiu');
    expect(text).toContain('千丘梯田贡米');
    expect(text).not.toContain('凉河白茶');
    expect($('a[href="/places/yongdong"]')).toHaveLength(1);
    await visitor.open('/brands/none', 404);
    const product = await visitor.open(`/products/${world.products.rice.id}`);
    expect(product.$('a[href="/brands/qianqiu"]')).toHaveLength(1);
    expect(product.$('a[href="/places/chuanhe"]')).toHaveLength(1);
  });
});
