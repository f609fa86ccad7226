import { type Column, type ForeignKey, type Key, TABLE_COLLATION, type Table } from './read-schema.ts';

/**
 * The statements that create the whole schema, in the manner of Prisma's migrations: every table with its keys, then the
 * foreign keys, so that the order of the tables does not matter. Runs on MySQL 8 and MariaDB 10.6 and later.
 */
export function writeSql(tables: Table[]): string {
  const statements = [
    ...tables.map((table) => `-- CreateTable\n${createTable(table)}`),
    ...tables.flatMap((table) =>
      table.foreignKeys.map((foreignKey) => `-- AddForeignKey\n${addForeignKey(table, foreignKey)}`),
    ),
  ];
  return `${statements.join('\n\n')}\n`;
}

function createTable(table: Table): string {
  const keys = [...table.keys.map(keyLine), `PRIMARY KEY (${list(table.primaryKey)})`];
  const body = [...table.columns.map(columnLine), ...keys].map((line) => `  ${line}`).join(',\n');
  return `CREATE TABLE ${quote(table.name)} (\n${body}\n) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE ${TABLE_COLLATION};`;
}

function columnLine(column: Column): string {
  const collate = column.collation && column.collation !== TABLE_COLLATION ? ` COLLATE ${column.collation}` : '';
  const nullable = column.nullable ? ' NULL' : ' NOT NULL';
  const fallback = column.default ? ` DEFAULT ${defaultSql(column)}` : '';
  return `${quote(column.name)} ${column.type}${collate}${nullable}${column.autoIncrement ? ' AUTO_INCREMENT' : fallback}`;
}

function defaultSql(column: Column): string {
  if (column.default?.kind !== 'literal') {
    const precision = /^DATETIME\((\d)\)/.exec(column.type)?.[1];
    return precision ? `CURRENT_TIMESTAMP(${precision})` : 'CURRENT_TIMESTAMP';
  }
  const { value } = column.default;
  if (typeof value !== 'string') return String(value);
  const text = `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
  // MySQL takes a default of a text or JSON column only as an expression
  return /TEXT$|^JSON$/.test(column.type) ? `(${text})` : text;
}

function keyLine(key: Key): string {
  const kind = { unique: 'UNIQUE INDEX', normal: 'INDEX', fulltext: 'FULLTEXT INDEX' }[key.kind];
  const parts = key.parts.map(
    (part) => `${quote(part.column)}${part.length ? `(${part.length})` : ''}${part.descending ? ' DESC' : ''}`,
  );
  return `${kind} ${quote(key.name)} (${parts.join(', ')})`;
}

function addForeignKey(table: Table, foreignKey: ForeignKey): string {
  return (
    `ALTER TABLE ${quote(table.name)} ADD CONSTRAINT ${quote(foreignKey.name)} FOREIGN KEY (${list(foreignKey.columns)}) ` +
    `REFERENCES ${quote(foreignKey.references)} (${list(foreignKey.referencedColumns)}) ` +
    `ON DELETE ${foreignKey.onDelete} ON UPDATE ${foreignKey.onUpdate};`
  );
}

function list(names: string[]): string {
  return names.map(quote).join(', ');
}

function quote(name: string): string {
  return `\`${name}\``;
}
