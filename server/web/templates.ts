import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Handlebars, { type HelperDelegate } from 'handlebars';
import { foldConstants } from './fold-constants.ts';
import { LOCALES, type Locale } from './i18n.ts';

const EXTENSION = '.hbs';

/** Partials that read nothing but what they are given, so that given constants they are constants. */
const SELF_CONTAINED = ['icon', 'demo-mark', 'seal', 'brand'];

export type Template = (data: object) => string;
export type TemplateOf = (locale: Locale, file: string) => Template;

export interface TemplateParts {
  partialsFolder: string;
  helpers: Record<string, HelperDelegate>;
  /** by name, the helpers whose answer to a text never changes in a language */
  constants: Record<Locale, Record<string, (text: string) => string>>;
}

/**
 * Templates by language and file, compiled when first asked for and then kept, with partials read once. What cannot change within a
 * process (fixed messages, addresses of assets, icons) is written into them, because it is most of what a page renders.
 */
export function createTemplates(parts: TemplateParts): TemplateOf {
  const sources = readPartials(parts.partialsFolder);
  const byLocale = new Map(LOCALES.map((locale) => [locale, templatesIn(locale, sources, parts)]));
  return (locale, file) => (byLocale.get(locale) as (file: string) => Template)(file);
}

function templatesIn(locale: Locale, sources: Map<string, string>, { helpers, constants }: TemplateParts) {
  const engine = Handlebars.create();
  engine.registerHelper(helpers);
  const constantPartials = new Map<string, Template>();
  const knownHelpers = Object.fromEntries(Object.keys(engine.helpers).map((name) => [name, true]));
  // An indented partial would add spaces to the lines of a textarea.
  const options = { preventIndent: true, knownHelpers } as CompileOptions;
  const compile = (source: string): Template => {
    const program = engine.parse(source, options as object);
    return engine.compile(foldConstants(program, constants[locale], constantPartials), options);
  };
  for (const name of [...SELF_CONTAINED, ...sources.keys()]) {
    if (engine.partials[name]) continue;
    const template = compile(sources.get(name) ?? '');
    engine.registerPartial(name, template);
    if (SELF_CONTAINED.includes(name)) constantPartials.set(name, template);
  }
  const known = new Map<string, Template>();
  return (file: string): Template => {
    const template = known.get(file) ?? compile(readSource(file));
    known.set(file, template);
    return template;
  };
}

function readPartials(folder: string): Map<string, string> {
  const files = readdirSync(folder).filter((file) => file.endsWith(EXTENSION));
  return new Map(files.map((file) => [file.slice(0, -EXTENSION.length), readSource(join(folder, file))]));
}

function readSource(file: string): string {
  return readFileSync(file, 'utf8').trim();
}
