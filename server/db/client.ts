import { PrismaMariaDb } from '@prisma/adapter-mariadb';
import type { Prisma } from './generated/client.ts';
import { PrismaClient } from './generated/client.ts';

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
  return db;
}
