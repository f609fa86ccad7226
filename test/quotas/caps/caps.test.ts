import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findActor } from '../../../server/accounts/actor.ts';
import { reconcile } from '../../../server/cli/reconcile/run-checks.ts';
import { inFastTransaction } from '../../../server/db/in-transaction.ts';
import { addCap, changeCap } from '../../../server/quotas/caps/set-cap.ts';
import { sharesByEmployees } from '../../../server/quotas/caps/share-out-cap.ts';
import { takeCaps } from '../../../server/quotas/caps/take-caps.ts';
import { faultsOn, personOf } from '../../setup/person.ts';
import { aProduct } from '../../world/products.ts';
import { type Market, openMarket } from '../market.ts';

let market: Market;
beforeAll(async () => {
  market = await openMarket('2026-05-06');
});
afterAll(() => market.app.close());

const page = async (login: string) => personOf(market.app, login);
const now = () => market.app.container.clock();

async function actor(login: 'operator' | 'organizer') {
  const found = await findActor(market.app.db, market.world.users[login].id, '2026-05-06');
  if (!found) throw new Error(login);
  return found;
}

describe('setting caps', () => {
  it('finds the product by name, keeps what was typed, and holds from then on', async () => {
    const operator = await page('operator');
    const found = await operator.open('/caps/new?kind=person_product&product=白茶');
    expect(found.text).toContain('凉河白茶');
    const refused = await operator.send(found, 'form[action="/caps"]', { limit: '2.5', endsOn: '2026-01-01' });
    expect(refused.status).toBe(422);
    expect(faultsOn(refused).join()).toMatch(/整数数量.*结束日期不能早于开始日期.*请填写此项|请填写此项/);
    expect(refused.$('#f-limit').val()).toBe('2.5');
    const { id } = market.world.products.tea;
    const set = await operator.send(refused, 'form[action="/caps"]', {
      limit: '2',
      endsOn: '2026-12-31',
      productId: id,
    });
    expect(set.path).toMatch(/^\/caps\/\d+$/);
    expect(set.text).toContain('每人 2');
    await market.buy('employee', { lines: [{ productId: id, quantity: 2 }] });
    await expect(market.buy('employee', { lines: [{ productId: id, quantity: 1 }] })).rejects.toThrow('overPersonCap');
    const again = await operator.open(set.path);
    expect(again.text).toContain('1 人');
    const lower = await operator.send(again, `form[action="${set.path}"]`, { limit: '1' });
    expect(faultsOn(lower)[0]).toContain('已用掉 2');
    const ended = await operator.send(again, `form[action="${set.path}/ending"]`);
    expect(ended.text).toContain('已结束');
    await market.buy('employee', { lines: [{ productId: id, quantity: 1 }] });
  });

  it('is the operator’s for goods; an organizer sets those of the own programmes and gives shares', async () => {
    const organizer = await page('organizer');
    const form = await organizer.open('/caps/new?kind=person_product');
    expect(form.$('input[name="kind"]').val()).toBe('employee_union_year');
    const { rice } = market.world.products;
    const posted = await organizer.send(form, 'form[action="/caps"]', {
      kind: 'unit_product',
      productId: rice.id,
      limit: '5',
    });
    expect(posted.status).toBe(403);
    expect(await market.app.db.cap.count({ where: { productId: rice.id } })).toBe(0);
    for (const stranger of ['employee', 'supplier', 'approver'] as const)
      await (await page(stranger)).open('/caps', 403);
  });
});

describe('shares of a scarce product', () => {
  it('replace the cap for their unit, never below what it has used, all of them or none', async () => {
    const { db } = market.app;
    const { units } = market.world;
    const scarce = await aProduct(db, { name: '明前茶', stock: 500 });
    const terms = { kind: 'unit_product', productId: scarce.id, programmeId: null, limitValue: 10 } as const;
    const capId = await addCap(
      db,
      await actor('operator'),
      { ...terms, startsOn: '2026-01-01', endsOn: '2026-12-31' },
      now(),
    );
    const lines = (quantity: number) => [{ productId: scarce.id, quantity }];
    await market.buy('buyer', { lines: lines(8), unit: units.bank });
    await expect(market.buy('buyer', { lines: lines(3), unit: units.bank })).rejects.toThrow('overUnitCap');

    const organizer = await page('organizer');
    const before = await organizer.open(`/caps/${capId}`);
    const shares = `form[action="/caps/${capId}/shares"]:not(:has([name="by"]))`;
    const below = await organizer.send(before, shares, {
      [`share-${units.bank.id}`]: '7',
      [`share-${units.dual.id}`]: '4',
    });
    expect(faultsOn(below)[0]).toContain('已用掉 8');
    expect(below.$(`#f-share-${units.dual.id}`).val()).toBe('4');
    expect(await db.capCounter.count({ where: { capId, limitValue: { not: null } } })).toBe(0);
    const shared = await organizer.send(before, shares, {
      [`share-${units.bank.id}`]: '20',
      [`share-${units.dual.id}`]: '4',
    });
    expect(shared.text).toContain('份额已保存');
    await market.buy('buyer', { lines: lines(12), unit: units.bank });
    await expect(market.buy('dualBuyer', { lines: lines(5), unit: units.dual })).rejects.toThrow('overUnitCap');
    await market.buy('dualBuyer', { lines: lines(4), unit: units.dual });
    expect(await db.auditLine.count({ where: { action: 'cap.share', subjectId: capId } })).toBeGreaterThanOrEqual(2);
  });

  it('by employees sum to the total exactly', () => {
    const members = [900, 70, 31, 0].map((employees, unitId) => ({
      unitId,
      code: '',
      name: '',
      nameEn: '',
      employees,
    }));
    const parts = sharesByEmployees(members, 100).map(({ value }) => value);
    expect(parts).toEqual([90, 7, 3, 0]);
  });
});

