import { pathTo } from '../paths.ts';
import type { SupplierPage } from '../suppliers/supplier-queries.ts';
import { placeName } from '../units/place-tree.ts';
import { presentCards } from './card-presenter.ts';
import { type CatalogReader, inLanguage, nameOf } from './catalog-reader.ts';
import type { ProductCard } from './product-cards.ts';
import { presentBenefit, presentCertifications } from './product-presenter.ts';
import type { SupplierReviews } from './supplier-reviews.ts';

/** The data of `views/suppliers/show.hbs`. */
export function presentSupplierPage(
  reader: CatalogReader,
  supplier: SupplierPage,
  cards: readonly ProductCard[],
  { reviews, scoreTenths, latest }: SupplierReviews,
) {
  const { t, locale, places } = reader;
  const { certification } = supplier;
  return {
    title: nameOf(locale, supplier),
    name: nameOf(locale, supplier),
    kindLabel: t(`suppliers:kinds.${supplier.kind}`),
    placeName: placeName(places, supplier.placeId, locale),
    story: inLanguage(locale, supplier.story, supplier.storyEn),
    isActive: supplier.state === 'active',
    certified: certification !== null,
    minOrderFen: supplier.minOrderFen || undefined,
    freightFen: supplier.freightFen,
    freeFreightFromFen: supplier.freeFreightFromFen,
    certifications: presentCertifications(
      reader,
      certification ? [{ of: 'supplier', ...certification }] : [],
      supplier.marks,
    ),
    benefit: presentBenefit(reader, supplier.benefits),
    benefits: supplier.benefits.map(({ mode, households, yearlyPayoutFen }) => ({
      label: t(`catalog:benefit.${mode}`),
      households,
      yearlyPayoutFen,
    })),
    reviews:
      scoreTenths === null
        ? undefined
        : {
            score: `${Math.trunc(scoreTenths / 10)}.${scoreTenths % 10}`,
            countText: t('suppliers:show.reviewCount', { count: reviews }),
            latest: latest.map(({ rating, text, answer, at }) => ({
              ...{ text, answer },
              at: at.toISOString(),
              ratingText: t('suppliers:show.stars', { rating }),
            })),
          },
    products: presentCards(reader, cards),
    registerHref: pathTo('certified', { q: supplier.name }),
    allHref: pathTo('products', { supplier: supplier.code }),
    breadcrumbs: [
      { label: t('common:nav.home'), href: pathTo('home') },
      { label: t('common:nav.allProducts'), href: pathTo('products') },
      { label: nameOf(locale, supplier) },
    ],
  };
}
