import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Actor, findActor } from '../../server/accounts/actor.ts';
import { submitOrder } from '../../server/checkout/submit-order.ts';
import { reconcile } from '../../server/cli/reconcile/run-checks.ts';
import type { User } from '../../server/db/generated/client.ts';
import { approveOrder } from '../../server/orders/approval/approve-order.ts';
import { setApprovalRule } from '../../server/orders/approval/set-approval-rule.ts';
import { dayOf } from '../../server/shared/days.ts';
import { makeTestApp, type TestApp } from '../setup/app.ts';
import { testDatabase } from '../setup/database.ts';
import { faultsOn, type Person, personOf } from '../setup/person.ts';
import { aUser } from '../world/users.ts';
import { makeWorld, type World } from '../world/world.ts';

const now = new Date('2026-06-15T04:00:00Z');
const RULES = '/approval-rules/first-prison?funding=canteen_budget&reach=own';
const FORM = 'form[action^="/approval-rules"]';
let databaseUrl: string;
let app: TestApp;
let world: World;
let warden: User;
let chief: User;
let person: Person;

beforeAll(async () => {
  databaseUrl = await testDatabase();
  app = await makeTestApp({ clock: () => now, databaseUrl });
  world = await makeWorld(app.db, { now });
  const { firstPrison, bureau } = world.units;
  warden = await aUser(app.db, { login: 'warden', name: '狱政科', grants: [{ role: 'approver', unit: firstPrison }] });
  chief = await aUser(app.db, { login: 'chief', grants: [{ role: 'approver', unit: bureau }] });
  person = await personOf(app, 'warden');
});
afterAll(() => app.close());

async function actor({ id }: { id: number }): Promise<Actor> {
  const found = await findActor(app.db, id, dayOf(now));
  if (!found) throw new Error('no such person');
  return found;
}

const terms = { fundingSource: 'canteen_budget', reach: 'own' } as const;
const payer = () =>
  app.db.unitPayer.findFirstOrThrow({ where: { unitId: world.units.firstPrison.id, fundingSource: 'canteen_budget' } });
const rules = () => app.db.approvalRule.findMany({ orderBy: { id: 'asc' }, include: { approvers: true } });

