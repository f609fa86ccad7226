import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findActor, ownUnitId } from '../../server/accounts/actor.ts';
import { passwordFault } from '../../server/accounts/password-strength.ts';
import { register } from '../../server/accounts/register.ts';
import { issueInvitation } from '../../server/accounts/unit-invitations.ts';
import { dayOf } from '../../server/shared/days.ts';
import { makeTestApp, type TestApp } from '../setup/app.ts';
import { faultsOn, type Page, type Person, personOf } from '../setup/person.ts';
import { PASSWORD } from '../world/users.ts';
import { makeWorld, type World } from '../world/world.ts';

const now = new Date('2026-06-15T04:00:00Z');
const FORM = 'form[action="/register"]';
const STRONG = 'terrace rice of 2026';
let app: TestApp;
let world: World;
let number = 0;

beforeAll(async () => {
  app = await makeTestApp({ clock: () => now });
  world = await makeWorld(app.db, { now });
});
afterAll(() => app.close());

const freshLogin = () => {
  number += 1;
  return `1390000${String(number).padStart(4, '0')}`;
};

async function registerAt(path: string, fields: Record<string, string | null> = {}): Promise<[Person, Page]> {
  const visitor = await personOf(app, null);
  const page = await visitor.open(path);
  const wish = { name: '新来的（测试）', login: freshLogin(), password: STRONG, agreed: 'on', ...fields };
  return [visitor, await visitor.send(page, FORM, wish)];
}

async function actorNamed(login: string) {
  const { id } = await app.db.user.findUniqueOrThrow({ where: { login } });
  const actor = await findActor(app.db, id, dayOf(now));
  if (!actor) throw new Error(`no ${login}`);
  return actor;
}

async function aCode(wish: Partial<Parameters<typeof issueInvitation>[2]> = {}): Promise<string> {
  const unitId = world.units.bank.id;
  const terms = { unitId, note: '营业部', maxUses: 10, expiresOn: '2026-07-15', ...wish };
  return issueInvitation(app.db, await actorNamed('approver'), terms, now);
}

describe('a password', () => {
  it.each([
    ['short', 'passwordTooShort'],
    ['aaaaaaaaaaaa', 'passwordTooCommon'],
    ['1234567890', 'passwordTooCommon'],
    ['9876543210!', 'passwordTooCommon'],
    ['qwertyuiop', 'passwordTooCommon'],
    ['password12', 'passwordTooCommon'],
    ['bangfu2026!', 'passwordTooCommon'],
    ['x13900000000x', 'passwordHasLogin'],
  ])('“%s” is refused', (password, code) => {
    expect(passwordFault(password, '13900000000')?.code).toBe(code);
  });

  it.each([STRONG, 'wo ai liang he cun', '凉河白茶今年真好喝呀', 'g7K!pQ2-xz'])('“%s” is taken', (password) => {
    expect(passwordFault(password, '13900000000')).toBeNull();
  });
});

describe('registering', () => {
  it('makes an outside buyer, signed in, who signs in again by number and password', async () => {
    const login = freshLogin();
    const [, page] = await registerAt('/register', { login: `${login.slice(0, 3)} ${login.slice(3)}` });
    expect(page.path).toBe('/products');
    expect(page.$('body').text()).toContain('注册成功');
    const user = await app.db.user.findUniqueOrThrow({ where: { login }, include: { grants: true } });
    expect(user).toMatchObject({ phone: login, isDemo: false, grants: [] });
    expect(user.passwordHash).toMatch(/^\$argon2id\$/);
    const audit = await app.db.auditLine.findFirstOrThrow({ where: { action: 'user.register', subjectId: user.id } });
    expect(JSON.stringify(audit)).not.toContain(STRONG);

    const again = await personOf(app, null);
    const inside = await again.send(await again.open('/sign-in'), 'form[action="/sign-in"]', {
      login,
      password: STRONG,
    });
    expect(inside.status).toBe(200);
    expect((await again.open('/account')).text).toContain(login);
  });

  it('keeps the cart and leads to the checkout that was asked for', async () => {
    const visitor = await personOf(app, null);
    const { tea } = world.products;
    await visitor.send(await visitor.open(`/products/${tea.id}`), 'form#buy', { quantity: 2 });
    const signIn = await visitor.open('/checkout');
    const registration = await visitor.open(signIn.$('a[href^="/register"]').attr('href') ?? '');
    expect(registration.text).toContain('已选商品会保留');
    const wish = { name: '游客（测试）', login: freshLogin(), password: STRONG, agreed: 'on' };
    const checkout = await visitor.send(registration, FORM, wish);
    expect(checkout.path).toBe('/checkout');
    expect(checkout.text).toContain('凉河白茶');
  });

  it('names every fault by its field, keeps what was typed but the password, and makes nobody', async () => {
    const before = await app.db.user.count();
    const [, page] = await registerAt('/register', { name: '', login: 'Ein Name!', password: '12345', agreed: null });
    expect(page.status).toBe(422);
    expect(page.$('.error-summary a').length).toBeGreaterThanOrEqual(3);
    expect(page.$('#f-login').val()).toBe('Ein Name!');
    expect(page.$('#f-password').val()).toBeUndefined();
    const [, weak] = await registerAt('/register', { password: '1234567890' });
    expect(faultsOn(weak).join()).toContain('太容易猜到');
    const [, taken] = await registerAt('/register', { login: 'employee' });
    expect(faultsOn(taken).join()).toContain('已经有人用了');
    expect(await app.db.user.count()).toBe(before);
  });

  it('of one login twice at once makes one person', async () => {
    const wish = { name: '同时', login: freshLogin(), password: STRONG, locale: 'zh' as const };
    const outcomes = await Promise.allSettled([1, 2, 3].map(() => register(app.db, wish, now)));
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
    expect(await app.db.user.count({ where: { login: wish.login } })).toBe(1);
  });
});

