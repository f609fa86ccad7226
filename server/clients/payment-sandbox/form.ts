import { invalid } from './errors.ts';

export type FormValue = string | FormValue[] | { [key: string]: FormValue };

/** Decodes Stripe's form encoding: `line_items[0][price_data][currency]=cny`, `expand[]=line_items`. */
export function decodeForm(encoded: string): { [key: string]: FormValue } {
  const root = branch();
  for (const [name, value] of new URLSearchParams(encoded)) place(root, pathOf(name), value, name);
  return lists(root) as { [key: string]: FormValue };
}

/** The same for any order of the same parameters. */
export function canonicalForm(encoded: string): string {
  return JSON.stringify([...new URLSearchParams(encoded)].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

/** `['line_items', 0, 'quantity']` as Stripe names it in errors: `line_items[0][quantity]`. */
export function paramName(path: readonly PropertyKey[]): string {
  const [head, ...rest] = path.map(String);
  return `${head ?? ''}${rest.map((part) => `[${part}]`).join('')}`;
}

interface Branch {
  [key: string]: string | Branch;
}

const branch = (): Branch => Object.create(null) as Branch;

function pathOf(name: string): string[] {
  const bracket = name.indexOf('[');
  if (bracket < 1) return [name];
  const inner = name.slice(bracket);
  if (!/^(\[[^[\]]*\])+$/.test(inner)) throw invalid(`Invalid parameter name: ${name}`, 'parameter_unknown', name);
  return [name.slice(0, bracket), ...inner.slice(1, -1).split('][')];
}

function place(root: Branch, path: string[], value: string, name: string): void {
  let at = root;
  for (const [depth, part] of path.entries()) {
    const key = part === '' ? String(Object.keys(at).length) : part;
    const existing = at[key];
    if (depth === path.length - 1) {
      if (existing !== undefined) throw invalid(`Parameter given twice: ${name}`, undefined, name);
      at[key] = value;
      return;
    }
    if (typeof existing === 'string') throw invalid(`Invalid object: ${name}`, undefined, name);
    const next = existing ?? branch();
    at[key] = next;
    at = next;
  }
}

function lists(value: string | Branch): FormValue {
  if (typeof value === 'string') return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, lists(inner)] as const);
  const isList = entries.length > 0 && entries.every(([key], index) => key === String(index));
  return isList ? entries.map(([, inner]) => inner) : Object.fromEntries(entries);
}
