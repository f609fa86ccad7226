import { randomUUID } from 'node:crypto';
import type { Pool, PoolConnection, ResultSetHeader } from 'mysql2/promise';
import { fastPathOf, type PrismaClient } from '../../server/db/client.ts';

const FAR = 700_000_000;

interface Statement {
  sql: string;
  values: unknown[];
  /** of the order's own rows that it wrote or read */
  ids: number[];
}

export interface RecordedOrder {
  key: string;
  /** outside the transaction, which comes after them */
  reads: Statement[];
  writes: Statement[];
}

/** Places an order by `place` and records every plain statement that it ran; ids of its rows must not look like any other number, see `far`. */
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
    await place(key);
    return { key, reads, writes };
  } finally {
    pool.query = query;
    pool.getConnection = getConnection;
  }
}

type Query = (sql: string, values: unknown[]) => Promise<[unknown, unknown]>;

function recording(target: Pool | PoolConnection, query: unknown, into: Statement[]): Query {
  return async (sql, values) => {
    const statement: Statement = { sql, values, ids: [] };
    into.push(statement);
    const answer = await (query as Query).call(target, sql, values);
    statement.ids = idsOf(answer[0]);
    return answer;
  };
}

/** The id of an inserted row, or those of the rows read, of tables that begin far off. */
function idsOf(result: unknown): number[] {
  const rows = Array.isArray(result) ? (result as { id?: number }[]) : [{ id: (result as ResultSetHeader).insertId }];
  return rows.flatMap(({ id }) => (typeof id === 'number' && id > FAR ? [id] : []));
}

/** Makes the ids of orders, parcels and lines unlike any other number, so that a replay can tell them. */
export async function far(pool: Pool): Promise<void> {
  for (const [at, table] of ['`order`', 'fulfilment', 'order_line'].entries())
    await pool.query(`ALTER TABLE ${table} AUTO_INCREMENT = ${FAR + at * 100_000_000 + 1}`);
}

/** The same statements again straight on mysql2, for another order. */
export async function replayOrder(pool: Pool, { key, reads, writes }: RecordedOrder): Promise<void> {
  const ownKey = randomUUID();
  const ownIds = new Map<number, number>();
  const own = (values: unknown[]) =>
    values.map((value) => {
      if (value === key) return ownKey;
      if (typeof value === 'number') return ownIds.get(value) ?? value;
      return typeof value === 'string'
        ? value.replaceAll(/\d{9,}/g, (id) => String(ownIds.get(Number(id)) ?? id))
        : value;
    });
  await Promise.all(reads.map(({ sql, values }) => pool.query(sql, own(values))));
  const connection = await pool.getConnection();
  try {
    await connection.beginTransaction();
    for (const { sql, values, ids } of writes) {
      const [result] = await connection.query(sql, own(values));
      const replayed = idsOf(result);
      for (const [at, id] of ids.entries()) ownIds.set(id, replayed[at] ?? id);
    }
    await connection.commit();
  } catch (error) {
    await connection.rollback();
    throw error;
  } finally {
    connection.release();
  }
}