describe('the page of a unit’s approval rules', () => {
  it('is its approver’s and that of whoever approves for a unit above, and nobody else’s', async () => {
    expect((await person.open('/approval-rules')).path).toBe('/approval-rules/first-prison');
    const above = await personOf(app, 'chief');
    const list = await above.open('/approval-rules');
    expect(
      list
        .$('th a')
        .map((_, link) => list.$(link).attr('href'))
        .get(),
    ).toContain('/approval-rules/second-prison?funding=canteen_budget&reach=own');
    await above.open(RULES);
    await person.open('/approval-rules/bureau', 404);
    await person.open('/approval-rules/second-prison', 404);
    await (await personOf(app, 'approver')).open(RULES, 404);
    await (await personOf(app, 'prison-buyer')).open(RULES, 403);
  });

  it('sets threshold, approvers, budget and what happens above it, as a version with its reason and audit line', async () => {
    const page = await person.open(RULES);
    expect(page.$('[name="threshold"]').val()).toBe('5000.00');
    const saved = await person.send(page, FORM, {
      ...{
        threshold: '300',
        budget: '12,000.50',
        overBudget: 'refuses',
        approvers: String(warden.id),
        reason: '内控制度',
      },
    });
    expect(saved.text).toContain('规则已保存');
    expect(saved.text).toContain('狱政科');
    expect(await payer()).toMatchObject({ approvalThresholdFen: 30_000, overBudget: 'refuses' });
    const unitId = world.units.firstPrison.id;
    expect(await app.db.unitBudget.findMany({ where: { unitId } })).toMatchObject([
      { year: 2026, amountFen: 1_200_050n },
    ]);
    const [rule] = await rules();
    expect(rule).toMatchObject({
      version: 1,
      thresholdFen: 30_000,
      reason: '内控制度',
      byId: warden.id,
      budgetFen: 1_200_050n,
    });
    expect(rule?.approvers.map(({ userId }) => userId)).toEqual([warden.id]);
    const lines = await app.db.auditLine.findMany({ where: { action: 'approval_rule.own' } });
    expect(lines).toMatchObject([{ actorId: warden.id, unitId, reason: '内控制度', subjectId: rule?.id }]);
  });

  it('names every fault by its field, keeps what was typed and writes nothing', async () => {
    const stranger = world.users.approver.id;
    const before = (await rules()).length;
    const page = await person.send(await person.open(RULES), FORM, { threshold: '1.234', budget: 'viel', reason: '' });
    expect(page.status).toBe(422);
    for (const field of ['threshold', 'budget', 'reason'])
      expect(page.$(`a[href="#f-${field}"]`), field).toHaveLength(1);
    expect(page.$('[name="budget"]').val()).toBe('viel');
    const forged = await person.send(await person.open(RULES), FORM, { approvers: String(stranger), reason: '改' });
    expect(forged.$('a[href="#f-approvers"]')).toHaveLength(1);
    const huge = await person.send(await person.open(RULES), FORM, { threshold: '999999999', reason: '改' });
    expect(huge.$('a[href="#f-threshold"]')).toHaveLength(1);
    const odd = await person.send(await person.open(RULES), FORM, { fundingSource: 'individual', reason: '改' });
    expect(odd.status).toBe(422);
    expect((await rules()).length).toBe(before);
  });

  it('keeps one of two changes that were made from the same version', async () => {
    const [one, other] = [await person.open(RULES), await person.open(RULES)];
    expect((await person.send(one, FORM, { threshold: '400', reason: '一' })).text).toContain('规则已保存');
    const late = await person.send(other, FORM, { threshold: '500', reason: '二' });
    expect(late.status).toBe(409);
    expect(late.text).toContain('规则刚被别人改过');
    const change = {
      unitId: world.units.firstPrison.id,
      ...terms,
      approverIds: [],
      budgetFen: null,
      overBudget: 'warns',
      reason: '同时',
    } as const;
    const who = await actor(chief);
    const results = await Promise.allSettled(
      [1, 2, 3].map((yuan) =>
        setApprovalRule(app.db, who, { ...change, thresholdFen: yuan * 100, seenVersion: 2 }, now),
      ),
    );
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected']);
    expect((await payer()).approvalThresholdFen).toBe((await rules()).at(-1)?.thresholdFen);
  });

  it('demands of all units below, and no more when it is withdrawn; those see it on theirs', async () => {
    const above = await personOf(app, 'chief');
    const below = '/approval-rules/bureau?funding=canteen_budget&reach=below';
    await above.send(await above.open(below), FORM, { threshold: '50000', reason: '超 5 万报局' });
    expect((await person.open(RULES)).text).toContain('超过 ¥50,000.00 须市监狱局审批');
    await above.send(await above.open(below), FORM, { withdraw: '1', reason: '下放' });
    expect((await person.open(RULES)).text).not.toContain('须市监狱局审批');
    expect((await rules()).filter(({ reach }) => reach === 'below')).toMatchObject([
      { version: 1, thresholdFen: 5_000_000 },
      { version: 2, thresholdFen: null },
    ]);
  });
});

