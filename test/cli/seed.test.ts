import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectionOptions } from '../../server/cli/bootstrap/database-url.mjs';
import { reconcile } from '../../server/cli/reconcile/run-checks.ts';
import { seedMarket } from '../../server/cli/seed/seed-market.ts';
import { connect, type PrismaClient } from '../../server/db/client.ts';
import { emptyDatabase, template } from '../setup/database.ts';

const MEMBERS = 2000;
const now = new Date('2026-11-20T03:00:00Z');
const told: string[] = [];
let made: Awaited<ReturnType<typeof emptyDatabase>>;
let db: PrismaClient;

beforeAll(async () => {
  made = await emptyDatabase('seed');
  await seedMarket(made.url, { members: MEMBERS, products: 300 }, now, (line) => told.push(line));
  db = connect(made.url, { pool: 2 });
});
afterAll(async () => {
  await db?.$disconnect();
  await made?.drop();
});

describe('a seeded market', () => {
  it('has as many members, orders and products as were wished for, over two years', async () => {
    expect(await db.user.count()).toBe(MEMBERS);
    expect(await db.order.count()).toBe(2 * MEMBERS);
    expect(await db.product.count()).toBe(300);
    const { _min, _max } = await db.order.aggregate({ _min: { placedAt: true }, _max: { placedAt: true } });
    expect(_min.placedAt?.toISOString().slice(0, 10)).toBe('2024-11-20');
    expect(_max.placedAt?.toISOString().slice(0, 10)).toBe('2026-11-20');
  });

  it('reconciles without a difference', async () => {
    const found: string[] = [];
    await reconcile(made.url, ({ what, expected, found: there }) =>
      found.push(`${what}: expected ${expected}, found ${there}`),
    );
    expect(found).toEqual([]);
  });

  it('holds every kind of purchase and what can become of one', async () => {
    const states = await db.order.groupBy({ by: ['fundingSource', 'state'] });
    expect(states.map(({ fundingSource, state }) => `${fundingSource} ${state}`)).toEqual(
      expect.arrayContaining(
        ['individual', 'canteen_budget', 'union_funds'].flatMap((source) => [`${source} completed`]),
      ),
    );
    expect(await db.order.count({ where: { unitId: null } })).toBeGreaterThan(50);
    expect(await db.cancellation.count()).toBeGreaterThan(50);
    expect(await db.refund.count()).toBeGreaterThan(20);
    expect(await db.receiptLine.count({ where: { shortQuantity: { gt: 0 } } })).toBeGreaterThan(3);
    const sources = await db.tallyEntry.groupBy({ by: ['source'] });
    expect(sources.map(({ source }) => source).sort()).toEqual([
      ...['cancellation', 'offline', 'order', 'receipt', 'refund', 'review', 'settlement'],
    ]);
    const programmes = await db.tallyEntry.groupBy({ by: ['programmeId'] });
    expect(programmes.length).toBeGreaterThan(3);
    const twoGroups = await db.unitLineage.findMany({ where: { groupIds: { contains: ',' } } });
    expect(twoGroups.filter(({ groupIds }) => groupIds.split(',').filter(Boolean).length > 1)).not.toEqual([]);
    expect(twoGroups.filter(({ path }) => path.split('/').filter(Boolean).length > 1)).not.toEqual([]);
    expect(await db.tallyEntry.count({ where: { folded: false } })).toBe(0);
  });

  it('puts what units accepted onto statements, most of them paid, and reviews onto goods', async () => {
    const [owed] = await db.$queryRaw<{ accepted: number; freight: number }[]>`
      SELECT (SELECT SUM(x.acceptedFen) FROM receipt_line x JOIN order_line l ON l.id = x.lineId JOIN \`order\` o ON o.id = l.orderId AND o.paymentWay = 'on_account') AS accepted,
        (SELECT SUM(f.freightFen) FROM fulfilment f JOIN \`order\` o ON o.id = f.orderId AND o.paymentWay = 'on_account' WHERE f.state = 'received') AS freight`;
    const { _sum } = await db.statement.aggregate({ _sum: { totalFen: true } });
    expect(Number(_sum.totalFen)).toBe(Number(owed?.accepted) + Number(owed?.freight));
    const states = await db.statement.groupBy({ by: ['state'], _count: true });
    expect(states.map(({ state }) => state).sort()).toEqual(['confirmed', 'open', 'paid']);
    const codes = await db.statement.findMany({ where: { referenceCode: { startsWith: 'DZ2026' } }, take: 3 });
    for (const { id, startsOn, referenceCode } of codes)
      expect(referenceCode).toBe(
        `DZ${startsOn.toISOString().slice(0, 7).replace('-', '')}${String(id).padStart(6, '0')}`,
      );
    expect(await db.statement.count({ where: { state: { not: 'paid' }, dueOn: { lt: now } } })).toBe(0);
    expect(await db.transfer.count()).toBe(states.find(({ state }) => state === 'paid')?._count);
    const reviewed = await db.reviewedProduct.groupBy({ by: ['productId'] });
    expect(reviewed.length).toBeGreaterThan(100);
    const bare = await db.deliveryReview.count({ where: { products: { none: {} } } });
    expect(bare).toBe(0);
    expect((await db.deliveryReview.groupBy({ by: ['rating'] })).length).toBe(3);
  });

  it('leaves every table as the migrations made it', async () => {
    const connection = await createConnection(connectionOptions(made.url));
    const shape = async (database: string) => {
      const [tables] = await connection.query<RowDataPacket[]>('SHOW TABLES FROM ??', [database]);
      const shapes: string[] = [];
      for (const row of tables) {
        const [[shown]] = await connection.query<RowDataPacket[]>('SHOW CREATE TABLE ??.??', [
          database,
          String(Object.values(row)[0]),
        ]);
        shapes.push(String(shown?.['Create Table']).replace(/ AUTO_INCREMENT=\d+/, ''));
      }
      return shapes;
    };
    const expected = await shape(template);
    expect(await shape(made.name)).toEqual(expected);
    await connection.end();
  });

  it('tells how far it was and how long the rest would take', () => {
    expect(told.join('\n')).toMatch(/orders: 4,000 of 4,000 \(100 %\), took/);
    expect(told.at(-1)).toMatch(/^about [\d,]+ rows, [\d,]+ MB, in /);
  });

  it('is refused where anything is, with what to do instead', async () => {
    const again = seedMarket(made.url, { members: MEMBERS, products: 300 }, now, () => {});
    await expect(again).rejects.toMatchObject({
      message: expect.stringMatching(/^This database is seeded already/),
      remedy: expect.arrayContaining([expect.stringContaining('DATABASE_URL=')]),
    });
    await db.setting.deleteMany({ where: { key: 'seed' } });
    await expect(seedMarket(made.url, { members: MEMBERS, products: 300 }, now, () => {})).rejects.toThrow(
      /holds accounts already/,
    );
  });
});
