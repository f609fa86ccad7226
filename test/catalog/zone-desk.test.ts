import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { forgetCatalog } from '../../server/catalog/forget-catalog.ts';
import { channelOfZone } from '../../server/checkout/channel-of-order.ts';
import { zoneOfProduct } from '../../server/promotions/zone-of-product.ts';
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

  it('are closed by operators with a reason that their page tells, and opened again; the goods stay on sale', async () => {
    const { tea } = world.products;
    const isListed = async () => {
      forgetCatalog(app.db);
      return (await operator.open('/zones')).text.includes('农行专区');
    };
    expect(await isListed()).toBe(true);
    const token = (await buyer.open(`/zone-desk/${zoneId}`)).$('input[name="_csrf"]').first().val();
    const stolen = { closedReason: '不想要了', _csrf: token };
    await buyer.agent.post(`/zone-desk/${zoneId}/closing`).type('form').send(stolen).expect(403);
    let page = await operator.open(`/zone-desk/${zoneId}`);
    const empty = await operator.send(page, 'form[action$="/closing"]', { closedReason: ' ' });
    expect(empty.status).toBe(422);
    expect(empty.$('details[open] [name="closedReason"]')).toHaveLength(1);
    page = await operator.send(page, 'form[action$="/closing"]', { closedReason: '并入秀山馆' });
    expect(page.text).toContain('已停办');
    expect(page.$('form[action$="/closing"]')).toHaveLength(0);
    expect(await isListed()).toBe(false);
    const closed = await operator.open('/zones/bank-zone', 410);
    expect(closed.text).toContain('并入秀山馆');
    expect(closed.$('.product-card')).toHaveLength(0);
    expect((await operator.open(`/products/${tea.id}?zone=bank-zone`)).$('form#buy')).toHaveLength(1);
    expect((await operator.open(`/products/${tea.id}`)).text).not.toContain('农行专区');
    // Whatever still names it counts for the market's own pages.
    expect(await zoneOfProduct(app.db, 'bank-zone', tea.id)).toBeNull();
    await expect(channelOfZone(app.db, 'bank-zone')).rejects.toMatchObject({ code: 'noSuchZone' });
    expect((await operator.open('/zone-desk')).text).toContain('已停办');
    page = await operator.open(`/zone-desk/${zoneId}`);
    await operator.send(page, 'form[action$="/reopening"]');
    expect(await isListed()).toBe(true);
    expect(await zoneOfProduct(app.db, 'bank-zone', tea.id)).toBe(zoneId);
    // A second press on a page that was open says so.
    expect((await operator.send(page, 'form[action$="/reopening"]')).status).toBe(409);
    const told = await app.db.auditLine.findMany({
      where: { subjectType: 'zone', subjectId: zoneId, action: { in: ['zone.close', 'zone.reopen'] } },
    });
    expect(told.map(({ action, reason }) => [action, reason])).toEqual([
      ['zone.close', '并入秀山馆'],
      ['zone.reopen', null],
    ]);
    const changed = await app.db.outbox.count({ where: { topic: 'product.changed' } });
    expect(changed).toBeGreaterThanOrEqual(4);
  });

  it('show in the order that operators put them in, each kind by itself, closed ones left out', async () => {
    const make = (code: string, kind: 'theme' | 'cabinet', closedAt: Date | null = null) =>
      app.db.zone.create({ data: { code, kind, name: code, nameEn: code, intro: '', introEn: '', closedAt } });
    const [first] = [
      await make('theme-a', 'theme'),
      await make('cabinet-a', 'cabinet'),
      await make('theme-x', 'theme', now),
    ];
    const last = await make('theme-b', 'theme');
    const shown = async () => {
      forgetCatalog(app.db);
      const { $ } = await operator.open('/zones');
      return $('.zone-card h3')
        .get()
        .map((card) => $(card).text())
        .filter((name) => name.startsWith('theme'));
    };
    expect(await shown()).toEqual(['theme-a', 'theme-b']);
    const desk = await operator.open('/zone-desk');
    const row = (id: number) => desk.$(`tr[data-zone="${id}"] button[value="up"]`).attr('disabled');
    expect([row(first.id), row(last.id)]).toEqual(['disabled', undefined]);
    const moved = await operator.send(desk, `tr[data-zone="${last.id}"] form`, { direction: 'up' });
    expect(moved.text).toContain('顺序已改');
    expect(await shown()).toEqual(['theme-b', 'theme-a']);
    expect((await buyer.open('/zone-desk')).$('form.order-buttons')).toHaveLength(0);
    const own = (await buyer.open(`/zone-desk/${zoneId}`)).$('input[name="_csrf"]').first().val();
    await buyer.agent
      .post(`/zone-desk/${last.id}/order`)
      .type('form')
      .send({ direction: 'down', _csrf: own })
      .expect(403);
    expect(await shown()).toEqual(['theme-b', 'theme-a']);
  });
});
