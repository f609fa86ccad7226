import { categoryTree } from '../../catalog/category-tree.ts';
import type { PrismaClient } from '../../db/client.ts';
import type { Day } from '../../shared/days.ts';
import { certificationHolds } from '../../suppliers/valid-certification.ts';
import { placeName, placeTree } from '../../units/place-tree.ts';
import type { Locale } from '../../web/i18n.ts';

export interface Choice {
  value: string;
  label: string;
}

export interface PurchaseChoices {
  categories: Choice[];
  places: Choice[];
  suppliers: Choice[];
}

/** What the lists of a declaration's form offer: every category and place, the suppliers that are certified today. */
export async function purchaseChoices(db: PrismaClient, locale: Locale, today: Day): Promise<PurchaseChoices> {
  const [categories, places, suppliers] = await Promise.all([
    categoryTree(db),
    placeTree(db),
    db.$queryRaw<{ code: string; name: string; nameEn: string }[]>`
      SELECT s.code, s.name, s.nameEn FROM supplier s WHERE s.state <> 'applying' AND EXISTS (
        SELECT 1 FROM certification c WHERE c.supplierId = s.id AND ${certificationHolds(today)}) ORDER BY s.name`,
  ]);
  const named = (row: { name: string; nameEn: string }) => (locale === 'en' && row.nameEn) || row.name;
  const inOrder = (id: number): number[] => [id, ...categories.childrenOf(id).flatMap((child) => inOrder(child.id))];
  return {
    categories: categories.roots
      .flatMap(({ id }) => inOrder(id))
      .filter((id) => !categories.byId.get(id)?.isRetired)
      .map((id) => {
        const path = categories.pathOf(id);
        return { value: path.at(-1)?.code ?? '', label: path.map(named).join(' › ') };
      }),
    places: [...places.byId.values()]
      .map((place) => ({
        value: place.code,
        label: placeName(places, place.id, locale),
      }))
      .sort((a, b) => a.label.localeCompare(b.label, locale)),
    suppliers: suppliers.map((supplier) => ({ value: supplier.code, label: named(supplier) })),
  };
}
