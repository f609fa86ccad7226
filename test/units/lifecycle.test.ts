import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findActor } from '../../server/accounts/actor.ts';
import { reconcile } from '../../server/cli/reconcile/run-checks.ts';
import type { Unit } from '../../server/db/generated/client.ts';
import { carryMerged } from '../../server/quotas/moves/carry-merged.ts';
import { endUnit } from '../../server/quotas/moves/end-unit.ts';
import { dayToColumn } from '../../server/shared/days.ts';
import { changeCanteen } from '../../server/units/change-canteen.ts';
import { changeMembership } from '../../server/units/group-membership.ts';
import { moveUnit } from '../../server/units/move-unit.ts';
import { type Market, openMarket, type Placed } from '../quotas/market.ts';
import { faultsOn, personOf } from '../setup/person.ts';
import { aTarget } from '../world/programmes.ts';
import { aUnit } from '../world/units.ts';
import { aUser } from '../world/users.ts';

let market: Market;
let today: string;

beforeAll(async () => {
  market = await openMarket('2026-03-10');
  turnTo('2026-03-10');
});
afterAll(() => market.app.close());

function turnTo(day: string): void {
  today = day;
  market.turnTo(day);
}

const now = () => new Date(`${today}T04:00:00Z`);
const reason = '渝机编〔2026〕1 号（测试）';

async function actor(who: 'operator' | 'organizer' | 'buyer' = 'operator') {
  const found = await findActor(market.app.db, market.world.users[who].id, today);
  if (!found) throw new Error(`no actor ${who}`);
  return found;
}

const tea = (quantity: number) => [{ productId: market.world.products.tea.id, quantity }];

async function differences(): Promise<string[]> {
  const found: string[] = [];
  await reconcile(market.app.container.config.databaseUrl, ({ what, expected, found: there }) =>
    found.push(`${what}: expected ${expected}, found ${there}`),
  );
  return found;
}

async function placedFor(order: Placed): Promise<Record<string, number>> {
  const entries = await market.app.db.tallyEntry.findMany({
    where: { orderId: order.id, event: 'placed', programmeId: market.world.programmes.group.id },
    include: { unit: { select: { code: true } } },
  });
  const sums: Record<string, number> = {};
  for (const { unit, fen } of entries) sums[unit.code] = (sums[unit.code] ?? 0) + fen;
  return Object.fromEntries(Object.entries(sums).filter(([, fen]) => fen !== 0));
}

async function targetOf(unit: Unit): Promise<number | undefined> {
  const target = await market.app.db.target.findFirst({
    where: { unitId: unit.id, programmeId: market.world.programmes.group.id, scopeKey: 'all' },
    include: { versions: { orderBy: { version: 'desc' }, take: 1 } },
  });
  return target?.versions[0] && Number(target.versions[0].value);
}

