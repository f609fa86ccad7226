import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Actor, findActor } from '../../server/accounts/actor.ts';
import { reconcile } from '../../server/cli/reconcile/run-checks.ts';
import type { User } from '../../server/db/generated/client.ts';
import { drainOutbox } from '../../server/jobs/outbox.ts';
import { remindApprovers } from '../../server/notifications/remind-approvers.ts';
import { approveOrder } from '../../server/orders/approval/approve-order.ts';
import { returnOrder } from '../../server/orders/approval/reject-order.ts';
import { setApprovalRule } from '../../server/orders/approval/set-approval-rule.ts';
import { expireOrder } from '../../server/orders/expire-order.ts';
import { dayOf } from '../../server/shared/days.ts';
import { outboxHandlers } from '../../server/work.ts';
import { apiTokenFor, makeTestApp, type TestApp } from '../setup/app.ts';
import { testDatabase } from '../setup/database.ts';
import { type Page, type Person, personOf } from '../setup/person.ts';
import { meetAtOrder } from '../setup/until-waiting.ts';
import { aUser, grant } from '../world/users.ts';
import { makeWorld, type World } from '../world/world.ts';

const now = new Date('2026-06-15T04:00:00Z');
let databaseUrl: string;
let app: TestApp;
let world: World;
let buyer: Person;
let warden: User;
let chief: User;
let chiefsDeputy: User;

/** A prison below the bureau; the bureau demands its own approval above 1,000 yuan of all below, the prison's threshold is 0. */
beforeAll(async () => {
  databaseUrl = await testDatabase();
  app = await makeTestApp({ clock: () => now, databaseUrl });
  world = await makeWorld(app.db, { now });
  const { firstPrison, bureau } = world.units;
  await app.db.unitPayer.updateMany({ where: { unitId: firstPrison.id }, data: { approvalThresholdFen: 0 } });
  warden = await aUser(app.db, { login: 'warden', grants: [{ role: 'approver', unit: firstPrison }] });
  chief = await aUser(app.db, { login: 'chief', grants: [{ role: 'approver', unit: bureau }] });
  chiefsDeputy = await aUser(app.db, { login: 'deputy', grants: [{ role: 'approver', unit: bureau }] });
  await demand(100_000);
  buyer = await personOf(app, 'prison-buyer');
});
afterAll(() => app.close());
beforeEach(() => app.db.cartLine.deleteMany());

const idOf = ({ path }: Page) => Number(/^\/orders\/(\d+)/.exec(path)?.[1]);
async function actor({ id }: { id: number }): Promise<Actor> {
  const found = await findActor(app.db, id, dayOf(now));
  if (!found) throw new Error('no such person');
  return found;
}

async function demand(thresholdFen: number | null, approverIds: number[] = []) {
  const rule = { unitId: world.units.bureau.id, fundingSource: 'canteen_budget', reach: 'below' } as const;
  await setApprovalRule(app.db, await actor(chief), { ...rule, thresholdFen, approverIds, reason: '内控' }, now);
}

/** Bags of rice at 57 yuan for the prison's canteen, on account. */
async function ordered(quantity: number, who = buyer): Promise<number> {
  await who.send(await who.open(`/products/${world.products.rice.id}`), 'form#buy', { quantity, unit: 'first-prison' });
  const page = await who.send(await who.open('/checkout?unit=first-prison'), 'form.cart-columns', {
    fundingSource: 'canteen_budget',
    payment: 'on_account',
  });
  return idOf(page);
}

const stateOf = async (id: number) => (await app.db.order.findUniqueOrThrow({ where: { id } })).state;
const levelsOf = async (orderId: number) =>
  (await app.db.orderApproval.findMany({ where: { orderId }, orderBy: { level: 'asc' } })).map(({ unitId }) => unitId);
const approves = async (who: User, id: number, level?: number) =>
  approveOrder(app.db, await actor(who), id, now, level);

