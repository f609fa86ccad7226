import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { personOf } from '../../setup/person.ts';
import { aTarget } from '../../world/programmes.ts';
import { aUser } from '../../world/users.ts';
import { type Market, openMarket, type Person } from '../market.ts';

interface Entry {
  id: number | null;
  orderId: number | null;
  lineId: number | null;
  fundingSource: string;
  event: string;
  fen: number;
  unit: { code: string };
  entries: number;
}

let market: Market;
let wulongOrganizer: Person;

beforeAll(async () => {
  market = await openMarket('2026-05-06');
  const { units, groups, products } = market.world;
  const tea = (quantity: number) => [{ productId: products.tea.id, quantity }];
  await market.buy('buyer', { lines: tea(5), unit: units.bank });
  await market.buy('employee', { lines: tea(2) });
  await market.buy('colleague', { lines: tea(3) });
  await market.buy('prisonBuyer', { lines: tea(1), unit: units.firstPrison });
  await market.buy('dualBuyer', { lines: tea(1), unit: units.dual });
  const grants = [{ role: 'organizer' as const, group: groups.wulong }];
  wulongOrganizer = await aUser(market.app.db, { login: 'wulong-organizer', grants });
});
afterAll(() => market.app.close());

const statusOf = async (who: Person, path: string) => (await market.get(who, path)).status;
const entriesOf = async (who: Person, query = '', code = 'commerce-2026'): Promise<Entry[]> => {
  const answer = await market.get(who, `/programmes/${code}/entries${query}`);
  expect(answer.status).toBe(200);
  return answer.body.items;
};
const sumOf = (entries: Entry[], event: string) =>
  entries.filter((entry) => entry.event === event).reduce((sum, entry) => sum + entry.fen, 0);

describe('programmes', () => {
  it('are shown to organizers of a group in them, to units in them and to operators, and to nobody else', async () => {
    const codes = async (who: Person) => {
      const { items } = (await market.get(who, '/programmes')).body;
      return items.map((item: { code: string }) => item.code).sort();
    };
    expect(await codes('operator')).toEqual(['commerce-2026', 'county-2026']);
    expect(await codes('organizer')).toEqual(['commerce-2026', 'county-2026']);
    expect(await codes(wulongOrganizer)).toEqual(['county-2026']);
    expect(await codes('prisonBuyer')).toEqual(['commerce-2026', 'county-2026']);
    expect(await codes('outsideBuyer')).toEqual([]);
    expect(await codes('outsider')).toEqual([]);
    expect(await codes('supplier')).toEqual([]);
  });

  it('answer 404 to who may not see them, by id and by code', async () => {
    const { id } = market.world.programmes.group;
    expect(await statusOf(wulongOrganizer, `/programmes/${id}/progress`)).toBe(404);
    expect(await statusOf('outsideBuyer', '/programmes/commerce-2026/progress')).toBe(404);
    expect(await statusOf('organizer', `/programmes/${id}/progress`)).toBe(200);
  });
});