describe('a budget above which purchases are refused', () => {
  const RICE_FEN = 5700;

  /** The canteen's budget for so many bags more than are bound already. */
  async function budgetFor(bags: number, overBudget: 'warns' | 'refuses' = 'refuses', thresholdFen = 0) {
    const bound = await app.db.order.aggregate({
      where: { unitId: world.units.firstPrison.id, state: { in: ['placed', 'awaiting_approval'] } },
      _sum: { totalFen: true },
    });
    const budgetFen = (bound._sum.totalFen ?? 0) + bags * RICE_FEN;
    const change = { unitId: world.units.firstPrison.id, ...terms, approverIds: [], reason: '预算', thresholdFen };
    await setApprovalRule(app.db, await actor(chief), { ...change, budgetFen, overBudget }, now);
  }

  async function orders(quantity: number) {
    const address = { recipient: '食堂', phone: '13800000000', region: '重庆市 渝中区', address: '测试路 1 号' };
    const lines = [{ productId: world.products.rice.id, quantity }];
    const request = {
      ...address,
      lines,
      unitId: world.units.firstPrison.id,
      fundingSource: 'canteen_budget',
      paymentWay: 'on_account',
    } as const;
    const rest = { channel: 'market', zoneId: null, note: null, expectedTotalFen: null } as const;
    return submitOrder(
      app.db,
      await actor(world.users.prisonBuyer),
      { ...request, ...rest, checkoutKey: crypto.randomUUID() },
      now,
    );
  }

  it('refuses at checkout what it does not cover, in words, and lets through what it covers exactly', async () => {
    await budgetFor(10);
    await expect(orders(12)).rejects.toMatchObject({ status: 422, code: 'overBudget' });
    const buyer = await personOf(app, 'prison-buyer');
    await buyer.send(await buyer.open(`/products/${world.products.rice.id}`), 'form#buy', {
      quantity: 12,
      unit: 'first-prison',
    });
    const page = await buyer.send(await buyer.open('/checkout?unit=first-prison'), 'form.cart-columns', {
      fundingSource: 'canteen_budget',
      payment: 'on_account',
    });
    expect(page.status).toBe(422);
    expect(faultsOn(page).join()).toContain('超出单位本年预算');
    expect(page.$('a[href="#f-fundingSource"]')).toHaveLength(1);
    expect(await orders(10)).toBeGreaterThan(0);
    await expect(orders(2)).rejects.toThrow('overBudget');
  });

  it('is exact when several submit at once, whether they wait for approval or are placed at once', async () => {
    for (const thresholdFen of [0, 10_000_000]) {
      await budgetFor(20, 'refuses', thresholdFen);
      const results = await Promise.allSettled(Array.from({ length: 6 }, () => orders(10)));
      expect(
        results.filter(({ status }) => status === 'fulfilled'),
        `threshold ${thresholdFen}`,
      ).toHaveLength(2);
      const refused = results.flatMap((one) => (one.status === 'rejected' ? [one.reason.code] : []));
      expect(new Set(refused)).toEqual(new Set(['overBudget']));
    }
  });

  it('lets one of two approvals at once through when it has been lowered meanwhile', async () => {
    await budgetFor(100);
    const ids = [await orders(10), await orders(10)];
    const placed = await app.db.order.aggregate({
      where: { unitId: world.units.firstPrison.id, state: 'placed' },
      _sum: { totalFen: true },
    });
    await app.db.unitBudget.updateMany({ data: { amountFen: (placed._sum.totalFen ?? 0) + 15 * RICE_FEN } });
    const who = await actor(warden);
    const results = await Promise.allSettled(ids.map((id) => approveOrder(app.db, who, id, now)));
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const waiting = ids[results.findIndex(({ status }) => status === 'rejected')] as number;
    const page = await person.send(await person.open(`/orders/${waiting}`), 'form[action$="/approval"]');
    expect(page.status).toBe(422);
    expect(page.text).toContain('超出单位本年预算');
    expect(page.text).toContain('本单位规定超预算不予批准');
  });

  it('only warns where the unit has chosen so', async () => {
    await budgetFor(0, 'warns');
    await app.db.unitBudget.updateMany({ data: { amountFen: RICE_FEN } });
    const id = await orders(10);
    expect((await person.open(`/orders/${id}`)).text).toContain('批准本单将超出');
    await approveOrder(app.db, await actor(warden), id, now);
  });

  it('shows beside the decision what the purchase adds to the unit’s task', async () => {
    const { programmes, units } = world;
    const target = {
      programmeId: programmes.group.id,
      unitId: units.firstPrison.id,
      scopeKey: 'all',
      measure: 'fen',
    } as const;
    const version = { version: 1, value: 10_000_000n, reason: '任务', at: now };
    await app.db.target.create({ data: { ...target, versions: { create: version } } });
    const id = await orders(10);
    const task = (await person.open(`/orders/${id}`)).$('[data-task]').text().replace(/\s+/g, '');
    expect(task).toContain('任务数¥100,000.00');
    expect(task).toContain('本单增加¥570.00');
  });
});

it('leaves figures that agree', async () => {
  expect(await reconcile(databaseUrl, (difference) => console.log(difference))).toBe(0);
});