describe('a unit’s code', () => {
  it('is given out by its approver, with a link and a picture to scan, and makes an employee of who registers by it', async () => {
    const approver = await personOf(app, 'approver');
    const issued = await approver.send(await approver.open('/invitations'), 'form[action="/invitations"]', {
      note: '财务处',
      maxUses: 2,
    });
    const card = issued.$('.invitation').first();
    expect(card.text()).toContain('财务处');
    expect(card.find('svg').length).toBeGreaterThan(0);
    const link = new URL(card.find('a[href*="/register"]').attr('href') ?? '');
    const [visitor, page] = await registerAt(`${link.pathname}${link.search}`);
    expect(page.$('body').text()).toContain('您已加入农行市分行');
    const account = await visitor.open('/account');
    expect(account.text).toContain('农行市分行');
    expect((await approver.open('/invitations')).$('.invitation').first().text()).toContain('1 / 2 人');
  });

  it('that is unknown, expired, used up or stopped makes nobody, and says why', async () => {
    const before = await app.db.user.count();
    const faultOf = async (invitation: string) => faultsOn((await registerAt('/register', { invitation }))[1]).join();
    expect(await faultOf('AAAA-AAAA')).toContain('没有这个邀请码');
    const late = await aCode();
    await app.db.unitInvitation.update({ where: { code: late }, data: { expiresOn: new Date('2026-06-14') } });
    expect(await faultOf(late)).toContain('已经过期、用完或停用');
    const approver = await personOf(app, 'approver');
    const stopped = await aCode();
    const { id } = await app.db.unitInvitation.findUniqueOrThrow({ where: { code: stopped } });
    await approver.send(await approver.open('/invitations'), `form[action="/invitations/${id}/revocation"]`);
    expect(await faultOf(stopped)).toContain('已经过期、用完或停用');
    expect(await app.db.user.count()).toBe(before);
  });

  it('is used no more often than it may be, at any concurrency', async () => {
    const invitation = await aCode({ maxUses: 3 });
    const outcomes = await Promise.allSettled(
      Array.from({ length: 8 }, () =>
        register(app.db, { name: '并发', login: freshLogin(), password: STRONG, invitation, locale: 'zh' }, now),
      ),
    );
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(3);
    const kept = await app.db.unitInvitation.findUniqueOrThrow({ where: { code: invitation } });
    expect(kept.used).toBe(3);
    expect(await app.db.user.count({ where: { name: '并发' } })).toBe(3);
  });

  it('moves who has an account and is an employee elsewhere, from today; twice says so', async () => {
    const code = await aCode();
    const person = await personOf(app, 'outsider');
    const joined = await person.send(await person.open('/account/unit'), 'form[action="/account/unit"]', {
      invitation: `${code.slice(0, 4).toLowerCase()} ${code.slice(4)}`,
    });
    expect(joined.path).toBe('/account');
    expect(joined.text).toContain('农行市分行');
    const twice = await person.send(await person.open('/account/unit'), 'form[action="/account/unit"]', {
      invitation: code,
    });
    expect(faultsOn(twice).join()).toContain('您已经是这个单位的职工');
    const prison = await personOf(app, 'prison-buyer');
    const page = await prison.open('/account/unit');
    expect(page.text).toContain('您现在是第一监狱的职工');
    await prison.send(page, 'form[action="/account/unit"]', { invitation: code });
    expect(ownUnitId(await actorNamed('prison-buyer'))).toBe(world.units.bank.id);
  });

  it('is nobody’s to give out but the unit’s approvers', async () => {
    await (await personOf(app, 'employee')).open('/invitations', 403);
    const unitId = world.units.firstPrison.id;
    await expect(aCode({ unitId })).rejects.toMatchObject({ status: 404 });
  });

  it('is undone for who leaves: the purchases from then on count for no unit', async () => {
    const login = freshLogin();
    await registerAt(`/register?code=${await aCode()}`, { login });
    expect(ownUnitId(await actorNamed(login))).toBe(world.units.bank.id);
    const approver = await personOf(app, 'approver');
    const unknown = await approver.send(await approver.open('/invitations'), 'form[action="/invitations/leaving"]', {
      leavingLogin: 'nobody',
    });
    expect(faultsOn(unknown).join()).toContain('本单位没有这个账号的职工');
    await approver.send(await approver.open('/invitations'), 'form[action="/invitations/leaving"]', {
      leavingLogin: login,
    });
    expect(ownUnitId(await actorNamed(login))).toBeNull();
  });
});

describe('changing the password', () => {
  it('needs the present one and a strong new one, and signs other devices out', async () => {
    const [here, registered] = await registerAt('/register');
    expect(registered.status).toBe(200);
    const login = `1390000${String(number).padStart(4, '0')}`;
    const there = await personOf(app, null);
    await there.send(await there.open('/sign-in'), 'form[action="/sign-in"]', { login, password: STRONG });
    const FORM = 'form[action="/account/password"]';
    const page = await here.open('/account/password');
    const wrong = await here.send(page, FORM, { current: PASSWORD, password: 'another good one' });
    expect(faultsOn(wrong).join()).toContain('现在的密码不正确');
    const weak = await here.send(page, FORM, { current: STRONG, password: login });
    expect(weak.status).toBe(422);
    const done = await here.send(page, FORM, { current: STRONG, password: 'another good one' });
    expect(done.path).toBe('/account');
    expect((await there.open('/account')).path).toContain('/sign-in');
    const again = await personOf(app, null);
    const inside = await again.send(await again.open('/sign-in'), 'form[action="/sign-in"]', {
      login,
      password: 'another good one',
    });
    expect(inside.status).toBe(200);
  });
});
