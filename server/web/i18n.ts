import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import i18next, { type i18n } from 'i18next';

export const LOCALES = ['zh', 'en'] as const;
export type Locale = (typeof LOCALES)[number];
export type Translate = (key: string, values?: Record<string, unknown>) => string;

export function isLocale(value: unknown): value is Locale {
  return LOCALES.some((locale) => locale === value);
}

function readNamespaces(folder: string): Record<string, object> {
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  return Object.fromEntries(
    files.map((file) => [basename(file, '.json'), JSON.parse(readFileSync(join(folder, file), 'utf8')) as object]),
  );
}

/** Loads every catalogue of messages once. A missing key shows itself as its name, and a test finds it. */
export function createMessages(viewsFolder: string): i18n {
  const messages = i18next.createInstance();
  const resources = Object.fromEntries(
    LOCALES.map((locale) => [locale, readNamespaces(join(viewsFolder, 'locales', locale))]),
  );
  void messages.init({
    resources,
    lng: 'zh',
    fallbackLng: 'zh',
    ns: Object.keys(resources.zh ?? {}),
    defaultNS: 'common',
    interpolation: { escapeValue: false },
    initAsync: false,
    showSupportNotice: false,
  });
  return messages;
}

const VALUE = /\{\{(\w+)\}\}/;

/** The translator of one locale. Sentences are split at their values once; i18next itself only chooses plurals and names missing keys. */
export function translator(messages: i18n, locale: Locale): Translate {
  const ask = messages.getFixedT(locale) as unknown as Translate;
  const sentences = new Map<string, string[]>();
  return (key, given) => {
    const values = locale === 'en' ? inEnglish(given) : given;
    const sentence = sentences.get(key) ?? splitSentence(messages, locale, key);
    if (!sentence || values?.count !== undefined) return ask(key, values);
    sentences.set(key, sentence);
    return sentence.map((text, index) => (index % 2 === 0 ? text : String(values?.[text] ?? ''))).join('');
  };
}

/** A value named `…En` that is not empty stands in for its Chinese fellow. */
function inEnglish(values: Record<string, unknown> | undefined): Record<string, unknown> | undefined {
  if (!values || !Object.keys(values).some((name) => name.endsWith('En'))) return values;
  const english = Object.entries(values).filter(([name, value]) => name.endsWith('En') && value);
  return { ...values, ...Object.fromEntries(english.map(([name, value]) => [name.slice(0, -2), value])) };
}

/** Text and names of values in turn; undefined where there is no such key, or one that only i18next understands. */
function splitSentence(messages: i18n, locale: Locale, key: string): string[] | undefined {
  const [namespace = '', path = ''] = key.split(':', 2);
  const sentence: unknown = messages.getResource(locale, namespace, path);
  if (typeof sentence !== 'string') return undefined;
  const parts = sentence.split(VALUE);
  return parts.some((part) => part.includes('{{') || part.includes('$t(')) ? undefined : parts;
}
