import supertest from 'supertest';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { resetPassword } from '../../server/accounts/resets/reset-password.ts';
import { drainOutbox } from '../../server/jobs/outbox.ts';
import { pathTo } from '../../server/paths.ts';
import { outboxHandlers } from '../../server/work.ts';
import { apiTokenFor, makeTestApp, type TestApp } from '../setup/app.ts';
import { startMailServer } from '../setup/mail-server.ts';
import { faultsOn, type Page, type Person, personOf } from '../setup/person.ts';
import { aUser, PASSWORD } from '../world/users.ts';
import { makeWorld, type World } from '../world/world.ts';

const START = new Date('2026-06-15T04:00:00Z');
const STRONG = 'terrace rice of 2026';
const FORGOTTEN = 'form[action="/forgotten-password"]';
const HAND_OUT = 'form[action="/password-links"]';
let now = START;
let app: TestApp;
let world: World;
let mailServer: Awaited<ReturnType<typeof startMailServer>>;

beforeAll(async () => {
  mailServer = await startMailServer();
  app = await makeTestApp({
    clock: () => now,
    env: { SMTP_URL: mailServer.url, MAIL_FROM: 'market@example.cn' },
  });
  world = await makeWorld(app.db, { now });
});
afterAll(async () => {
  await app.close();
  await mailServer.stop();
});
beforeEach(() => {
  now = START;
  mailServer.mails.length = 0;
});

const later = (minutes: number) => {
  now = new Date(START.getTime() + minutes * 60_000);
};

async function settle(): Promise<void> {
  const handlers = { ...outboxHandlers(app.container), 'product.changed': async () => {} };
  while ((await drainOutbox(app.db, handlers, app.container.log)) > 0);
}

async function somebody(more: Parameters<typeof aUser>[1] = {}, email: string | null = 'Li.Na@example.cn') {
  const user = await aUser(app.db, more);
  return app.db.user.update({ where: { id: user.id }, data: { email } });
}

async function forget(login: string, email: string): Promise<Page> {
  const visitor = await personOf(app, null);
  return visitor.send(await visitor.open(pathTo('forgottenPassword')), FORGOTTEN, { login, email });
}

/** The path of the link in the newest mail. */
const mailedPath = () =>
  /https?:\/\/[^/\s]+(\/reset-password\/[\w-]+)/.exec(mailServer.mails.at(-1)?.text ?? '')?.[1] ?? '';
const tokenIn = (path: string) => path.split('/').at(-1) ?? '';

async function setBy(path: string, password: string): Promise<Page> {
  const visitor = await personOf(app, null);
  return visitor.send(await visitor.open(path), `form[action="${path}"]`, { password });
}

async function mayEnter(login: string, password: string): Promise<boolean> {
  const visitor = await personOf(app, null);
  const page = await visitor.send(await visitor.open('/sign-in'), 'form[action="/sign-in"]', { login, password });
  return page.path !== '/sign-in';
}