describe('a purchase that a unit above must approve too', () => {
  it('is placed only after the unit and then the unit above have approved it', async () => {
    const id = await ordered(20);
    expect(await levelsOf(id)).toEqual([world.units.firstPrison.id, world.units.bureau.id]);
    await expect(approves(chief, id)).rejects.toMatchObject({ status: 409, code: 'atOtherLevel' });
    await approves(warden, id);
    expect(await stateOf(id)).toBe('awaiting_approval');
    await expect(approves(warden, id)).rejects.toMatchObject({ status: 409, code: 'decidedBefore' });
    await approves(chief, id);
    expect(await stateOf(id)).toBe('placed');
    const lines = await app.db.auditLine.findMany({ where: { action: 'order.approve', subjectId: id } });
    expect(lines.map(({ actorId }) => actorId)).toEqual([warden.id, chief.id]);
  });

  it('needs the unit alone up to the amount that is demanded, and the unit above alone where its own threshold is higher', async () => {
    expect(await levelsOf(await ordered(10))).toEqual([world.units.firstPrison.id]);
    const payer = { unitId: world.units.firstPrison.id, fundingSource: 'canteen_budget' } as const;
    await app.db.unitPayer.updateMany({ where: payer, data: { approvalThresholdFen: 10_000_000 } });
    expect(await levelsOf(await ordered(20))).toEqual([world.units.bureau.id]);
    expect(await stateOf(await ordered(10))).toBe('placed');
    await app.db.unitPayer.updateMany({ where: payer, data: { approvalThresholdFen: 0 } });
  });

  it('is never decided by its buyer nor twice by one person, though they approve for both units', async () => {
    await grant(app.db, warden, { role: 'approver', unit: world.units.bureau });
    await grant(app.db, world.users.prisonBuyer, { role: 'approver', unit: world.units.bureau });
    const id = await ordered(20);
    await approves(warden, id);
    await expect(approves(warden, id)).rejects.toThrow('decidedBefore');
    await expect(approves(world.users.prisonBuyer, id)).rejects.toThrow('ownPurchase');
    await approves(chief, id);
    expect(await stateOf(id)).toBe('placed');
    await app.db.roleGrant.deleteMany({
      where: { unitId: world.units.bureau.id, userId: { in: [warden.id, world.users.prisonBuyer.id] } },
    });
  });

  it('is returned by the unit above, and its amendment goes both ways again, which neither buyer may decide', async () => {
    const id = await ordered(20);
    await approves(warden, id);
    await returnOrder(app.db, await actor(chief), id, '减半', now);
    expect(await stateOf(id)).toBe('rejected');
    const form = await buyer.open(`/orders/${id}/amendment`);
    const amended = idOf(
      await buyer.send(form, 'form[action$="/amendment"]', { [`quantity.${world.products.rice.id}`]: 18 }),
    );
    expect(await levelsOf(amended)).toHaveLength(2);
    await approves(warden, amended);
    await approves(chief, amended);
    expect(await stateOf(amended)).toBe('placed');
  });

  it('keeps the rules of the day on which it was submitted, whatever is set later', async () => {
    const id = await ordered(20);
    await demand(null);
    expect(await levelsOf(await ordered(20))).toEqual([world.units.firstPrison.id]);
    expect(await levelsOf(id)).toHaveLength(2);
    await demand(100_000, [chiefsDeputy.id]);
    await approves(warden, id);
    await approves(chief, id);
    const second = await ordered(20);
    await approves(warden, second);
    await expect(approves(chief, second)).rejects.toMatchObject({ status: 403, code: 'namedOthers' });
    await approves(chiefsDeputy, second);
    expect(await Promise.all([id, second].map(stateOf))).toEqual(['placed', 'placed']);
    await demand(100_000);
  });

  it('is decided by any approver once none of those named approves for the unit any more', async () => {
    await demand(100_000, [chiefsDeputy.id]);
    const id = await ordered(20);
    await approves(warden, id);
    await app.db.roleGrant.updateMany({ where: { userId: chiefsDeputy.id }, data: { until: new Date('2026-06-01') } });
    await approves(chief, id);
    await app.db.roleGrant.updateMany({ where: { userId: chiefsDeputy.id }, data: { until: null } });
    await demand(100_000);
  });
});

