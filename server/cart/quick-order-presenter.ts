import { inLanguage } from '../catalog/catalog-reader.ts';
import { presentQuantity } from '../catalog/quantity-price.ts';
import { type BuyableProduct, leastQuantity, priceFor } from '../catalog/shelf-products.ts';
import { pathTo } from '../paths.ts';
import { formatYuan } from '../shared/money.ts';
import { faultText, type Reader } from './cart-presenter.ts';
import type { CheckedList, CheckedRow } from './quick-order.ts';

/** The data of `views/cart/quick-order-check.hbs` about the list itself. */
export function presentCheck(reader: Reader, { rows, quoted, seen }: CheckedList) {
  const good = rows.filter((row) => row.faults.length === 0);
  return {
    seen,
    rows: rows.map((row, index) => presentRow(reader, row, index)),
    counts: { all: rows.length, good: good.length, open: rows.length - good.length },
    goodFen: good.reduce((sum, row) => sum + (row.quoted?.unitPriceFen ?? 0) * (row.count ?? 0), 0),
    canRound: rows.some((row) => row.rounded !== null),
    minimums: quoted.faults
      .filter((fault) => fault.code === 'belowSupplierMinimum')
      .map((fault) => faultText(reader, fault)),
  };
}

function presentRow(reader: Reader, row: CheckedRow, index: number) {
  const { t, locale } = reader;
  const { product, quoted, count } = row;
  const unit = product && inLanguage(locale, product.saleUnit, product.saleUnitEn);
  return {
    index,
    line: row.asked.line,
    typed: row.asked.product,
    // What is asked in cases stays so until it is known of which product.
    quantity: count === null || !product ? row.asked.quantity : String(count),
    conversion: row.each ? t('lists:check.each', { ...row.each, unit, count }) : undefined,
    note: row.asked.note,
    unit,
    product: product && {
      id: product.id,
      name: inLanguage(locale, product.familyName, product.nameEn),
      spec: inLanguage(locale, product.spec, product.specEn),
      supplier: inLanguage(locale, product.supplierName, product.supplierNameEn),
      href: pathTo('product', { id: product.id }),
      stock: t('lists:check.stock', { available: Math.max(0, product.available), unit }),
      rule: quantityRule(reader, product),
    },
    isChosen: row.asked.chosenId !== null,
    question: t(`lists:check.${row.match.kind === 'near' ? 'near' : 'which'}`, { typed: row.asked.product }),
    choices: row.match.candidates.map((candidate) => ({
      id: candidate.id,
      chosen: candidate.id === row.asked.chosenId,
      label: choiceText(reader, candidate),
    })),
    priceFen: quoted?.unitPriceFen ?? product?.priceFen,
    totalFen: quoted && count !== null ? quoted.unitPriceFen * count : undefined,
    inCart: row.inCart > 0 ? t('lists:check.inCart', { quantity: row.inCart, unit }) : undefined,
    sameAs: row.sameAs === null ? undefined : t('lists:check.sameAs', { line: row.sameAs }),
    faults: row.faults.map((fault) => faultText(reader, fault, product ?? undefined)),
    rounded: row.rounded === null ? undefined : t('lists:check.round', { quantity: row.rounded, unit }),
    price: product && presentQuantity(reader, product, quoted && row.faults.length === 0 ? quoted.quantity : null),
  };
}

function choiceText({ t, locale }: Reader, product: BuyableProduct): string {
  return t('lists:check.choice', {
    name: inLanguage(locale, product.familyName, product.nameEn),
    spec: inLanguage(locale, product.spec, product.specEn),
    price: `¥${formatYuan(priceFor(product, leastQuantity(product)))}`,
    unit: inLanguage(locale, product.saleUnit, product.saleUnitEn),
    supplier: inLanguage(locale, product.supplierName, product.supplierNameEn),
  });
}

/** What the product asks of a quantity; nothing where any will do. */
function quantityRule({ t, locale }: Reader, product: BuyableProduct): string | undefined {
  const unit = inLanguage(locale, product.saleUnit, product.saleUnitEn);
  const least = leastQuantity(product);
  if (product.orderMultiple > 1) return t('lists:check.ruleMultiple', { least, multiple: product.orderMultiple, unit });
  return least > 1 ? t('lists:check.ruleLeast', { least, unit }) : undefined;
}
