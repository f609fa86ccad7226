import { load } from 'cheerio';
import { readSheet } from 'read-excel-file/node';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findActor } from '../../server/accounts/actor.ts';
import { remindApprovers } from '../../server/notifications/remind-approvers.ts';
import { approveOrder } from '../../server/orders/approval/approve-order.ts';
import { approveSeveral } from '../../server/orders/approval/approve-several.ts';
import { dayOf } from '../../server/shared/days.ts';
import { makeTestApp, type TestApp } from '../setup/app.ts';
import { type Page, type Person, personOf } from '../setup/person.ts';
import { grant } from '../world/users.ts';
import { makeWorld, type World } from '../world/world.ts';

const now = new Date('2026-06-15T04:00:00Z');
const HOUR_MS = 3_600_000;
let app: TestApp;
let world: World;
let buyer: Person;
let approver: Person;

beforeAll(async () => {
  app = await makeTestApp({ clock: () => now });
  world = await makeWorld(app.db, { now });
  await app.db.unitPayer.updateMany({ data: { approvalThresholdFen: 0 } });
  await app.db.unitBudget.create({
    data: { unitId: world.units.bank.id, fundingSource: 'canteen_budget', year: 2026, amountFen: 1_000_000 },
  });
  await grant(app.db, world.users.approver, { role: 'buyer', unit: world.units.bank });
  [buyer, approver] = (await Promise.all(['buyer', 'approver'].map((login) => personOf(app, login)))) as [
    Person,
    Person,
  ];
});
afterAll(() => app.close());
beforeEach(async () => {
  await app.db.cartLine.deleteMany();
  await app.db.order.updateMany({ where: { state: 'awaiting_approval' }, data: { state: 'cancelled' } });
});

const idOf = ({ path }: Page) => Number(/^\/orders\/(\d+)/.exec(path)?.[1]);

/** Bags of tribute rice for the canteen, on account, waiting for approval. */
async function ordered(quantity: number, who = buyer): Promise<number> {
  await who.send(await who.open(`/products/${world.products.rice.id}`), 'form#buy', { quantity, unit: 'bank' });
  return idOf(
    await who.send(await who.open('/checkout?unit=bank'), 'form.cart-columns', {
      fundingSource: 'canteen_budget',
      payment: 'on_account',
    }),
  );
}

const named = (ids: number[]) => ids.map((orderId) => ({ orderId }));
const stateOf = async (id: number) => (await app.db.order.findUniqueOrThrow({ where: { id } })).state;
const approves = async (orders: number[]) => {
  const page = await approver.open('/approvals');
  const _csrf = String(page.$('#several input[name="_csrf"]').val());
  await approver.agent.post('/approvals').type('form').send({ _csrf, orders }).expect(303);
  return approver.open('/approvals');
};

describe('approving several purchases at once', () => {
  it('places each, but never an own one, and says which and why', async () => {
    const [first, second] = [await ordered(10), await ordered(12)];
    const own = await ordered(10, approver);
    const page = await approver.open('/approvals');
    const offered = page.$('input[name="orders"]').map((_, box) => page.$(box).val());
    expect(offered.get()).toEqual([`${first}:1`, `${second}:1`]);
    const after = await approves([first, own, second]);
    expect(after.text).toContain('已批准 2 个订单');
    expect(after.text).toContain(`订单 ${own} 没有批准`);
    expect(await Promise.all([first, second, own].map(stateOf))).toEqual(['placed', 'placed', 'awaiting_approval']);
  });

  it('asks to choose when none is, and finds no stranger’s', async () => {
    const id = await ordered(10);
    expect((await approves([])).text).toContain('请先勾选');
    expect((await approves([999_999])).text).toContain('订单 999999 没有批准');
    expect(await stateOf(id)).toBe('awaiting_approval');
  });

  it('decides each once when two approve at the same moment', async () => {
    const ids = [await ordered(10), await ordered(10), await ordered(10)];
    const actor = await findActor(app.db, world.users.approver.id, dayOf(now));
    if (!actor) throw new Error('no approver');
    const [one, other] = await Promise.all([
      approveSeveral(app.db, actor, named(ids), now),
      approveSeveral(app.db, actor, named([...ids].reverse()), now),
    ]);
    expect([...one.approved, ...other.approved].sort((a, b) => a - b)).toEqual(ids);
    expect([...one.refused, ...other.refused].map(({ refusal }) => refusal.status)).toEqual([409, 409, 409]);
    expect(await app.db.orderDecision.count({ where: { orderId: { in: ids } } })).toBe(3);
    await expect(approveOrder(app.db, actor, ids[0] as number, now)).rejects.toMatchObject({ status: 409 });
  });
});