describe('at each level', () => {
  it('one of two approvals at once stands', async () => {
    const second = await aUser(app.db, { grants: [{ role: 'approver', unit: world.units.firstPrison }] });
    // The second approves for the bureau too, so a press meant for the first level must not decide the other.
    await grant(app.db, second, { role: 'approver', unit: world.units.bureau });
    const id = await ordered(20);
    const [one, other] = [await actor(warden), await actor(second)];
    const first = await meet(
      id,
      () => approveOrder(app.db, one, id, now, 1),
      () => approveOrder(app.db, other, id, now, 1),
    );
    expect(first.sort()).toEqual(['fulfilled', 'rejected']);
    expect(await app.db.orderDecision.count({ where: { orderId: id } })).toBe(1);
    const [top, deputy] = [await actor(chief), await actor(chiefsDeputy)];
    const last = await meet(
      id,
      () => approveOrder(app.db, top, id, now, 2),
      () => approveOrder(app.db, deputy, id, now, 2),
    );
    expect(last.sort()).toEqual(['fulfilled', 'rejected']);
    expect(await app.db.orderDecision.count({ where: { orderId: id } })).toBe(2);
    expect(await stateOf(id)).toBe('placed');
    expect(await app.db.journalEntry.count({ where: { orderId: id, source: 'placing', account: 'goods' } })).toBe(1);
  });

  /** Both wait for the order's row, so that they truly meet. */
  const meet = (orderId: number, ...works: (() => Promise<unknown>)[]) =>
    meetAtOrder(app.container.config.databaseUrl, orderId, ...works);

  it('those whose turn it is are told, and reminded of it', async () => {
    const id = await ordered(20);
    const told = async (kind: string) => {
      while ((await drainOutbox(app.db, outboxHandlers(app.container), app.container.log)) > 0);
      const notices = await app.db.notification.findMany({
        where: { kind, link: `/orders/${id}` },
        select: { userId: true },
      });
      return notices.map(({ userId }) => userId);
    };
    const ofUnit = await told('approval_asked');
    expect(ofUnit).toContain(warden.id);
    expect(ofUnit).not.toContain(chief.id);
    await approves(warden, id);
    expect(await told('approval_asked')).toEqual(expect.arrayContaining([warden.id, chief.id, chiefsDeputy.id]));
    expect(await told('order_approved')).toEqual([]);
    await remindApprovers(app.db, new Date(now.getTime() + 25 * 3_600_000));
    expect(await told('approval_waits')).not.toContain(warden.id);
    expect(await told('approval_waits')).toEqual(expect.arrayContaining([chief.id, chiefsDeputy.id]));
  });
});

describe('GET /approvals', () => {
  it('says at which level each purchase waits, and offers only what is the reader’s to decide', async () => {
    const waiting = await app.db.order.findMany({ where: { state: 'awaiting_approval' }, select: { id: true } });
    for (const one of waiting) await expireOrder(app.db, one.id, new Date(now.getTime() + 4 * 86_400_000));
    const id = await ordered(20);
    const [unit, above] = [await personOf(app, 'warden'), await personOf(app, 'chief')];
    const coming = await above.open('/approvals');
    expect(coming.text).toContain('第 1 级，共 2 级：等待第一监狱审批');
    expect(coming.$('input[name="orders"]')).toHaveLength(0);
    expect((await above.open(`/orders/${id}`)).$('form[action$="/approval"]')).toHaveLength(0);
    await unit.send(await unit.open(`/orders/${id}`), 'form[action$="/approval"]');
    const left = await unit.open('/approvals');
    expect(left.text).toContain('第 2 级，共 2 级：等待市监狱局审批');
    expect(left.$('input[name="orders"]')).toHaveLength(0);
    const due = await above.open('/approvals');
    expect(due.$('input[name="orders"]').val()).toBe(`${id}:2`);
    await above.send(await above.open(`/orders/${id}`), 'form[action$="/approval"]');
    expect((await buyer.open(`/orders/${id}`)).text).toMatch(/第一监狱审批.*市监狱局审批/);
    await (await personOf(app, 'outsider')).open(`/orders/${id}`, 404);
  });

  it('shows no buttons to whoever bought it two amendments back', async () => {
    const { firstPrison } = world.units;
    const first = await aUser(app.db, {
      login: 'first-buyer',
      grants: [
        { role: 'buyer', unit: firstPrison },
        { role: 'approver', unit: firstPrison },
      ],
    });
    const person = await personOf(app, 'first-buyer');
    let id = await ordered(10, person);
    for (const quantity of [8, 6]) {
      await returnOrder(app.db, await actor(warden), id, '改', now);
      const form = await buyer.open(`/orders/${id}/amendment`);
      id = idOf(
        await buyer.send(form, 'form[action$="/amendment"]', { [`quantity.${world.products.rice.id}`]: quantity }),
      );
    }
    const page = await person.open(`/orders/${id}`);
    for (const act of ['approval', 'rejection', 'return'])
      expect(page.$(`form[action$="/${act}"]`), act).toHaveLength(0);
    expect((await person.open('/approvals')).$(`input[value^="${id}:"]`)).toHaveLength(0);
    await expect(approves(first, id)).rejects.toThrow('ownPurchase');
  });
});

