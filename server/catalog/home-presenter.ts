import { pathTo } from '../paths.ts';
import { presentCards } from './card-presenter.ts';
import { type CatalogReader, nameOf } from './catalog-reader.ts';
import type { HomePage } from './home-queries.ts';
import type { ZoneNode } from './zone-list.ts';

/** The data of `views/catalog/home.hbs`, without what the rest of the market adds to it (task, call, bulletins). */
export function presentHome(reader: CatalogReader, home: HomePage, zones: readonly ZoneNode[]) {
  const { t, locale, categories } = reader;
  const { figures } = home;
  return {
    flush: true,
    categories: categories.roots
      .filter(({ isRetired }) => !isRetired)
      .map((node) => ({
        code: node.illustration,
        name: nameOf(locale, node),
        href: pathTo('products', { category: node.code }),
      })),
    featured: presentCards(reader, home.bestsellers),
    featuredHref: pathTo('products', { sort: '-sales' }),
    newest: presentCards(reader, home.newest),
    newestHref: pathTo('products', { sort: '-newest' }),
    zones: zones.map((zone) => presentZone(reader, zone)),
    figures: [
      { label: t('catalog:figures.products'), value: figures.products.toLocaleString('en-US') },
      { label: t('catalog:figures.suppliers'), value: figures.suppliers.toLocaleString('en-US') },
      { label: t('catalog:figures.places'), value: figures.places.toLocaleString('en-US') },
      {
        label: t('catalog:figures.households'),
        value: figures.households.toLocaleString('en-US'),
        under: t('catalog:figures.householdsUnder'),
      },
    ],
    notices: home.notices.map((notice) => ({
      title: t('catalog:home.noticeTitle', { name: nameOf(locale, notice), until: notice.endsOn }),
      href: pathTo('notice', { id: notice.id }),
      on: notice.startsOn,
      kind: 'notice',
      kindLabel: t('catalog:home.noticeKind'),
    })),
  };
}

export function presentZone({ locale }: CatalogReader, zone: ZoneNode) {
  return {
    name: nameOf(locale, zone),
    tagline: (locale === 'en' && zone.introEn) || zone.intro,
    href: pathTo('zone', { code: zone.code }),
  };
}
