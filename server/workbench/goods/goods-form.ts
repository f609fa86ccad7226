import type { Actor } from '../../accounts/actor.ts';
import { type CatalogReader, nameOf } from '../../catalog/catalog-reader.ts';
import type { CategoryNode } from '../../catalog/category-tree.ts';
import type { PriceTier } from '../../catalog/shelf.ts';
import type { PrismaClient } from '../../db/client.ts';
import type { Fen } from '../../shared/money.ts';
import { placeName } from '../../units/place-tree.ts';
import { listBrands, listServedSuppliers, type OwnFamily, type OwnSpecification } from './goods-queries.ts';
import { TIER_ROWS } from './goods-schemas.ts';
import { originsOf } from './where-sold.ts';

interface Held {
  /** whose origins are offered; of all that are looked after when missing */
  supplierPlaceId?: number;
  /** a brand that the family has, though it may have ended */
  heldBrandId?: number | null;
}

/** What the forms of a family and its specifications offer to choose from; origins of the supplier named, or of all that are looked after. */
export async function formChoices(
  db: PrismaClient,
  actor: Actor,
  reader: CatalogReader,
  { supplierPlaceId, heldBrandId = null }: Held = {},
) {
  const [suppliers, brands] = await Promise.all([listServedSuppliers(db, actor), listBrands(db, heldBrandId)]);
  const { locale, categories, places, t } = reader;
  const homes = supplierPlaceId === undefined ? suppliers.map(({ placeId }) => placeId) : [supplierPlaceId];
  const origins = [...new Set(homes.flatMap((home) => originsOf(places, home)))];
  return {
    suppliers: suppliers.map((supplier) => ({ value: String(supplier.id), label: nameOf(locale, supplier) })),
    brands: brands.map((brand) => ({ value: String(brand.id), label: nameOf(locale, brand) })),
    categories: categories.roots.flatMap((root) => categoryChoices(reader, root)),
    origins: origins.map((id) => ({ value: String(id), label: placeName(places, id, locale) })),
    months: Array.from({ length: 12 }, (_, month) => ({
      value: String(month + 1),
      label: t('workbench:form.month', { month: month + 1 }),
    })),
    saleModes: (['by_piece', 'by_weight'] as const).map((value) => ({
      value,
      label: t(`workbench:saleMode.${value}`),
    })),
    tierRows: TIER_ROWS.map((row) => ({ from: `tierFrom${row}`, price: `tierPrice${row}`, row })),
  };
}

function categoryChoices(reader: CatalogReader, node: CategoryNode, depth = 0): { value: string; label: string }[] {
  if (node.isRetired) return [];
  const label = `${'　'.repeat(depth)}${nameOf(reader.locale, node)}`;
  const below = reader.categories.childrenOf(node.id).flatMap((child) => categoryChoices(reader, child, depth + 1));
  return [{ value: String(node.id), label }, ...below];
}

type FamilyWords =
  | 'name'
  | 'nameEn'
  | 'description'
  | 'descriptionEn'
  | 'storage'
  | 'storageEn'
  | 'aliases'
  | 'brandId';

/** A family as its form was filled in. */
export function familyValues(family: Pick<OwnFamily, FamilyWords>): Record<string, unknown> {
  const { name, nameEn, description, descriptionEn, storage, storageEn, aliases, brandId } = family;
  const words = Array.isArray(aliases) ? aliases.filter((word) => typeof word === 'string') : [];
  return {
    name,
    nameEn,
    description,
    descriptionEn,
    storage,
    storageEn,
    aliases: words.join('、'),
    brandId: brandId ?? '',
  };
}

/** A specification as its form was filled in. */
export function specificationValues(
  product: Omit<OwnSpecification, 'family' | 'supplier' | 'tiers'>,
): Record<string, unknown> {
  const { spec, specEn, saleUnit, saleUnitEn, categoryId, placeId, netGrams, minQuantity, orderMultiple } = product;
  const { caseQuantity, shelfLifeDays, seasonFrom, seasonTo, coldChain, saleMode, toleranceBp } = product;
  return {
    ...{ spec, specEn, saleUnit, saleUnitEn, categoryId, placeId, netGrams, minQuantity, orderMultiple, caseQuantity },
    ...{ shelfLifeDays: shelfLifeDays ?? '', seasonFrom: seasonFrom ?? '', seasonTo: seasonTo ?? '', saleMode },
    ...{
      tolerance: saleMode === 'by_weight' ? percentText(toleranceBp) : '',
      ...(coldChain ? { coldChain: '1' } : {}),
    },
  };
}

function percentText(bp: number): string {
  return `${Math.trunc(bp / 100)}.${String(bp % 100).padStart(2, '0')}`.replace(/\.?0+$/, '') || '0';
}

/** Prices as the form shows them: yuan without separators. */
export function priceValues({
  priceFen,
  tiers,
}: {
  priceFen: Fen;
  tiers: readonly PriceTier[];
}): Record<string, unknown> {
  return {
    priceFen: yuanText(priceFen),
    ...Object.fromEntries(
      tiers.flatMap((tier, index) => [
        [`tierFrom${index + 1}`, tier.fromQuantity],
        [`tierPrice${index + 1}`, yuanText(tier.priceFen)],
      ]),
    ),
  };
}

/** Yuan with two decimals and no separators. */
export function yuanText(fen: Fen): string {
  return `${Math.trunc(fen / 100)}.${String(fen % 100).padStart(2, '0')}`;
}