describe('a move in the tree', () => {
  const move = async (unit: Unit, parent: Unit | null, since: string) =>
    moveUnit(market.app.db, await actor(), { unitId: unit.id, parentId: parent?.id ?? null, since, reason, at: now() });

  it('holds from its day and changes nobody’s past', async () => {
    const { units } = market.world;
    const before = await market.buy('prisonBuyer', { lines: tea(1), unit: units.firstPrison });
    await expect(move(units.firstPrison, units.commission, today)).rejects.toMatchObject({
      faults: [{ path: 'since', code: 'notBeforeTomorrow' }],
    });
    await move(units.firstPrison, units.commission, '2026-03-20');
    const same = await market.buy('prisonBuyer', { lines: tea(1), unit: units.firstPrison });
    turnTo('2026-03-21');
    const after = await market.buy('prisonBuyer', { lines: tea(1), unit: units.firstPrison });
    const lineages = await market.app.db.order.findMany({
      where: { id: { in: [before.id, same.id, after.id] } },
      include: { lineage: true },
      orderBy: { id: 'asc' },
    });
    const [bureau, commission] = [units.bureau, units.commission].map(({ id }) => `/${id}/${units.firstPrison.id}/`);
    expect(lineages.map(({ lineage }) => lineage?.path)).toEqual([bureau, bureau, commission]);
    expect(await differences()).toEqual([]);
  });

  it('makes no circle, not even two at once', async () => {
    const { db } = market.app;
    const [a, b, c, d] = [await aUnit(db), await aUnit(db), await aUnit(db), await aUnit(db)];
    await move(b, c, '2026-04-01');
    await move(d, a, '2026-04-01');
    await expect(move(a, a, '2026-04-02')).rejects.toMatchObject({ faults: [{ code: 'circle' }] });
    await expect(move(a, d, '2026-04-02')).rejects.toMatchObject({ faults: [{ code: 'circle' }] });
    const answers = await Promise.allSettled([move(a, b, '2026-04-02'), move(c, d, '2026-04-02')]);
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('is for operators and the organizer of both units', async () => {
    const { units } = market.world;
    const asked = { unitId: units.bank.id, parentId: units.outside.id, since: '2026-05-01', reason, at: now() };
    await expect(moveUnit(market.app.db, await actor('organizer'), asked)).rejects.toMatchObject({ status: 404 });
    await expect(moveUnit(market.app.db, await actor('buyer'), asked)).rejects.toMatchObject({ status: 404 });
  });
});

describe('membership', () => {
  it('begins and ends on a day to come', async () => {
    const { units, groups } = market.world;
    const change = async (kind: 'join' | 'leave', unit: Unit, since: string) =>
      changeMembership(market.app.db, await actor(), {
        ...{ unitId: unit.id, groupId: groups.commerce.id, change: kind, since, reason, at: now() },
      });
    const early = await market.buy('outsideBuyer', { lines: tea(1), unit: units.outside });
    await change('join', units.outside, '2026-03-25');
    await expect(change('join', units.outside, '2026-03-26')).rejects.toMatchObject({
      faults: [{ code: 'memberAlready' }],
    });
    turnTo('2026-03-25');
    const member = await market.buy('outsideBuyer', { lines: tea(1), unit: units.outside });
    expect([await placedFor(early), await placedFor(member)]).toEqual([{}, { outside: 12_800 }]);
    await change('leave', units.outside, '2026-03-26');
    turnTo('2026-03-26');
    expect(await placedFor(await market.buy('outsideBuyer', { lines: tea(1), unit: units.outside }))).toEqual({});
    await expect(change('leave', units.commission, '2026-03-30')).rejects.toMatchObject({
      faults: [{ code: 'leadsGroup' }],
    });
    expect(await differences()).toEqual([]);
  });
});

describe('a canteen', () => {
  it('is shared only with a unit that cooks, and outsourced only to a named contractor', async () => {
    const { units } = market.world;
    const change = async (
      unit: Unit,
      told: { canteen: 'own' | 'none' | 'shared' | 'outsourced'; host?: Unit; contractor?: string },
    ) =>
      changeCanteen(market.app.db, await actor(), {
        ...{ unitId: unit.id, canteen: told.canteen, canteenUnitId: told.host?.id ?? null },
        ...{ contractor: told.contractor ?? null, employees: 40, reason, at: now() },
      });
    await change(units.secondPrison, { canteen: 'shared', host: units.bureau });
    await expect(change(units.bureau, { canteen: 'none' })).rejects.toMatchObject({
      faults: [{ code: 'othersEatHere' }],
    });
    await expect(change(units.dual, { canteen: 'shared', host: units.secondPrison })).rejects.toMatchObject({
      faults: [{ path: 'canteenUnit', code: 'hasNoCanteen' }],
    });
    await expect(change(units.dual, { canteen: 'outsourced' })).rejects.toMatchObject({
      faults: [{ path: 'contractor' }],
    });
    await change(units.secondPrison, { canteen: 'own' });
    expect(await market.app.db.unit.findUniqueOrThrow({ where: { id: units.secondPrison.id } })).toMatchObject({
      ...{ canteen: 'own', canteenUnitId: null, employees: 40 },
    });
  });
});

describe('a merger', () => {
  async function aMember(code: string, targetFen: number) {
    const { db } = market.app;
    const { groups, programmes } = market.world;
    const unit = await aUnit(db, { code, groups: [groups.commerce] });
    await aTarget(db, { programme: programmes.group, unit, fen: targetFen });
    const grants = [
      { role: 'employee' as const, unit },
      { role: 'buyer' as const, unit },
    ];
    const buyer = await aUser(db, { login: `${code}-buyer`, grants });
    const buy = (quantity: number) => market.buy(buyer, { lines: tea(quantity), unit });
    return { unit, buyer, buy };
  }
  const end = async (unit: Unit, successor: Unit | null, way: 'carry' | 'split' | 'dissolve') =>
    endUnit(market.app.db, await actor(), {
      unitId: unit.id,
      successorId: successor?.id ?? null,
      way,
      reason,
      at: now(),
    });
  const carryAll = async () => {
    while ((await carryMerged(market.app.db, now())) > 0);
    await carryMerged(market.app.db, now());
  };

  it('carries purchases and target to the successor, what comes on the last day too', async () => {
    const [old, heir] = [await aMember('old-a', 300_000), await aMember('heir-a', 500_000)];
    const [first, second] = [await old.buy(1), await old.buy(2)];
    await market.deliver(first);
    await end(old.unit, heir.unit, 'carry');
    expect([await targetOf(old.unit), await targetOf(heir.unit)]).toEqual([0, 800_000]);
    await carryAll();
    const last = await old.buy(1);
    turnTo('2026-03-27');
    await carryAll();
    for (const order of [first, second, last]) expect(Object.keys(await placedFor(order))).toEqual(['heir-a']);
    await market.deliver(second);
    expect(await market.app.db.unitMerger.findUniqueOrThrow({ where: { unitId: old.unit.id } })).toMatchObject({
      ...{ state: 'done', purchases: 2, carried: 3 },
    });
    const grants = await market.app.db.roleGrant.findMany({ where: { userId: old.buyer.id }, orderBy: { id: 'asc' } });
    expect(grants.map(({ unitId, until }) => [unitId, until])).toEqual([
      [old.unit.id, dayToColumn('2026-03-27')],
      [old.unit.id, dayToColumn('2026-03-27')],
      [heir.unit.id, null],
      [heir.unit.id, null],
    ]);
    await expect(end(old.unit, heir.unit, 'carry')).rejects.toMatchObject({ code: 'unitEnded' });
    expect(await differences()).toEqual([]);
  });

  it('or splits the target: what was placed stays, the rest passes on', async () => {
    const [old, heir] = [await aMember('old-b', 300_000), await aMember('heir-b', 500_000)];
    const order = await old.buy(4);
    await end(old.unit, heir.unit, 'split');
    expect([await targetOf(old.unit), await targetOf(heir.unit)]).toEqual([51_200, 748_800]);
    await carryAll();
    expect(await placedFor(order)).toEqual({ 'old-b': 51_200 });
    expect(await differences()).toEqual([]);
  });

  it('and a dissolution exempts, with the target cut to what was placed', async () => {
    const old = await aMember('old-c', 300_000);
    await old.buy(1);
    await end(old.unit, null, 'dissolve');
    expect(await targetOf(old.unit)).toBe(12_800);
    const exemptions = await market.app.db.targetExemption.count({ where: { unitId: old.unit.id, endedAt: null } });
    expect(exemptions).toBe(2);
  });

  it('is refused while units belong to it or it leads a group', async () => {
    const { units } = market.world;
    await expect(end(units.bureau, units.bank, 'carry')).rejects.toMatchObject({ faults: [{ code: 'hasUnitsBelow' }] });
    await expect(end(units.insurer, units.bank, 'split')).rejects.toMatchObject({ faults: [{ code: 'leadsGroup' }] });
  });
});

describe('the pages', () => {
  it('show what will change, change it once confirmed, and find a unit by its former name', async () => {
    const operator = await personOf(market.app, 'operator');
    const page = await operator.open('/units/dual/name');
    const empty = await operator.open('/units/dual/name?name=&reason=', 422);
    expect(faultsOn(empty)).toHaveLength(2);
    expect(page.$('form[method="get"]')).toHaveLength(2 - 1);
    const preview = await operator.open(
      `/units/dual/name?name=${encodeURIComponent('市地质勘查院')}&nameEn=Survey&reason=x`,
    );
    expect(preview.text).toContain('“市地质院”改名为“市地质勘查院”');
    const done = await operator.send(preview, 'main form[method="post"]');
    expect(done.path).toBe('/units/dual');
    expect(done.text).toContain('市地质院');
    const list = await operator.open(`/units?q=${encodeURIComponent('市地质院')}`);
    expect(
      list
        .$('tbody tr')
        .map((_, row) => row.attribs['data-unit'])
        .get(),
    ).toEqual(['dual']);
    expect((await operator.agent.get('/units.xlsx')).headers['content-type']).toContain('spreadsheetml');
  });

  it('show a merger’s figures before it is confirmed', async () => {
    const operator = await personOf(market.app, 'operator');
    const preview = await operator.open('/units/heir-b/merger?successor=heir-a&way=split&reason=x');
    expect(preview.text).toContain('¥7,488.00');
    const done = await operator.send(preview, 'main form[method="post"]');
    expect(done.text).toContain('已合并');
  });

  it('are the organizer’s for the units of the own groups alone', async () => {
    const organizer = await personOf(market.app, 'organizer');
    const list = await organizer.open('/units');
    expect(list.$('[data-unit="bank"]')).toHaveLength(1);
    expect(list.$('[data-unit="insurer"]')).toHaveLength(0);
    await organizer.open('/units/bank');
    await organizer.open('/units/insurer', 404);
    await organizer.open('/units/nowhere', 404);
    await (await personOf(market.app, 'buyer')).open('/units', 403);
  });
});