describe('what an approver sees when deciding', () => {
  it('is the year’s budget and what the order leaves of it, which the buyer does not see', async () => {
    const id = await ordered(10);
    const shown = async () =>
      (await approver.open(`/orders/${id}`))
        .$('[aria-labelledby="decision-budget"] dd')
        .map((_, figure) =>
          Number(
            load(figure)
              .text()
              .replace(/[^0-9]/g, ''),
          ),
        )
        .get();
    const placed = await app.db.order.aggregate({ where: { state: 'placed' }, _sum: { totalFen: true } });
    const usedFen = placed._sum.totalFen ?? 0;
    expect(await shown()).toEqual([1_000_000, usedFen, 57_000, 1_000_000 - usedFen - 57_000]);
    await app.db.unitBudget.updateMany({ data: { amountFen: usedFen + 50_000 } });
    expect((await approver.open(`/orders/${id}`)).text).toContain('批准本单将超出¥70.00');
    expect((await buyer.open(`/orders/${id}`)).$('[aria-labelledby="decision-budget"]').length).toBe(0);
  });
});

describe('a purchase that nobody decides', () => {
  const told = async (orderId: number, kind: string) =>
    (await app.db.notification.findMany({ where: { kind, link: `/orders/${orderId}` }, select: { userId: true } })).map(
      ({ userId }) => userId,
    );
  const later = (hours: number) => new Date(now.getTime() + hours * HOUR_MS);

  it('is called to mind after a day, and a day before it lapses the buyer is told too, each once', async () => {
    const id = await ordered(10);
    await remindApprovers(app.db, later(23));
    expect(await told(id, 'approval_waits')).toEqual([]);
    for (const hours of [25, 26]) await remindApprovers(app.db, later(hours));
    expect(await told(id, 'approval_waits')).toEqual([world.users.approver.id]);
    expect(await told(id, 'approval_ends')).toEqual([]);
    for (const hours of [49, 50]) await remindApprovers(app.db, later(hours));
    expect((await told(id, 'approval_ends')).sort()).toEqual([world.users.approver.id, world.users.buyer.id].sort());
    expect(await told(id, 'approval_waits')).toEqual([world.users.approver.id]);
  });
});

describe('the list as an Excel file', () => {
  const excel = (who: Person) =>
    who.agent
      .get('/approvals.xlsx')
      .buffer(true)
      .parse((answer, done) => {
        const parts: Buffer[] = [];
        answer.on('data', (part: Buffer) => parts.push(part));
        answer.on('end', () => done(null, Buffer.concat(parts)));
      });

  it('holds what the page lists, with sums as numbers and whose each is to decide', async () => {
    await ordered(10);
    await ordered(12, approver);
    const page = await approver.open('/approvals');
    expect(page.$('a[href="/approvals.xlsx"]').text()).toContain('导出 Excel');
    const answer = await excel(approver);
    expect(answer.headers['content-disposition']).toContain('approvals-2026-06-15.xlsx');
    const [heads, ...rows] = await readSheet(answer.body);
    expect(heads?.slice(0, 8)).toEqual([
      '订单号',
      '提交时间',
      '单位',
      '采购人',
      '商品',
      '种数',
      '资金来源',
      '金额（元）',
    ]);
    expect(rows.map((row) => row[7])).toEqual([570, 684]);
    expect(rows.map((row) => row[11] ?? '')).toEqual(['', expect.stringContaining('自己提交，不能审批')]);
    expect(rows.map((row) => row[0])).toEqual(
      page
        .$('th a.code')
        .map((_, link) => page.$(link).text())
        .get(),
    );
  });

  it('is nobody else’s', async () => {
    expect((await excel(buyer)).status).toBe(403);
  });
});
