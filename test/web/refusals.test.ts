import { load } from 'cheerio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pathTo } from '../../server/paths.ts';
import { apiTokenFor, csrfFrom, makeTestApp, signInAs, submit, type TestApp } from '../setup/app.ts';
import { aUser } from '../world/users.ts';

const SIGN_IN = pathTo('signIn');
const LANGUAGE = pathTo('language');
let market: TestApp;

beforeAll(async () => {
  market = await makeTestApp();
  await aUser(market.db, { login: 'employee' });
});
afterAll(() => market.close());

describe('an address that there is no page at', () => {
  it('is answered with 404 in Chinese, and in English for whoever chose it', async () => {
    const visitor = market.visitor();
    const chinese = await visitor.get('/no/such/page');
    expect(chinese.status).toBe(404);
    expect(load(chinese.text)('html').attr('lang')).toBe('zh-CN');
    expect(load(chinese.text)('h1').text()).toBe('这条山路走不通');
    await submit(visitor, SIGN_IN, LANGUAGE, { locale: 'en' });
    const english = await visitor.get('/no/such/page');
    expect(english.status).toBe(404);
    expect(load(english.text)('html').attr('lang')).toBe('en');
    expect(load(english.text)('main').text()).not.toMatch(/\p{Script=Han}/u);
  });

  it('is a problem for the API, in the language asked for', async () => {
    const ask = (language: string) => market.visitor().get('/api/v1/no-such').set('Accept-Language', language);
    const chinese = await ask('zh-CN');
    expect(chinese.status).toBe(404);
    expect(chinese.type).toBe('application/problem+json');
    expect(chinese.body).toMatchObject({ type: 'urn:market:noSuchPage', status: 404, title: '没有这个页面' });
    expect((await ask('en')).body.title).toBe('There is no such page');
    expect((await ask('fr')).body.title).toBe('没有这个页面');
  });

  it('shows nothing of what was asked for as markup', async () => {
    const answer = await market.visitor().get('/no/<script>alert(1)</script>?q="><script>x</script>');
    expect(answer.status).toBe(404);
    expect(answer.text).not.toContain('<script>alert');
    expect(answer.text).not.toContain('<script>x');
  });

  it('is 404 as well when it cannot be read', async () => {
    expect((await market.visitor().get('/%E0%A4%A')).status).toBe(404);
  });
});

describe('a form', () => {
  const forged = {
    'without a token': undefined,
    'with an invented one': 'forged',
    "with another visitor's": 'foreign',
  };
  it.each(Object.entries(forged))('%s is refused with 403 and changes nothing', async (_case, token) => {
    const visitor = await signInAs(market.visitor(), 'employee');
    const _csrf = token === 'foreign' ? csrfFrom((await market.visitor().get(SIGN_IN)).text) : token;
    const answer = await visitor.post(LANGUAGE).type('form').send({ locale: 'en', _csrf });
    expect(answer.status).toBe(403);
    expect(load(answer.text)('main').text()).toContain('页面停留太久');
    const user = await market.db.user.findUniqueOrThrow({ where: { login: 'employee' } });
    expect(user.locale).toBe('zh');
  });

  it('with a token of before signing in is refused after it', async () => {
    const visitor = market.visitor();
    const _csrf = csrfFrom((await visitor.get(SIGN_IN)).text);
    await signInAs(visitor, 'employee');
    expect((await visitor.post(LANGUAGE).type('form').send({ locale: 'en', _csrf })).status).toBe(403);
  });

  it('can be sent by a script with the token in a header', async () => {
    const visitor = market.visitor();
    const token = csrfFrom((await visitor.get(SIGN_IN)).text);
    const answer = await visitor.post(LANGUAGE).set('X-CSRF-Token', token).type('form').send({ locale: 'zh' });
    expect(answer.status).toBe(303);
  });

  it('of more than 1 MB is refused with 413', async () => {
    const visitor = market.visitor();
    const _csrf = csrfFrom((await visitor.get(SIGN_IN)).text);
    const answer = await visitor
      .post(SIGN_IN)
      .type('form')
      .send({ _csrf, login: 'x'.repeat(1_100_000) });
    expect(answer.status).toBe(413);
    expect(load(answer.text)('h1').text()).toBe('提交的内容太大');
  });
});

describe('an API call', () => {
  const call = () => market.visitor().post('/api/v1/tokens').set('Accept-Language', 'en');

  it.each(['{"login":', '[1,', 'login=employee'])('with the body %j, no JSON, is refused with 400', async (body) => {
    const answer = await call().type('json').send(body);
    expect(answer.status).toBe(400);
    expect(answer.type).toBe('application/problem+json');
    expect(answer.body).toEqual({
      type: 'urn:market:malformedJson',
      title: 'What was sent is not valid JSON',
      status: 400,
      detail: 'What was sent is not valid JSON',
    });
  });

  it('of more than 1 MB is refused with 413', async () => {
    const answer = await call().send({ login: 'x'.repeat(1_100_000) });
    expect(answer.status).toBe(413);
    expect(answer.body).toMatchObject({ type: 'urn:market:tooLarge', status: 413 });
  });

  it('in a compression or charset that cannot be read is refused, not failed', async () => {
    const compressed = await call().set('Content-Encoding', 'none-such').type('json').send('{}');
    expect(compressed.status).toBe(415);
    const charset = await call().set('Content-Type', 'application/json; charset=none-such').send('{}');
    expect(charset.status).toBe(415);
  });

  it('without a body names what is needed', async () => {
    const answer = await call();
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toEqual([
      { path: 'login', code: 'required', message: 'Please fill this in' },
      { path: 'password', code: 'required', message: 'Please fill this in' },
    ]);
  });

  it('needs no CSRF token and takes no cookie', async () => {
    const token = await apiTokenFor(market.db, await aUser(market.db));
    const answer = await market.visitor().post('/api/v1/addresses').auth(token, { type: 'bearer' }).send({});
    expect(answer.status).toBe(400);
    expect(answer.headers['set-cookie']).toBeUndefined();
  });
});

describe('a fault of ours', () => {
  it('is a page with a number to ask about, and nothing of the inside', async () => {
    const visitor = await signInAs(market.visitor(), 'employee');
    const { user } = market.container.db;
    const broken = Object.assign(Object.create(user), { findUniqueOrThrow: failing });
    Object.defineProperty(market.container.db, 'user', { value: broken, configurable: true });
    try {
      const answer = await visitor.get(pathTo('account'));
      expect(answer.status).toBe(500);
      expect(load(answer.text)('h1').text()).toBe('系统出了差错');
      expect(answer.text).toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-4/);
      expect(answer.text).not.toMatch(/inside secret|node_modules|\.ts:\d/);
    } finally {
      Object.defineProperty(market.container.db, 'user', { value: user, configurable: true });
    }
  });

  async function failing(): Promise<never> {
    throw new Error('inside secret');
  }
});
