import { PrismaMariaDb } from '@prisma/adapter-mariadb';
import type { Pool } from 'mysql2/promise';
import type { Prisma } from './generated/client.ts';
import { PrismaClient } from './generated/client.ts';
import { type OnQuery, openPool, type Sql, sqlOn } from './sql.ts';

/** The database, or the transaction that the outermost command has opened. */
export type Db = PrismaClient | Prisma.TransactionClient;
export type Tx = Prisma.TransactionClient;
export type { PrismaClient };

export interface DbOptions {
  pool: number;
  /** called with each statement; for counting queries per page */
  onQuery?: (sql: string, milliseconds: number) => void;
}

/** Opens the pool. Sessions speak UTC; ids and sums come back as numbers unless SQL makes them BIGINT or DECIMAL. */
export function connect(url: string, options: DbOptions): PrismaClient {
  const address = new URL(url);
  const adapter = new PrismaMariaDb({
    host: address.hostname,
    port: Number(address.port || 3306),
    user: decodeURIComponent(address.username),
    password: decodeURIComponent(address.password),
    database: address.pathname.slice(1),
    connectionLimit: options.pool,
    acquireTimeout: 20_000,
    timezone: 'Z',
    initSql: "SET time_zone = '+00:00'",
  });
  const db = new PrismaClient({
    adapter,
    log: options.onQuery ? [{ emit: 'event', level: 'query' }] : [],
    transactionOptions: { maxWait: 20_000, timeout: 15_000 },
  });
  const { onQuery } = options;
  if (onQuery) (db as PrismaClient<'query'>).$on('query', (event) => onQuery(event.query, event.duration));
  return withFastPath(db, openPool(url, options.pool), onQuery);
}

const fastPaths = new WeakMap<object, { pool: Pool; onQuery?: OnQuery }>();

/** Gives a client its second pool, straight on mysql2 and opened when first used; `$disconnect` closes both. */
function withFastPath(db: PrismaClient, pool: Pool, onQuery?: OnQuery): PrismaClient {
  const disconnect = db.$disconnect.bind(db);
  db.$disconnect = async () => {
    await pool.end();
    await disconnect();
  };
  fastPaths.set(db, { pool, onQuery });
  return db;
}

/** The mysql2 pool beside a client and who watches its statements; for `fast` and inFastTransaction only. */
export function fastPathOf(db: PrismaClient): { pool: Pool; onQuery?: OnQuery } {
  const path = fastPaths.get(db);
  if (!path) throw new Error('this client was not opened by connect()');
  return path;
}

/** Single statements past Prisma, for reads that a benchmark has shown to be hot. */
export function fast(db: PrismaClient): Sql {
  const { pool, onQuery } = fastPathOf(db);
  return sqlOn(pool, onQuery);
}
