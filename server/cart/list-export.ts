import writeExcelFile, { type Cell } from 'write-excel-file/node';
import { inLanguage } from '../catalog/catalog-reader.ts';
import { type BuyableProduct, priceFor } from '../catalog/shelf-products.ts';
import type { Reader } from './cart-presenter.ts';
import type { Wish } from './quote.ts';

const YUAN = '#,##0.00';

/** A list as an Excel file with today's prices in yuan; its first three columns are what quick order reads. */
export function exportList(
  { t, locale }: Reader,
  name: string,
  lines: readonly (Wish & { product: BuyableProduct })[],
): Promise<Buffer> {
  const heads = ['code', 'quantity', 'note', 'product', 'spec', 'unit', 'supplier', 'price', 'amount'].map(
    (column): Cell => ({ value: t(`lists:export.${column}`), fontWeight: 'bold' }),
  );
  const rows = lines.map(({ product, quantity, note }): Cell[] => [
    product.code,
    quantity,
    note ?? null,
    inLanguage(locale, product.familyName, product.nameEn),
    inLanguage(locale, product.spec, product.specEn),
    inLanguage(locale, product.saleUnit, product.saleUnitEn),
    inLanguage(locale, product.supplierName, product.supplierNameEn),
    yuan(priceFor(product, quantity)),
    yuan(priceFor(product, quantity) * quantity),
  ]);
  const columns = [22, 10, 24, 26, 22, 8, 30, 12, 14].map((width) => ({ width }));
  return writeExcelFile([heads, ...rows], {
    columns,
    stickyRowsCount: 1,
    sheet: name.slice(0, 31).replace(/[\\/?*[\]:]/g, ' '),
  }).toBuffer();
}

const yuan = (fen: number): Cell => ({ value: fen / 100, type: Number, format: YUAN });
