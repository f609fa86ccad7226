import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { passwordMatches } from '../../server/accounts/passwords.ts';
import { makeDemonstration } from '../../server/cli/demo/make-demonstration.ts';
import { newWorld } from '../../server/cli/demo/world.ts';
import { loadDemonstration } from '../../server/cli/load-demo.ts';
import { reconcile } from '../../server/cli/reconcile/run-checks.ts';
import { connect, type PrismaClient, type Tx } from '../../server/db/client.ts';
import { Prisma } from '../../server/db/generated/client.ts';
import { tallyCounting } from '../../server/quotas/tally/tally-counting.ts';
import { certifyLines, tallyPlacing } from '../../server/quotas/tally/tally-placing.ts';
import { tallyReversal } from '../../server/quotas/tally/tally-reversal.ts';
import { dayFromColumn, dayOf } from '../../server/shared/days.ts';
import { findLineage } from '../../server/units/lineage.ts';
import { makeTestApp } from '../setup/app.ts';
import { testDatabase } from '../setup/database.ts';
import { refundOne, returnOne, untilAllIsPaidBack } from './demo-money-back.ts';
import { goodsThroughExcel } from './exported-goods.ts';

const now = new Date('2026-11-24T07:30:00Z');
let db: PrismaClient;
let url = '';

beforeAll(async () => {
  url = await testDatabase();
  await loadDemonstration(url, () => {}, now);
  db = connect(url, { pool: 4 });
});
afterAll(() => db?.$disconnect());

/** Rows of a statement that looks for faults, at most five. */
async function faults(sql: Prisma.Sql): Promise<unknown[]> {
  return db.$queryRaw<unknown[]>`${sql} LIMIT 5`;
}

async function many(sql: Prisma.Sql): Promise<number> {
  const [row] = await db.$queryRaw<{ many: number | bigint }[]>`SELECT COUNT(*) AS many FROM ${sql}`;
  return Number(row?.many);
}

describe('loading the demonstration', () => {
  it('leaves a mark and does nothing a second time', async () => {
    const lines: string[] = [];
    await loadDemonstration(url, (line) => lines.push(line), now);
    expect(lines).toEqual(['loaded already']);
    expect(await db.setting.findUnique({ where: { key: 'demo' } })).toMatchObject({ value: 'done 2026-11-24' });
  });

  it('refuses a database that was loaded only half', async () => {
    await db.setting.update({ where: { key: 'demo' }, data: { value: 'loading 2026-11-24' } });
    await expect(loadDemonstration(url, () => {}, now)).rejects.toThrow('loaded only half');
    await db.setting.update({ where: { key: 'demo' }, data: { value: 'done 2026-11-24' } });
  });

  it('refuses a database with people of its own', async () => {
    await db.setting.delete({ where: { key: 'demo' } });
    await expect(loadDemonstration(url, () => {}, now)).rejects.toThrow('holds accounts already');
    await db.setting.create({ data: { key: 'demo', value: 'done 2026-11-24' } });
  });

  it.each(['zh', 'en'] as const)(
    'lets all goods out by Excel and in again without a change, in %s',
    async (locale) => {
      const { lines, told } = await goodsThroughExcel(db, locale, now);
      expect(told.slice(0, 10)).toEqual([]);
      expect(lines).toBe(await db.product.count());
    },
    120_000,
  );

  it('makes the same rows of the same instant', () => {
    const checksum = () => {
      const world = newWorld(now);
      makeDemonstration(world, new Map());
      const hash = createHash('sha256');
      for (const table of world.rows.tables())
        for (const row of world.rows.of(table)) hash.update(`${table}${JSON.stringify(row)}`);
      return hash.digest('hex');
    };
    expect(checksum()).toBe(checksum());
  }, 120_000);

  it.each(['2027-01-01T00:10:00Z', '2028-02-29T22:00:00Z'])(
    'makes a whole market when it is %s',
    (instant) => {
      const world = newWorld(new Date(instant));
      makeDemonstration(world, new Map());
      const orders = world.rows.of('order');
      expect(orders.length).toBeGreaterThan(5_000);
      const last = Math.max(...orders.map((order) => new Date(order.submittedAt).getTime()));
      expect(last).toBeLessThanOrEqual(new Date(instant).getTime());
      const codes = world.rows.of('batch').map((batch) => batch.traceCode);
      expect(new Set(codes).size).toBe(codes.length);
      expect(world.rows.of('batch').every((batch) => batch.available >= 0)).toBe(true);
    },
    20_000,
  );
});