describe('a unit’s own system', () => {
  const call = async (who: { id: number }, method: 'get' | 'post' | 'put', path: string, body?: object) => {
    const asked = app.visitor()[method](`/api/v1${path}`);
    return asked.set('Authorization', `Bearer ${await apiTokenFor(app.db, who, [], now)}`).send(body);
  };

  it('lists what waits with its level and decides several at once', async () => {
    const [first, second, third] = [await ordered(20), await ordered(10), await ordered(10)];
    const { body } = await call(warden, 'get', '/approvals');
    const listed = (id: number) => body.items.find((one: { id: number }) => one.id === id);
    expect(listed(first)).toMatchObject({
      level: 1,
      levels: 2,
      waitsFor: 'first-prison',
      mayDecide: true,
      whyNot: null,
    });
    expect(
      (await call(chief, 'get', '/approvals')).body.items.find((one: { id: number }) => one.id === first),
    ).toMatchObject({
      ...{ mayDecide: false, whyNot: 'atOtherLevel' },
    });
    const decisions = [
      { orderId: first, decision: 'approve', level: 1 },
      { orderId: second, decision: 'return', reason: '减半' },
      { orderId: third, decision: 'approve', level: 2 },
      { orderId: 999_999, decision: 'reject', reason: '不需要' },
    ];
    const answer = await call(warden, 'post', '/approvals/decisions', { decisions });
    expect(answer.status).toBe(200);
    expect(answer.body.items).toMatchObject([
      { orderId: first, decided: true },
      { orderId: second, decided: true },
      { orderId: third, decided: false, status: 409, code: 'approvalMovedOn' },
      { orderId: 999_999, decided: false, status: 404 },
    ]);
    expect(await Promise.all([first, second, third].map(stateOf))).toEqual([
      'awaiting_approval',
      'rejected',
      'awaiting_approval',
    ]);
    const unreasoned = await call(warden, 'post', '/approvals/decisions', {
      decisions: [{ orderId: third, decision: 'reject' }],
    });
    expect(unreasoned.status).toBe(400);
    expect((await call(world.users.prisonBuyer, 'get', '/approvals')).status).toBe(403);
  });

  it('reads and sets a unit’s rules', async () => {
    const path = '/units/first-prison/approval-rules';
    const { body } = await call(warden, 'get', path);
    expect(body.items[0]).toMatchObject({
      fundingSource: 'canteen_budget',
      thresholdFen: 0,
      above: [{ unit: 'bureau', thresholdFen: 100_000 }],
    });
    const rule = {
      reach: 'own',
      fundingSource: 'canteen_budget',
      thresholdFen: 100,
      budgetFen: null,
      overBudget: 'warns',
      reason: '改',
    };
    expect((await call(warden, 'put', path, { ...rule, seenVersion: 9 })).status).toBe(409);
    expect((await call(warden, 'put', path, { ...rule, reason: '' })).status).toBe(400);
    const set = await call(warden, 'put', path, { ...rule, approverIds: [warden.id], seenVersion: 0 });
    expect(set.body.items[0]).toMatchObject({ thresholdFen: 100, version: 1, approverIds: [warden.id] });
    expect((await call(warden, 'get', '/units/bureau/approval-rules')).status).toBe(404);
  });
});

it('leaves figures that agree', async () => {
  expect(await reconcile(databaseUrl, (difference) => console.log(difference))).toBe(0);
});
