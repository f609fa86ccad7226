import { load } from 'cheerio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pathTo } from '../../server/paths.ts';
import { csrfFrom, makeTestApp, signInAs, submit, type TestApp } from '../setup/app.ts';
import { aUser, PASSWORD } from '../world/users.ts';

const SIGN_IN = pathTo('signIn');
const ACCOUNT = pathTo('account');
/** the layout's language form has one of its own */
const RETURN_TO = `form[action="${SIGN_IN}"] input[name="returnTo"]`;
let market: TestApp;

beforeAll(async () => {
  market = await makeTestApp();
  await aUser(market.db, { login: 'employee' });
});
afterAll(() => market.close());

const sidOf = (answer: { headers: Record<string, unknown> }) =>
  [answer.headers['set-cookie']]
    .flat()
    .map(String)
    .find((cookie) => cookie.startsWith('market.sid='))
    ?.split(';')[0];

describe(`POST ${SIGN_IN}`, () => {
  it('signs in and leads back to where the person was going', async () => {
    const visitor = market.visitor();
    const turnedAway = await visitor.get(ACCOUNT);
    expect(turnedAway.status).toBe(303);
    const form = await visitor.get(String(turnedAway.headers.location));
    const returnTo = load(form.text)(RETURN_TO).val();
    const answer = await visitor
      .post(SIGN_IN)
      .type('form')
      .send({ login: 'employee', password: PASSWORD, returnTo, _csrf: csrfFrom(form.text) });
    expect(answer.status).toBe(303);
    expect(answer.headers.location).toBe(ACCOUNT);
    const account = await visitor.get(ACCOUNT);
    expect(account.status).toBe(200);
    expect(account.headers['cache-control']).toBe('no-store');
    expect(load(account.text)('h1').text()).toBe('我的账户');
  });

  it('shows the form again with what was typed, errors at their fields, and never the password', async () => {
    const answer = await submit(market.visitor(), SIGN_IN, SIGN_IN, {
      login: ' ',
      password: 'typed-secret',
      returnTo: '/cart',
    });
    expect(answer.status).toBe(422);
    const $ = load(answer.text);
    expect($('.error-summary a[href="#f-login"]').text()).toBe('请填写此项');
    expect($('#f-login').attr('aria-invalid')).toBe('true');
    expect($(`#${$('#f-login').attr('aria-describedby')?.split(' ').at(-1)}`).text()).toContain('请填写此项');
    expect($(RETURN_TO).val()).toBe('/cart');
    expect(answer.text).not.toContain('typed-secret');
  });

  it.each([
    ['a wrong password', { login: 'employee', password: 'not it' }],
    ['an unknown login', { login: 'nobody-here', password: PASSWORD }],
    ['a disabled account', { login: 'disabled', password: PASSWORD }],
    ['a login in other letters', { login: 'EMPLOYEE', password: PASSWORD }],
  ])('says the same for %s', async (_case, fields) => {
    if (fields.login === 'disabled') await aUser(market.db, { login: 'disabled', disabled: true });
    const visitor = market.visitor();
    const answer = await submit(visitor, SIGN_IN, SIGN_IN, fields);
    expect(answer.status).toBe(422);
    const $ = load(answer.text);
    expect($('.error-summary li').text().trim()).toBe('账号或密码不正确');
    expect($('#f-login').val()).toBe(fields.login);
    expect((await visitor.get(ACCOUNT)).status).toBe(303);
  });

  it('gives a new session id, so that one planted before says nothing', async () => {
    const visitor = market.visitor();
    const before = sidOf(await submit(visitor, SIGN_IN, pathTo('language'), { locale: 'en' }));
    expect(before).toBeDefined();
    const answer = await submit(visitor, SIGN_IN, SIGN_IN, { login: 'employee', password: PASSWORD });
    const after = sidOf(answer);
    expect(after).toBeDefined();
    expect(after).not.toBe(before);
    const planted = await market.visitor().get(ACCOUNT).set('Cookie', String(before));
    expect(planted.status).toBe(303);
    expect(load((await visitor.get(ACCOUNT)).text)('html').attr('lang')).toBe('en');
  });

  it.each([
    'https://elsewhere.example/',
    '//elsewhere.example/',
    '/\\elsewhere.example',
    '/\t/elsewhere.example',
    '/.//elsewhere.example',
    '/a/..//elsewhere.example',
    'javascript:alert(1)',
    SIGN_IN,
    pathTo('signOut'),
  ])('does not lead to %j', async (returnTo) => {
    const answer = await submit(market.visitor(), SIGN_IN, SIGN_IN, {
      login: 'employee',
      password: PASSWORD,
      returnTo,
    });
    expect(answer.status).toBe(303);
    expect(answer.headers.location).toBe('/');
  });

  it('keeps query and fragment of where it leads', async () => {
    const returnTo = '/products?q=%E8%8C%B6&category=tea#list';
    const answer = await submit(market.visitor(), SIGN_IN, SIGN_IN, {
      login: 'employee',
      password: PASSWORD,
      returnTo,
    });
    expect(answer.headers.location).toBe(returnTo);
  });

  it('refuses a form without the token of its page', async () => {
    const visitor = market.visitor();
    await visitor.get(SIGN_IN);
    const answer = await visitor
      .post(SIGN_IN)
      .type('form')
      .send({ login: 'employee', password: PASSWORD, _csrf: 'forged' });
    expect(answer.status).toBe(403);
    expect((await visitor.get(ACCOUNT)).status).toBe(303);
  });

  it('leads someone who is signed in already past the form', async () => {
    const visitor = await signInAs(market.visitor(), 'employee');
    const answer = await visitor.get(pathTo('signIn', { returnTo: '/cart' }));
    expect(answer.status).toBe(303);
    expect(answer.headers.location).toBe('/cart');
  });
});

