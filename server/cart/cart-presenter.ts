import type { Actor } from '../accounts/actor.ts';
import { inLanguage } from '../catalog/catalog-reader.ts';
import { presentQuantity } from '../catalog/quantity-price.ts';
import { type BuyableProduct, leastQuantity } from '../catalog/shelf-products.ts';
import { pathTo } from '../paths.ts';
import type { ExpectedCount } from '../quotas/tally/expected-counts.ts';
import type { Fault } from '../shared/errors.ts';
import { pricePerKg } from '../shared/money.ts';
import { formatKilograms } from '../shared/weight.ts';
import type { Locale, Translate } from '../web/i18n.ts';
import { cartUnits } from './cart-lines.ts';
import type { Quote, QuotedLine, QuotedParcel, Wish } from './quote.ts';

export interface Reader {
  t: Translate;
  locale: Locale;
}

/** A quantity as it was typed into one line, and why it was refused. */
export interface RefusedLine {
  productId: number;
  typed: string;
  fault: Fault;
}

/** One's own cart and each unit's, as tabs; `counts` by unit id, 0 for the own one. */
export function presentTabs(
  { t, locale }: Reader,
  actor: Actor,
  unitId: number | null,
  counts: ReadonlyMap<number, number>,
) {
  return cartUnits(actor).map((id) => {
    const grant = actor.grants.find((candidate) => candidate.unitId === id);
    return {
      label: id === null ? t('cart:own') : inLanguage(locale, grant?.unitName ?? '', grant?.unitNameEn),
      href: id === null ? pathTo('cart', { own: 1 }) : pathTo('cart', { unit: grant?.unitCode ?? undefined }),
      current: id === unitId,
      count: counts.get(id ?? 0),
    };
  });
}

/** The data of `views/cart/show.hbs`. */
export function presentCart(
  reader: Reader,
  quoted: Quote,
  wishes: readonly Wish[],
  unitCode: string | undefined,
  refused: RefusedLine | null = null,
) {
  const problems = problemsByProduct(reader, quoted, wishes);
  if (refused) problems.set(refused.productId, faultText(reader, refused.fault));
  return {
    suppliers: quoted.parcels.map((parcel) => presentParcel(reader, parcel, problems, unitCode, refused)),
    totals: {
      goodsFen: quoted.goodsFen,
      discountFen: quoted.discountFen,
      discountName: quoted.discount?.name,
      pointsFen: quoted.pointsFen,
      allowanceFen: quoted.allowanceFen,
      freightFen: quoted.freightFen,
      payableFen: quoted.totalFen,
      grams: quoted.grams,
    },
    inReach: quoted.inReach,
    gifts: quoted.gifts.map(({ name, product, quantity }) => ({
      ...{ campaign: name, quantity },
      name: inLanguage(reader.locale, product.familyName, product.nameEn),
      spec: inLanguage(reader.locale, product.spec, product.specEn),
      saleUnit: inLanguage(reader.locale, product.saleUnit, product.saleUnitEn),
      href: pathTo('product', { id: product.id }),
    })),
    lineCount: wishes.length,
    blocked: quoted.faults.length > 0,
    tooLarge: quoted.faults.some((fault) => fault.code === 'orderTooLarge'),
    checkoutHref: pathTo('checkout', { unit: unitCode }),
    quoteHref: unitCode ? pathTo('newQuoteRequest', { unit: unitCode }) : undefined,
  };
}

/** What the goods would count for, each programme with its rule in words. */
export function presentExpected(
  { t, locale }: Reader,
  unitName: string,
  counts: readonly ExpectedCount[],
  ruleOf: (count: ExpectedCount) => string,
) {
  return counts.map((count) => ({
    unitName,
    programmeName: inLanguage(locale, count.programmeName, count.programmeNameEn),
    fen: count.fen,
    grams: count.grams,
    rule: t(`orders:rule.${ruleOf(count)}`),
  }));
}

function problemsByProduct(reader: Reader, quoted: Quote, wishes: readonly Wish[]): Map<number, string> {
  const problems = new Map<number, string>();
  for (const fault of quoted.faults) {
    const productId = productOfFault(fault, wishes);
    if (productId !== undefined) problems.set(productId, faultText(reader, fault, productIn(quoted, productId)));
  }
  return problems;
}

/** The product whose line a fault of a quote or an order is about. */
export function productOfFault({ path }: Fault, wishes: readonly Wish[]): number | undefined {
  return wishes[Number(/^lines\.(\d+)\./.exec(path)?.[1] ?? -1)]?.productId;
}

export function productIn(quoted: Quote, productId: number): BuyableProduct | undefined {
  return quoted.parcels.flatMap((parcel) => parcel.lines).find((line) => line.productId === productId)?.product;
}

/** A fault in words, with the product's names in the reader's language. */
export function faultText({ t, locale }: Reader, { code, values }: Fault, product?: BuyableProduct): string {
  if (!product) return t(`faults:${code}`, values);
  return t(`faults:${code}`, {
    ...values,
    name: inLanguage(locale, product.familyName, product.nameEn),
    unit: inLanguage(locale, product.saleUnit, product.saleUnitEn),
  });
}

function presentParcel(
  reader: Reader,
  parcel: QuotedParcel,
  problems: Map<number, string>,
  unitCode: string | undefined,
  refused: RefusedLine | null,
) {
  const short = parcel.belowMinimumFen > 0;
  const freeFrom = parcel.lines[0]?.product.freeFreightFromFen ?? null;
  return {
    name: inLanguage(reader.locale, parcel.supplierName, parcel.supplierNameEn),
    href: pathTo('supplier', { id: parcel.supplierId }),
    coldChain: parcel.lines.some((line) => line.product.coldChain),
    comesInTwo: new Set(parcel.lines.map((line) => line.product.coldChain)).size > 1,
    minimumFen: short ? parcel.goodsFen + parcel.belowMinimumFen : undefined,
    shortOfMinimumFen: short ? parcel.belowMinimumFen : undefined,
    subtotalFen: parcel.goodsFen,
    freightFen: parcel.freightFen,
    toFreeFreightFen: parcel.freightFen > 0 && freeFrom !== null ? freeFrom - parcel.goodsFen : undefined,
    lines: parcel.lines.map((line) => ({
      ...presentLine(reader, line, unitCode),
      problem: problems.get(line.productId),
      typed: refused?.productId === line.productId ? refused.typed : line.quantity,
    })),
  };
}

function presentLine(reader: Reader, line: QuotedLine, unitCode: string | undefined) {
  const { product, quantity } = line;
  const { locale } = reader;
  return {
    productId: product.id,
    name: inLanguage(locale, product.familyName, product.nameEn),
    href: pathTo('product', { id: product.id }),
    category: product.illustration,
    spec: inLanguage(locale, product.spec, product.specEn),
    saleUnit: inLanguage(locale, product.saleUnit, product.saleUnitEn),
    priceFen: line.unitPriceFen,
    price: presentQuantity(reader, product, quantity),
    quantity,
    minQuantity: leastQuantity(product),
    orderMultiple: product.orderMultiple,
    totalFen: line.goodsFen,
    note: line.note,
    weighed:
      product.saleMode === 'by_weight'
        ? { perKgFen: pricePerKg(line.unitPriceFen, product.netGrams), kg: formatKilograms(line.grams) }
        : undefined,
    updateAction: pathTo('cartLine', { productId: product.id, unit: unitCode }),
    removeAction: pathTo('cartLine', { productId: product.id, unit: unitCode, remove: 1 }),
  };
}
