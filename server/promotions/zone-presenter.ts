import { presentCards } from '../catalog/card-presenter.ts';
import { type CatalogReader, inLanguage, nameOf } from '../catalog/catalog-reader.ts';
import { presentZone } from '../catalog/home-presenter.ts';
import type { ProductCard } from '../catalog/product-cards.ts';
import type { ZoneNode } from '../catalog/zone-list.ts';
import { pathTo } from '../paths.ts';
import { dayOf } from '../shared/days.ts';
import { groupBy } from '../shared/group-by.ts';
import { placeName } from '../units/place-tree.ts';

/** The data of `views/zones/list.hbs`: zones by kind. */
export function presentZones(reader: CatalogReader, zones: readonly ZoneNode[], ownUnits: readonly number[] = []) {
  const { t } = reader;
  const own = zones.filter(({ kind, unitId }) => kind === 'unit_zone' && unitId !== null && ownUnits.includes(unitId));
  return {
    title: t('zones:list.title'),
    own: own.map((zone) => presentZone(reader, zone)),
    kinds: [...groupBy(zones, ({ kind }) => kind)].map(([kind, group]) => ({
      label: t(`zones:kinds.${kind}`),
      zones: group.map((zone) => presentZone(reader, zone)),
    })),
  };
}

/** The data of `views/zones/show.hbs`. */
export function presentZonePage(
  reader: CatalogReader,
  zone: ZoneNode,
  cards: readonly ProductCard[],
  at: { page: number; hasNext: boolean },
) {
  const { t, locale, places } = reader;
  const name = nameOf(locale, zone);
  const hrefOf = (page: number) => pathTo('zone', { code: zone.code, page: page > 1 ? page : undefined });
  return {
    title: name,
    name,
    kindLabel: t(`zones:kinds.${zone.kind}`),
    intro: inLanguage(locale, zone.intro, zone.introEn),
    placeName: zone.placeId === null ? undefined : placeName(places, zone.placeId, locale),
    unitName: zone.unit ? nameOf(locale, zone.unit) : undefined,
    products: presentCards(reader, cards, zone.code),
    allHref: pathTo('products', { zone: zone.code }),
    prevHref: at.page > 1 ? hrefOf(at.page - 1) : undefined,
    nextHref: at.hasNext ? hrefOf(at.page + 1) : undefined,
    breadcrumbs: [
      { label: t('common:nav.home'), href: pathTo('home') },
      { label: t('zones:list.title'), href: pathTo('zones') },
      { label: name },
    ],
  };
}

/** The data of `views/zones/closed.hbs`: where the goods of a zone that was closed are found now. */
export function presentClosedZone({ t, locale, places }: CatalogReader, zone: ZoneNode) {
  const name = nameOf(locale, zone);
  const place = zone.placeId === null ? undefined : places.byId.get(zone.placeId);
  return {
    title: name,
    name,
    kindLabel: t(`zones:kinds.${zone.kind}`),
    closedOn: zone.closedAt && dayOf(zone.closedAt),
    reason: zone.closedReason,
    place: place && { name: nameOf(locale, place), href: pathTo('place', { code: place.code }) },
    breadcrumbs: [
      { label: t('common:nav.home'), href: pathTo('home') },
      { label: t('zones:list.title'), href: pathTo('zones') },
      { label: name },
    ],
  };
}