describe('progress', () => {
  it('of a unit is for itself and those above it', async () => {
    const at = (unit: string) => `/programmes/commerce-2026/progress?unit=${unit}`;
    expect(await statusOf('buyer', at('bank'))).toBe(200);
    expect(await statusOf('buyer', at('first-prison'))).toBe(404);
    expect(await statusOf('prisonBuyer', at('first-prison'))).toBe(200);
    expect(await statusOf('prisonBuyer', at('bureau'))).toBe(404);
    expect(await statusOf('organizer', at('first-prison'))).toBe(200);
    expect(await statusOf('organizer', at('nobody'))).toBe(404);
  });

  it('without a unit is the own one for a unit’s people', async () => {
    const { body } = await market.get('approver', '/programmes/commerce-2026/progress');
    expect(body.rows.map((row: { key: string }) => row.key)).toEqual(['bank']);
    expect(body.total.placedFen).toBe(10 * 12_800);
  });

  it('by group is for organizers, by parts not for employees', async () => {
    const by = (dimension: string) => `/programmes/commerce-2026/progress?by=${dimension}`;
    expect(await statusOf('buyer', by('group'))).toBe(403);
    expect(await statusOf('buyer', '/programmes/commerce-2026/progress?group=commerce')).toBe(403);
    expect(await statusOf('buyer', by('category'))).toBe(200);
    expect(await statusOf('employee', by('unit'))).toBe(200);
    expect(await statusOf('employee', by('category'))).toBe(403);
  });

  it('in parts or of a past day is for who answers for the very unit that is asked for', async () => {
    const { units } = market.world;
    const grants = [
      { role: 'approver' as const, unit: units.firstPrison },
      { role: 'employee' as const, unit: units.bank },
    ];
    const both = await aUser(market.app.db, { login: 'approver-and-employee', grants });
    const at = (query: string) => `/programmes/commerce-2026/progress?${query}`;
    const parts = [
      'by=category',
      'by=month',
      'at=2026-05-05',
      'category=tea',
      'fundingSource=individual',
      'channel=market',
    ];
    for (const part of [...parts, 'originPlace=lianghe', 'by=unit_place']) {
      expect([part, await statusOf(both, at(`unit=bank&${part}`))]).toEqual([part, 403]);
      expect([part, await statusOf(both, at(`unit=first-prison&${part}`))]).toEqual([part, 200]);
      expect([part, await statusOf('employee', at(part))]).toEqual([part, 403]);
      const { body } = await market.get(both, at(part));
      expect([part, body.total.placedFen]).toEqual([part, expect.toBeOneOf([0, 12_800])]);
    }
    expect(await statusOf(both, at('unit=bank'))).toBe(200);
    expect((await market.get(both, at('by=unit'))).body.total.placedFen).toBe(11 * 12_800);
  });

  it('names every wrong filter', async () => {
    const answer = await market.get('operator', '/programmes/commerce-2026/progress?by=mood&at=2026-02-30');
    expect(answer.status).toBe(400);
    expect(answer.body.errors.map((fault: { path: string }) => fault.path).sort()).toEqual(['at', 'by']);
    expect(await statusOf('operator', '/programmes/commerce-2026/progress?unitPlace=atlantis')).toBe(400);
  });
});

