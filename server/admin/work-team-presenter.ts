import type { Request } from 'express';
import type { StockedProduct } from '../catalog/supplier-stock.ts';
import type { OpenParcel } from '../orders/open-parcels.ts';
import { pathTo } from '../paths.ts';
import { groupBy } from '../shared/group-by.ts';
import type { SupplierOfPlace } from '../suppliers/suppliers-of-places.ts';
import { type PlaceTree, placeName } from '../units/place-tree.ts';
import { waitedText } from './waited-text.ts';

type Reader = Pick<Request, 't' | 'locale'>;

interface Shown {
  suppliers: readonly SupplierOfPlace[];
  products: readonly StockedProduct[];
  parcels: readonly OpenParcel[];
  now: Date;
  nextHref: string | undefined;
}

/** The data of `views/admin/work-team.hbs`. */
export function presentWorkTeam(reader: Reader, places: PlaceTree, own: readonly number[], shown: Shown) {
  const { t, locale } = reader;
  const { suppliers, products, parcels, now, nextHref } = shown;
  const stock = groupBy(products, (product) => product.supplierId);
  const waiting = groupBy(parcels, (parcel) => parcel.supplier.id);
  return {
    title: t('workTeam:title'),
    places: own.map((id) => placeName(places, id, locale)),
    totals: {
      suppliers: suppliers.length,
      onShelf: products.filter((product) => product.onShelf).length,
      soldOut: products.filter((product) => product.onShelf && product.available === 0).length,
      parcels: parcels.length,
    },
    parcels: [...parcels].sort(bySince).map((parcel) => presentParcel(reader, parcel, now)),
    suppliers: suppliers.map((supplier) => ({
      ...supplier,
      name: nameIn(locale, supplier),
      href: supplier.state === 'applying' ? undefined : pathTo('supplier', { id: supplier.id }),
      kindLabel: t(`suppliers:kinds.${supplier.kind}`),
      placeName: placeName(places, supplier.placeId, locale, true),
      certification: supplier.certifiedUntil
        ? { tone: 'good', label: t('workTeam:certifiedUntil', { day: supplier.certifiedUntil }) }
        : { tone: 'bad', label: t('workTeam:notCertified') },
      parcelsWaiting: waiting.get(supplier.id)?.length ?? 0,
      products: (stock.get(supplier.id) ?? []).map((product) => presentProduct(reader, product)),
    })),
    nextHref,
  };
}

function presentProduct({ t, locale }: Reader, product: StockedProduct) {
  const state = product.onShelf ? (product.available > 0 ? 'onShelf' : 'soldOut') : reasonOff(product);
  return {
    name: `${nameIn(locale, product)} ${locale === 'en' ? product.specEn : product.spec}`,
    href: pathTo('product', { id: product.id }),
    priceFen: product.priceFen,
    available: product.available,
    saleUnit: locale === 'en' ? product.saleUnitEn : product.saleUnit,
    spoilsOn: product.spoilsOn,
    stateTone: { onShelf: 'good', soldOut: 'wait', notCertified: 'bad', offSale: 'off', notOffered: 'off' }[state],
    stateLabel: t(`workTeam:product.${state}`),
  };
}

function reasonOff({ state, isCertified }: StockedProduct): 'offSale' | 'notCertified' | 'notOffered' {
  if (state !== 'on_sale') return 'offSale';
  return isCertified ? 'notOffered' : 'notCertified';
}

function presentParcel({ t, locale }: Reader, parcel: OpenParcel, now: Date) {
  const since = parcel.confirmedAt ?? parcel.placedAt;
  return {
    id: parcel.id,
    linksHref: pathTo('parcelLinks', { id: parcel.id }),
    supplierName: nameIn(locale, parcel.supplier),
    goods: parcel.lines.map((line) => ({
      id: line.id,
      name: `${nameIn(locale, line)} ${locale === 'en' ? line.specEn : line.spec}`,
      quantity: line.quantity,
      saleUnit: locale === 'en' ? line.saleUnitEn : line.saleUnit,
    })),
    goodsFen: parcel.goodsFen,
    since,
    waited: since && waitedText(t, since, now),
    stateTone: parcel.state === 'confirmed' ? 'active' : 'wait',
    stateLabel: t(parcel.state === 'confirmed' ? 'workTeam:parcel.toShip' : 'workTeam:parcel.toConfirm'),
  };
}

function bySince(a: OpenParcel, b: OpenParcel): number {
  const since = ({ confirmedAt, placedAt }: OpenParcel) => (confirmedAt ?? placedAt)?.getTime() ?? 0;
  return since(a) - since(b);
}

function nameIn(locale: string, { name, nameEn }: { name: string; nameEn: string }): string {
  return (locale === 'en' && nameEn) || name;
}
