import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Program, parseSync, Visitor, type VisitorObject } from 'oxc-parser';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export type Import = { specifier: string; isType: boolean; line: number };

/** One file of server/; `path` is relative to it: `orders/place-order.ts`. */
export type Source = { path: string; text: string; program: Program; imports: Import[] };

/** Every hand-written .ts and .mjs file of server/. */
export function serverSources(): Source[] {
  return filesBelow(join(ROOT, 'server'), /\.(ts|mjs)$/)
    .filter((path) => !path.startsWith('db/generated/'))
    .map((path) => parseSource(path, readFileSync(join(ROOT, 'server', path), 'utf8')));
}

export function parseSource(path: string, text: string): Source {
  const parsed = parseSync(path, text);
  if (parsed.errors.length) throw new Error(`server/${path} cannot be parsed: ${parsed.errors[0]?.message}`);
  const lineAt = (offset: number) => text.slice(0, offset).split('\n').length;
  const statics = parsed.module.staticImports.map((found) => ({
    specifier: found.moduleRequest.value,
    isType: found.entries.length > 0 && found.entries.every((entry) => entry.isType),
    line: lineAt(found.start),
  }));
  const reExports = parsed.module.staticExports.flatMap((found) =>
    found.entries.flatMap((entry) =>
      entry.moduleRequest
        ? [{ specifier: entry.moduleRequest.value, isType: entry.isType, line: lineAt(entry.start) }]
        : [],
    ),
  );
  const dynamics = parsed.module.dynamicImports.flatMap((found) => {
    const literal = /^(['"`])([^$]+)\1$/.exec(text.slice(found.moduleRequest.start, found.moduleRequest.end))?.[2];
    return literal ? [{ specifier: literal, isType: false, line: lineAt(found.start) }] : [];
  });
  return { path, text, program: parsed.program, imports: [...statics, ...reExports, ...dynamics] };
}

/** Walks a source and says on which lines something was found: `see(node, text)` is called by the visitor's methods. */
export function findingsIn(
  source: Source,
  visitorOf: (found: (offset: number, what: string) => void) => VisitorObject,
): string[] {
  const findings: string[] = [];
  const found = (offset: number, what: string) => {
    findings.push(`server/${source.path}:${source.text.slice(0, offset).split('\n').length} ${what}`);
  };
  new Visitor(visitorOf(found)).visit(source.program);
  return findings;
}

/** The file of server/ that an import means (`orders/states.ts`), or null for a package. */
export function targetOf(source: Source, specifier: string): string | null {
  if (!specifier.startsWith('.')) return null;
  return normalize(join(dirname(source.path), specifier));
}

/** Paths relative to `folder`, sorted. */
export function filesBelow(folder: string, pattern: RegExp): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && pattern.test(entry.name))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}
