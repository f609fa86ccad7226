import type { Connection, RowDataPacket } from 'mysql2/promise';
import type { TimeLeft } from './time-left.ts';

/** The tables that grow with the members. */
export const BULK = [
  'user',
  'role_grant',
  'order',
  'fulfilment',
  'order_line',
  'line_allocation',
  'stock_movement',
  'shipment',
  'shipment_line',
  'receipt',
  'receipt_line',
  'delivery_review',
  'reviewed_product',
  'statement_line',
  'transfer_allocation',
  'order_decision',
  'payment',
  'journal_entry',
  'tally_entry',
] as const;

export interface Keys {
  table: string;
  /** as SHOW CREATE TABLE writes them */
  indexes: string[];
  references: Reference[];
}

interface Reference {
  definition: string;
  column: string;
  to: string;
}

/** Takes every secondary index and foreign key off the large tables: filling them is then a matter of appending. */
export async function takeOffKeys(connection: Connection): Promise<Keys[]> {
  const all: Keys[] = [];
  for (const table of BULK) {
    const keys = await readKeys(connection, table);
    all.push(keys);
    const dropped = [
      ...keys.references.map(({ definition }) => `DROP FOREIGN KEY ${nameIn(definition)}`),
      ...keys.indexes.map((definition) => `DROP KEY ${nameIn(definition)}`),
    ];
    if (dropped.length > 0) await connection.query(`ALTER TABLE \`${table}\` ${dropped.join(', ')}`);
  }
  return all;
}

/** Puts them back, which sorts each index once, and proves that every reference leads somewhere. */
export async function putBackKeys(connection: Connection, all: readonly Keys[], left: TimeLeft): Promise<void> {
  for (const [done, { table, indexes, references }] of all.entries()) {
    if (indexes.length > 0)
      await connection.query(`ALTER TABLE \`${table}\` ${indexes.map((definition) => `ADD ${definition}`).join(', ')}`);
    if (references.length > 0)
      await connection.query(
        `ALTER TABLE \`${table}\` ${references.map(({ definition }) => `ADD ${definition}`).join(', ')}`,
      );
    left('indexes of tables', done + 1, all.length);
  }
  for (const { table, references } of all)
    for (const reference of references) await requireWhole(connection, table, reference);
  await connection.query('SET foreign_key_checks = 1, unique_checks = 1');
}

async function readKeys(connection: Connection, table: string): Promise<Keys> {
  const [[shown]] = await connection.query<RowDataPacket[]>('SHOW CREATE TABLE ??', [table]);
  const lines = String(shown?.['Create Table'])
    .split('\n')
    .map((line) => line.trim().replace(/,$/, ''));
  return {
    table,
    indexes: lines.filter((line) => /^(UNIQUE )?KEY /.test(line)),
    references: lines
      .filter((line) => line.startsWith('CONSTRAINT ') && line.includes(' FOREIGN KEY '))
      .map((definition) => {
        const [, column = '', to = ''] = /FOREIGN KEY \(`(\w+)`\) REFERENCES `(\w+)`/.exec(definition) ?? [];
        return { definition, column, to };
      }),
  };
}

function nameIn(definition: string): string {
  return /`\w+`/.exec(definition)?.[0] ?? '';
}

/** Distinct values first, which an index gives without reading every row. */
async function requireWhole(connection: Connection, table: string, { column, to }: Reference): Promise<void> {
  const [[stray]] = await connection.query<RowDataPacket[]>(
    `SELECT c.value FROM (SELECT DISTINCT ?? AS value FROM ?? WHERE ?? IS NOT NULL) c LEFT JOIN ?? p ON p.id = c.value WHERE p.id IS NULL LIMIT 1`,
    [column, table, column, to],
  );
  if (stray) throw new Error(`${table}.${column} names ${to} ${stray.value}, which is not there`);
}