describe('a forgotten password', () => {
  it('is set anew by a mailed link, once, and ends all sessions and tokens', async () => {
    const user = await somebody();
    const elsewhere = await personOf(app, user.login);
    const token = await apiTokenFor(app.db, user, [], now);
    const visitor = await personOf(app, null);
    const signIn = await visitor.open('/sign-in');
    expect(signIn.$(`main a[href="${pathTo('forgottenPassword')}"]`).text()).toBe('忘记密码？');
    expect((await forget(user.login, 'li.na@EXAMPLE.cn')).$('body').text()).toContain('重设链接已经发出');
    await settle();
    expect(mailServer.mails).toHaveLength(1);
    expect(mailServer.mails[0]).toMatchObject({ to: 'Li.Na@example.cn' });
    expect(mailServer.mails[0]?.text).toContain(`账号 ${user.login} 申请重设密码`);

    const weak = await setBy(mailedPath(), 'password12');
    expect(weak.status).toBe(422);
    expect(faultsOn(weak)).toHaveLength(1);
    const done = await setBy(mailedPath(), STRONG);
    expect(done.path).toBe('/sign-in');
    expect(done.$('body').text()).toContain('新密码已保存');
    expect(await mayEnter(user.login, PASSWORD)).toBe(false);
    expect(await mayEnter(user.login, STRONG)).toBe(true);
    expect((await elsewhere.agent.get('/account')).headers.location).toContain('/sign-in');
    await supertest(app.url).get('/api/v1/me').auth(token, { type: 'bearer' }).expect(401);
    const again = await (await personOf(app, null)).open(mailedPath(), 410);
    expect(again.text).toContain('链接已失效');

    await settle();
    expect(mailServer.mails.at(-1)?.text).toContain('您的密码刚刚通过邮件里的链接重设');
    const audit = await app.db.auditLine.findMany({ where: { subjectType: 'user', subjectId: user.id } });
    expect(audit.map(({ action }) => action)).toEqual(['password_reset.mail', 'user.reset_password']);
    expect(JSON.stringify(audit)).not.toContain(STRONG);
  });

  it('is answered alike whether or not there is such an account, and nobody else is mailed', async () => {
    const user = await somebody();
    const disabled = await somebody();
    await app.db.user.update({ where: { id: disabled.id }, data: { disabledAt: now } });
    const silent = await somebody({}, null);
    const tries = [
      [user.login, 'other@example.cn'],
      ['nobody-at-all', 'li.na@example.cn'],
      [disabled.login, 'li.na@example.cn'],
      [silent.login, 'li.na@example.cn'],
    ] as const;
    const answers = new Set<string>();
    for (const [login, email] of [...tries, [user.login, 'li.na@example.cn'] as const]) {
      const page = await forget(login, email);
      expect(page.status).toBe(200);
      answers.add(page.$('body').text().replace(/\s+/g, ' ').replace(login, '…').replace(email, '…'));
    }
    expect(answers.size).toBe(1);
    expect(await app.db.outbox.count({ where: { topic: 'password.forgotten' } })).toBe(5);
    await settle();
    expect(mailServer.mails.map(({ to }) => to)).toEqual(['Li.Na@example.cn']);
    expect(await app.db.passwordReset.count({ where: { userId: { not: user.id }, usedAt: null } })).toBe(0);
  });

  it('names what is missing by its field and keeps what was typed', async () => {
    const page = await forget('somebody', 'no address');
    expect(page.status).toBe(422);
    expect(page.$('#f-email-error').text()).toContain('请填写邮箱');
    expect(page.$('#f-login').val()).toBe('somebody');
  });

  it('has a link that works for an hour, is mailed again while it is fresh, and cannot be made up', async () => {
    const user = await somebody();
    await forget(user.login, 'li.na@example.cn');
    await settle();
    const first = mailedPath();
    later(20);
    await forget(user.login, 'li.na@example.cn');
    await settle();
    expect(mailedPath()).toBe(first);
    const visitor = await personOf(app, null);
    const changed = first.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
    await visitor.open(changed, 410);
    await visitor.open(pathTo('passwordReset', { token: 'x' }), 410);
    later(61);
    await visitor.open(first, 410);
  });

  it('has a link that ends with another password or e-mail address', async () => {
    const user = await somebody();
    await forget(user.login, 'li.na@example.cn');
    await settle();
    const path = mailedPath();
    const self = await personOf(app, user.login);
    const form = 'form[action="/account/email"]';
    const wrong = await self.send(await self.open('/account/email'), form, { email: 'new@example.cn', current: 'no' });
    expect(wrong.status).toBe(422);
    expect(wrong.$('#f-email').val()).toBe('new@example.cn');
    const bad = await self.send(wrong, form, { email: 'new@', current: PASSWORD });
    expect(bad.$('#f-email-error').text()).toContain('请填写邮箱');
    const saved = await self.send(bad, form, { email: 'new@example.cn', current: PASSWORD });
    expect(saved.text).toContain('new@example.cn');
    await (await personOf(app, null)).open(path, 410);
    await forget(user.login, 'new@example.cn');
    await settle();
    const fresh = mailedPath();
    const password = 'form[action="/account/password"]';
    await self.send(await self.open('/account/password'), password, { current: PASSWORD, password: STRONG });
    await (await personOf(app, null)).open(fresh, 410);
  });

  it('is set once by two who press at the same moment', async () => {
    const user = await somebody();
    await forget(user.login, 'li.na@example.cn');
    await settle();
    const { sessionSecret } = app.container.config;
    const token = tokenIn(mailedPath());
    let both: Promise<PromiseSettledResult<void>[]> = Promise.resolve([]);
    await app.db.$transaction(async (tx) => {
      await tx.$queryRaw`SELECT id FROM user WHERE id = ${user.id} FOR UPDATE`;
      both = Promise.allSettled(
        [`${STRONG} one`, `${STRONG} two`].map((password) =>
          resetPassword(app.db, sessionSecret, { token, password }, now),
        ),
      );
      await new Promise((resolve) => setTimeout(resolve, 800));
    });
    const results = await both;
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'linkOver' } });
  });

  it('is asked for at most five times an hour of one login', async () => {
    for (let time = 0; time < 5; time += 1) expect((await forget('tried-often', 'a@example.cn')).status).toBe(200);
    expect((await forget('tried-often', 'a@example.cn')).status).toBe(429);
    expect((await forget('another', 'a@example.cn')).status).toBe(200);
  });
});

