import type { Locale, Translate } from '../web/i18n.ts';

/** Who reads a page. */
export interface Reader {
  t: Translate;
  locale: Locale;
}

/** A name in the reader's language; Chinese where there is no English. */
export function inReaderLanguage({ locale }: Reader, zh: string, en: string | null): string {
  return (locale === 'en' && en) || zh;
}

/** What buyer and supplier call a parcel on the telephone. */
export function parcelNumber({ id }: { id: number }): string {
  return String(id).padStart(6, '0');
}

/** Tenths of a degree as people write them: -185 → "-18.5". */
export function degrees(deci: number | null): string | null {
  if (deci === null) return null;
  const magnitude = Math.abs(deci);
  return `${deci < 0 ? '-' : ''}${Math.trunc(magnitude / 10)}${magnitude % 10 ? `.${magnitude % 10}` : ''}`;
}
