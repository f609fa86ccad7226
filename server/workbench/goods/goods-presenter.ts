import { type CatalogReader, inLanguage, nameOf } from '../../catalog/catalog-reader.ts';
import { pathTo } from '../../paths.ts';
import type { Day } from '../../shared/days.ts';
import { placeName } from '../../units/place-tree.ts';
import {
  type GoodsFilter,
  type OwnFamily,
  type OwnGood,
  type OwnSpecification,
  SHELF_PARTS,
  STOCK_PARTS,
} from './goods-queries.ts';

/** A specification as a row of the list and of its family. */
export function presentGood({ t, locale, categories }: CatalogReader, good: OwnGood, soon: Day) {
  const state = shelfState(good);
  return {
    id: good.id,
    href: pathTo('supplierSpecification', { id: good.id }),
    familyHref: pathTo('supplierFamily', { id: good.familyId }),
    name: nameOf(locale, good),
    spec: inLanguage(locale, good.spec, good.specEn),
    unit: inLanguage(locale, good.saleUnit, good.saleUnitEn),
    category: categories.byId.get(good.categoryId)?.illustration,
    supplierName: inLanguage(locale, good.supplierName, good.supplierNameEn),
    ...{ priceFen: good.priceFen, netGrams: good.netGrams, available: good.available, sold: good.sold },
    priceWaits: good.priceWaits,
    spoilsOn: good.spoilsOn,
    spoilsSoon: good.spoilsOn !== null && good.spoilsOn <= soon,
    stateTone: TONES[state],
    stateLabel: t(`workbench:shelf.${state}`),
  };
}

type ShelfState = 'on' | 'soldOut' | 'draft' | 'off' | 'notCertified' | 'notOffered';
const TONES: Record<ShelfState, string> = {
  ...{ on: 'good', soldOut: 'wait', draft: 'off', off: 'off', notCertified: 'bad', notOffered: 'wait' },
};

function shelfState(good: OwnGood): ShelfState {
  if (good.isOnShelf) return good.available > 0 ? 'on' : 'soldOut';
  if (good.state === 'draft') return 'draft';
  if (good.state === 'off_sale') return 'off';
  return good.isCertified && good.supplierCertified ? 'notOffered' : 'notCertified';
}

/** The choices of the list's filter. */
export function presentFilter({ t }: Pick<CatalogReader, 't'>, filter: GoodsFilter) {
  return {
    q: filter.q,
    isFiltered: filter.q !== '' || filter.shelf !== 'all' || filter.stock !== 'any',
    tabs: SHELF_PARTS.map((shelf) => ({
      label: t(`workbench:list.shelf.${shelf}`),
      href: pathTo('supplierGoods', {
        shelf: shelf === 'all' ? undefined : shelf,
        q: filter.q || undefined,
        stock: filter.stock === 'any' ? undefined : filter.stock,
      }),
      current: shelf === filter.shelf,
    })),
    shelf: filter.shelf,
    stock: filter.stock,
    stocks: STOCK_PARTS.map((value) => ({ value, label: t(`workbench:list.stock.${value}`) })),
  };
}

/** A family's head, as its page shows it. */
export function presentFamily({ locale, t }: CatalogReader, family: OwnFamily) {
  return {
    id: family.id,
    ...{
      name: family.name,
      nameEn: family.nameEn,
      description: family.description,
      descriptionEn: family.descriptionEn,
    },
    ...{ storage: inLanguage(locale, family.storage, family.storageEn) },
    brand: family.brand && nameOf(locale, family.brand),
    aliases: (Array.isArray(family.aliases) ? family.aliases : []).join('、'),
    supplierName: nameOf(locale, family.supplier),
    hasEnglish: family.nameEn !== '' && family.descriptionEn !== '',
    englishHint: t('workbench:family.noEnglish'),
    editHref: pathTo('supplierFamilyForm', { id: family.id }),
    photosHref: pathTo('familyPhotos', { id: family.id }),
    addHref: pathTo('newSpecification', { id: family.id }),
  };
}

/** A specification's facts, as its page shows them. */
export function presentSpecification(reader: CatalogReader, product: OwnSpecification) {
  const { t, locale, categories, places } = reader;
  const category = categories.byId.get(product.categoryId);
  const { seasonFrom, seasonTo } = product;
  return {
    id: product.id,
    name: nameOf(locale, product.family),
    spec: inLanguage(locale, product.spec, product.specEn),
    unit: inLanguage(locale, product.saleUnit, product.saleUnitEn),
    code: product.code,
    supplierName: nameOf(locale, product.supplier),
    categoryName: category ? nameOf(locale, category) : '',
    originName: placeName(places, product.placeId, locale),
    ...{ netGrams: product.netGrams, priceFen: product.priceFen, minQuantity: product.minQuantity },
    ...{ orderMultiple: product.orderMultiple, caseQuantity: product.caseQuantity, coldChain: product.coldChain },
    shelfLifeDays: product.shelfLifeDays,
    season: seasonFrom && seasonTo ? t('catalog:show.months', { from: seasonFrom, to: seasonTo }) : undefined,
    saleMode: t(`workbench:saleMode.${product.saleMode}`),
    tiers: product.tiers.map(({ fromQuantity, priceFen }) => ({ fromQuantity, priceFen })),
    newBatchHref: pathTo('newBatch', { id: product.id }),
    editHref: pathTo('specificationForm', { id: product.id }),
    publicHref: product.state === 'draft' ? undefined : pathTo('product', { id: product.id }),
    familyHref: pathTo('supplierFamily', { id: product.family.id }),
  };
}
