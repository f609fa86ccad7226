import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import prismaInternals from '@prisma/internals';

export type Default = { kind: 'now' } | { kind: 'literal'; value: string | number | boolean };

export type Column = {
  name: string;
  /** Canonical SQL in capitals: INT, BIGINT, BOOLEAN, VARCHAR(64), DATETIME(3), JSON, ENUM('a','b') */
  type: string;
  nullable: boolean;
  autoIncrement: boolean;
  default: Default | null;
  /** null for columns that hold no text, and for JSON */
  collation: string | null;
  doc: string;
};

export type KeyPart = { column: string; length: number | null; descending: boolean };
export type Key = { name: string; kind: 'unique' | 'normal' | 'fulltext'; parts: KeyPart[] };

export type Rule = 'RESTRICT' | 'CASCADE' | 'SET NULL' | 'NO ACTION' | 'SET DEFAULT';
export type ForeignKey = {
  name: string;
  columns: string[];
  references: string;
  referencedColumns: string[];
  onDelete: Rule;
  onUpdate: Rule;
};

export type Table = {
  name: string;
  model: string;
  /** The section of schema.prisma that it stands in: `// ── accounts ──` */
  feature: string;
  doc: string;
  columns: Column[];
  primaryKey: string[];
  keys: Key[];
  foreignKeys: ForeignKey[];
};

export const TABLE_COLLATION = 'utf8mb4_unicode_ci';
export const CODE_COLLATION = 'utf8mb4_bin';
export const SCHEMA_FILE = fileURLToPath(new URL('../../../prisma/schema.prisma', import.meta.url));

type Datamodel = Awaited<ReturnType<typeof prismaInternals.getDMMF>>['datamodel'];
type Model = Datamodel['models'][number];
type Field = Model['fields'][number];
type Index = Datamodel['indexes'][number];

/** Reads schema.prisma into the tables that Prisma's own migrations would create, in the order of the file. */
export async function readSchema(file: string = SCHEMA_FILE): Promise<Table[]> {
  return parseSchema(await readFile(file, 'utf8'));
}

export async function parseSchema(source: string): Promise<Table[]> {
  if (/@relation\([^)]*\bmap:/.test(source)) {
    throw new Error(
      'schema.prisma names a foreign key by `map:`, which the DMMF does not tell; leave the name to Prisma',
    );
  }
  const { datamodel } = await prismaInternals.getDMMF({ datamodel: source });
  const features = featuresOf(source);
  const models = [...datamodel.models].sort((a, b) => positionOf(source, a.name) - positionOf(source, b.name));
  return models.map((model) => tableOf(model, datamodel, features.get(model.name) ?? 'other'));
}

function featuresOf(source: string): Map<string, string> {
  const features = new Map<string, string>();
  let feature = 'other';
  for (const line of source.split('\n')) {
    feature = /^\/\/ ─+ (.+?) ─+\s*$/.exec(line)?.[1] ?? feature;
    const model = /^model (\w+)/.exec(line)?.[1];
    if (model) features.set(model, feature);
  }
  return features;
}

function positionOf(source: string, model: string): number {
  return source.search(new RegExp(`^model ${model}\\b`, 'm'));
}

function tableOf(model: Model, datamodel: Datamodel, feature: string): Table {
  const name = tableName(model);
  const indexes = datamodel.indexes.filter((index) => index.model === model.name);
  return {
    name,
    model: model.name,
    feature,
    doc: model.documentation ?? '',
    columns: model.fields.filter((field) => field.kind !== 'object').map((field) => columnOf(field, datamodel)),
    primaryKey: indexes.filter((index) => index.type === 'id').flatMap((index) => columnNames(model, index)),
    keys: indexes.filter((index) => index.type !== 'id').map((index) => keyOf(model, index)),
    foreignKeys: model.fields
      .filter((field) => field.relationFromFields?.length)
      .map((field) => foreignKeyOf(model, field, datamodel)),
  };
}

function columnOf(field: Field, datamodel: Datamodel): Column {
  const type = sqlType(field, datamodel);
  const doc = field.documentation ?? '';
  const standard = isFunction(field.default) ? field.default.name : undefined;
  return {
    name: field.dbName ?? field.name,
    type,
    nullable: !field.isRequired,
    autoIncrement: standard === 'autoincrement',
    default: defaultOf(field, datamodel),
    collation: /^(VARCHAR|CHAR|\w*TEXT|ENUM)/.test(type)
      ? /\bbin\b/.test(doc)
        ? CODE_COLLATION
        : TABLE_COLLATION
      : null,
    doc,
  };
}