describe('the demonstration', () => {
  it('holds the units, groups and goods that the seeds name', async () => {
    expect(await db.unit.count({ where: { isMadeUp: false } })).toBe(121);
    expect(await db.unitGroup.count()).toBe(27);
    expect(await many(Prisma.sql`(SELECT unitId FROM group_member GROUP BY unitId HAVING COUNT(*) = 2) t`)).toBe(9);
    const shelf = Prisma.sql`product p JOIN supplier s ON s.id = p.supplierId WHERE p.state = 'on_sale' AND s.state = 'active'
      AND EXISTS (SELECT 1 FROM batch b WHERE b.productId = p.id AND b.available > 0)
      AND EXISTS (SELECT 1 FROM certification c WHERE c.productId = p.id AND c.state = 'certified' AND c.validUntil >= ${now})`;
    expect(await many(shelf)).toBeGreaterThanOrEqual(120);
    expect(await many(Prisma.sql`(SELECT DISTINCT p.supplierId FROM ${shelf}) t`)).toBeGreaterThanOrEqual(25);
  });

  it('opens its accounts with their password, and nobody else', async () => {
    const hashOf = async (login: string) => (await db.user.findUniqueOrThrow({ where: { login } })).passwordHash;
    expect(await passwordMatches(await hashOf('buyer'), 'bangfu2026')).toBe(true);
    expect(await passwordMatches(await hashOf('demo-sisu-1'), 'bangfu2026')).toBe(false);
    expect(await db.user.count({ where: { isDemo: false } })).toBe(0);
  });

  it('fills twelve months with orders and entries', async () => {
    const entries = await many(
      Prisma.sql`(SELECT DATE_FORMAT(onDay, '%Y-%m') m FROM tally_entry WHERE channel <> 'offline' AND channel <> 'external' GROUP BY m) t`,
    );
    expect(entries).toBeGreaterThanOrEqual(12);
    const orders = await db.order.count();
    expect(orders).toBeGreaterThan(6_000);
    expect(orders).toBeLessThan(9_500);
  });

  it('has something to do for every account that a visitor tries', async () => {
    const open = (login: string, sql: Prisma.Sql) =>
      many(Prisma.sql`\`order\` o JOIN fulfilment f ON f.orderId = o.id JOIN user u ON u.login = ${login}
        JOIN role_grant g ON g.userId = u.id WHERE ${sql}`);
    expect(
      await open('approver', Prisma.sql`g.role = 'approver' AND o.unitId = g.unitId AND o.state = 'awaiting_approval'`),
    ).toBeGreaterThan(1);
    expect(await open('supplier', Prisma.sql`f.supplierId = g.supplierId AND f.state = 'to_confirm'`)).toBeGreaterThan(
      2,
    );
    expect(await open('supplier', Prisma.sql`f.supplierId = g.supplierId AND f.state = 'shipped'`)).toBeGreaterThan(1);
    expect(
      await open('buyer', Prisma.sql`g.role = 'buyer' AND o.buyerId = u.id AND f.state = 'shipped'`),
    ).toBeGreaterThan(0);
    expect(await open('employee', Prisma.sql`o.buyerId = u.id AND o.state = 'awaiting_payment'`)).toBe(1);
    expect(await open('employee', Prisma.sql`o.buyerId = u.id AND f.state = 'shipped'`)).toBeGreaterThan(0);
  });

  it('puts units ahead, on track and behind', async () => {
    const rows = await db.$queryRaw<{ share: number }[]>`
      SELECT CAST(COALESCE((SELECT SUM(e.fen) FROM tally_entry e
        WHERE e.programmeId = p.id AND e.unitId = t.unitId AND e.event = 'counted'), 0) AS DOUBLE)
        / (SELECT v.value FROM target_version v WHERE v.targetId = t.id ORDER BY v.version DESC LIMIT 1) AS share
      FROM target t JOIN programme p ON p.id = t.programmeId
      WHERE p.code IN ('wulong-2026', 'yongdong-2026') AND t.scopeKey = 'all'`;
    const within = (from: number, to: number) => rows.filter(({ share }) => share >= from && share < to).length;
    expect(within(1, 9)).toBeGreaterThan(8);
    expect(within(0.84, 1)).toBeGreaterThan(30);
    expect(within(0.65, 0.82)).toBeGreaterThan(10);
    expect(within(0, 0.65)).toBeGreaterThan(4);
  });
});

