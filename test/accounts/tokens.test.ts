import { load } from 'cheerio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashToken } from '../../server/accounts/api-tokens.ts';
import type { User } from '../../server/db/generated/client.ts';
import { pathTo } from '../../server/paths.ts';
import { type Agent, apiTokenFor, makeTestApp, signInAs, submit, type TestApp } from '../setup/app.ts';
import { aUser, PASSWORD } from '../world/users.ts';
import { makeWorld, type World } from '../world/world.ts';

const TOKENS = pathTo('tokens');
const DAY_MS = 86_400_000;
let market: TestApp;
let world: World;
let now = new Date('2026-06-15T04:00:00Z');

beforeAll(async () => {
  market = await makeTestApp({ clock: () => now });
  world = await makeWorld(market.db, { now });
});
afterAll(() => market.close());

const me = (token: string) => market.visitor().get('/api/v1/me').auth(token, { type: 'bearer' });
const tokenOf = (user: User, scopes: string[] = []) => apiTokenFor(market.db, user, scopes, now);
const auditOf = (user: User) =>
  market.db.auditLine.findMany({ where: { actorId: user.id, subjectType: 'api_token' }, orderBy: { id: 'asc' } });

describe('POST /api/v1/tokens', () => {
  const ask = (body: object) => market.visitor().post('/api/v1/tokens').send(body);

  it('gives a token of 90 days for login and password, keeps only its hash and leaves an audit line', async () => {
    const user = await aUser(market.db);
    const answer = await ask({ login: user.login, password: PASSWORD, name: '食堂系统' });
    expect(answer.status).toBe(201);
    expect(answer.headers['cache-control']).toBe('no-store');
    const { token, expiresAt } = answer.body;
    expect(new Date(expiresAt).getTime() - now.getTime()).toBe(90 * DAY_MS);
    expect((await me(token)).body.user.login).toBe(user.login);
    const [row] = await market.db.apiToken.findMany({ where: { userId: user.id } });
    expect(row?.tokenHash).toBe(hashToken(token));
    expect(JSON.stringify(row)).not.toContain(token);
    expect((await auditOf(user)).map(({ action }) => action)).toEqual(['token.issued']);
  });

  it('says the same of a wrong password and an unknown login', async () => {
    const wrong = await ask({ login: 'employee', password: 'not it' });
    const unknown = await ask({ login: 'nobody-here', password: PASSWORD });
    expect(wrong.status).toBe(401);
    expect(unknown.status).toBe(401);
    expect(unknown.body).toEqual(wrong.body);
  });

  it.each([
    ['no password', { login: 'employee' }, 'password required'],
    [
      'a scope that there is none of',
      { login: 'employee', password: PASSWORD, scopes: ['all'] },
      'scopes.0 notAChoice',
    ],
    ['a password that is no text', { login: 'employee', password: { $ne: '' } }, 'password malformed'],
  ])('refuses %s with 400', async (_case, body, fault) => {
    const answer = await ask(body);
    expect(answer.status).toBe(400);
    expect(answer.body.errors.map(({ path, code }: { path: string; code: string }) => `${path} ${code}`)).toEqual([
      fault,
    ]);
  });
});

describe('GET /api/v1/me', () => {
  it('names roles, the units that may be bought for and the funds', async () => {
    const { body } = await me(await tokenOf(world.users.buyer));
    expect(body.user).toMatchObject({ id: world.users.buyer.id, login: 'buyer' });
    expect(body.roles).toEqual(['employee', 'buyer']);
    expect(body.units).toEqual([
      expect.objectContaining({
        code: 'bank',
        name: '农行市分行',
        fundingSources: ['individual', 'canteen_budget', 'union_funds'],
      }),
    ]);
    expect(body.fundingSources).toEqual(['individual', 'canteen_budget', 'union_funds']);
  });

  it('lets an employee buy individually for the own unit, and an outsider for none', async () => {
    const employee = (await me(await tokenOf(world.users.employee))).body;
    expect(
      employee.units.map(({ code, fundingSources }: { code: string; fundingSources: string[] }) => [
        code,
        ...fundingSources,
      ]),
    ).toEqual([['bank', 'individual']]);
    const outsider = (await me(await tokenOf(world.users.outsider))).body;
    expect(outsider).toMatchObject({ roles: [], units: [], fundingSources: ['individual'] });
  });

  it('needs a token, and says so as a problem', async () => {
    const answer = await market.visitor().get('/api/v1/me');
    expect(answer.status).toBe(401);
    expect(answer.type).toBe('application/problem+json');
    expect(answer.body).toMatchObject({ status: 401, type: 'urn:market:signInNeeded' });
  });

  it.each([
    ['an unknown token', 'Bearer mk_unknown'],
    ['another scheme', 'Basic ZW1wbG95ZWU6eA=='],
    ['an empty one', 'Bearer '],
  ])('refuses %s', async (_case, header) => {
    const answer = await market.visitor().get('/api/v1/me').set('Authorization', header);
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toContain('invalid_token');
  });

  it('does not take the session of a page for a token', async () => {
    const visitor = await signInAs(market.visitor(), 'employee');
    expect((await visitor.get('/api/v1/me')).status).toBe(401);
  });
});

