import type { Request } from 'express';
import type { PrismaClient } from '../db/client.ts';
import { pathTo } from '../paths.ts';
import { type PlaceTree, placeTree } from '../units/place-tree.ts';
import type { Locale, Translate } from '../web/i18n.ts';
import { type CategoryTree, categoryTree } from './category-tree.ts';

/** Who reads, and the names that presenters look up: made once a request from what the process remembers. */
export interface CatalogReader {
  t: Translate;
  locale: Locale;
  categories: CategoryTree;
  places: PlaceTree;
}

export async function catalogReader(
  db: PrismaClient,
  { t, locale }: Pick<Request, 't' | 'locale'>,
): Promise<CatalogReader> {
  const [categories, places] = await Promise.all([categoryTree(db), placeTree(db)]);
  return { t, locale, categories, places };
}

/** The text in the reader's language; Chinese where there is no English. */
export function inLanguage(locale: Locale, zh: string, en: string | null | undefined): string {
  return (locale === 'en' && en) || zh;
}

export function nameOf(locale: Locale, named: { name: string; nameEn: string | null }): string {
  return inLanguage(locale, named.name, named.nameEn);
}

/** The public page of a place; undefined for one that is not known any more. */
export function hrefOfPlace({ places }: Pick<CatalogReader, 'places'>, id: number): string | undefined {
  const place = places.byId.get(id);
  return place && pathTo('place', { code: place.code });
}
