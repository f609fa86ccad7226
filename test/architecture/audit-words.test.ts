import { describe, expect, it } from 'vitest';
import { keysOf, readMessages } from './read-messages.ts';
import { serverSources } from './read-sources.ts';

const known = keysOf(readMessages('zh'));
const sources = serverSources().filter(({ path }) => !path.startsWith('cli/'));

/** What the server writes by a pattern's first group and what no message says, by file. */
function unsaid(pattern: RegExp, prefix: string): string[] {
  const missing = sources.flatMap(({ path, text }) =>
    [...text.matchAll(pattern)]
      .filter(([, name]) => !known.has(`${prefix}.${name}`))
      .map(([, name]) => `server/${path} writes ${name}: add ${prefix}.${name} to views/locales/zh and en`),
  );
  return [...new Set(missing)];
}

const auditSources = sources.filter(({ text }) => /\baudit\(|\bnote\(tx/.test(text));

interface SyntaxNode {
  type: string;
  key?: { name?: string; value?: unknown };
  computed?: boolean;
  value?: SyntaxNode;
  argument?: SyntaxNode;
  properties?: SyntaxNode[];
}

/** The names of what stands in `before: { … }` and `after: { … }`, also in what is spread there as a literal. */
function fieldsIn(program: unknown): Set<string> {
  const names = new Set<string>();
  const collect = (node: SyntaxNode | undefined): void => {
    for (const property of node?.type === 'ObjectExpression' ? (node.properties ?? []) : []) {
      if (property.type === 'SpreadElement') collect(property.argument);
      else if (!property.computed && property.key?.name) {
        names.add(property.key.name);
        collect(property.value);
      }
    }
  };
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) for (const one of node) visit(one);
    else if (typeof node === 'object' && node !== null) {
      const { type, key, value } = node as SyntaxNode;
      if (type === 'Property' && (key?.name === 'before' || key?.name === 'after')) collect(value);
      for (const part of Object.values(node)) visit(part);
    }
  };
  visit(program);
  return names;
}

describe('the operator’s pages say in words', () => {
  it('what the audit trail names', () => {
    expect(unsaid(/\baction: '(\w+\.\w+)'/g, 'admin:actions')).toEqual([]);
    expect(unsaid(/\bnote\(tx, actor, '(\w+\.\w+)'/g, 'admin:actions')).toEqual([]);
    expect(unsaid(/\bsubjectType: '(\w+)'/g, 'admin:subjects')).toEqual([]);
  });

  it('which fields the audit trail tells of', () => {
    const missing = auditSources.flatMap(({ path, program }) =>
      [...fieldsIn(program)]
        .filter((name) => !known.has(`admin:fields.${name}`))
        .map((name) => `server/${path} tells of ${name}: add admin:fields.${name} to views/locales/zh and en`),
    );
    expect(missing).toEqual([]);
  });

  it('which jobs run by themselves', () => {
    expect(unsaid(/\bname: '([a-z]+(?:-[a-z]+)+)',\s+everyMs/g, 'admin:jobs')).toEqual([]);
  });
});
