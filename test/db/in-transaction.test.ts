import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connect, type PrismaClient } from '../../server/db/client.ts';
import { isLockConflict } from '../../server/db/faults.ts';
import { inFastTransaction, inTransaction } from '../../server/db/in-transaction.ts';
import type { Sql } from '../../server/db/sql.ts';
import { testDatabase } from '../setup/database.ts';

let db: PrismaClient;

beforeAll(async () => {
  db = connect(await testDatabase(), { pool: 8 });
});
afterAll(() => db.$disconnect());

beforeEach(async () => {
  await db.setting.deleteMany({ where: { key: { startsWith: 'deadlock.' } } });
  await db.setting.createMany({ data: ['a', 'b'].map((name) => ({ key: `deadlock.${name}`, value: '0' })) });
});

const value = async (name: string) =>
  (await db.setting.findUniqueOrThrow({ where: { key: `deadlock.${name}` } })).value;
const add = (tx: Sql, name: string) =>
  tx.$executeRaw`UPDATE setting SET value = value + 1 WHERE \`key\` = ${`deadlock.${name}`}`;

/** Two transactions lock two rows crosswise; the one that the server chooses as victim runs `afterwards` and its answer tells. */
async function deadlock(inside: Transaction, afterwards: (tx: Sql, error: unknown) => Promise<void>): Promise<number> {
  let victims = 0;
  let arrived = 0;
  let meet = () => {};
  const bothArrived = new Promise<void>((resolve) => {
    meet = resolve;
  });
  const cross = (first: string, second: string) =>
    inside(async (tx) => {
      await add(tx, first);
      arrived += 1;
      if (arrived === 2) meet();
      await bothArrived;
      try {
        await add(tx, second);
      } catch (error) {
        victims += 1;
        await afterwards(tx, error);
      }
    });
  await Promise.all([cross('a', 'b'), cross('b', 'a')]);
  return victims;
}

type Transaction = (work: (tx: Sql) => Promise<void>) => Promise<void>;
const kinds: [string, Transaction][] = [
  ['through Prisma', (work) => inTransaction(db, work)],
  ['straight on mysql2', (work) => inFastTransaction(db, work)],
];

describe.each(kinds)('a transaction %s', (_, inside) => {
  it('whose work swallows a deadlock and goes on commits no half: the whole runs again', async () => {
    const victims = await deadlock(inside, async (tx, error) => {
      expect(isLockConflict(error)).toBe(true);
      await Promise.resolve(tx.$executeRaw`INSERT INTO setting (\`key\`, value) VALUES ('deadlock.half', '1')`).catch(
        () => {},
      );
    });
    expect(victims).toBeGreaterThan(0);
    expect(await db.setting.count({ where: { key: 'deadlock.half' } })).toBe(0);
    expect([await value('a'), await value('b')]).toEqual(['2', '2']);
  });

  it('does not run what was asked for together with the statement that fell to a deadlock', async () => {
    let refused: unknown;
    const victims = await deadlock(inside, async (tx, error) => {
      const together = [
        add(tx, 'a'),
        tx.$executeRaw`INSERT INTO setting (\`key\`, value) VALUES ('deadlock.half', '1')`,
      ];
      const [first] = await Promise.allSettled(together);
      refused = first?.status === 'rejected' ? first.reason : null;
      throw error;
    });
    expect(victims).toBeGreaterThan(0);
    expect(isLockConflict(refused)).toBe(true);
    expect(await db.setting.count({ where: { key: 'deadlock.half' } })).toBe(0);
    expect([await value('a'), await value('b')]).toEqual(['2', '2']);
  });

  it('may handle a duplicate and go on', async () => {
    await inside(async (tx) => {
      await add(tx, 'a');
      await Promise.resolve(tx.$executeRaw`INSERT INTO setting (\`key\`, value) VALUES ('deadlock.b', '7')`).catch(
        () => {},
      );
      await add(tx, 'b');
    });
    expect([await value('a'), await value('b')]).toEqual(['1', '1']);
  });
});

it('guards what goes through models too', async () => {
  const inside: Transaction = (work) => inTransaction(db, work);
  await deadlock(inside, async (tx) => {
    const models = tx as unknown as PrismaClient;
    await models.setting.create({ data: { key: 'deadlock.half', value: '1' } }).catch(() => {});
  });
  expect(await db.setting.count({ where: { key: 'deadlock.half' } })).toBe(0);
});
