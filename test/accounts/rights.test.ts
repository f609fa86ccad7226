import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findActor } from '../../server/accounts/actor.ts';
import { endRight } from '../../server/accounts/rights/end-right.ts';
import { giveRight } from '../../server/accounts/rights/give-right.ts';
import { drainOutbox } from '../../server/jobs/outbox.ts';
import { outboxHandlers } from '../../server/work.ts';
import { apiTokenFor, makeTestApp, type TestApp } from '../setup/app.ts';
import { faultsOn, personOf } from '../setup/person.ts';
import { aUser, grant } from '../world/users.ts';
import { makeWorld, type World } from '../world/world.ts';

const now = new Date('2026-06-15T04:00:00Z');
const today = '2026-06-15';
let app: TestApp;
let world: World;

beforeAll(async () => {
  app = await makeTestApp({ clock: () => now });
  world = await makeWorld(app.db, { now });
});
afterAll(() => app.close());

async function actorOf(user: { id: number }) {
  const actor = await findActor(app.db, user.id, today);
  if (!actor) throw new Error('nobody');
  return actor;
}

const grantsOf = (user: { id: number }) =>
  app.db.roleGrant.findMany({ where: { userId: user.id }, orderBy: { id: 'asc' } });

async function tell(): Promise<void> {
  while ((await drainOutbox(app.db, outboxHandlers(app.container), app.container.log)) > 0);
}