describe('a cap that is changed while somebody buys', () => {
  it('waits for who has read the old limit, and then sees what they took', async () => {
    const { db } = market.app;
    const { users, units } = market.world;
    const scarce = await aProduct(db, { name: '抢购', stock: 500 });
    const period = { startsOn: '2026-01-01', endsOn: '2026-12-31' };
    const terms = {
      kind: 'person_product',
      productId: scarce.id,
      programmeId: null,
      limitValue: 5,
      ...period,
    } as const;
    const operator = await actor('operator');
    const capId = await addCap(db, operator, terms, now());

    let lowered: Promise<string> | null = null;
    const lowerAfterTheLimitWasRead = async () => {
      lowered ??= changeCap(db, operator, capId, { limitValue: 3, ...period }, now()).then(
        () => 'lowered',
        (error: Error) => error.message,
      );
      await Promise.race([lowered, pause(400)]);
    };
    await inFastTransaction(db, async (tx) => {
      const slow = Object.assign(Object.create(tx), {
        $queryRaw: async (...query: Parameters<typeof tx.$queryRaw>) => {
          const rows = await tx.$queryRaw(...query);
          await lowerAfterTheLimitWasRead();
          return rows;
        },
      }) as typeof tx;
      const order = {
        orderId: 999_001,
        buyerId: users.employee.id,
        unitId: units.bank.id,
        day: '2026-05-06',
        at: now(),
      };
      await takeCaps(slow, { ...order, lines: [{ productId: scarce.id, quantity: 5 }] });
    });
    expect(await lowered).toBe('badInput');
    const cap = await db.cap.findUniqueOrThrow({ where: { id: capId }, include: { counters: true } });
    expect([cap.limitValue, cap.counters[0]?.used]).toEqual([5n, 5n]);
  });
});

describe('union funds', () => {
  const fenOf = async (capId: number) =>
    Number((await market.app.db.capCounter.findFirst({ where: { capId } }))?.used ?? 0);

  it('stay within the cap per employee times employees at any concurrency; what is cancelled, refunded or missing is given back', async () => {
    const { db } = market.app;
    const { units, products, programmes } = market.world;
    await db.unit.update({ where: { id: units.bank.id }, data: { employees: 3 } });
    await db.unitPayer.updateMany({ where: { unitId: units.bank.id }, data: { approvalThresholdFen: 10_000_000 } });
    const organizer = await page('organizer');
    const form = await organizer.open('/caps/new');
    const set = await organizer.send(form, 'form[action="/caps"]', {
      programmeId: String(programmes.group.id),
      limit: '200',
    });
    expect(set.path, set.text).toMatch(/caps.\d+$/);
    const capId = Number(set.path.split('/').pop());
    const lines = [{ productId: products.rice.id, quantity: 2 }];
    const buy = () => market.buy('buyer', { lines, unit: units.bank, fundingSource: 'union_funds' });
    const outcomes = await Promise.all(
      Array.from({ length: 12 }, () =>
        buy().then(
          (order) => order,
          (error: Error) => error.message,
        ),
      ),
    );
    const bought = outcomes.filter((outcome) => typeof outcome !== 'string');
    // 600 yuan in all, 120 an order
    expect(bought).toHaveLength(5);
    expect(outcomes.find((outcome) => typeof outcome === 'string')).toContain('overUnionCap');
    expect(await fenOf(capId)).toBe(60_000);
    const [first, second, third] = bought;
    if (!first || !second || !third) throw new Error('five orders');
    await market.cancel(first);
    expect(await fenOf(capId)).toBe(48_000);
    await market.deliver(second, 1);
    expect(await fenOf(capId)).toBe(42_000);
    await market.deliver(third);
    await buy();
    await expect(
      market.buy('buyer', {
        lines: [{ productId: products.rice.id, quantity: 4 }],
        unit: units.bank,
        fundingSource: 'union_funds',
      }),
    ).rejects.toThrow('overUnionCap');
    const shown = await organizer.open(`/caps/${capId}`);
    expect(shown.text).toContain('¥540.00');
    const differences: string[] = [];
    await reconcile(market.app.container.config.databaseUrl, ({ what }) => differences.push(what));
    expect(differences).toEqual([]);
  });
});