const SCALARS: Record<string, string> = {
  Int: 'INT',
  BigInt: 'BIGINT',
  Boolean: 'BOOLEAN',
  String: 'VARCHAR(191)',
  DateTime: 'DATETIME(3)',
  Json: 'JSON',
  Float: 'DOUBLE',
  Decimal: 'DECIMAL(65,30)',
  Bytes: 'LONGBLOB',
};

function sqlType(field: Field, datamodel: Datamodel): string {
  if (field.kind === 'enum') {
    const values = datamodel.enums.find((entry) => entry.name === field.type)?.values ?? [];
    return `ENUM(${values.map((value) => `'${value.dbName ?? value.name}'`).join(',')})`;
  }
  const [native, args] = field.nativeType ?? [];
  if (native) return nativeType(native, args ?? []);
  const type = SCALARS[field.type];
  if (!type) throw new Error(`No SQL type is known for ${field.type} (${field.name})`);
  return type;
}

function nativeType(native: string, args: readonly string[]): string {
  const unsigned = /^Unsigned(\w+)$/.exec(native)?.[1];
  if (unsigned) return `${nativeType(unsigned, [])} UNSIGNED`;
  return args.length ? `${native.toUpperCase()}(${args.join(',')})` : native.toUpperCase();
}

const NUMERIC = new Set(['Int', 'BigInt', 'Float', 'Decimal']);

function defaultOf(field: Field, datamodel: Datamodel): Default | null {
  const value: unknown = field.default;
  if (value === undefined || value === null) return null;
  if (isFunction(value)) {
    if (value.name === 'now') return { kind: 'now' };
    // uuid(), cuid() and their like are made by the client, not the database
    if (value.name === 'dbgenerated') throw new Error(`dbgenerated() is not supported (${field.name}): use a literal`);
    return null;
  }
  if (field.kind === 'enum') {
    const member = datamodel.enums
      .find((entry) => entry.name === field.type)
      ?.values.find((entry) => entry.name === value);
    return { kind: 'literal', value: member?.dbName ?? String(value) };
  }
  if (typeof value === 'boolean') return { kind: 'literal', value };
  // the DMMF gives a BigInt's default as text
  return { kind: 'literal', value: NUMERIC.has(field.type) ? Number(value) : String(value) };
}

function isFunction(value: unknown): value is { name: string } {
  return typeof value === 'object' && value !== null && 'name' in value;
}

function keyOf(model: Model, index: Index): Key {
  const columns = columnNames(model, index);
  return {
    name: index.dbName ?? identifier(tableName(model), columns, index.type === 'unique' ? '_key' : '_idx'),
    kind: index.type === 'unique' || index.type === 'fulltext' ? index.type : 'normal',
    parts: index.fields.map((part, at) => ({
      column: columns[at] ?? part.name,
      length: part.length ?? null,
      descending: part.sortOrder === 'desc',
    })),
  };
}

function foreignKeyOf(model: Model, field: Field, datamodel: Datamodel): ForeignKey {
  const target = datamodel.models.find((entry) => entry.name === field.type);
  if (!target) throw new Error(`${model.name}.${field.name} refers to an unknown model`);
  const from = field.relationFromFields ?? [];
  const required = from.some((name) => model.fields.find((entry) => entry.name === name)?.isRequired);
  const columns = from.map((name) => columnName(model, name));
  return {
    name: identifier(tableName(model), columns, '_fkey'),
    columns,
    references: tableName(target),
    referencedColumns: (field.relationToFields ?? []).map((name) => columnName(target, name)),
    onDelete: ruleOf(field.relationOnDelete) ?? (required ? 'RESTRICT' : 'SET NULL'),
    onUpdate: ruleOf(field.relationOnUpdate) ?? 'CASCADE',
  };
}

function ruleOf(action: string | undefined): Rule | undefined {
  const rules: Record<string, Rule> = {
    Restrict: 'RESTRICT',
    Cascade: 'CASCADE',
    SetNull: 'SET NULL',
    NoAction: 'NO ACTION',
    SetDefault: 'SET DEFAULT',
  };
  return action ? rules[action] : undefined;
}

/** Prisma's names, cut so that they fit the 64 characters MySQL allows. */
function identifier(table: string, columns: string[], suffix: string): string {
  return `${[table, ...columns].join('_').slice(0, 64 - suffix.length)}${suffix}`;
}

function tableName(model: Model): string {
  return model.dbName ?? model.name;
}

function columnNames(model: Model, index: Index): string[] {
  return index.fields.map((part) => columnName(model, part.name));
}

function columnName(model: Model, field: string): string {
  const found = model.fields.find((entry) => entry.name === field);
  return found?.dbName ?? field;
}
