import supertest from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { declaredFen } from '../../../server/quotas/targets/declaration-arithmetic.ts';
import { apiTokenFor } from '../../setup/app.ts';
import { aUser, grant } from '../../world/users.ts';
import { type Market, openMarket, type Person } from '../market.ts';

let market: Market;

beforeAll(async () => {
  market = await openMarket('2026-03-02');
  const { db } = market.app;
  const { programmes, units, users } = market.world;
  await db.programme.update({ where: { id: programmes.group.id }, data: { perEmployeeFen: 20_000 } });
  await grant(db, users.buyer, { role: 'buyer', unit: units.dual });
  await grant(db, users.prisonBuyer, { role: 'approver', unit: units.secondPrison });
});
afterAll(() => market.app.close());

async function call(who: Person, method: 'get' | 'post', path: string, body: object = {}) {
  const user = typeof who === 'string' ? market.world.users[who] : who;
  const token = await apiTokenFor(market.app.db, user, [], new Date('2026-03-02T04:00:00Z'));
  const sent = supertest(market.app.url)[method](`/api/v1${path}`).auth(token, { type: 'bearer' });
  return method === 'get' ? sent : sent.send(body);
}

function declare(who: Person, unit: { id: number }, more: object) {
  const { programmes } = market.world;
  return call(who, 'post', '/target-declarations', { programmeId: programmes.group.id, unitId: unit.id, ...more });
}

const review = (who: Person, id: number, decision: string, reason = '核对无误') =>
  call(who, 'post', `/target-declarations/${id}/review`, { decision, reason });

async function targetsOf(unit: { code: string }) {
  const { body } = await call(
    'organizer',
    'get',
    `/programmes/${market.world.programmes.group.id}/targets?unit=${unit.code}`,
  );
  return body.items as { targetFen: number; version: number; reason: string; declarationId: number | null }[];
}

describe('what a declaration comes to', () => {
  it('is exact in fen, a begun one counting whole', () => {
    const of = (basisFen: number, ratioBp: number) =>
      declaredFen({ basis: 'ingredients', basisFen, ratioBp, employees: null });
    expect(of(97_400_000, 1000)).toBe(9_740_000);
    expect(of(1, 1000)).toBe(1);
    expect(of(999_999_999_999, 1500)).toBe(150_000_000_000);
    expect(declaredFen({ basis: 'employees', basisFen: 20_000, ratioBp: null, employees: 980 })).toBe(19_600_000);
  });
});

