import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise';
import { connectionOptions } from '../bootstrap/database-url.mjs';
import { Problem, seconds } from '../bootstrap/say.mjs';
import { writeRows } from '../demo/write-rows.ts';
import { migrate } from '../migrate.ts';
import { addMembers } from './add-members.ts';
import { addOffline } from './add-offline.ts';
import { addOrders } from './add-orders.ts';
import { makeBase } from './base-market.ts';
import { putBackKeys, takeOffKeys } from './bulk-keys.ts';
import { addUp } from './finish-sums.ts';
import { dropHelpers, makeHelpers } from './helper-tables.ts';
import { sizeOf } from './measure-size.ts';
import { timeLeft } from './time-left.ts';

/** The units' staff and the accounts to try need their places among the members. */
export const FEWEST_MEMBERS = 2000;

export interface SeedWish {
  members: number;
  products: number;
}

type Say = (line: string) => void;

/**
 * Fills an empty database (it is made and migrated first) with a made-up market of so many members, twice as many orders over the two
 * years before `now`, and so many products, all of it consistent: reconciling finds no difference. The same wish and day give the same
 * rows. Throws a Problem when the database holds anything, an unfinished seed included.
 */
export async function seedMarket(url: string, wish: SeedWish, now: Date, tell: Say): Promise<void> {
  if (wish.members < FEWEST_MEMBERS)
    throw new Problem(`A seed has ${FEWEST_MEMBERS} members at least: the units of its groups need their staff.`);
  const started = Date.now();
  await migrate(url, () => {});
  const connection = await createConnection({ ...connectionOptions(url), multipleStatements: true });
  try {
    await requireEmpty(connection);
    await connection.query("INSERT INTO setting (`key`, value) VALUES ('seed', 'loading')");
    await connection.query("SET time_zone = '+00:00', foreign_key_checks = 0, unique_checks = 0");
    const left = timeLeft(tell);
    const base = await makeBase(now, wish);
    await writeRows(connection, base.world.rows);
    await connection.query('SET foreign_key_checks = 0, unique_checks = 0');
    await makeHelpers(connection, base);
    const keys = await takeOffKeys(connection);
    await addMembers(connection, base);
    await addOrders(connection, base, left);
    await addOffline(connection, base);
    await dropHelpers(connection);
    await putBackKeys(connection, keys, left);
    await addUp(connection, left);
    await connection.query("UPDATE setting SET value = ? WHERE `key` = 'seed'", [`done ${wish.members}`]);
    tell(`${await sizeOf(connection)}, in ${seconds(started)}`);
  } finally {
    await connection.end();
  }
}

async function requireEmpty(connection: Connection): Promise<void> {
  const [[mark]] = await connection.query<RowDataPacket[]>("SELECT value FROM setting WHERE `key` = 'seed'");
  const [[person]] = await connection.query<RowDataPacket[]>('SELECT id FROM user LIMIT 1');
  if (!mark && !person) return;
  const what =
    mark?.value === 'loading'
      ? 'An earlier seed of this database did not end'
      : mark
        ? 'This database is seeded already'
        : 'This database holds accounts already';
  throw new Problem(`${what}: a seed goes into an empty one only. Give it a database or data of its own:`, [
    'DATABASE_URL=mysql://user:password@host:3306/market_seed npm run seed -- --scale 100000',
    'DATA_DIR=.data-seed npm run seed -- --scale 100000, and then DATA_DIR=.data-seed npm start',
  ]);
}
