import type { Translate } from './i18n.ts';

/** The part of JSON Schema that zod writes and the page of the API tells. */
export interface Schema {
  type?: string | string[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  enum?: unknown[];
  const?: unknown;
  format?: string;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  default?: unknown;
  description?: string;
}

export interface Field {
  /** with its path: `lines[].quantity` */
  name: string;
  type: string;
  required: boolean;
  note: string;
}

const DEEPEST = 9;

/** The fields of an object or of a list's objects, inner ones by their path, in the order in which they are declared. */
export function fieldsOf(t: Translate, schema: Schema | undefined, path = '', depth = 0): Field[] {
  if (!schema || depth > DEEPEST) return [];
  const variants = schema.anyOf ?? schema.oneOf;
  if (variants) return variants.flatMap((variant) => fieldsOf(t, variant, path, depth + 1));
  if (schema.items) return fieldsOf(t, schema.items, `${path}[]`, depth + 1);
  return Object.entries(schema.properties ?? {}).flatMap(([key, property]) => {
    const name = path ? `${path}.${key}` : key;
    const required = (schema.required ?? []).includes(key);
    return [
      { name, type: typeOf(property), required, note: noteOf(t, property) },
      ...fieldsOf(t, property, name, depth + 1),
    ];
  });
}

/** A type as programmers write it: `integer`, `string | null`, `object[]`. */
export function typeOf(schema: Schema): string {
  const variants = schema.anyOf ?? schema.oneOf;
  if (variants) return [...new Set(variants.map(typeOf))].join(' | ');
  if (schema.enum || schema.const !== undefined) return typeOfValue(schema.enum?.[0] ?? schema.const);
  if (schema.type === 'array') return `${schema.items ? typeOf(schema.items) : 'any'}[]`;
  if (Array.isArray(schema.type)) return schema.type.join(' | ');
  return schema.type ?? 'any';
}

function typeOfValue(value: unknown): string {
  return value === null ? 'null' : typeof value;
}

/** What a value must be beside its type: choices, bounds, format, default. */
export function noteOf(t: Translate, schema: Schema): string {
  const variants = schema.anyOf ?? schema.oneOf;
  if (variants) return [...new Set(variants.map((variant) => noteOf(t, variant)).filter(Boolean))].join('; ');
  const { minLength, maxLength, minItems, maxItems, format, description } = schema;
  const choices = schema.enum ?? (schema.const === undefined ? undefined : [schema.const]);
  const least = bound(
    schema.minimum ?? (schema.exclusiveMinimum === undefined ? undefined : schema.exclusiveMinimum + 1),
  );
  return [
    description,
    choices?.map((choice) => JSON.stringify(choice)).join(' · '),
    format,
    least !== undefined && `≥ ${least}`,
    bound(schema.maximum) !== undefined && `≤ ${schema.maximum}`,
    maxLength !== undefined && t('apiDocs:limits.length', { from: minLength ?? 0, to: maxLength }),
    maxItems !== undefined && t('apiDocs:limits.items', { from: minItems ?? 0, to: maxItems }),
    schema.default !== undefined && t('apiDocs:limits.default', { value: JSON.stringify(schema.default) }),
    schema.items && noteOf(t, schema.items),
  ]
    .filter(Boolean)
    .join(', ');
}

/** Bounds that only say that an integer is a safe one say nothing. */
function bound(value: number | undefined): number | undefined {
  return value === undefined || Math.abs(value) >= Number.MAX_SAFE_INTEGER ? undefined : value;
}