describe('POST /target-declarations', () => {
  it('is worked out by the programme’s ratio, sent back, declared anew and makes the target', async () => {
    const { bank } = market.world.units;
    const first = await declare('buyer', bank, { basis: 'ingredients', ingredientsFen: 50_000_000 });
    expect([first.status, first.body.valueFen, first.body.state]).toEqual([201, 5_000_000, 'submitted']);
    const again = await declare('buyer', bank, { basis: 'ingredients', ingredientsFen: 1 });
    expect([again.status, again.body.detail]).toEqual([409, expect.stringContaining('等待审核')]);

    expect((await review('organizer', first.body.id, 'return', '')).status).toBe(400);
    const returned = await review('organizer', first.body.id, 'return', '漏报了新校区');
    expect(returned.body).toMatchObject({ state: 'returned', reason: '漏报了新校区' });
    expect(await targetsOf(bank)).toEqual([]);

    const second = await declare('approver', bank, { basis: 'ingredients', ingredientsFen: 60_000_000 });
    await review('organizer', second.body.id, 'accept');
    expect(await targetsOf(bank)).toMatchObject([
      { targetFen: 6_000_000, version: 1, reason: '核对无误', declarationId: second.body.id },
    ]);
    const { body } = await call('buyer', 'get', '/target-declarations?unit=bank');
    expect(body.items.map((one: { state: string }) => one.state)).toEqual(['accepted', 'returned']);
  });

  it('adds up both bases to the overall target', async () => {
    const { bank } = market.world.units;
    const perHead = await declare('buyer', bank, { basis: 'employees', employees: 900 });
    expect(perHead.body.valueFen).toBe(18_000_000);
    await review('organizer', perHead.body.id, 'accept');
    expect((await targetsOf(bank))[0]).toMatchObject({ targetFen: 24_000_000, version: 2 });
  });

  it('is refused to a unit without, or with a shared canteen, and asks an outsourced one’s contractor', async () => {
    const { dual, bank } = market.world.units;
    const { db } = market.app;
    const canteen = (data: object) => db.unit.update({ where: { id: dual.id }, data });
    await canteen({ canteen: 'none' });
    const none = await declare('buyer', dual, { basis: 'ingredients', ingredientsFen: 100 });
    expect([none.status, none.body.detail]).toEqual([422, expect.stringContaining('没有食堂')]);
    await canteen({ canteen: 'shared', canteenUnitId: bank.id });
    const shared = await declare('buyer', dual, { basis: 'ingredients', ingredientsFen: 100 });
    expect([shared.status, shared.body.detail]).toEqual([422, expect.stringContaining('农行市分行')]);
    await canteen({ canteen: 'outsourced', canteenUnitId: null });
    const nameless = await declare('buyer', dual, { basis: 'ingredients', ingredientsFen: 100 });
    expect([nameless.status, nameless.body.errors]).toMatchObject([400, [{ path: 'contractor' }]]);
    const named = await declare('buyer', dual, { basis: 'ingredients', ingredientsFen: 100, contractor: '测试餐饮' });
    expect([named.status, named.body.contractor]).toEqual([201, '测试餐饮']);
    await review('organizer', named.body.id, 'accept');
    expect((await db.unit.findUnique({ where: { id: dual.id } }))?.contractor).toBe('测试餐饮');
  });

  it('lists every fault at once and refuses strangers', async () => {
    const { bank } = market.world.units;
    const faulty = await declare('buyer', bank, { basis: 'ingredients', ingredientsFen: -5, odd: 1 });
    expect(faulty.status).toBe(400);
    expect(faulty.body.errors.map((fault: { path: string }) => fault.path).sort()).toEqual(['ingredientsFen', 'odd']);
    expect((await declare('employee', bank, { basis: 'employees', employees: 5 })).status).toBe(404);
    expect((await declare('outsider', bank, { basis: 'employees', employees: 5 })).status).toBe(404);
    expect((await declare('organizer', bank, { basis: 'employees', employees: 5 })).status).toBe(403);
  });

  it('gives the same declaration to the same key', async () => {
    const { programmes, units, users } = market.world;
    const token = await apiTokenFor(market.app.db, users.prisonBuyer, [], new Date('2026-03-02T04:00:00Z'));
    const body = { programmeId: programmes.group.id, unit: units.secondPrison.code, basis: 'employees', employees: 10 };
    const send = () =>
      supertest(market.app.url)
        .post('/api/v1/target-declarations')
        .auth(token, { type: 'bearer' })
        .set('Idempotency-Key', 'once')
        .send(body);
    const answers = await Promise.all([send(), send()]);
    const done = answers.filter(({ status }) => status === 201);
    expect(done.length).toBeGreaterThan(0);
    expect(await market.app.db.targetDeclaration.count({ where: { unitId: units.secondPrison.id } })).toBe(1);
  });
});

describe('POST /target-declarations/{id}/review', () => {
  it('decides once, however many press at the same time', async () => {
    const { bureau } = market.world.units;
    const bureauBuyer = await aUser(market.app.db, { grants: [{ role: 'buyer', unit: bureau }] });
    const { body } = await declare(bureauBuyer, bureau, { basis: 'employees', employees: 10 });
    const answers = await Promise.all(
      [1, 2, 3, 4].map((n) => review('organizer', body.id, n % 2 ? 'accept' : 'return')),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409]);
    const made = await market.app.db.targetVersion.count({ where: { declarationId: body.id } });
    const accepted = answers.find(({ status }) => status === 200)?.body.state === 'accepted';
    expect(made).toBe(accepted ? 1 : 0);
  });

  it('is the superior’s and the organizer’s, never the unit’s own', async () => {
    const { db } = market.app;
    const { bureau, firstPrison } = market.world.units;
    const prisonBuyer = await aUser(db, { grants: [{ role: 'buyer', unit: firstPrison }] });
    const superior = await aUser(db, { grants: [{ role: 'approver', unit: bureau }] });
    const { body } = await declare(prisonBuyer, firstPrison, { basis: 'employees', employees: 10 });
    expect((await review(prisonBuyer, body.id, 'accept')).status).toBe(403);
    expect((await review('buyer', body.id, 'accept')).status).toBe(404);
    expect((await review(superior, body.id, 'accept')).status).toBe(200);
    await grant(db, prisonBuyer, { role: 'organizer', group: market.world.groups.commerce });
    const mine = await declare(prisonBuyer, firstPrison, { basis: 'employees', employees: 11 });
    expect((await review(prisonBuyer, mine.body.id, 'accept')).status).toBe(403);
  });

  it('comes too late after a withdrawal', async () => {
    const { bank } = market.world.units;
    const { body } = await declare('buyer', bank, { basis: 'employees', employees: 5 });
    expect((await call('buyer', 'post', `/target-declarations/${body.id}/withdrawal`)).body.state).toBe('withdrawn');
    expect((await review('organizer', body.id, 'accept')).status).toBe(409);
    expect((await call('buyer', 'post', `/target-declarations/${body.id}/withdrawal`)).status).toBe(409);
  });
});
