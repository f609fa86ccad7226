import { columnText, type Facts } from './schema-facts.ts';

/** Tables that belong to the migrations, not to the schema. */
const NOT_OURS = new Set(['_prisma_migrations']);

/** Runs one query and gives its rows. */
export type Ask = <Row>(sql: string) => Promise<Row[]>;

/** Reads the connected database's own account of itself, made alike for MySQL 8 and MariaDB. */
export async function databaseFacts(ask: Ask): Promise<Facts> {
  const isMariaDb = /mariadb/i.test((await ask<{ version: string }>('SELECT VERSION() AS version'))[0]?.version ?? '');
  const facts: Facts = new Map();
  await addTables(ask, facts);
  await addColumns(ask, facts, isMariaDb);
  await addIndexes(ask, facts);
  await addForeignKeys(ask, facts);
  return facts;
}

async function addTables(ask: Ask, facts: Facts): Promise<void> {
  const tables = await ask<{
    name: string;
    engine: string;
    collation: string;
  }>(`SELECT TABLE_NAME AS name, ENGINE AS engine, TABLE_COLLATION AS collation FROM information_schema.TABLES
     WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE = 'BASE TABLE'`);
  for (const table of tables) {
    if (NOT_OURS.has(table.name)) continue;
    facts.set(table.name, new Map([['table', `${table.engine} ${table.collation}`]]));
  }
}

type ColumnRow = {
  tableName: string;
  name: string;
  type: string;
  isNullable: 'YES' | 'NO';
  fallback: string | null;
  extra: string;
  collation: string | null;
};

async function addColumns(ask: Ask, facts: Facts, isMariaDb: boolean): Promise<void> {
  const json = isMariaDb ? await jsonColumnsOfMariaDb(ask) : new Set<string>();
  const columns =
    await ask<ColumnRow>(`SELECT TABLE_NAME AS tableName, COLUMN_NAME AS name, COLUMN_TYPE AS type, IS_NULLABLE AS isNullable,
            COLUMN_DEFAULT AS fallback, EXTRA AS extra, COLLATION_NAME AS collation
     FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE()`);
  for (const column of columns) {
    const place = `${column.tableName}.${column.name}`;
    const type = json.has(place) ? 'JSON' : columnType(column.type);
    const onUpdate = /on update \S+/i.exec(column.extra)?.[0] ?? '';
    const text = columnText({
      type,
      collation: type === 'JSON' ? null : column.collation,
      nullable: column.isNullable === 'YES',
      fallback: isMariaDb ? defaultOfMariaDb(column.fallback) : defaultOfMySql(column.fallback, type),
      autoIncrement: /auto_increment/i.test(column.extra),
    });
    facts.get(column.tableName)?.set(`column ${column.name}`, `${text} ${onUpdate.toUpperCase()}`.trim());
  }
}

/** MariaDB keeps JSON as LONGTEXT with a check of its own. */
async function jsonColumnsOfMariaDb(ask: Ask): Promise<Set<string>> {
  const checks = await ask<{
    tableName: string;
    clause: string;
  }>(`SELECT TABLE_NAME AS tableName, CHECK_CLAUSE AS clause FROM information_schema.CHECK_CONSTRAINTS
     WHERE CONSTRAINT_SCHEMA = DATABASE()`);
  return new Set(
    checks.flatMap((check) => {
      const column = /^json_valid\(`(.+)`\)$/.exec(check.clause)?.[1];
      return column ? [`${check.tableName}.${column}`] : [];
    }),
  );
}

