import type { Column, ForeignKey, Key, Table } from '../../server/cli/schema/read-schema.ts';

/** What a schema says, by table and thing: `order` → `column totalFen` → `BIGINT NOT NULL`. Equal schemas have equal facts. */
export type Facts = Map<string, Map<string, string>>;

export function schemaFacts(tables: Table[]): Facts {
  return new Map(tables.map((table) => [table.name, tableFacts(table)]));
}

function tableFacts(table: Table): Map<string, string> {
  const facts = new Map([['table', 'InnoDB utf8mb4_unicode_ci']]);
  for (const column of table.columns) facts.set(`column ${column.name}`, columnFact(column));
  facts.set('primary key', `(${table.primaryKey.join(', ')})`);
  for (const key of table.keys) facts.set(`index ${key.name}`, keyFact(key));
  for (const foreignKey of table.foreignKeys) {
    facts.set(`foreign key ${foreignKey.name}`, foreignKeyFact(foreignKey));
    // the server makes an index of its own for a foreign key that no key leads with
    if (!isCovered(table, foreignKey)) {
      facts.set(`index ${foreignKey.name}`, `INDEX (${foreignKey.columns.join(', ')})`);
    }
  }
  return facts;
}

/** The differences as sentences, sorted; empty when the database is what the schema says. */
export function differences(schema: Facts, database: Facts): string[] {
  const tables = new Set([...schema.keys(), ...database.keys()]);
  return [...tables].sort().flatMap((table) => {
    const wanted = schema.get(table);
    const actual = database.get(table);
    if (!wanted) return [`${table}: the table is in the database, but not in schema.prisma`];
    if (!actual) return [`${table}: the table is in schema.prisma, but not in the database`];
    return tableDifferences(table, wanted, actual);
  });
}

function tableDifferences(table: string, wanted: Map<string, string>, actual: Map<string, string>): string[] {
  const things = new Set([...wanted.keys(), ...actual.keys()]);
  return [...things].sort().flatMap((thing) => {
    const [want, have] = [wanted.get(thing), actual.get(thing)];
    if (want === have) return [];
    if (want === undefined) return [`${table}: ${thing} is in the database (${have}), but not in schema.prisma`];
    if (have === undefined) return [`${table}: ${thing} is in schema.prisma (${want}), but not in the database`];
    return [`${table}: ${thing} is ${want} in schema.prisma, but ${have} in the database`];
  });
}

export function columnText(parts: {
  type: string;
  collation: string | null;
  nullable: boolean;
  fallback: string | null;
  autoIncrement: boolean;
}): string {
  return [
    parts.type,
    parts.collation && `COLLATE ${parts.collation}`,
    parts.nullable ? 'NULL' : 'NOT NULL',
    parts.fallback !== null && `DEFAULT ${parts.fallback}`,
    parts.autoIncrement && 'AUTO_INCREMENT',
  ]
    .filter(Boolean)
    .join(' ');
}

function columnFact(column: Column): string {
  return columnText({
    type: column.type,
    collation: column.collation,
    nullable: column.nullable,
    fallback: defaultText(column),
    autoIncrement: column.autoIncrement,
  });
}

function defaultText(column: Column): string | null {
  if (!column.default) return null;
  if (column.default.kind === 'now') return `CURRENT_TIMESTAMP${/\(\d\)/.exec(column.type)?.[0] ?? ''}`;
  const { value } = column.default;
  return typeof value === 'string' ? `'${value}'` : String(Number(value));
}

function keyFact(key: Key): string {
  const kind = { unique: 'UNIQUE INDEX', normal: 'INDEX', fulltext: 'FULLTEXT INDEX' }[key.kind];
  return `${kind} (${key.parts.map((part) => `${part.column}${part.length ? `(${part.length})` : ''}`).join(', ')})`;
}

function foreignKeyFact(foreignKey: ForeignKey): string {
  return (
    `(${foreignKey.columns.join(', ')}) → ${foreignKey.references} (${foreignKey.referencedColumns.join(', ')}) ` +
    `ON DELETE ${foreignKey.onDelete} ON UPDATE ${foreignKey.onUpdate}`
  ).replaceAll('NO ACTION', 'RESTRICT');
}

function isCovered(table: Table, foreignKey: ForeignKey): boolean {
  const leads = [table.primaryKey, ...table.keys.map((key) => key.parts.map((part) => part.column))];
  return leads.some((columns) => foreignKey.columns.every((column, at) => columns[at] === column));
}
