import { pathTo } from '../paths.ts';
import { pricePerKg } from '../shared/money.ts';
import type { Benefit, Mark } from '../suppliers/supplier-queries.ts';
import { placeName } from '../units/place-tree.ts';
import { presentCards } from './card-presenter.ts';
import { type CatalogReader, hrefOfPlace, inLanguage, nameOf } from './catalog-reader.ts';
import { presentPhoto } from './photos.ts';
import { stockState } from './product-cards.ts';
import type { HeldCertification, PageProduct, ProductPage } from './product-queries.ts';
import { presentQuantity } from './quantity-price.ts';
import { leastQuantity, priceFor } from './shelf-products.ts';
import type { ZoneNode } from './zone-list.ts';

/** The data of `views/catalog/show.hbs`, with the price of the quantity that was typed, or of the least; `zone`: the one on whose page it was found. */
export function presentProductPage(
  reader: CatalogReader,
  page: ProductPage,
  zones: readonly ZoneNode[],
  { typed, zone }: { typed?: unknown; zone?: ZoneNode } = {},
) {
  const { t, locale, places } = reader;
  const { product } = page;
  return {
    title: nameOf(locale, product),
    product: presentProduct(reader, product),
    tiers: presentTiers(product),
    price: presentQuantity(
      reader,
      { ...product, familyName: product.name },
      typed === undefined ? leastQuantity(product) : wholeIn(typed),
    ),
    specs:
      page.specifications.length > 1
        ? page.specifications.map((one) => presentSpecification(reader, one, product.id, zone?.code))
        : [],
    supplier: {
      name: inLanguage(locale, product.supplierName, product.supplierNameEn),
      href: pathTo('supplier', { id: product.supplierId }),
      placeName: placeName(places, product.supplierPlaceId, locale),
    },
    zones: zones
      .filter((zone) => product.zoneIds.includes(zone.id))
      .map((zone) => ({ name: nameOf(locale, zone), href: pathTo('zone', { code: zone.code }) })),
    certifications: presentCertifications(reader, page.certifications, page.marks),
    benefit: presentBenefit(reader, page.benefits),
    batches: page.batches.map((batch) => ({
      code: batch.code,
      traceHref: pathTo('trace', { code: batch.code }),
      producedOn: batch.producedOn,
      isRecalled: batch.recalledAt !== null,
      conformityCertificate: batch.conformityNumber !== null,
      inspectionHref: batch.inspections.length > 0 ? `${pathTo('trace', { code: batch.code })}#inspections` : undefined,
    })),
    priceHistory: page.priceHistory,
    rating: page.rating && { count: page.rating.count, average: page.rating.average.toFixed(1) },
    reviews: page.reviews.map(({ rating, ofUnit, on, text, answer }) => ({
      ...{ on, text, answer, stars: '★'.repeat(rating) + '☆'.repeat(5 - rating) },
      by: t(`catalog:show.reviewBy.${ofUnit ? 'unit' : 'person'}`),
      ratingLabel: t(`aftersales:rating.${rating}`),
    })),
    related: presentCards(reader, page.related),
    breadcrumbs: [...categoryCrumbs(reader, product.categoryId), { label: nameOf(locale, product) }],
    currentCategory: reader.categories.pathOf(product.categoryId)[0]?.code,
    zone:
      zone && product.zoneIds.includes(zone.id)
        ? { code: zone.code, name: nameOf(locale, zone), href: pathTo('zone', { code: zone.code }) }
        : undefined,
    addAction: pathTo('cartLines'),
    offShelf: product.offShelf && t(`catalog:offShelf.${product.offShelf}`),
  };
}

