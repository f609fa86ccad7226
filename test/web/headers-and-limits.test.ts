import { load } from 'cheerio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pathTo } from '../../server/paths.ts';
import { apiTokenFor, makeTestApp, signInAs, submit, type TestApp } from '../setup/app.ts';
import { testDatabase } from '../setup/database.ts';
import { aUser, PASSWORD } from '../world/users.ts';

const SIGN_IN = pathTo('signIn');
let databaseUrl: string;
let market: TestApp;

beforeAll(async () => {
  databaseUrl = await testDatabase();
  market = await makeTestApp({ databaseUrl });
});
afterAll(() => market.close());

describe('every answer', () => {
  it.each([
    ['a page', SIGN_IN],
    ['a page that does not exist', '/no-such'],
    ['the API', '/api/v1/me'],
    ['a file', '/css/base.css'],
  ])('has the security headers: %s', async (_case, path) => {
    const { headers } = await market.visitor().get(path);
    const policy = String(headers['content-security-policy']).split(';');
    expect(policy).toEqual(expect.arrayContaining(["default-src 'self'", "script-src 'self'", "style-src 'self'"]));
    expect(policy).toEqual(expect.arrayContaining(["frame-ancestors 'none'", "base-uri 'self'", "object-src 'none'"]));
    expect(headers['content-security-policy']).not.toContain('unsafe');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['referrer-policy']).toBe('same-origin');
    expect(headers['x-powered-by']).toBeUndefined();
  });

  it('keeps to that policy: no inline script, style or handler in the page', async () => {
    const $ = load((await market.visitor().get(SIGN_IN)).text);
    expect($('script:not([src])')).toHaveLength(0);
    expect($('style, [style]')).toHaveLength(0);
    const handlers = $('*').filter((_, element) =>
      Object.keys($(element).attr() ?? {}).some((name) => name.startsWith('on')),
    );
    expect(handlers).toHaveLength(0);
    const foreign = $('[src], link[href]')
      .map((_, element) => $(element).attr('src') ?? $(element).attr('href'))
      .get()
      .filter((address) => !/^\/[^/]/.test(address));
    expect(foreign).toEqual([]);
  });
});

describe('cookies', () => {
  const cookiesOf = (headers: Record<string, unknown>) => [headers['set-cookie'] ?? []].flat().map(String);

  it('cannot be read by scripts and do not travel with other sites’ forms', async () => {
    await aUser(market.db, { login: 'employee' });
    const visitor = market.visitor();
    const cookies = cookiesOf(
      (await submit(visitor, SIGN_IN, SIGN_IN, { login: 'employee', password: PASSWORD })).headers,
    );
    expect(cookies.map((cookie) => cookie.split('=')[0])).toContain('market.sid');
    for (const cookie of cookies) expect(cookie).toMatch(/HttpOnly.*SameSite=Lax/i);
  });

  it('make no session for whoever only looks', async () => {
    const before = await market.db.session.count();
    const { headers } = await market.visitor().get(SIGN_IN);
    expect(cookiesOf(headers).some((cookie) => cookie.startsWith('market.sid='))).toBe(false);
    expect(await market.db.session.count()).toBe(before);
  });

  it('travel only encrypted where the market is served over https', async () => {
    const secure = await makeTestApp({ databaseUrl, env: { BASE_URL: 'https://market.example', TRUST_PROXY: '1' } });
    const { headers } = await secure.visitor().get(SIGN_IN).set('X-Forwarded-Proto', 'https');
    await secure.close();
    expect(headers['strict-transport-security']).toMatch(/max-age=\d{7,}/);
    expect(headers['content-security-policy']).toContain('upgrade-insecure-requests');
    expect(cookiesOf(headers)).toEqual([expect.stringMatching(/^__Host-market\.csrf=.*Path=\/.*Secure/)]);
  });
});

describe('the limit of requests a minute', () => {
  let limited: TestApp;
  beforeAll(async () => {
    limited = await makeTestApp({ databaseUrl, env: { RATE_LIMIT: '3' } });
  });
  afterAll(() => limited.close());

  it('refuses pages beyond it with 429 and says when to come back', async () => {
    const visitor = limited.visitor();
    for (let times = 0; times < 3; times += 1) expect((await visitor.get(SIGN_IN)).status).toBe(200);
    const answer = await visitor.get(SIGN_IN);
    expect(answer.status).toBe(429);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    expect(load(answer.text)('h1').text()).toBe('请稍等一下再试');
    expect(load(answer.text)('main').text()).toContain(`请在 ${answer.headers['retry-after']} 秒后重试`);
  });

  it('counts each API token for itself, and answers with a problem', async () => {
    const [first, second] = [await tokenOfSomebody(), await tokenOfSomebody()];
    const call = (token: string) => limited.visitor().get('/api/v1/me').auth(token, { type: 'bearer' });
    for (let times = 0; times < 3; times += 1) expect((await call(first)).status).toBe(200);
    const answer = await call(first);
    expect(answer.status).toBe(429);
    expect(answer.type).toBe('application/problem+json');
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    expect((await call(second)).status).toBe(200);
  });

  it('leaves out files and health checks', async () => {
    for (let times = 0; times < 5; times += 1) {
      expect((await limited.visitor().get('/css/base.css')).status).toBe(200);
      expect((await limited.visitor().get('/healthz')).status).toBe(200);
    }
  });

  async function tokenOfSomebody(): Promise<string> {
    return apiTokenFor(limited.db, await aUser(limited.db));
  }
});

describe('production', () => {
  it('refuses the demonstration’s accounts on the page and for tokens, and shows none of them', async () => {
    await aUser(market.db, { login: 'buyer', isDemo: true });
    await market.db.setting.create({ data: { key: 'demo', value: '1' } });
    const demo = await makeTestApp({ databaseUrl });
    const production = await makeTestApp({ databaseUrl, env: productionEnvironment });
    await signInAs(demo.visitor(), 'buyer');
    expect(load((await demo.visitor().get(SIGN_IN)).text)('.account-list').text()).toContain('buyer');

    const refused = await submit(production.visitor(), SIGN_IN, SIGN_IN, { login: 'buyer', password: PASSWORD });
    expect(refused.status).toBe(422);
    expect(load(refused.text)('.account-list')).toHaveLength(0);
    const token = await production.visitor().post('/api/v1/tokens').send({ login: 'buyer', password: PASSWORD });
    expect(token.status).toBe(401);
    await Promise.all([demo.close(), production.close()]);
  });

  const productionEnvironment = {
    NODE_ENV: 'production',
    SESSION_SECRET: 'a-secret-of-the-tests-with-enough-letters',
    STRIPE_SECRET_KEY: 'sk_test_of_the_tests',
    STRIPE_WEBHOOK_SECRET: 'whsec_of_the_tests',
  };
});
