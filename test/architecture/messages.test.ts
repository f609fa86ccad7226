import { describe, expect, it } from 'vitest';
import { createHelpers } from '../../server/web/handlebars.ts';
import { keysOf, parseTemplate, placeholdersOf, readMessages, readTemplates, type UsedKey } from './read-messages.ts';
import { findingsIn, parseSource, type Source, serverSources } from './read-sources.ts';

const zh = readMessages('zh');
const en = readMessages('en');
const templates = readTemplates();
/** A language is called by its own name everywhere. */
const OWN_NAME = /(?<!\p{Script=Han})中文(?!\p{Script=Han})/gu;
const CHINESE = /[\p{Script=Han}\u3001-\u303f\uff01-\uff5e]/u;

describe('the messages', () => {
  it('are the same in Chinese and English', () => {
    const missing = (wanted: Set<string>, present: Set<string>, locale: string) =>
      [...wanted].filter((key) => !present.has(key)).map((key) => `${key} is missing in views/locales/${locale}`);
    expect([...missing(keysOf(zh), keysOf(en), 'en'), ...missing(keysOf(en), keysOf(zh), 'zh')]).toEqual([]);
  });

  it('have the same values to fill in', () => {
    const english = placeholdersOf(en);
    const differing = [...placeholdersOf(zh)].flatMap(([key, names]) =>
      english.has(key) && english.get(key) !== names
        ? [`${key} fills in (${names}) in zh, but (${english.get(key)}) in en`]
        : [],
    );
    expect(differing).toEqual([]);
  });

  it('are texts, none empty', () => {
    const empty = (messages: Map<string, string>, locale: string) =>
      [...messages].filter(([, text]) => !text.trim()).map(([key]) => `${key} has no text in views/locales/${locale}`);
    expect([...empty(zh, 'zh'), ...empty(en, 'en')]).toEqual([]);
  });

  it('are translated', () => {
    const untranslated = [...en].filter(([, text]) => isChinese(text) && !/[A-Za-z]/.test(text));
    expect(untranslated.map(([key, text]) => `${key} is still Chinese in views/locales/en: ${text}`)).toEqual([]);
  });
});

describe('the templates', () => {
  it('use keys that exist', () => {
    const missing = templates.flatMap(({ path, keys }) =>
      keys
        .filter((used) => !isKnown(used, keysOf(zh)))
        .map(({ key, line }) => `views/${path}:${line} uses ${key}: add it to views/locales/zh and en`),
    );
    expect(missing).toEqual([]);
  });

  it('have no Chinese text', () => {
    const chinese = templates.flatMap(({ path, texts }) =>
      texts
        .filter(({ text }) => isChinese(text))
        .map(({ text, line }) => `views/${path}:${line} says “${text}”: put it into views/locales and write {{t "…"}}`),
    );
    expect(chinese).toEqual([]);
  });

  it('write no value by the name of a helper, which Handlebars would call instead: {{this.day}}', () => {
    const helpers = createHelpers('public');
    const called = templates.flatMap(({ path, bareNames }) =>
      bareNames.filter(({ name }) => name in helpers).map(({ name, line }) => `views/${path}:${line} calls ${name}`),
    );
    expect(templates.flatMap(({ bareNames }) => bareNames).length).toBeGreaterThan(1_000);
    expect(called).toEqual([]);
  });

  it('are read as Handlebars reads them', () => {
    const { keys, texts } = parseTemplate(
      'a.hbs',
      '{{!-- 注释 --}}<!-- 注释\n-->\n<p title="{{t "a:b"}}">{{> field label=(t "a:c" n=(t "d"))}}{{t (concat "a:s." s)}}{{#if x}}你好{{/if}}<b>中文</b>',
    );
    expect(keys.map(({ key, isPrefix, line }) => [key, isPrefix, line])).toEqual([
      ['a:b', false, 3],
      ['a:c', false, 3],
      ['common:d', false, 3],
      ['a:s.', true, 3],
    ]);
    expect(texts.filter(({ text }) => isChinese(text)).map(({ text }) => text)).toEqual(['你好']);
  });
});

describe('the code', () => {
  it('translates by keys that exist', () => {
    expect(serverSources().flatMap((source) => unknownKeys(source, keysOf(zh)))).toEqual([]);
  });

  it('is found out when a key does not exist', () => {
    const source = parseSource('orders/a.ts', "t('orders:none'); locals.t('orders:some'); other('orders:none');");
    expect(unknownKeys(source, new Set(['orders:some']))).toHaveLength(1);
  });
});

function isChinese(text: string): boolean {
  return CHINESE.test(text.replace(OWN_NAME, ''));
}

function isKnown({ key, isPrefix }: UsedKey, known: Set<string>): boolean {
  return isPrefix ? [...known].some((other) => other.startsWith(key)) : known.has(key);
}

function unknownKeys(source: Source, known: Set<string>): string[] {
  return findingsIn(source, (found) => ({
    CallExpression(call) {
      const name = call.callee.type === 'MemberExpression' ? call.callee.property : call.callee;
      const [key] = call.arguments;
      if (name.type !== 'Identifier' || name.name !== 't' || key?.type !== 'Literal') return;
      if (typeof key.value !== 'string' || known.has(key.value.includes(':') ? key.value : `common:${key.value}`))
        return;
      found(call.start, `uses ${key.value}: add it to views/locales/zh and en`);
    },
  }));
}
