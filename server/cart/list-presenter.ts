import { inLanguage } from '../catalog/catalog-reader.ts';
import { type BuyableProduct, leastQuantity, priceFor, quantityFaults } from '../catalog/shelf-products.ts';
import { pathTo } from '../paths.ts';
import { faultText, type Reader } from './cart-presenter.ts';
import type { WholeList } from './list-queries.ts';
import type { Wish } from './quote.ts';

type PricedLine = Wish & { product: BuyableProduct };

/** The data of `views/cart/list.hbs` about the list and its lines; `typed`: what a refused form held. */
export function presentList(
  reader: Reader,
  list: WholeList,
  lines: readonly PricedLine[],
  typed: Record<string, unknown>,
) {
  const { id, unit } = list;
  return {
    list: {
      name: list.name,
      unitName: inLanguage(reader.locale, unit.name, unit.nameEn),
      version: list.version,
      changedAt: list.changedAt.toISOString(),
    },
    lines: lines.map((line) => presentLine(reader, line, typed)),
    totalFen: lines.reduce((sum, line) => sum + priceFor(line.product, line.quantity) * line.quantity, 0),
    grams: lines.reduce((sum, line) => sum + line.product.netGrams * line.quantity, 0),
    action: pathTo('purchaseList', { id }),
    hrefs: {
      add: pathTo('quickOrder', { unit: unit.code, list: id }),
      excel: pathTo('purchaseListExcel', { id }),
      quote: pathTo('newQuoteRequest', { unit: unit.code, list: id }),
      name: pathTo('purchaseListName', { id }),
      canteen: pathTo('purchaseListCanteen', { id }),
      copy: pathTo('purchaseListCopy', { id }),
      removal: pathTo('purchaseListRemoval', { id }),
    },
  };
}

function presentLine(
  reader: Reader,
  { productId, quantity, note, product }: PricedLine,
  typed: Record<string, unknown>,
) {
  const { t, locale } = reader;
  const unit = inLanguage(locale, product.saleUnit, product.saleUnitEn);
  const held = String(quantity);
  const shown = textOr(typed[`quantity.${productId}`], held);
  return {
    productId,
    name: inLanguage(locale, product.familyName, product.nameEn),
    spec: inLanguage(locale, product.spec, product.specEn),
    supplier: inLanguage(locale, product.supplierName, product.supplierNameEn),
    href: pathTo('product', { id: productId }),
    unit,
    quantity: shown,
    heldNow: shown === held ? undefined : t('lists:list.heldNow', { quantity, unit }),
    note: textOr(typed[`note.${productId}`], note ?? ''),
    least: leastQuantity(product),
    priceFen: priceFor(product, quantity),
    totalFen: priceFor(product, quantity) * quantity,
    problem: problemOf(reader, product, quantity),
  };
}

const textOr = (value: unknown, other: string) => (typeof value === 'string' ? value : other);

/** What would keep a line from being bought today. */
function problemOf(reader: Reader, product: BuyableProduct, quantity: number): string | undefined {
  const { t, locale } = reader;
  if (!product.onShelf) return t('lists:list.gone');
  if (product.available <= 0) return t('lists:list.soldOut');
  const [fault] = quantityFaults(product, quantity);
  if (fault) return faultText(reader, fault, product);
  const unit = inLanguage(locale, product.saleUnit, product.saleUnitEn);
  return product.available < quantity ? t('lists:list.short', { available: product.available, unit }) : undefined;
}
