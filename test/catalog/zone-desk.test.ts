import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { forgetCatalog } from '../../server/catalog/forget-catalog.ts';
import { makeTestApp, type TestApp } from '../setup/app.ts';
import { type Person, personOf } from '../setup/person.ts';
import { makeWorld, type World } from '../world/world.ts';

const now = new Date('2026-06-15T04:00:00Z');
let app: TestApp;
let world: World;
let operator: Person;
let buyer: Person;
let zoneId: number;

beforeAll(async () => {
  app = await makeTestApp({ clock: () => now });
  world = await makeWorld(app.db, { now });
  operator = await personOf(app, 'operator');
  buyer = await personOf(app, 'buyer');
});
afterAll(() => app.close());
beforeEach(() => forgetCatalog(app.db));

const heldBy = async (id: number) =>
  (await app.db.zoneProduct.findMany({ where: { zoneId: id }, orderBy: { sort: 'asc' } })).map(
    ({ productId }) => productId,
  );

describe('pavilions and zones', () => {
  it('are opened by operators, with the unit or place that they are of', async () => {
    const page = await operator.open('/zone-desk');
    const wish = { kind: 'unit_zone', code: 'bank-zone', name: '农行专区', nameEn: 'Bank zone' };
    const refused = await operator.send(page, 'form.card', { ...wish, code: 'Bank Zone' });
    expect(refused.$('.error-summary a[href="#f-code"]')).toHaveLength(1);
    expect((await operator.send(page, 'form.card', wish)).$('.error-summary a[href="#f-unit"]')).toHaveLength(1);
    const opened = await operator.send(page, 'form.card', { ...wish, unit: 'bank' });
    expect(opened.text).toContain('已开设');
    zoneId = (await app.db.zone.findUniqueOrThrow({ where: { code: 'bank-zone' } })).id;
    const again = await operator.send(page, 'form.card', { ...wish, unit: 'bank' });
    expect(again.$('.error-summary a[href="#f-code"]')).toHaveLength(1);
  });

  it('of a unit are filled by the unit, and by no other', async () => {
    expect((await buyer.open('/zone-desk')).$('form.card')).toHaveLength(0);
    const { tea, rice, chicken } = world.products;
    for (const product of [tea, rice, chicken]) {
      const family = await app.db.productFamily.findUniqueOrThrow({ where: { id: product.familyId } });
      const page = await buyer.open(`/zone-desk/${zoneId}?q=${encodeURIComponent(family.name)}`);
      const added = await buyer.send(page, `form[action$="/addition"]:has([value="${product.id}"])`);
      expect(added.text).toContain('已加入');
      expect(added.$('form[action$="/addition"]')).toHaveLength(0);
    }
    expect(await heldBy(zoneId)).toEqual([tea.id, rice.id, chicken.id]);
    const page = await buyer.open(`/zone-desk/${zoneId}`);
    await buyer.send(page, `tr[data-product="${rice.id}"] form.order-buttons`, { direction: 'up' });
    await buyer.send(page, `tr[data-product="${chicken.id}"] form[action$="/removal"]`);
    expect(await heldBy(zoneId)).toEqual([rice.id, tea.id]);
    await (await personOf(app, 'prison-buyer')).agent.get(`/zone-desk/${zoneId}`).expect(404);
    await (await personOf(app, 'employee')).agent.get('/zone-desk').expect(403);
    expect(await app.db.auditLine.count({ where: { subjectType: 'zone', subjectId: zoneId } })).toBe(5);
  });

  it('show their goods in that order, the employees’ own first', async () => {
    const employee = await personOf(app, 'employee');
    const list = await employee.open('/zones');
    expect(list.$('section').first().text()).toContain('农行专区');
    const names = (await employee.open('/zones/bank-zone'))
      .$('.product-card__name')
      .toArray()
      .map((name) => employee && list.$(name).text());
    expect(names).toEqual(['千丘梯田贡米', '凉河白茶']);
    const words = await buyer.send(await buyer.open(`/zone-desk/${zoneId}`), 'form#describe', { intro: '职工自选' });
    expect(words.text).toContain('已保存');
    forgetCatalog(app.db);
    expect((await employee.open('/zones/bank-zone')).text).toContain('职工自选');
  });
});
