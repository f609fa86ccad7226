import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Handlebars from 'handlebars';
import { filesBelow, ROOT } from './read-sources.ts';

/** Key with namespace (`orders:show.title`) → text. */
export type Messages = Map<string, string>;

const PLURAL = /_(zero|one|two|few|many|other)$/;

export function readMessages(locale: 'zh' | 'en'): Messages {
  const folder = join(ROOT, 'views/locales', locale);
  const messages: Messages = new Map();
  for (const file of filesBelow(folder, /\.json$/)) {
    collect(messages, `${file.replace(/\.json$/, '')}:`, '', JSON.parse(readFileSync(join(folder, file), 'utf8')));
  }
  return messages;
}

function collect(messages: Messages, namespace: string, path: string, value: unknown): void {
  if (typeof value !== 'object' || value === null) {
    messages.set(namespace + path, typeof value === 'string' ? value : '');
    return;
  }
  for (const [key, inner] of Object.entries(value)) collect(messages, namespace, path ? `${path}.${key}` : key, inner);
}

/** The keys as code asks for them: `items_one` and `items_other` are both `items`. */
export function keysOf(messages: Messages): Set<string> {
  return new Set([...messages.keys()].map((key) => key.replace(PLURAL, '')));
}

/** The values that a text wants filled in, by key: `{{count}}`; plural forms together. */
export function placeholdersOf(messages: Messages): Map<string, string> {
  const found = new Map<string, Set<string>>();
  for (const [key, text] of messages) {
    const names = found.get(key.replace(PLURAL, '')) ?? new Set();
    for (const match of text.matchAll(/\{\{-?\s*([\w.]+)/g)) names.add(match[1] ?? '');
    found.set(key.replace(PLURAL, ''), names);
  }
  return new Map([...found].map(([key, names]) => [key, [...names].sort().join(', ')]));
}

/** A key as a template writes it; `isPrefix` where the rest is made at run time: {{t (concat "orders:state." state)}} */
export type UsedKey = { key: string; isPrefix: boolean; line: number };
export type Template = {
  path: string;
  keys: UsedKey[];
  texts: { text: string; line: number }[];
  /** names written alone, {{name}}, as Handlebars looks for a helper before a value */
  bareNames: { name: string; line: number }[];
};

export function readTemplates(): Template[] {
  return filesBelow(join(ROOT, 'views'), /\.hbs$/).map((path) =>
    parseTemplate(path, readFileSync(join(ROOT, 'views', path), 'utf8')),
  );
}

export function parseTemplate(path: string, source: string): Template {
  const template: Template = { path, keys: [], texts: [], bareNames: [] };
  // Handlebars drops the place of a comment's text; HTML's own comments are blanked with their lines kept
  const text = source.replace(/<!--.*?-->/gs, (comment) => comment.replace(/[^\n]/g, ' '));
  new Collector(template).accept(Handlebars.parse(text));
  return template;
}

type Call = { path: hbs.AST.Expression; params: hbs.AST.Expression[] };

class Collector extends Handlebars.Visitor {
  constructor(private readonly template: Template) {
    super();
  }

  override ContentStatement(content: hbs.AST.ContentStatement): void {
    content.value.split('\n').forEach((line, at) => {
      if (line.trim()) this.template.texts.push({ text: line.trim(), line: content.loc.start.line + at });
    });
  }

  override StringLiteral(literal: hbs.AST.StringLiteral): void {
    this.template.texts.push({ text: literal.value, line: literal.loc.start.line });
  }

  override MustacheStatement(statement: hbs.AST.MustacheStatement): void {
    this.addKey(statement);
    const { original } = statement.path as hbs.AST.PathExpression;
    if (statement.params.length === 0 && !statement.hash)
      this.template.bareNames.push({ name: original, line: statement.loc.start.line });
    super.MustacheStatement(statement);
  }

  override SubExpression(expression: hbs.AST.SubExpression): void {
    this.addKey(expression);
    super.SubExpression(expression);
  }

  private addKey(call: Call): void {
    if ((call.path as hbs.AST.PathExpression).original !== 't') return;
    const first = call.params[0];
    const concat = first?.type === 'SubExpression' ? (first as hbs.AST.SubExpression) : null;
    const written = concat && (concat.path as hbs.AST.PathExpression).original === 'concat' ? concat.params[0] : first;
    if (written?.type !== 'StringLiteral') return;
    const { value, loc } = written as hbs.AST.StringLiteral;
    this.template.keys.push({
      key: value.includes(':') ? value : `common:${value}`,
      isPrefix: concat !== null,
      line: loc.start.line,
    });
  }
}
