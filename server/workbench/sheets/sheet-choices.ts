import { nameOf } from '../../catalog/catalog-reader.ts';
import type { CategoryTree } from '../../catalog/category-tree.ts';
import { meantBy, plainWord } from '../../quotas/sheets/sheet-words.ts';
import type { PlaceTree } from '../../units/place-tree.ts';
import type { Locale } from '../../web/i18n.ts';
import { originsOf } from '../goods/where-sold.ts';

interface Named {
  id: number;
  code: string;
  name: string;
  nameEn: string;
}

/** What cells name by its name or code: what may be chosen, and all that is known beside it. */
export interface ChoiceList {
  offered: readonly Named[];
  /** with what may be chosen no more, or by nobody here */
  known: readonly Named[];
}

export const NAMED_COLUMNS = ['category', 'origin', 'brand', 'supplier'] as const;
export type NamedColumn = (typeof NAMED_COLUMNS)[number];
export type SheetChoices = Record<NamedColumn, ChoiceList>;

interface Sources {
  categories: CategoryTree;
  places: PlaceTree;
  suppliers: readonly (Named & { placeId: number })[];
  brands: readonly (Named & { endedAt: Date | null })[];
}

/** What the cells of somebody's goods may name. */
export function choicesOf({ categories, places, suppliers, brands }: Sources): SheetChoices {
  const all = [...categories.byId.values()];
  const origins = new Set(suppliers.flatMap(({ placeId }) => originsOf(places, placeId)));
  const everywhere = [...places.byId.values()];
  return {
    category: { offered: all.filter(({ isRetired }) => !isRetired), known: all },
    origin: { offered: everywhere.filter(({ id }) => origins.has(id)), known: everywhere },
    brand: { offered: brands.filter(({ endedAt }) => endedAt === null), known: brands },
    supplier: { offered: suppliers, known: suppliers },
  };
}

/** How each is written into a cell, by its code, so that it is read back as the same: its name, with its code where that alone is not clear. */
export function labelsOf(locale: Locale, { offered, known }: ChoiceList): Map<string, string> {
  const bearers = new Map<string, number>();
  for (const node of offered)
    for (const name of new Set([plainWord(node.name), plainWord(node.nameEn)]))
      bearers.set(name, (bearers.get(name) ?? 0) + 1);
  const isOffered = new Set(offered.map(({ id }) => id));
  return new Map(
    known.map((node) => {
      const name = nameOf(locale, node);
      const isClear = isOffered.has(node.id) && bearers.get(plainWord(name)) === 1;
      return [node.code, isClear ? name : `${name}（${node.code}）`];
    }),
  );
}

/** What a cell names: one by its code or by a name with the code behind it, else all of that name that may be chosen, else any of it. */
export function namedBy({ offered, known }: ChoiceList, text: string): Named[] {
  const [, code] = /[（(]([a-z0-9_-]+)[）)]$/i.exec(text) ?? [];
  const byCode = known.find((node) => node.code === text || node.code === code);
  if (byCode) return [byCode];
  const meant = meantBy(offered, text);
  return meant.length > 0 ? meant : meantBy(known, text);
}
