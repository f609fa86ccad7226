import { load } from 'cheerio';
import supertest from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pathTo } from '../../server/paths.ts';
import { apiTokenFor, makeTestApp, signInAs, type TestApp } from '../setup/app.ts';
import { aUser } from '../world/users.ts';
import { makeWorld, type World } from '../world/world.ts';

const WORK_TEAM = pathTo('workTeam');
const now = new Date('2026-06-15T04:00:00Z');
let market: TestApp;
let world: World;

beforeAll(async () => {
  market = await makeTestApp({ clock: () => now });
  world = await makeWorld(market.db, { now });
});
afterAll(() => market.close());

async function openAs(login: string) {
  const page = await (await signInAs(market.visitor(), login)).get(WORK_TEAM);
  expect(page.status).toBe(200);
  return load(page.text);
}

describe(`GET ${WORK_TEAM}`, () => {
  it('is for work teams', async () => {
    expect((await market.visitor().get(WORK_TEAM)).status).toBe(303);
    for (const login of ['employee', 'supplier', 'operator', 'certifier'])
      expect((await (await signInAs(market.visitor(), login)).get(WORK_TEAM)).status).toBe(403);
  });

  it('shows the suppliers of its place with their stock, and nobody else’s', async () => {
    const $ = await openAs('workteam');
    expect($('article h3').text()).toBe('凉河村股份经济合作社');
    const row = $('article tbody tr').filter((_, tr) => $(tr).text().includes('凉河白茶'));
    expect(row.text()).toContain('100 盒');
    expect(row.text()).toContain('在架');
    const uncertified = $('article tbody tr').filter((_, tr) => $(tr).text().includes('未认定的茶'));
    expect(uncertified.text()).toContain('认定无效，已下架');
    expect($('main').text()).not.toContain('川河');
  });

  it('shows what waits to be shipped without buyer or address', async () => {
    const token = await apiTokenFor(market.db, world.users.buyer, [], now);
    const address = { recipient: '王收货', phone: '13800000001', region: '重庆市 渝中区', detail: '保密路 9 号' };
    const order = {
      lines: [
        { productId: world.products.tea.id, quantity: 3 },
        { productId: world.products.rice.id, quantity: 2 },
      ],
      fundingSource: 'canteen_budget',
      payment: 'on_account',
      address,
    };
    await supertest(market.url).post('/api/v1/orders').auth(token, { type: 'bearer' }).send(order).expect(201);
    const $ = await openAs('workteam');
    expect($('tr[data-parcel]')).toHaveLength(1);
    expect($('tr[data-parcel]').text()).toContain('凉河白茶 250 克/盒 × 3 盒');
    expect($('tr[data-parcel]').text()).toContain('待供应商确认');
    for (const secret of ['王收货', '13800000001', '保密路', '食堂采购员', '千丘梯田贡米'])
      expect($('main').text()).not.toContain(secret);
  });

  it('covers the villages below a township, and says so to a right without a place', async () => {
    const township = await aUser(market.db, { grants: [{ role: 'work_team', place: world.places.yongdong }] });
    const $ = await openAs(township.login);
    expect(
      $('article h3')
        .map((_, heading) => $(heading).text())
        .get(),
    ).toEqual(['凉河村股份经济合作社', '川河贡米合作社']);
    const nowhere = await aUser(market.db, { grants: [{ role: 'work_team' }] });
    const empty = await openAs(nowhere.login);
    expect(empty('.notice--warning').text()).toContain('没有指定地区');
    expect(empty('article')).toHaveLength(0);
  });
});