describe('what the demonstration has recorded', () => {
  it('refers to nothing that is not there', async () => {
    const keys = await db.$queryRaw<{ t: string; c: string; rt: string; rc: string }[]>`
      SELECT TABLE_NAME AS t, COLUMN_NAME AS c, REFERENCED_TABLE_NAME AS rt, REFERENCED_COLUMN_NAME AS rc
      FROM information_schema.KEY_COLUMN_USAGE WHERE TABLE_SCHEMA = DATABASE() AND REFERENCED_TABLE_NAME IS NOT NULL`;
    expect(keys.length).toBeGreaterThan(100);
    const lost: string[] = [];
    for (const { t, c, rt, rc } of keys) {
      const raw = Prisma.raw(
        `\`${t}\` a LEFT JOIN \`${rt}\` b ON b.\`${rc}\` = a.\`${c}\` WHERE a.\`${c}\` IS NOT NULL AND b.\`${rc}\` IS NULL`,
      );
      if ((await many(raw)) > 0) lost.push(`${t}.${c}`);
    }
    expect(lost).toEqual([]);
  });

  it('has as much stock as its movements say, and promised as much as was ordered', async () => {
    expect(
      await faults(Prisma.sql`SELECT b.id, SUM(m.quantity) AS moved FROM batch b LEFT JOIN stock_movement m ON m.batchId = b.id
        GROUP BY b.id HAVING MAX(b.available) <> COALESCE(moved, 0) OR MAX(b.available) < 0`),
    ).toEqual([]);
    expect(
      await faults(Prisma.sql`SELECT l.id FROM order_line l LEFT JOIN line_allocation a ON a.lineId = l.id
        GROUP BY l.id HAVING COALESCE(SUM(a.quantity), 0) <> MAX(l.quantity)`),
    ).toEqual([]);
    expect(
      await faults(Prisma.sql`SELECT a.lineId FROM line_allocation a JOIN batch b ON b.id = a.batchId JOIN order_line l ON l.id = a.lineId
        JOIN \`order\` o ON o.id = l.orderId WHERE b.productId <> l.productId OR (b.producedOn > o.submittedAt + INTERVAL 8 HOUR AND NOT b.coming) OR b.expiresOn <= DATE(o.submittedAt + INTERVAL 8 HOUR)`),
    ).toEqual([]);
  });

  it('has amounts that add up and journals that sum to zero', async () => {
    expect(
      await faults(
        Prisma.sql`SELECT orderId, source FROM journal_entry GROUP BY orderId, source, sourceId HAVING SUM(fen) <> 0`,
      ),
    ).toEqual([]);
    expect(
      await faults(Prisma.sql`SELECT o.id FROM \`order\` o JOIN order_line l ON l.orderId = o.id GROUP BY o.id
        HAVING MAX(o.goodsFen) <> SUM(l.goodsFen) OR MAX(o.totalFen - o.goodsFen + o.discountFen + o.pointsFen - o.freightFen) <> 0`),
    ).toEqual([]);
    expect(
      await faults(Prisma.sql`SELECT l.id FROM order_line l JOIN receipt_line r ON r.lineId = l.id
        WHERE r.acceptedQuantity <> l.acceptedQuantity OR r.acceptedFen <> l.acceptedFen OR r.acceptedGrams <> l.acceptedGrams
          OR r.acceptedQuantity + r.shortQuantity + r.damagedQuantity <> l.quantity`),
    ).toEqual([]);
    expect(
      await faults(
        Prisma.sql`SELECT s.id FROM statement s JOIN statement_line l ON l.statementId = s.id GROUP BY s.id HAVING MAX(s.totalFen) <> SUM(l.fen)`,
      ),
    ).toEqual([]);
  });

  it('never counts more than was placed, and has every entry in the totals', async () => {
    expect(
      await faults(Prisma.sql`SELECT programmeId, orderId, lineId FROM tally_entry GROUP BY programmeId, source IN ('offline', 'external'), orderId, lineId
        HAVING SUM(IF(event = 'placed', fen, -fen)) < 0 OR SUM(IF(event = 'placed', grams, -grams)) < 0`),
    ).toEqual([]);
    expect(await db.tallyEntry.count({ where: { folded: false } })).toBe(0);
    const sums = (table: Prisma.Sql) =>
      db.$queryRaw`SELECT programmeId, event, CAST(SUM(fen) AS CHAR) AS fen, CAST(SUM(grams) AS CHAR) AS grams FROM ${table} GROUP BY programmeId, event ORDER BY 1, 2`;
    expect(await sums(Prisma.sql`tally_total`)).toEqual(await sums(Prisma.sql`tally_entry`));
  });

  it('sold as many as product.sold says', async () => {
    expect(
      await faults(Prisma.sql`SELECT p.id, SUM(LEAST(IF(f.state = 'received', l.acceptedQuantity, l.quantity), l.quantity - l.refundedQuantity)) AS kept
        FROM product p JOIN order_line l ON l.productId = p.id JOIN fulfilment f ON f.id = l.fulfilmentId JOIN \`order\` o ON o.id = l.orderId
        WHERE o.placedAt IS NOT NULL AND o.state <> 'cancelled' AND f.state <> 'cancelled' AND NOT l.isGift
        GROUP BY p.id HAVING MAX(p.sold) <> kept`),
    ).toEqual([]);
  });

  it('kept within the caps', async () => {
    expect(
      await faults(Prisma.sql`SELECT c.capId, c.holderId FROM cap_counter c JOIN cap ON cap.id = c.capId
        LEFT JOIN unit u ON u.id = c.holderId AND cap.kind = 'employee_union_year'
        LEFT JOIN cap_movement m ON m.capId = c.capId AND m.holderId = c.holderId GROUP BY c.capId, c.holderId
        HAVING MAX(c.used) <> COALESCE(SUM(m.value), 0) OR MAX(c.used) > MAX(COALESCE(c.limitValue, cap.limitValue * COALESCE(u.employees, 1)))`),
    ).toEqual([]);
  });

  it('has the entries that the use cases themselves would write', async () => {
    const orders = await db.$queryRaw<{ id: number }[]>`
      SELECT o.id FROM \`order\` o WHERE o.placedAt IS NOT NULL AND o.unitId IS NOT NULL AND (o.id % 131 = 0
        OR (o.state = 'cancelled' AND o.id % 7 = 0)
        OR EXISTS (SELECT 1 FROM fulfilment f JOIN receipt r ON r.fulfilmentId = f.id JOIN receipt_line l ON l.receiptId = r.id
          WHERE f.orderId = o.id AND l.shortQuantity + l.damagedQuantity > 0 AND o.id % 5 = 0)) ORDER BY o.id`;
    expect(orders.length).toBeGreaterThan(100);
    const rolledBack = new Error('rolled back');
    const compare = async (tx: Tx) => {
      await tx.$executeRaw`UPDATE programme SET state = 'open'`;
      for (const { id } of orders) {
        const before = await entriesOf(tx, id);
        await tx.tallyEntry.deleteMany({ where: { orderId: id } });
        await replay(tx, id);
        expect(await entriesOf(tx, id), `order ${id}`).toEqual(before);
      }
      throw rolledBack;
    };
    await expect(db.$transaction(compare, { timeout: 60_000 })).rejects.toBe(rolledBack);
  }, 40_000);
});