function presentProduct({ t, locale, categories, places }: CatalogReader, product: PageProduct) {
  const category = categories.byId.get(product.categoryId);
  const { seasonFrom, seasonTo } = product;
  return {
    id: product.id,
    name: nameOf(locale, product),
    category: category?.illustration,
    photos: product.photos.map((photo) => presentPhoto(locale, photo, nameOf(locale, product))),
    categoryName: category ? nameOf(locale, category) : '',
    brandHref: product.brandCode ? pathTo('brand', { code: product.brandCode }) : undefined,
    brand: product.brandName ? inLanguage(locale, product.brandName, product.brandNameEn) : undefined,
    description: inLanguage(locale, product.description, product.descriptionEn),
    storage: inLanguage(locale, product.storage, product.storageEn),
    originName: placeName(places, product.placeId, locale),
    originHref: hrefOfPlace({ places }, product.placeId),
    saleUnit: inLanguage(locale, product.saleUnit, product.saleUnitEn),
    spec: inLanguage(locale, product.spec, product.specEn),
    netGrams: product.netGrams,
    weighed: product.saleMode === 'by_weight' && weighedTerms(t, product),
    priceFen: priceFor(product, leastQuantity(product)),
    certified: product.productCertificationId !== null && product.supplierCertificationId !== null,
    coldChain: product.coldChain,
    preOrder: product.comesOn ? { deliverFrom: product.comesOn } : undefined,
    stockState: product.offShelf ? 'out' : stockState(product),
    stockLeft: product.available,
    minQuantity: leastQuantity(product),
    orderMultiple: product.orderMultiple,
    caseQuantity: product.caseQuantity > 1 ? product.caseQuantity : undefined,
    shelfLifeDays: product.shelfLifeDays,
    season: seasonFrom && seasonTo ? t('catalog:show.months', { from: seasonFrom, to: seasonTo }) : undefined,
  };
}

/** A quantity as it was typed; null: none. */
function wholeIn(typed: unknown): number | null {
  const text = String(typed).trim();
  return /^\d{1,9}$/.test(text) ? Number(text) : null;
}

/** What goods settled by weight cost a kilogram, and how far their weight may differ (rule 25). */
function weighedTerms(t: CatalogReader['t'], product: PageProduct) {
  const perKgFen = pricePerKg(priceFor(product, leastQuantity(product)), product.netGrams);
  const percent = `${Math.trunc(product.toleranceBp / 100)}${
    product.toleranceBp % 100
      ? `.${String(product.toleranceBp % 100)
          .padStart(2, '0')
          .replace(/0+$/, '')}`
      : ''
  }`;
  return { perKgFen, tolerance: t('receiving:tolerance', { percent }) };
}

/** The base price, then each tier that is reached above the least quantity. */
function presentTiers(product: PageProduct) {
  const least = leastQuantity(product);
  return [
    { minQuantity: least, priceFen: priceFor(product, least) },
    ...product.tiers
      .filter((tier) => tier.fromQuantity > least)
      .map((tier) => ({ minQuantity: tier.fromQuantity, priceFen: tier.priceFen })),
  ];
}

function presentSpecification({ locale }: CatalogReader, one: PageProduct, currentId: number, zone?: string) {
  return {
    label: inLanguage(locale, one.spec, one.specEn),
    href: pathTo('product', { id: one.id, zone }),
    current: one.id === currentId,
  };
}

export function presentCertifications(
  { t }: CatalogReader,
  held: readonly HeldCertification[],
  marks: readonly Mark[],
) {
  return [
    ...held.map(({ of, number, issuer, validFrom, validUntil }) => ({
      name: t(`catalog:certifiedAs.${of}`),
      number,
      href: number ? pathTo('certificate', { number }) : undefined,
      issuer,
      validFrom,
      validUntil,
    })),
    ...marks.map(({ kind, number, validFrom, validUntil }) => ({
      name: t(`catalog:marks.${kind}`),
      number,
      href: undefined,
      issuer: null,
      validFrom,
      validUntil,
    })),
  ];
}

/** What the supplier's latest year told; households of several modes may be the same people, so the largest number is shown. */
export function presentBenefit({ t }: CatalogReader, benefits: readonly Benefit[]) {
  const [first] = benefits;
  if (!first) return null;
  return {
    modes: benefits.map(({ mode }) => t(`catalog:benefit.${mode}`)),
    households: Math.max(...benefits.map(({ households }) => households)),
    payoutFen: benefits.reduce((sum, { yearlyPayoutFen }) => sum + yearlyPayoutFen, 0),
    year: first.year,
  };
}

/** Home, all products, then the category's path. */
export function categoryCrumbs({ t, locale, categories }: CatalogReader, categoryId: number | undefined) {
  const path = categoryId === undefined ? [] : categories.pathOf(categoryId);
  return [
    { label: t('common:nav.home'), href: pathTo('home') },
    { label: t('common:nav.allProducts'), href: pathTo('products') },
    ...path.map((node) => ({ label: nameOf(locale, node), href: pathTo('products', { category: node.code }) })),
  ];
}