function columnType(type: string): string {
  if (type === 'tinyint(1)') return 'BOOLEAN';
  if (/^(enum|set)\(/.test(type)) return type.replace(/^\w+/, (word) => word.toUpperCase());
  // a display width is MariaDB's habit; it means nothing
  return type.replace(/^(\w*int)\(\d+\)/, '$1').toUpperCase();
}

function defaultOfMariaDb(text: string | null): string | null {
  if (text === null || text === 'NULL') return null;
  if (/^current_timestamp/i.test(text)) return text.toUpperCase().replace('()', '');
  return text.replace(/^'(.*)'$/s, (_, inner: string) => `'${unquoted(inner)}'`);
}

function defaultOfMySql(text: string | null, type: string): string | null {
  if (text === null) return null;
  if (/^current_timestamp/i.test(text)) return text.toUpperCase();
  const expression = /^_utf8mb4\\?'(.*?)\\?'$/s.exec(text)?.[1];
  if (expression !== undefined) return `'${unquoted(expression)}'`;
  return /^(VARCHAR|CHAR|ENUM|SET|\w*TEXT)/.test(type) ? `'${text}'` : text;
}

function unquoted(text: string): string {
  return text.replace(/''|\\(.)/gs, (pair, escaped: string | undefined) => escaped ?? pair.slice(1));
}

type IndexRow = {
  tableName: string;
  name: string;
  isUnique: number;
  type: string;
  columnName: string;
  length: number | null;
};

async function addIndexes(ask: Ask, facts: Facts): Promise<void> {
  const rows =
    await ask<IndexRow>(`SELECT TABLE_NAME AS tableName, INDEX_NAME AS name, NON_UNIQUE = 0 AS isUnique, INDEX_TYPE AS type,
            COLUMN_NAME AS columnName, SUB_PART AS length
     FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() ORDER BY TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX`);
  for (const [first, parts] of grouped(rows, (row) => `${row.tableName}.${row.name}`)) {
    const isFulltext = first.type === 'FULLTEXT';
    const list = parts
      .map((part) => `${part.columnName}${part.length && !isFulltext ? `(${part.length})` : ''}`)
      .join(', ');
    if (first.name === 'PRIMARY') facts.get(first.tableName)?.set('primary key', `(${list})`);
    else {
      const kind = isFulltext ? 'FULLTEXT INDEX' : Number(first.isUnique) ? 'UNIQUE INDEX' : 'INDEX';
      facts.get(first.tableName)?.set(`index ${first.name}`, `${kind} (${list})`);
    }
  }
}

type ForeignKeyRow = {
  tableName: string;
  name: string;
  columnName: string;
  referencedTable: string;
  referencedColumn: string;
  onDelete: string;
  onUpdate: string;
};

async function addForeignKeys(ask: Ask, facts: Facts): Promise<void> {
  const rows =
    await ask<ForeignKeyRow>(`SELECT usages.TABLE_NAME AS tableName, usages.CONSTRAINT_NAME AS name, usages.COLUMN_NAME AS columnName,
            usages.REFERENCED_TABLE_NAME AS referencedTable, usages.REFERENCED_COLUMN_NAME AS referencedColumn,
            rules.DELETE_RULE AS onDelete, rules.UPDATE_RULE AS onUpdate
     FROM information_schema.KEY_COLUMN_USAGE AS usages
     JOIN information_schema.REFERENTIAL_CONSTRAINTS AS rules
       ON rules.CONSTRAINT_SCHEMA = usages.CONSTRAINT_SCHEMA AND rules.CONSTRAINT_NAME = usages.CONSTRAINT_NAME
      AND rules.TABLE_NAME = usages.TABLE_NAME
     WHERE usages.TABLE_SCHEMA = DATABASE() AND usages.REFERENCED_TABLE_NAME IS NOT NULL
     ORDER BY usages.TABLE_NAME, usages.CONSTRAINT_NAME, usages.ORDINAL_POSITION`);
  for (const [first, parts] of grouped(rows, (row) => `${row.tableName}.${row.name}`)) {
    const text =
      `(${parts.map((part) => part.columnName).join(', ')}) → ` +
      `${first.referencedTable} (${parts.map((part) => part.referencedColumn).join(', ')}) ` +
      `ON DELETE ${first.onDelete} ON UPDATE ${first.onUpdate}`;
    facts.get(first.tableName)?.set(`foreign key ${first.name}`, text.replaceAll('NO ACTION', 'RESTRICT'));
  }
}

function grouped<Row>(rows: Row[], nameOf: (row: Row) => string): [Row, Row[]][] {
  const groups = new Map<string, [Row, Row[]]>();
  for (const row of rows) {
    const group = groups.get(nameOf(row));
    if (group) group[1].push(row);
    else groups.set(nameOf(row), [row, [row]]);
  }
  return [...groups.values()];
}
