import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise';
import { connectionOptions } from '../bootstrap/database-url.mjs';

/** Something that is not what its sources say. */
export interface Difference {
  what: string;
  expected: string | number;
  found: string | number;
}

/** One part of reconciling: every difference that it finds, a range of keys after the other. */
export type Check = (books: Books) => AsyncGenerator<Difference>;

/** The database as of one moment, read only. Dates come as text, sums as numbers. */
export interface Books {
  all<T>(sql: string, values?: readonly unknown[]): Promise<T[]>;
  /** Inclusive ranges of a table's ids in which there are any, so that memory stays bounded however large it is. */
  ranges(table: string, size?: number): AsyncGenerator<[from: number, to: number]>;
}

const RANGE = 2000;

/** Reads through one snapshot, so that a market that goes on selling meanwhile shows no false difference. */
export async function withBooks<T>(url: string, work: (books: Books) => Promise<T>): Promise<T> {
  const connection = await createConnection({
    ...connectionOptions(url),
    dateStrings: true,
    decimalNumbers: true,
    supportBigNumbers: true,
  });
  try {
    await connection.query("SET time_zone = '+00:00', group_concat_max_len = 1000000");
    await connection.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
    await connection.query('START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY');
    return await work(booksOf(connection));
  } finally {
    await connection.end();
  }
}

function booksOf(connection: Connection): Books {
  const all = async <T>(sql: string, values: readonly unknown[] = []): Promise<T[]> => {
    const [rows] = await connection.query<RowDataPacket[]>(sql, [...values]);
    return rows as T[];
  };
  return {
    all,
    async *ranges(table, size = RANGE) {
      for (let from = 0; ; from += size) {
        const [next] = await all<{ id: number | null }>(`SELECT MIN(id) AS id FROM \`${table}\` WHERE id >= ?`, [from]);
        if (!next || next.id === null) return;
        from = next.id;
        yield [from, from + size - 1];
      }
    },
  };
}

/** Runs a statement with the placeholders `:from` and `:to` over every range of a table's ids. */
export async function* overRanges<T>(books: Books, table: string, sql: string): AsyncGenerator<T> {
  for await (const [from, to] of books.ranges(table)) {
    const values: number[] = [];
    const text = sql.replace(/:(from|to)\b/g, (_, name: string) => {
      values.push(name === 'from' ? from : to);
      return '?';
    });
    yield* await books.all<T>(text, values);
  }
}

/** The day in Shanghai of an instant that the database gave as text in UTC. */
export function dayInShanghai(instant: string): string {
  return new Date(Date.parse(`${instant.replace(' ', 'T')}Z`) + 8 * 3_600_000).toISOString().slice(0, 10);
}
