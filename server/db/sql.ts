import { createPool, type Pool, type PoolConnection, type ResultSetHeader } from 'mysql2/promise';
import { Prisma } from './generated/client.ts';

/**
 * Plain statements as tagged templates. A Prisma transaction is one, and so is a connection of mysql2: what is written against it
 * runs on both. Sums come back as numbers; counts may be bigint on Prisma, so wrap them in Number().
 */
export interface Sql {
  $queryRaw<T = unknown>(query: TemplateStringsArray | Prisma.Sql, ...values: unknown[]): PromiseLike<T>;
  $executeRaw(query: TemplateStringsArray | Prisma.Sql, ...values: unknown[]): PromiseLike<number>;
}

/** A transaction straight on mysql2, for the paths where Prisma's own work was most of the time (`npm run bench -- place-order`). */
export interface FastTx extends Sql {
  /** Runs an INSERT of one row and tells its id. */
  insert(query: Prisma.Sql): Promise<number>;
}

export type OnQuery = (sql: string, milliseconds: number) => void;

/** A mysql2 pool with the session settings of the Prisma one: UTC, READ COMMITTED. */
export function openPool(url: string, connectionLimit: number): Pool {
  const address = new URL(url);
  address.search = '';
  const pool = createPool({
    uri: address.href,
    connectionLimit,
    timezone: 'Z',
    charset: 'utf8mb4_unicode_ci',
    decimalNumbers: true,
    supportBigNumbers: true,
  });
  pool.pool.on('connection', (connection) => {
    connection.query("SET time_zone = '+00:00'");
    connection.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED');
  });
  return pool;
}

/** Statements on a pool (each on any connection) or on one connection (a transaction). */
export function sqlOn(target: Pool | PoolConnection, onQuery?: OnQuery): FastTx {
  const run = async (query: TemplateStringsArray | Prisma.Sql, values: unknown[]) => {
    const statement =
      query instanceof Prisma.Sql ? query : Prisma.sql(query as TemplateStringsArray & string[], ...values);
    const started = performance.now();
    const [result] = await target.query(statement.sql, statement.values as unknown[]);
    onQuery?.(statement.sql, performance.now() - started);
    return result;
  };
  return {
    $queryRaw: async <T>(query: TemplateStringsArray | Prisma.Sql, ...values: unknown[]) =>
      (await run(query, values)) as T,
    $executeRaw: async (query, ...values) => ((await run(query, values)) as ResultSetHeader).affectedRows,
    insert: async (query) => ((await run(query, [])) as ResultSetHeader).insertId,
  };
}