describe('a token', () => {
  it('ends after its 90 days', async () => {
    const before = now;
    const token = await tokenOf(world.users.employee);
    now = new Date(before.getTime() + 90 * DAY_MS - 1);
    expect((await me(token)).status).toBe(200);
    now = new Date(before.getTime() + 90 * DAY_MS);
    expect((await me(token)).status).toBe(401);
    now = before;
  });

  it('ends with its person', async () => {
    const user = await aUser(market.db);
    const token = await tokenOf(user);
    await market.db.user.update({ where: { id: user.id }, data: { disabledAt: now } });
    expect((await me(token)).status).toBe(401);
  });

  it('with scopes does nothing outside them', async () => {
    const call = (token: string) => market.visitor().get('/api/v1/addresses').auth(token, { type: 'bearer' });
    const limited = await call(await tokenOf(world.users.employee, ['orders']));
    expect(limited.status).toBe(403);
    expect(limited.body.type).toBe('urn:market:outsideScope');
    expect((await call(await tokenOf(world.users.employee, ['orders', 'account']))).status).toBe(200);
    expect((await call(await tokenOf(world.users.employee))).status).toBe(200);
  });
});

describe(`the page ${TOKENS}`, () => {
  const signedIn = (user: User): Promise<Agent> => signInAs(market.visitor(), user.login);

  it('makes a token with the scopes that were ticked and shows it this once', async () => {
    const visitor = await signedIn(await aUser(market.db));
    const answer = await submit(visitor, TOKENS, TOKENS, { name: '进销存', scopes: ['account', 'orders'] });
    expect(answer.status).toBe(201);
    expect(answer.headers['cache-control']).toBe('no-store');
    const token = load(answer.text)('#new-token').text();
    expect((await me(token)).body.scopes).toEqual(['account', 'orders']);

    const later = await visitor.get(TOKENS);
    expect(later.text).not.toContain(token);
    const $ = load(later.text);
    expect($('[data-token]').text()).toContain('进销存');
    expect(
      $('[data-token] .tag')
        .map((_, tag) => $(tag).text())
        .get(),
    ).toEqual(['地址与账户', '订单']);
  });

  it('takes one ticked scope, and refuses one that there is none of with what was typed', async () => {
    const visitor = await signedIn(await aUser(market.db));
    expect((await submit(visitor, TOKENS, TOKENS, { name: 'one', scopes: 'quotas' })).status).toBe(201);
    const refused = await submit(visitor, TOKENS, TOKENS, { name: '', scopes: ['orders', 'quotas'] });
    expect(refused.status).toBe(422);
    const $ = load(refused.text);
    expect($('#f-name-error').text()).toContain('请填写此项');
    expect(
      $('input[name="scopes"][checked]')
        .map((_, box) => $(box).val())
        .get(),
    ).toEqual(['orders', 'quotas']);
    expect((await submit(visitor, TOKENS, TOKENS, { name: 'x', scopes: 'admin' })).status).toBe(422);
  });

  it('revokes at once, with an audit line', async () => {
    const user = await aUser(market.db);
    const token = await tokenOf(user);
    const visitor = await signedIn(user);
    const $ = load((await visitor.get(TOKENS)).text);
    const action = String($('[data-token] form').attr('action'));
    const answer = await submit(visitor, TOKENS, action);
    expect(answer.status).toBe(303);
    expect((await me(token)).status).toBe(401);
    expect(load((await visitor.get(TOKENS)).text)('[data-token]')).toHaveLength(0);
    expect((await auditOf(user)).map(({ action }) => action)).toEqual(['token.issued', 'token.revoked']);
    expect((await submit(visitor, TOKENS, action)).status).toBe(404);
  });

  it("does not revoke another's", async () => {
    const user = await aUser(market.db);
    const token = await tokenOf(user);
    const { id } = await market.db.apiToken.findFirstOrThrow({ where: { userId: user.id } });
    const stranger = await signedIn(await aUser(market.db));
    expect((await submit(stranger, TOKENS, pathTo('tokenRevocation', { id }))).status).toBe(404);
    expect((await me(token)).status).toBe(200);
  });
});