describe('a link on paper', () => {
  const handOut = async (who: Person, login: string, reason = '看了工作证') =>
    who.send(await who.open(pathTo('passwordLinks')), HAND_OUT, { login, reason });
  const linkOn = (page: Page) => new URL(page.$('p.code').text()).pathname;

  it('is made by a unit’s approver for an employee without e-mail, shown once, and says who gave it', async () => {
    const user = await somebody({ grants: [{ role: 'employee', unit: world.units.bank }] }, null);
    const approver = await personOf(app, 'approver');
    const nothing = await handOut(approver, user.login, ' ');
    expect(nothing.$('#f-reason-error').length).toBe(1);
    expect(nothing.$('#f-login').val()).toBe(user.login);
    const page = await handOut(approver, user.login);
    expect(page.$('.link-qr svg').length).toBe(1);
    expect((await approver.open(pathTo('passwordLinks'))).$('p.code').length).toBe(0);
    now = new Date(START.getTime() + 2 * 86_400_000);
    expect((await setBy(linkOn(page), STRONG)).path).toBe('/sign-in');
    expect(await mayEnter(user.login, STRONG)).toBe(true);
    await settle();
    const self = await personOf(app, null);
    await self.send(await self.open('/sign-in'), 'form[action="/sign-in"]', { login: user.login, password: STRONG });
    expect((await self.open(pathTo('inbox'))).text).toContain(`通过${world.users.approver.name}开出的链接重设`);
    expect(await app.db.auditLine.findFirst({ where: { action: 'password_reset.issue' } })).toMatchObject({
      ...{ actorId: world.users.approver.id, subjectId: user.id, reason: '看了工作证' },
    });
  });

  it('is not an approver’s to make for buyers or others’ employees, but an operator’s', async () => {
    const approver = await personOf(app, 'approver');
    expect((await handOut(approver, 'buyer')).$('#f-login-error').text()).toMatch(/还有其他职责|没有这个账号的职工/);
    const both = await somebody({
      grants: [
        { role: 'employee', unit: world.units.bank },
        { role: 'buyer', unit: world.units.bank },
      ],
    });
    expect((await handOut(approver, both.login)).$('#f-login-error').text()).toContain('还有其他职责');
    const other = await somebody({ grants: [{ role: 'employee', unit: world.units.dual }] });
    expect((await handOut(approver, other.login)).$('#f-login-error').text()).toContain('没有这个账号的职工');
    const operator = await personOf(app, 'operator');
    expect((await handOut(operator, both.login)).$('.link-qr svg').length).toBe(1);
    expect((await handOut(operator, 'operator')).$('#f-login-error').text()).toContain('自己的密码');
    expect((await handOut(operator, 'nobody-at-all')).$('#f-login-error').text()).toContain('没有这个账号');
    await (await personOf(app, 'employee')).open(pathTo('passwordLinks'), 403);
  });
});

describe('a market without a mail server', () => {
  it('says so and whom to ask instead', async () => {
    const silent = await makeTestApp({ clock: () => now, databaseUrl: app.container.config.databaseUrl });
    const page = await (await personOf(silent, null)).open(pathTo('forgottenPassword'));
    expect(page.text).toContain('没有开通邮件');
    expect(page.text).toContain('审批人');
    expect(page.$(FORGOTTEN).length).toBe(0);
    await silent.close();
  });
});
