import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pathTo } from '../../server/paths.ts';
import { csrfFrom, makeTestApp, type TestApp } from '../setup/app.ts';

let market: TestApp;

beforeAll(async () => {
  market = await makeTestApp();
});
afterAll(() => market.close());

describe('a session', () => {
  it('is stored before the redirect that relies on it is sent', async () => {
    const page = await fetch(market.url + pathTo('signIn'));
    const cookie = page.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ');
    const body = new URLSearchParams({ _csrf: csrfFrom(await page.text()), locale: 'en', returnTo: '/sign-in' });
    const send = () =>
      fetch(market.url + pathTo('language'), { method: 'POST', redirect: 'manual', headers: { cookie }, body });

    let answered = false;
    let answer: Promise<Response> | undefined;
    await market.db.$transaction(
      async (tx) => {
        await tx.$queryRaw`SELECT id FROM session FOR UPDATE`;
        answer = send();
        void answer.then(() => {
          answered = true;
        });
        await new Promise((resolve) => setTimeout(resolve, 400));
        expect(answered).toBe(false);
      },
      { isolationLevel: 'RepeatableRead' },
    );
    const done = await answer;
    expect(done?.status).toBe(303);
    expect(await market.db.session.count()).toBe(1);
  });

  it('is not made for a visitor who is only led on', async () => {
    const before = await market.db.session.count();
    const answer = await fetch(market.url + pathTo('account'), { redirect: 'manual' });
    expect([answer.status, answer.headers.getSetCookie().some((line) => line.startsWith('market.sid'))]).toEqual([
      303,
      false,
    ]);
    expect(await market.db.session.count()).toBe(before);
  });
});