describe('failed sign-ins', () => {
  const fail = (login: string) => submit(market.visitor(), SIGN_IN, SIGN_IN, { login, password: 'not it' });

  it('are refused after ten of one login, even with the right password then, and others are let in', async () => {
    await aUser(market.db, { login: 'guessed' });
    for (let tries = 0; tries < 10; tries += 1) expect((await fail('guessed')).status).toBe(422);
    const answer = await submit(market.visitor(), SIGN_IN, SIGN_IN, { login: 'guessed', password: PASSWORD });
    expect(answer.status).toBe(429);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    const $ = load(answer.text);
    expect($('.error-summary').text()).toContain('登录失败次数过多');
    expect($('#f-login').val()).toBe('guessed');
    await signInAs(market.visitor(), 'employee');
  });

  it('do not count the successful ones', async () => {
    await aUser(market.db, { login: 'frequent' });
    for (let times = 0; times < 12; times += 1) await signInAs(market.visitor(), 'frequent');
  });

  it('are limited for tokens too, with a problem that says when to try again', async () => {
    await aUser(market.db, { login: 'guessed-by-program' });
    const call = (password: string) =>
      market.visitor().post('/api/v1/tokens').send({ login: 'guessed-by-program', password });
    const answers = await Promise.all(Array.from({ length: 11 }, () => call('not it')));
    expect(answers.map((answer) => answer.status).sort()).toEqual([...Array(10).fill(401), 429]);
    const refused = await call(PASSWORD);
    expect(refused.status).toBe(429);
    expect(refused.body).toMatchObject({ status: 429, type: 'urn:market:tooManySignIns' });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  });
});

describe(`POST ${pathTo('signOut')}`, () => {
  it('ends the session for whoever holds its cookie, and keeps the language', async () => {
    const visitor = market.visitor();
    await submit(visitor, SIGN_IN, pathTo('language'), { locale: 'en' });
    const signedIn = await submit(visitor, SIGN_IN, SIGN_IN, { login: 'employee', password: PASSWORD });
    const cookie = String(sidOf(signedIn));
    expect((await market.visitor().get(ACCOUNT).set('Cookie', cookie)).status).toBe(200);

    const answer = await submit(visitor, ACCOUNT, pathTo('signOut'));
    expect(answer.status).toBe(303);
    expect((await market.visitor().get(ACCOUNT).set('Cookie', cookie)).status).toBe(303);
    const next = await visitor.get(SIGN_IN);
    expect(load(next.text)('html').attr('lang')).toBe('en');
    expect(load(next.text)('.flash').text()).toContain('You have signed out');
  });

  it('is refused from another site', async () => {
    const visitor = await signInAs(market.visitor(), 'employee');
    expect((await visitor.post(pathTo('signOut')).type('form').send({})).status).toBe(403);
    expect((await visitor.get(ACCOUNT)).status).toBe(200);
  });
});

describe(`POST ${pathTo('language')}`, () => {
  it('turns the pages to English, stays on the page, and is remembered for the person', async () => {
    const user = await aUser(market.db, { login: 'reader' });
    const visitor = await signInAs(market.visitor(), 'reader');
    const answer = await submit(visitor, ACCOUNT, pathTo('language'), { locale: 'en', returnTo: ACCOUNT });
    expect(answer.headers.location).toBe(ACCOUNT);
    expect(load((await visitor.get(ACCOUNT)).text)('h1').text()).toBe('My account');
    expect((await market.db.user.findUniqueOrThrow({ where: { id: user.id } })).locale).toBe('en');

    const elsewhere = await signInAs(market.visitor(), 'reader');
    expect(load((await elsewhere.get(ACCOUNT)).text)('h1').text()).toBe('My account');
  });

  it('stays on the sign-in form, and leads nowhere else', async () => {
    const visitor = market.visitor();
    const form = pathTo('signIn', { returnTo: '/cart' });
    expect((await submit(visitor, form, pathTo('language'), { locale: 'en', returnTo: form })).headers.location).toBe(
      form,
    );
    const away = await submit(visitor, form, pathTo('language'), { locale: 'zh', returnTo: '//elsewhere.example' });
    expect(away.headers.location).toBe('/');
  });

  it('refuses a language that there is none of', async () => {
    const answer = await submit(market.visitor(), SIGN_IN, pathTo('language'), { locale: 'xx' });
    expect(answer.status).toBe(400);
  });
});