describe('money that was paid in the demonstration', () => {
  it('is known to the payment sandbox, with what has gone back of it', async () => {
    const sum = (path: string) => Prisma.sql`CAST(JSON_VALUE(c.data, ${path}) AS SIGNED)`;
    expect(
      await faults(Prisma.sql`SELECT p.id FROM payment p
        LEFT JOIN sandbox_object i ON i.id = p.paymentIntentId AND JSON_VALUE(i.data, '$.object.status') = 'succeeded'
        LEFT JOIN sandbox_object c ON c.id = JSON_VALUE(i.data, '$.object.latest_charge') AND ${sum('$.object.amount')} = p.amountFen
          AND ${sum('$.object.amount_refunded')} = (SELECT COALESCE(SUM(r.amountFen), 0) FROM payment_refund r WHERE r.paymentId = p.id AND r.state = 'succeeded')
        WHERE p.state = 'succeeded' AND c.id IS NULL`),
    ).toEqual([]);
    expect(
      await faults(Prisma.sql`SELECT r.id FROM payment_refund r LEFT JOIN sandbox_object c ON c.id = r.providerId
        AND ${sum('$.object.amount')} = r.amountFen WHERE r.state = 'succeeded' AND c.id IS NULL`),
    ).toEqual([]);
  });

  it('goes back by the payment sandbox after a refund and after a recall, however long ago it was paid', async () => {
    const app = await makeTestApp({ databaseUrl: url, clock: () => now });
    try {
      const daysAgo = (days: number) => new Date(now.getTime() - days * 86_400_000);
      const orders = [
        await refundOne(app, daysAgo(40), daysAgo(10), now),
        await refundOne(app, daysAgo(360), daysAgo(120), now),
        await returnOne(app, daysAgo(360), daysAgo(90), now),
      ];
      await untilAllIsPaidBack(app);
      for (const orderId of orders) {
        const refunds = await db.refund.findMany({ where: { orderId } });
        expect(refunds.map(({ state }) => state)).toEqual(['paid']);
      }
      expect(await reconcile(url, (difference) => console.log(difference))).toBe(0);
    } finally {
      await app.close();
    }
  }, 120_000);
});

