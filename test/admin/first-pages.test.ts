import { load } from 'cheerio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { firstPageOf } from '../../server/accounts/first-page.ts';
import { pathTo } from '../../server/paths.ts';
import { type Agent, makeTestApp, signInAs, submit, type TestApp } from '../setup/app.ts';
import { aUser, PASSWORD } from '../world/users.ts';
import { makeWorld, type World } from '../world/world.ts';

const SIGN_IN = pathTo('signIn');
/** header, navigation, footer and strip */
const AROUND = 'header a, nav a, footer a, .strip a';
const now = new Date('2026-06-15T04:00:00Z');
let market: TestApp;
let world: World;

beforeAll(async () => {
  market = await makeTestApp({ clock: () => now });
  world = await makeWorld(market.db, { now });
});
afterAll(() => market.close());

const pages = {
  employee: '/',
  buyer: '/products',
  approver: '/approvals',
  organizer: '/board',
  supplier: '/supplier/fulfilments',
  certifier: '/certifications',
  operator: '/admin',
  workteam: '/work-team',
  outsider: '/',
};

describe('after signing in', () => {
  it.each(Object.entries(pages))('%s is led to %s, which is there', async (login, path) => {
    const visitor = market.visitor();
    const answer = await submit(visitor, SIGN_IN, SIGN_IN, { login, password: PASSWORD });
    expect(answer.headers.location).toBe(path);
    expect((await visitor.get(path)).status).toBe(200);
    expect((await visitor.get(SIGN_IN)).headers.location).toBe(path);
  });

  it.each(Object.keys(pages))(
    '%s finds no dead link around the pages, nor on the pages that these lead to',
    async (login) => {
      const visitor = await signInAs(market.visitor(), login);
      const first = pages[login as keyof typeof pages];
      const work = new Set<string>();
      for (const path of [first, '/', pathTo('account')]) {
        const links = await linksOf(visitor, path, AROUND);
        expect(links).toContain('/notices');
        for (const link of links) work.add(link);
      }
      expect(await deadAmong(visitor, work)).toEqual([]);
      // Of a page with filters, one of its addresses is enough.
      const further = new Map<string, string>();
      for (const path of work)
        for (const link of await linksOf(visitor, path, 'main a')) further.set(link.replace(/\?.*/, ''), link);
      expect(await deadAmong(visitor, [...further.values()])).toEqual([]);
    },
  );

  it('a visitor finds no dead link either', async () => {
    expect(await deadAmong(market.visitor(), await linksOf(market.visitor(), '/', AROUND))).toEqual([]);
  });

  it('goes where the person was going, wherever the own page is', async () => {
    const fields = { login: 'operator', password: PASSWORD, returnTo: '/trace?code=1' };
    const answer = await submit(market.visitor(), SIGN_IN, SIGN_IN, fields);
    expect(answer.headers.location).toBe('/trace?code=1');
  });

  it('a buyer goes on with a cart that holds something', async () => {
    const { buyer } = world.users;
    const grant = { role: 'buyer' as const, unitId: 1, unitCode: '', unitName: '', unitNameEn: '' };
    const grants = [{ ...grant, groupId: null, supplierId: null, placeId: null }];
    const actor = {
      id: buyer.id,
      login: '',
      name: '',
      locale: 'zh',
      grants,
      scopes: null,
      unreadCount: 0,
      servedSuppliers: [],
    };
    expect(firstPageOf({ ...actor, cartCount: 0 })).toBe('/products');
    expect(firstPageOf({ ...actor, cartCount: 2 })).toBe('/cart');
  });

  it('somebody of several roles is led by the one with the most to watch', async () => {
    const { bank } = world.units;
    const { login } = await aUser(market.db, {
      grants: [{ role: 'employee', unit: bank }, { role: 'approver', unit: bank }, { role: 'operator' }],
    });
    const answer = await submit(market.visitor(), SIGN_IN, SIGN_IN, { login, password: PASSWORD });
    expect(answer.headers.location).toBe('/admin');
  });
});

/** Where a page leads to from these of its elements, each address once and without its place in the page. */
async function linksOf(visitor: Agent, path: string, elements: string): Promise<string[]> {
  const $ = load((await visitor.get(path).redirects(3)).text ?? '');
  const links = $(elements)
    .map((_, link) => $(link).attr('href'))
    .get();
  return [...new Set(links.filter((link) => link.startsWith('/')).map((link) => link.replace(/#.*/, '')))];
}

async function deadAmong(visitor: Agent, links: Iterable<string>): Promise<string[]> {
  const dead: string[] = [];
  for (const link of links) {
    const { status } = await visitor.get(link).redirects(3);
    if (status >= 400) dead.push(`${status} ${link}`);
  }
  return dead;
}
