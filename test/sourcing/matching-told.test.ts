import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Actor, findActor } from '../../server/accounts/actor.ts';
import { addDays } from '../../server/shared/days.ts';
import { withdrawIntention } from '../../server/sourcing/matching/end-intention.ts';
import { cancelEvent, type EventWish, holdEvent } from '../../server/sourcing/matching/hold-event.ts';
import { findEvent, suppliersAt } from '../../server/sourcing/matching/matching-queries.ts';
import { stateIntention } from '../../server/sourcing/matching/state-intention.ts';
import { type Market, openMarket } from '../quotas/market.ts';
import { aSupplier, certify, interrupt } from '../world/suppliers.ts';

const DAY = '2026-05-06';
const HELD = addDays(DAY, 20);
const now = new Date(`${DAY}T04:00:00Z`);
let market: Market;

beforeAll(async () => {
  market = await openMarket(DAY);
});
beforeEach(async () => {
  await market.settle();
  await market.app.db.notification.deleteMany();
});
afterAll(() => market.app.close());

async function actorOf(who: keyof Market['world']['users']): Promise<Actor> {
  const found = await findActor(market.app.db, market.world.users[who].id, DAY);
  if (!found) throw new Error(`${who} is nobody`);
  return found;
}

const wish: EventWish = {
  ...{ name: '夏季产销对接会', venue: '便民服务中心', summary: '带样品选品', placeId: null, groupId: null },
  ...{ heldOn: HELD, intentionsUntil: addDays(HELD, 7) },
};

const hold = async (more: Partial<EventWish> = {}, id?: number) =>
  holdEvent(market.app.db, await actorOf('operator'), { ...wish, ...more }, now, id);

const intend = async (event: number, more: object = {}) =>
  stateIntention(
    market.app.db,
    await actorOf('buyer'),
    event,
    {
      ...{ unitId: market.world.units.bank.id, supplierId: market.world.suppliers.lianghe.id },
      ...{ goods: '茶叶', amountFen: 1000, ...more },
    },
    now,
  );

/** Who got which kinds of messages of events since the last look. */
async function told(): Promise<Record<string, string[]>> {
  await market.settle();
  const rows = await market.app.db.notification.findMany({
    where: { kind: { startsWith: 'matching_event' } },
    select: { kind: true, user: { select: { login: true } } },
    orderBy: { id: 'asc' },
  });
  await market.app.db.notification.deleteMany();
  const logins: Record<string, string[]> = {};
  for (const { kind, user } of rows) logins[user.login] = [...(logins[user.login] ?? []), kind];
  return logins;
}