/** Reviews and settlements have no use case yet whose statement could be replayed. */
function entriesOf(tx: Tx, orderId: number) {
  return tx.tallyEntry.findMany({
    where: { orderId, source: { in: ['order', 'receipt', 'cancellation'] } },
    omit: { id: true, folded: true, isAdjustment: true },
    orderBy: [{ lineId: 'asc' }, { programmeId: 'asc' }, { source: 'asc' }, { event: 'asc' }, { leg: 'asc' }],
  });
}

async function replay(tx: Tx, orderId: number): Promise<void> {
  const order = await tx.order.findUniqueOrThrow({
    where: { id: orderId },
    include: { lines: true, cancellation: true, fulfilments: { include: { receipts: { include: { lines: true } } } } },
  });
  if (!order.placedAt || !order.placedOn || order.unitId === null) throw new Error('not placed');
  const day = dayFromColumn(order.placedOn);
  const lineage = await findLineage(tx, order.unitId, day);
  expect(lineage.id).toBe(order.lineageId);
  await certifyLines(tx, orderId, day);
  const certified = await tx.orderLine.findMany({ where: { orderId } });
  expect(certified).toEqual(order.lines);
  const individual = order.fundingSource === 'individual';
  await tallyPlacing(tx, {
    orderId,
    lineage,
    day,
    at: order.placedAt,
    isSplit: order.allowanceFen > 0,
    paidByIndividual: individual,
  });
  if (order.cancellation) {
    const { id, at } = order.cancellation;
    const lines = order.lines.map((line) => ({ lineId: line.id, fen: line.payableFen, grams: line.grams }));
    await tallyReversal(tx, {
      source: 'cancellation',
      sourceId: id,
      orderId,
      of: 'outstanding',
      lines,
      day: dayOf(at),
      at,
    });
  }
  for (const { id, at, lines: received } of order.fulfilments.flatMap((fulfilment) => fulfilment.receipts)) {
    const lines = received.map(({ lineId, acceptedFen, acceptedGrams }) => {
      const line = order.lines.find((candidate) => candidate.id === lineId);
      return { lineId, fen: (line?.payableFen ?? 0) - acceptedFen, grams: (line?.grams ?? 0) - acceptedGrams };
    });
    await tallyReversal(tx, { source: 'receipt', sourceId: id, orderId, of: 'outstanding', lines, day: dayOf(at), at });
    const way = individual ? 'individual' : order.paymentWay === 'on_account' ? 'on_account' : 'prepaid';
    const lineIds = received.filter((line) => line.acceptedQuantity > 0).map(({ lineId }) => lineId);
    await tallyCounting(tx, { source: 'receipt', sourceId: id, orderId, lineIds, way, day: dayOf(at), at });
  }
}
