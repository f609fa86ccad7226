import type { Actor } from '../accounts/actor.ts';
import { inLanguage } from '../catalog/catalog-reader.ts';
import { type BuyableProduct, leastQuantity, quantityFaults } from '../catalog/shelf-products.ts';
import { pathTo } from '../paths.ts';
import { formatYuan } from '../shared/money.ts';
import type { Locale, Translate } from '../web/i18n.ts';
import { cartUnits } from './cart-lines.ts';
import type { Quote, QuotedLine, QuotedParcel, Wish } from './quote.ts';

export interface Reader {
  t: Translate;
  locale: Locale;
}

/** One's own cart and each unit's, as tabs. */
export function presentTabs({ t, locale }: Reader, actor: Actor, unitCode: string | undefined) {
  return cartUnits(actor).map((unitId) => {
    const grant = actor.grants.find((candidate) => candidate.unitId === unitId);
    const code = unitId === null ? undefined : (grant?.unitCode ?? undefined);
    const label = unitId === null ? t('cart:own') : inLanguage(locale, grant?.unitName ?? '', grant?.unitNameEn);
    return { label, href: pathTo('cart', { unit: code }), current: code === unitCode };
  });
}

/** The data of `views/cart/show.hbs`. */
export function presentCart(reader: Reader, quoted: Quote, wishes: readonly Wish[], unitCode: string | undefined) {
  const problems = problemsByProduct(reader, quoted, wishes);
  return {
    suppliers: quoted.parcels.map((parcel) => presentParcel(reader, parcel, problems, unitCode)),
    totals: {
      goodsFen: quoted.goodsFen,
      discountFen: 0,
      freightFen: quoted.freightFen,
      payableFen: quoted.totalFen,
      grams: quoted.grams,
    },
    lineCount: wishes.length,
    blocked: quoted.faults.length > 0,
    checkoutHref: pathTo('checkout', { unit: unitCode }),
  };
}

function problemsByProduct({ t }: Reader, { faults }: Quote, wishes: readonly Wish[]): Map<number, string> {
  const problems = new Map<number, string>();
  for (const { path, code, values } of faults) {
    const productId = wishes[Number(/^lines\.(\d+)\./.exec(path)?.[1] ?? -1)]?.productId;
    if (productId !== undefined) problems.set(productId, t(`faults:${code}`, values));
  }
  return problems;
}

function presentParcel(
  reader: Reader,
  parcel: QuotedParcel,
  problems: Map<number, string>,
  unitCode: string | undefined,
) {
  const short = parcel.belowMinimumFen > 0;
  return {
    name: inLanguage(reader.locale, parcel.supplierName, parcel.supplierNameEn),
    href: pathTo('supplier', { id: parcel.supplierId }),
    coldChain: parcel.lines.some((line) => line.product.coldChain),
    minimumFen: short ? parcel.goodsFen + parcel.belowMinimumFen : undefined,
    shortOfMinimumFen: short ? parcel.belowMinimumFen : undefined,
    subtotalFen: parcel.goodsFen,
    freightFen: parcel.freightFen,
    lines: parcel.lines.map((line) => presentLine(reader, line, problems.get(line.productId), unitCode)),
  };
}

function presentLine(reader: Reader, line: QuotedLine, problem: string | undefined, unitCode: string | undefined) {
  const { product, quantity } = line;
  const { locale } = reader;
  const action = pathTo('cartLine', { productId: product.id, unit: unitCode });
  return {
    productId: product.id,
    name: inLanguage(locale, product.familyName, product.nameEn),
    href: pathTo('product', { id: product.id }),
    category: product.illustration,
    spec: inLanguage(locale, product.spec, product.specEn),
    saleUnit: inLanguage(locale, product.saleUnit, product.saleUnitEn),
    priceFen: line.unitPriceFen,
    tierHint: tierHint(reader, product, quantity),
    quantity,
    minQuantity: leastQuantity(product),
    orderMultiple: product.orderMultiple,
    totalFen: line.goodsFen,
    problem,
    updateAction: action,
    removeAction: pathTo('cartLine', { productId: product.id, unit: unitCode, remove: 1 }),
  };
}

/** What a few more would save; none when no tier is left or the quantity is wrong anyway. */
function tierHint({ t, locale }: Reader, product: BuyableProduct, quantity: number): string | undefined {
  const next = product.tiers.find((tier) => tier.fromQuantity > quantity);
  if (!next || quantityFaults(product, quantity).length > 0) return undefined;
  const unit = inLanguage(locale, product.saleUnit, product.saleUnitEn);
  return t('cart:tierHint', { more: next.fromQuantity - quantity, unit, price: `¥${formatYuan(next.priceFen)}` });
}
