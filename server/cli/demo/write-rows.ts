import { type Connection, raw } from 'mysql2/promise';
import type { Rows, TableName } from './rows.ts';

const ROWS_AT_ONCE = 1_000;
const DEFAULT = raw('DEFAULT');

/** Writes all rows with their ids, many to a statement. A field that a row leaves out takes the column's default. */
export async function writeRows(connection: Connection, rows: Rows): Promise<void> {
  // The rows come in no order that foreign keys would accept, and a test holds them against every key.
  await connection.query('SET SESSION foreign_key_checks = 0, unique_checks = 0');
  for (const table of rows.tables()) await writeTable(connection, table, rows.of(table) as Record<string, unknown>[]);
  await connection.query('SET SESSION foreign_key_checks = 1, unique_checks = 1');
}

async function writeTable(connection: Connection, table: TableName, rows: Record<string, unknown>[]): Promise<void> {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const name = table.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
    const values = rows.slice(from, from + ROWS_AT_ONCE).map((row) => columns.map((column) => sqlValue(row[column])));
    await connection.query('INSERT INTO ?? (??) VALUES ?', [name, columns, values]);
  }
}

function sqlValue(value: unknown): unknown {
  if (value === undefined) return DEFAULT;
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  return JSON.stringify(value);
}
