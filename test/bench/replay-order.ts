import { randomUUID } from 'node:crypto';
import type { Pool, PoolConnection, ResultSetHeader } from 'mysql2/promise';
import { fastPathOf, type PrismaClient } from '../../server/db/client.ts';

interface Statement {
  sql: string;
  values: unknown[];
}

export interface RecordedOrder {
  key: string;
  orderId: number;
  /** outside the transaction, which comes after them */
  reads: Statement[];
  writes: Statement[];
}

/** Places an order by `place` and records every plain statement that it ran; order ids must not look like any other number, see `far`. */
export async function recordOrder(db: PrismaClient, place: (key: string) => Promise<number>): Promise<RecordedOrder> {
  const { pool } = fastPathOf(db);
  const reads: Statement[] = [];
  const writes: Statement[] = [];
  const { query, getConnection } = pool;
  pool.query = recording(pool, query, reads) as typeof pool.query;
  pool.getConnection = async () => {
    const connection = await getConnection.call(pool);
    connection.query = recording(connection, connection.query, writes) as typeof connection.query;
    return connection;
  };
  const key = randomUUID();
  try {
    return { key, orderId: await place(key), reads, writes };
  } finally {
    pool.query = query;
    pool.getConnection = getConnection;
  }
}

function recording<T extends Pool | PoolConnection>(target: T, query: T['query'], into: Statement[]) {
  return (sql: string, values: unknown[]) => {
    into.push({ sql, values });
    return (query as (sql: string, values: unknown[]) => unknown).call(target, sql, values);
  };
}

/** Makes the ids of orders unlike any other number, so that a replay can tell them. */
export async function far(pool: Pool): Promise<void> {
  await pool.query('ALTER TABLE `order` AUTO_INCREMENT = 700000001');
}

/** The same statements again straight on mysql2, for another order. */
export async function replayOrder(pool: Pool, { key, orderId, reads, writes }: RecordedOrder): Promise<void> {
  const ownKey = randomUUID();
  let ownId = 0;
  const own = (values: unknown[]) =>
    values.map((value) =>
      value === key ? ownKey : value === orderId ? ownId : typeof value === 'string' ? ofOwn(value) : value,
    );
  const ofOwn = (text: string) => (ownId === 0 ? text : text.replaceAll(String(orderId), String(ownId)));
  await Promise.all(reads.map(({ sql, values }) => pool.query(sql, own(values))));
  const connection = await pool.getConnection();
  try {
    await connection.beginTransaction();
    for (const { sql, values } of writes) {
      const [result] = await connection.query(sql, own(values));
      if (/^\s*INSERT INTO `order` /.test(sql)) ownId = (result as ResultSetHeader).insertId;
    }
    await connection.commit();
  } catch (error) {
    await connection.rollback();
    throw error;
  } finally {
    connection.release();
  }
}
