import { load } from 'cheerio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findActor } from '../../server/accounts/actor.ts';
import { hashPassword, passwordMatches } from '../../server/accounts/passwords.ts';
import { signIn } from '../../server/accounts/sign-in.ts';
import { pathTo } from '../../server/paths.ts';
import { makeTestApp, signInAs, type TestApp } from '../setup/app.ts';
import { aUser, PASSWORD } from '../world/users.ts';
import { makeWorld, type World } from '../world/world.ts';

const ACCOUNT = pathTo('account');
let market: TestApp;
let world: World;
const now = new Date();

beforeAll(async () => {
  market = await makeTestApp({ clock: () => now });
  world = await makeWorld(market.db, { now });
});
afterAll(() => market.close());

describe(`GET ${ACCOUNT}`, () => {
  it('shows the own rights and where they hold, and no expired one', async () => {
    const { bank, outside } = world.units;
    const user = await aUser(market.db, {
      name: '<script>职工</script>',
      grants: [
        { role: 'employee', unit: bank },
        { role: 'organizer', group: world.groups.commerce },
        { role: 'supplier', supplier: world.suppliers.lianghe },
        { role: 'work_team', place: world.places.lianghe },
        { role: 'operator' },
        { role: 'buyer', unit: outside, until: world.today },
      ],
    });
    const visitor = await signInAs(market.visitor(), user.login);
    const page = await visitor.get(ACCOUNT);
    const $ = load(page.text);
    const rights = $('tr[data-role]')
      .map((_, row) => `${$('th', row).text()} ${$('td', row).first().text()}`)
      .get();
    expect(rights).toEqual([
      '职工 农行市分行',
      '帮扶集团联络人 市商务委帮扶集团',
      '供应商 凉河村股份经济合作社',
      '驻乡工作队 凉河村',
      '平台运营 全平台',
    ]);
    expect(page.text).not.toContain('<script>职工');
  });

  it('says what an outside buyer may do', async () => {
    const visitor = await signInAs(market.visitor(), 'outsider');
    expect(
      load((await visitor.get(ACCOUNT)).text)('#rights')
        .parent()
        .text(),
    ).toContain('可以个人名义购买');
  });

  it('ends at once for a person who was disabled', async () => {
    const user = await aUser(market.db);
    const visitor = await signInAs(market.visitor(), user.login);
    await market.db.user.update({ where: { id: user.id }, data: { disabledAt: now } });
    expect((await visitor.get(ACCOUNT)).status).toBe(303);
  });
});

describe("the demonstration's accounts", () => {
  it('are nobody in production, even with a session or token made before', async () => {
    const { id } = await aUser(market.db, { isDemo: true });
    expect(await findActor(market.db, id, world.today, true)).toMatchObject({ id });
    expect(await findActor(market.db, id, world.today, false)).toBeNull();
    expect(await findActor(market.db, world.users.buyer.id, world.today, false)).toMatchObject({ login: 'buyer' });
  });

  it('sign in to a demonstration and not in production', async () => {
    const { login, id } = await aUser(market.db, { isDemo: true });
    expect(await signIn(market.db, { login, password: PASSWORD, allowDemo: true })).toMatchObject({ id });
    await expect(signIn(market.db, { login, password: PASSWORD, allowDemo: false })).rejects.toMatchObject({
      status: 401,
      code: 'wrongLogin',
    });
    await expect(signIn(market.db, { login, password: 'not it', allowDemo: true })).rejects.toMatchObject({
      code: 'wrongLogin',
    });
  });
});

describe('passwords', () => {
  it('are hashed with argon2id at the strength that OWASP asks for', async () => {
    const hash = await hashPassword('a password');
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await passwordMatches(hash, 'a password')).toBe(true);
    expect(await passwordMatches(hash, 'a passwore')).toBe(false);
    expect(await passwordMatches(null, 'nobody has this password')).toBe(false);
  });
});