describe('entries', () => {
  it('of individuals are sums without order for organizer and approver, and add up to the figure', async () => {
    for (const who of ['organizer', 'approver', 'buyer'] as const) {
      const entries = await entriesOf(who, '?unit=bank');
      const individual = entries.filter(({ fundingSource }) => fundingSource === 'individual');
      expect(individual.map(({ event, fen, entries: lines }) => [event, fen, lines]).sort()).toEqual([
        ['counted', 5 * 12_800, 2],
        ['placed', 5 * 12_800, 2],
      ]);
      for (const { id, orderId, lineId } of individual) expect([id, orderId, lineId]).toEqual([null, null, null]);
      expect(entries.find(({ fundingSource }) => fundingSource === 'canteen_budget')?.orderId).toEqual(
        expect.any(Number),
      );
      const { body } = await market.get(who, '/programmes/commerce-2026/progress?unit=bank');
      expect(sumOf(entries, 'placed')).toBe(body.total.placedFen);
      expect(sumOf(entries, 'counted')).toBe(body.total.countedFen);
    }
  });

  it('of an employee are the own ones alone', async () => {
    const entries = await entriesOf('employee');
    expect(sumOf(entries, 'placed')).toBe(2 * 12_800);
    expect(entries.every(({ orderId }) => orderId !== null)).toBe(true);
    expect(sumOf(await entriesOf('employee', '?unit=bank'), 'placed')).toBe(2 * 12_800);
  });

  it('in another’s programme are those of the organizer’s own group', async () => {
    const entries = await entriesOf(wulongOrganizer, '', 'county-2026');
    expect([...new Set(entries.map(({ unit }) => unit.code))]).toEqual(['dual']);
  });

  it('come by cursor without a gap or a repeat', async () => {
    const ids: (number | null)[] = [];
    let fen = 0;
    for (let cursor = ''; ; ) {
      const { body } = await market.get('operator', `/programmes/county-2026/entries?limit=2${cursor}`);
      for (const entry of body.items) {
        ids.push(entry.id);
        fen += entry.event === 'placed' ? entry.fen : 0;
      }
      if (body.nextCursor === null) break;
      cursor = `&cursor=${body.nextCursor}`;
    }
    const named = ids.filter((id) => id !== null);
    expect(new Set(named).size).toBe(named.length);
    expect(fen).toBe(12 * 12_800);
  });

  it('of individuals are the same sums however short the pages are, so that no page shows one colleague’s purchase', async () => {
    for (const limit of [1, 2, 3, 100]) {
      const sums: [string, number, number][] = [];
      for (let cursor = ''; ; ) {
        const path = `/programmes/commerce-2026/entries?unit=bank&fundingSource=individual&limit=${limit}${cursor}`;
        const { body } = await market.get('approver', path);
        for (const { event, fen, entries } of body.items as Entry[]) sums.push([event, fen, entries]);
        if (body.nextCursor === null) break;
        cursor = `&cursor=${body.nextCursor}`;
      }
      expect([limit, sums.sort()]).toEqual([
        limit,
        [
          ['counted', 5 * 12_800, 2],
          ['placed', 5 * 12_800, 2],
        ],
      ]);
    }
  });

  it('of individuals begin anywhere without coming apart', async () => {
    const { db } = market.app;
    const ids = await db.tallyEntry.findMany({ where: { fundingSource: 'individual' }, select: { id: true } });
    for (const { id } of ids) {
      const cursor = Buffer.from(JSON.stringify([id])).toString('base64url');
      const query = `?unit=bank&fundingSource=individual&cursor=${cursor}`;
      for (const { fen } of await entriesOf('approver', query)) expect(fen).toBe(5 * 12_800);
    }
  });

  it('come as CSV, whole, with the same sum', async () => {
    const answer = await market.get('organizer', '/programmes/commerce-2026/entries?format=csv&limit=1');
    expect(answer.headers['content-type']).toContain('text/csv');
    const [head = '', ...lines] = answer.text.replace('\uFEFF', '').trim().split('\r\n');
    const column = head.split(',').indexOf('fen');
    const placed = lines.filter((line) => line.startsWith('placed,'));
    expect(placed.reduce((sum, line) => sum + Number(line.split(',')[column]), 0)).toBe(12 * 12_800);
    expect(answer.text).not.toContain('测试）');
  });
});

describe('an organizer who is a guest in another’s programme', () => {
  it('is told so on the board, and calls the units of the own group alone', async () => {
    const { units, programmes } = market.world;
    for (const unit of [units.bank, units.dual])
      await aTarget(market.app.db, { programme: programmes.county, unit, fen: 9_000_000 });
    const guest = await personOf(market.app, 'wulong-organizer');
    const board = await guest.open('/board?programme=county-2026');
    expect(board.$('.notice--info').text()).toContain('您在这个任务里组织武隆帮扶集团');
    const href = board.$('.notice--info a').attr('href') ?? '';
    const own = await guest.open(href);
    expect(own.$('.board-table tbody th a').length).toBe(2);
    expect(own.$('.notice--info a').length).toBe(0);
    const calls = await guest.open('/board/county-2026/calls');
    const names = (page: typeof calls) => page.$('.call-item h2 a').text();
    expect(names(calls)).toBe('市地质院');
    expect(calls.text).toContain('这里只列本集团落后的单位');
    const operator = await personOf(market.app, 'operator');
    const all = await operator.open('/board/county-2026/calls');
    expect(names(all)).toContain('农行市分行');
    expect(all.text).not.toContain('这里只列本集团落后的单位');
  });
});