describe('an event', () => {
  it('of a group is told to its units and the certified suppliers of its place, not to strangers nor to who holds it', async () => {
    const { groups, places } = market.world;
    await hold({ groupId: groups.commerce.id, placeId: places.lianghe.id });
    const people = await told();
    expect(people).toMatchObject({ buyer: ['matching_event_announced'], approver: ['matching_event_announced'] });
    expect(people.supplier).toEqual(['matching_event_announced']);
    for (const login of ['rice-supplier', 'outside-buyer', 'operator', 'employee'])
      expect(people).not.toHaveProperty(login);
  });

  it('of the market is told to units paired with its place, and without a place to every unit and supplier', async () => {
    const { units, places } = market.world;
    await hold({ placeId: places.yongdong.id });
    expect(await told()).not.toHaveProperty('buyer');
    const data = { unitId: units.bank.id, placeId: places.lianghe.id, since: new Date('2026-01-01') };
    const pairing = await market.app.db.pairing.create({ data });
    await hold({ placeId: places.yongdong.id });
    const people = await told();
    expect(Object.keys(people)).toEqual(expect.arrayContaining(['buyer', 'approver', 'supplier', 'rice-supplier']));
    expect(people).not.toHaveProperty('outside-buyer');
    await market.app.db.pairing.delete({ where: { id: pairing.id } });
    await hold();
    expect(Object.keys(await told())).toEqual(
      expect.arrayContaining(['buyer', 'outside-buyer', 'supplier', 'rice-supplier']),
    );
  });

  it('moved is told with what it was, to those of the former place too; each change once', async () => {
    const { places } = market.world;
    const id = await hold({ placeId: places.lianghe.id });
    await told();
    await hold({ placeId: places.chuanhe.id, heldOn: addDays(HELD, 1), venue: '文化广场' }, id);
    await market.settle();
    const [notice] = await market.app.db.notification.findMany({
      where: { userId: market.world.users.riceSupplier.id, kind: 'matching_event_changed' },
    });
    expect(notice?.data).toMatchObject({
      day: addDays(HELD, 1),
      venue: '文化广场',
      oldDay: HELD,
      oldVenue: wish.venue,
    });
    const first = await told();
    expect(first).toMatchObject({ supplier: ['matching_event_changed'], 'rice-supplier': ['matching_event_changed'] });
    await hold({ placeId: places.chuanhe.id, heldOn: addDays(HELD, 2), venue: '文化广场' }, id);
    expect(await told()).toMatchObject({ 'rice-supplier': ['matching_event_changed'] });
  });

  it('described anew is told to whoever registered alone; they are told of everything, wherever they are', async () => {
    const { places, suppliers } = market.world;
    const id = await hold({ placeId: places.lianghe.id });
    await intend(id);
    const withdrawn = await intend(id);
    await withdrawIntention(market.app.db, await actorOf('buyer'), withdrawn, now);
    await told();
    await hold({ placeId: places.lianghe.id, summary: '改了介绍' }, id);
    const edited = await told();
    expect(edited).toMatchObject({ buyer: ['matching_event_edited'], supplier: ['matching_event_edited'] });
    // Moved to where neither the unit nor the wanted supplier is concerned any more.
    await hold({ placeId: places.chuanhe.id, summary: '改了介绍' }, id);
    await told();
    await cancelEvent(market.app.db, await actorOf('operator'), id, '下大雪', now);
    const cancelled = await told();
    expect(cancelled).toMatchObject({ buyer: ['matching_event_cancelled'], supplier: ['matching_event_cancelled'] });
    expect(cancelled).toMatchObject({ 'rice-supplier': ['matching_event_cancelled'] });
    expect(suppliers.lianghe.placeId).not.toBe(places.chuanhe.id);
  });

  it('lists and takes intentions for suppliers that are certified on its day, and not for others', async () => {
    const { places } = market.world;
    const place = places.shuanghe;
    const make = async (name: string, ...validity: [string, string][]) => {
      const supplier = await aSupplier(market.app.db, { name, place, certified: false });
      for (const [from, until] of validity) await certify(market.app.db, { supplier }, [from, until]);
      return supplier;
    };
    const ends = await make('会前到期', ['2026-01-01', addDays(HELD, -1)]);
    const begins = await make('会上有效', [HELD, addDays(HELD, 300)]);
    const suspended = await make('已暂停', ['2026-01-01', '2027-01-01']);
    const certification = await market.app.db.certification.findFirstOrThrow({ where: { supplierId: suspended.id } });
    await interrupt(market.app.db, certification, 'suspension', DAY);
    const never = await make('没有认定');
    const id = await hold({ placeId: place.id });
    const at = async (today: string) => {
      const found = await suppliersAt(market.app.db, await findEvent(market.app.db, id), today);
      return found.map((one) => one.id).sort((a, b) => a - b);
    };
    const { shuanghe } = market.world.suppliers;
    expect(await at(DAY)).toEqual([shuanghe.id, begins.id]);
    for (const { id: supplierId } of [ends, suspended, never])
      await expect(intend(id, { supplierId })).rejects.toMatchObject({
        faults: [{ path: 'supplierId', code: 'notAtEvent' }],
      });
    await intend(id, { supplierId: begins.id });
    // After its day whoever lost the certification since is nobody to agree with.
    const revoked = await market.app.db.certification.findFirstOrThrow({ where: { supplierId: begins.id } });
    await interrupt(market.app.db, revoked, 'revocation', addDays(HELD, 2));
    expect(await at(addDays(HELD, 1))).toEqual([shuanghe.id, begins.id]);
    expect(await at(addDays(HELD, 2))).toEqual([shuanghe.id]);
    expect(await at(HELD)).toEqual([shuanghe.id, begins.id]);
  });
});