describe('an operator', () => {
  it('finds somebody, gives a right with its scope and ends it with a reason: audited, told, and at once', async () => {
    const person = await aUser(app.db, { login: 'newcomer', name: '新来的（测试）' });
    const operator = await personOf(app, 'operator');
    const found = await operator.open('/rights?q=新来');
    expect(found.$('[data-person="newcomer"]')).toHaveLength(1);
    const page = await operator.open(`/rights/people/${person.id}`);
    const given = await operator.send(page, 'form#give', { role: 'certifier', scope: '秀山土家族苗族自治县' });
    expect(given.text).toContain('已授予 新来的（测试）：认定部门');
    const [right] = await grantsOf(person);
    expect(right).toMatchObject({ role: 'certifier', placeId: world.places.xiushan.id, until: null });
    const audit = await app.db.auditLine.findFirstOrThrow({ where: { action: 'right.give', subjectId: person.id } });
    expect(audit).toMatchObject({ actorId: world.users.operator.id, after: { role: 'certifier', scope: 'xiushan' } });

    const newcomer = await personOf(app, 'newcomer');
    await newcomer.open('/certifications');
    await operator.send(await operator.open(`/rights/${right?.id}`), 'form#end', { reason: '调离岗位' });
    await newcomer.open('/certifications', 403);
    expect((await operator.open(`/rights/people/${person.id}`)).text).toContain('已终止');
    const ended = await app.db.auditLine.findFirstOrThrow({ where: { action: 'right.end', subjectId: person.id } });
    expect(ended.reason).toBe('调离岗位');
    await tell();
    const inbox = (await newcomer.open('/inbox')).text;
    expect(inbox).toContain('您有了新的权限：认定部门');
    expect(inbox).toContain('权限已终止：认定部门');
    expect(inbox).toContain('调离岗位');
  });

  it('is told by field what is wrong, and what was typed stays', async () => {
    const operator = await personOf(app, 'operator');
    const path = `/rights/people/${world.users.outsider.id}`;
    const give = async (fields: Record<string, string>) =>
      operator.send(await operator.open(path), 'form#give', fields);
    const unknown = await give({ role: 'buyer', scope: 'no-such-unit' });
    expect(unknown.status).toBe(422);
    expect(unknown.$('.error-summary a[href="#f-scope"]')).toHaveLength(1);
    expect(unknown.$('#f-scope').val()).toBe('no-such-unit');
    expect(faultsOn(await give({ role: 'organizer', scope: '' })).join()).toContain('范围');
    expect(faultsOn(await give({ role: 'operator', scope: 'bank' })).join()).toContain('没有范围');
    expect((await give({ role: '', scope: '' })).$('.error-summary a[href="#f-role"]')).toHaveLength(1);
    expect(await grantsOf(world.users.outsider)).toHaveLength(0);
  });

  it('cannot end the last operator, nor two each other at once', async () => {
    const second = await aUser(app.db, { login: 'second-operator', grants: [{ role: 'operator' }] });
    const [[one], [two]] = await Promise.all([grantsOf(world.users.operator), grantsOf(second)]);
    const [first, other] = await Promise.all([actorOf(world.users.operator), actorOf(second)]);
    const both = await Promise.allSettled([
      endRight(app.db, first, two?.id ?? 0, '甲', now),
      endRight(app.db, other, one?.id ?? 0, '乙', now),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const left = await app.db.roleGrant.findFirstOrThrow({ where: { role: 'operator', until: null } });
    await app.db.roleGrant.updateMany({ where: { id: one?.id }, data: { until: null } });
    await app.db.roleGrant.updateMany({ where: { id: two?.id }, data: { until: new Date(today) } });
    expect([one?.id, two?.id]).toContain(left.id);
    const operator = await personOf(app, 'operator');
    const refused = await operator.send(await operator.open(`/rights/${one?.id}`), 'form#end', { reason: '试试' });
    expect(refused.status).toBe(422);
    expect(refused.text).toContain('最后一位平台运营');
  });

  it('makes somebody an employee of another unit, which ends the one before', async () => {
    const person = await aUser(app.db, { grants: [{ role: 'employee', unit: world.units.outside }] });
    const operator = await actorOf(world.users.operator);
    await giveRight(app.db, operator, { login: person.login, role: 'employee', scope: 'bank' }, now);
    const held = (await grantsOf(person)).filter(({ until }) => until === null);
    expect(held.map(({ unitId }) => unitId)).toEqual([world.units.bank.id]);
  });

  it('gives a right once, also when two do at once', async () => {
    const person = await aUser(app.db);
    const operator = await actorOf(world.users.operator);
    const wish = { login: person.login, role: 'organizer' as const, scope: 'commerce' };
    const both = await Promise.allSettled([
      giveRight(app.db, operator, wish, now),
      giveRight(app.db, operator, wish, now),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await grantsOf(person)).toHaveLength(1);
  });
});

describe('a unit’s approver', () => {
  it('makes its own employees buyers, and no others, and of no other unit', async () => {
    const approver = await personOf(app, 'approver');
    const page = await approver.open('/rights');
    const made = await approver.send(page, 'form#give', { login: 'employee', right: 'buyer:bank' });
    expect(made.text).toContain('已授予');
    expect((await actorOf(world.users.employee)).grants.map(({ role }) => role)).toContain('buyer');
    const stranger = await approver.send(page, 'form#give', { login: 'outsider', right: 'buyer:bank' });
    expect(stranger.status).toBe(422);
    expect(faultsOn(stranger).join()).toContain('不是本单位的职工');
    const elsewhere = await approver.agent
      .post('/rights')
      .type('form')
      .send({ _csrf: page.$('input[name="_csrf"]').val(), login: 'employee', right: 'buyer:outside' });
    expect(elsewhere.status).toBe(403);
    await approver.open(`/rights/people/${world.users.employee.id}`, 403);
    const [operators] = await grantsOf(world.users.operator);
    await approver.open(`/rights/${operators?.id}`, 404);
  });

  it('stays while there is no other', async () => {
    const approver = await personOf(app, 'approver');
    const own = (await grantsOf(world.users.approver)).find(({ role }) => role === 'approver');
    const refused = await approver.send(await approver.open(`/rights/${own?.id}`), 'form#end', { reason: '离任' });
    expect(refused.status).toBe(422);
    expect(refused.text).toContain('最后一位');
    await grant(app.db, world.users.colleague, { role: 'approver', unit: world.units.bank });
    await approver.send(await approver.open(`/rights/${own?.id}`), 'form#end', { reason: '离任' });
    await approver.open('/rights', 403);
  });
});

describe('a supplier', () => {
  it('lets a colleague act for it, by session and token, until it ends that', async () => {
    const colleague = await aUser(app.db, { login: 'village-clerk' });
    const token = await apiTokenFor(app.db, colleague, [], now);
    const supplier = await personOf(app, 'supplier');
    await supplier.send(await supplier.open('/rights'), 'form#give', {
      login: 'village-clerk',
      right: 'supplier:lianghe',
    });
    const clerk = await personOf(app, 'village-clerk');
    await clerk.open('/supplier/goods');
    const roles = async () =>
      (await app.visitor().get('/api/v1/me').set('Authorization', `Bearer ${token}`)).body.roles;
    expect(await roles()).toEqual(['supplier']);
    const [right] = await grantsOf(colleague);
    await supplier.send(await supplier.open(`/rights/${right?.id}`), 'form#end', { reason: '不再经办' });
    await clerk.open('/supplier/goods', 403);
    expect(await roles()).toEqual([]);
    const other = await personOf(app, 'rice-supplier');
    await other.open(`/rights/${right?.id}`, 404);
  });
});

describe('the command', () => {
  const run = (...args: string[]) =>
    promisify(execFile)(process.execPath, ['--import', 'tsx', 'server/cli/grant.ts', ...args], {
      env: { ...process.env, DATABASE_URL: app.container.config.databaseUrl },
    });

  it('makes the first operator, says so, and refuses in plain words', async () => {
    await aUser(app.db, { login: 'founder', name: '创办人' });
    const { stdout } = await run('founder', 'operator');
    expect(stdout).toContain('founder (创办人) is operator from today.');
    expect(await app.db.auditLine.findFirst({ where: { action: 'right.give', actorId: null } })).not.toBeNull();
    await expect(run('nobody-here', 'operator')).rejects.toMatchObject({
      stderr: expect.stringContaining('/register'),
    });
    await expect(run('founder', 'king')).rejects.toMatchObject({ stderr: expect.stringContaining('no role king') });
    await expect(run('founder', 'buyer')).rejects.toMatchObject({ stderr: expect.stringContaining('--unit CODE') });
    await expect(run('founder', 'buyer', '--unit', 'x')).rejects.toMatchObject({
      stderr: expect.stringContaining('no active unit with the code x'),
    });
    await expect(run('founder', 'operator')).rejects.toMatchObject({ stderr: expect.stringContaining('already') });
  }, 60_000);
});
