import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Express } from 'express';
import type { HelperOptions } from 'handlebars';
import type { i18n } from 'i18next';
import { type PathName, pathTo } from '../paths.ts';
import { dayOf } from '../shared/days.ts';
import { formatYuan } from '../shared/money.ts';
import { unitWord } from '../shared/unit-words.ts';
import { formatJin, formatKilograms } from '../shared/weight.ts';
import { type Locale, type Translate, translator } from './i18n.ts';
import { createTemplates } from './templates.ts';

/** What the engine itself reads of a view's data. */
interface ViewData {
  locale?: Locale;
  layout?: string | false;
  /** the view as it was rendered before */
  bodyHtml?: string;
}

interface RootData {
  t: Translate;
  locale: Locale;
}

const rootOf = (options: HelperOptions) => (options.data as { root: RootData }).root;
const args = (values: unknown[]) => values.slice(0, -1);

/** 1200 → "1.2 公斤"; below a kilogram in grams. */
export function weightText(grams: number | bigint, t: Translate): string {
  const light = BigInt(grams) < 1000n && BigInt(grams) > -1000n;
  return light
    ? t('common:units.grams', { grams })
    : t('common:units.kilograms', { kilograms: formatKilograms(grams) });
}

/** An instant as people in China read it: 2026-11-24 18:05. */
export function instantText(value: Date | string): string {
  const instant = new Date(value);
  return `${dayOf(instant)} ${new Date(instant.getTime() + 8 * 3_600_000).toISOString().slice(11, 16)}`;
}

function assetVersions(publicFolder: string): (path: string) => string {
  const known = new Map<string, string>();
  return (path) => {
    const cached = known.get(path);
    if (cached) return cached;
    const file = join(publicFolder, path);
    const version = existsSync(file) ? createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 10) : '0';
    const url = `${path}?v=${version}`;
    known.set(path, url);
    return url;
  };
}

/** The helpers that every template may use; money comes in fen, weight in grams, shares as 0..1. */
export function createHelpers(publicFolder: string) {
  const asset = assetVersions(publicFolder);
  return {
    t: (key: string, options: HelperOptions) => rootOf(options).t(key, options.hash as Record<string, unknown>),
    money: (fen: number | bigint | null | undefined) =>
      fen === null || fen === undefined ? '—' : `${fen < 0 ? '-' : ''}¥${formatYuan(fen < 0 ? -fen : fen)}`,
    yuan: (fen: number | bigint | null | undefined) =>
      fen === null || fen === undefined ? '' : formatYuan(fen).replaceAll(',', ''),
    weight: (grams: number | bigint | null | undefined, options: HelperOptions) =>
      grams === null || grams === undefined ? '—' : weightText(grams, rootOf(options).t),
    jin: (grams: number | bigint, options: HelperOptions) =>
      rootOf(options).t('common:units.jin', { jin: formatJin(grams) }),
    number: (value: number | bigint) => value?.toLocaleString('en-US') ?? '—',
    units: (quantity: number | bigint, unit: string) => unitWord(quantity ?? 0, unit ?? ''),
    percent: (share: number | null | undefined) =>
      share === null || share === undefined ? '—' : `${(share * 100).toFixed(1)}%`,
    day: (value: Date | string | null | undefined) =>
      value ? (typeof value === 'string' ? value.slice(0, 10) : value.toISOString().slice(0, 10)) : '—',
    instant: (value: Date | string | null | undefined) => (value ? instantText(value) : '—'),
    pick: (zh: string, en: string, options: HelperOptions) => (rootOf(options).locale === 'en' ? en || zh : zh),
    eq: (a: unknown, b: unknown) => a === b,
    ne: (a: unknown, b: unknown) => a !== b,
    gt: (a: number, b: number) => a > b,
    and: (...values: unknown[]) => args(values).every(Boolean),
    or: (...values: unknown[]) => args(values).find(Boolean) ?? false,
    not: (value: unknown) => !value,
    default: (value: unknown, fallback: unknown) => value ?? fallback,
    concat: (...values: unknown[]) => args(values).join(''),
    json: (value: unknown) => JSON.stringify(value),
    path: (name: PathName, options: HelperOptions) => pathTo(name, options.hash as Record<string, string>),
    asset: (path: string) => asset(path),
  };
}

/**
 * Makes Handlebars the view engine: `res.render(view, data)` puts the view into its layout ('main' unless data says another, or false).
 * Not express-handlebars: that gathers all partials for each page, which took longer than the page itself.
 */
export function useHandlebars(app: Express, folders: { views: string; public: string }, messages: i18n): void {
  const helpers = createHelpers(folders.public);
  const constantsIn = (locale: Locale) => ({ t: translator(messages, locale), asset: helpers.asset });
  const templateOf = createTemplates({
    partialsFolder: join(folders.views, 'partials'),
    helpers,
    constants: { zh: constantsIn('zh'), en: constantsIn('en') },
  });
  app.engine('hbs', (file, data, done) => {
    try {
      const { locale = 'zh', layout = 'main', bodyHtml } = data as ViewData;
      const body = bodyHtml ?? templateOf(locale, file)(data);
      done(
        null,
        layout ? templateOf(locale, join(folders.views, 'layouts', `${layout}.hbs`))({ ...data, body }) : body,
      );
    } catch (error) {
      done(error);
    }
  });
  app.set('views', folders.views);
  app.set('view engine', 'hbs');
  app.enable('view cache');
}
