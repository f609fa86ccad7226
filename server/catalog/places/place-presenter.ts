import { pathTo } from '../../paths.ts';
import { idsBelow } from '../../shared/tree.ts';
import { type PlaceNode, placeName } from '../../units/place-tree.ts';
import { presentCards } from '../card-presenter.ts';
import { type CatalogReader, inLanguage, nameOf } from '../catalog-reader.ts';
import type { ProductCard } from '../product-cards.ts';
import type { ZoneNode } from '../zone-list.ts';
import type { Brand, PlaceSupplier } from './place-queries.ts';

interface Found {
  place: PlaceNode;
  intro: { intro: string; introEn: string };
  suppliers: readonly PlaceSupplier[];
  brands: readonly Brand[];
  cards: readonly ProductCard[];
  counts: ReadonlyMap<number, number>;
  zones: readonly ZoneNode[];
}

/** The data of `views/places/show.hbs`. */
export function presentPlace(reader: CatalogReader, found: Found) {
  const { t, locale, places } = reader;
  const { place, intro, suppliers, brands, cards, counts, zones } = found;
  const pavilion = zones.find(({ kind, placeId }) => kind === 'pavilion' && placeId === place.id);
  return {
    title: nameOf(locale, place),
    breadcrumbs: [
      { label: t('places:title'), href: pathTo('places') },
      ...places.pathOf(place.id).map((node) => ({
        label: nameOf(locale, node),
        href: node.id === place.id ? undefined : pathTo('place', { code: node.code }),
      })),
    ],
    levelLabel: t(`places:level.${place.level}`),
    intro: inLanguage(locale, intro.intro, intro.introEn),
    classLabel: place.placeClass ? t(`bulletins:placeClass.${place.placeClass}`) : undefined,
    pavilion: pavilion && { name: nameOf(locale, pavilion), href: pathTo('zone', { code: pavilion.code }) },
    below: places.childrenOf(place.id).map((child) => presentChild(reader, child, counts)),
    brands: brands.map((brand) => presentBrandLink(reader, brand)),
    suppliers: suppliers.map((supplier) => ({
      name: nameOf(locale, supplier),
      kindLabel: t(`places:kind.${supplier.kind}`),
      placeName: placeName(places, supplier.placeId, locale, true),
      href: pathTo('supplier', { id: supplier.id }),
    })),
    products: presentCards(reader, cards),
    count: goodsIn(reader, place, counts),
    allHref: pathTo('products', { place: place.code }),
  };
}

/** The data of `views/places/list.hbs`: counties with their townships, and the brands. */
export function presentPlaces(
  reader: CatalogReader,
  counts: ReadonlyMap<number, number>,
  brands: readonly Brand[],
  zones: readonly ZoneNode[],
) {
  const { t, locale, places } = reader;
  return {
    title: t('places:title'),
    counties: places.roots.map((county) => {
      const pavilion = zones.find(({ kind, placeId }) => kind === 'pavilion' && placeId === county.id);
      return {
        ...presentChild(reader, county, counts),
        pavilion: pavilion && { name: nameOf(locale, pavilion), href: pathTo('zone', { code: pavilion.code }) },
        below: places
          .childrenOf(county.id)
          .map((child) => presentChild(reader, child, counts))
          .filter(({ count }) => count > 0),
      };
    }),
    brands: brands.map((brand) => presentBrandLink(reader, brand)),
  };
}

/** The data of `views/places/brand.hbs`. */
export function presentBrand(reader: CatalogReader, brand: Brand, cards: readonly ProductCard[]) {
  const { t, locale, places } = reader;
  const place = brand.placeId === null ? undefined : places.byId.get(brand.placeId);
  const suppliers = new Map(cards.map((card) => [card.supplierId, card]));
  return {
    title: nameOf(locale, brand),
    story: inLanguage(locale, brand.story, brand.storyEn),
    isEnded: brand.endedAt !== null,
    breadcrumbs: [{ label: t('places:title'), href: pathTo('places') }, { label: nameOf(locale, brand) }],
    place: place && { name: placeName(places, place.id, locale), href: pathTo('place', { code: place.code }) },
    suppliers: [...suppliers.values()].map((card) => ({
      name: (locale === 'en' && card.supplierNameEn) || card.supplierName,
      href: pathTo('supplier', { id: card.supplierId }),
    })),
    products: presentCards(reader, cards),
    allHref: pathTo('products', { brand: brand.code }),
  };
}

function presentChild(reader: CatalogReader, place: PlaceNode, counts: ReadonlyMap<number, number>) {
  return {
    name: nameOf(reader.locale, place),
    href: pathTo('place', { code: place.code }),
    count: goodsIn(reader, place, counts),
  };
}

function goodsIn({ places }: CatalogReader, place: PlaceNode, counts: ReadonlyMap<number, number>): number {
  return idsBelow(places, place.id).reduce((sum, id) => sum + (counts.get(id) ?? 0), 0);
}

function presentBrandLink({ locale, places }: CatalogReader, brand: Brand) {
  return {
    name: nameOf(locale, brand),
    href: pathTo('brand', { code: brand.code }),
    placeName: brand.placeId === null ? undefined : placeName(places, brand.placeId, locale, true),
  };
}
