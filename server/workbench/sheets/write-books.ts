import type { Request } from 'express';
import writeExcelFile, { type Cell, type SheetData } from 'write-excel-file/node';
import { inLanguage, nameOf } from '../../catalog/catalog-reader.ts';
import type { PrismaClient } from '../../db/client.ts';
import { placeName } from '../../units/place-tree.ts';
import type { StockedBatch } from '../batches/batch-queries.ts';
import { originsOf } from '../goods/where-sold.ts';
import type { SheetContext } from './apply-sheet.ts';
import { SHEET_COLUMNS, type SheetColumn, type SheetKind } from './sheet-columns.ts';

type Reader = Pick<Request, 't' | 'locale'>;

const MOST_GOODS = 5000;
const WIDTHS: Partial<Record<SheetColumn, number>> = { code: 26, name: 26, description: 40, supplier: 30, origin: 26 };
const YUAN = '#,##0.00';

function headsOf({ t }: Reader, columns: readonly SheetColumn[]): Cell[] {
  return columns.map((column) => ({
    value: t(`goodsSheet:head.${column}`).split('|')[0] ?? column,
    fontWeight: 'bold',
    wrap: true,
  }));
}

const widthsOf = (columns: readonly SheetColumn[]) => columns.map((column) => ({ width: WIDTHS[column] ?? 14 }));

/** All own goods as the table that can be changed and uploaded again. */
export async function writeGoodsBook(db: PrismaClient, reader: Reader, context: SheetContext): Promise<Buffer> {
  const goods = await db.product.findMany({
    where: { supplierId: { in: context.suppliers.map(({ id }) => id) } },
    orderBy: { id: 'asc' },
    take: MOST_GOODS,
    include: { family: true },
  });
  const { t } = reader;
  const rows = goods.map((product): SheetData[number] => {
    const supplier = context.suppliers.find(({ id }) => id === product.supplierId);
    const cells: Partial<Record<SheetColumn, Cell | string | number | null>> = {
      ...{ code: product.code, name: product.family.name, nameEn: product.family.nameEn || null },
      ...{ description: product.family.description || null, storage: product.family.storage || null },
      ...{ spec: product.spec, specEn: product.specEn || null, saleUnit: product.saleUnit },
      ...{
        saleUnitEn: product.saleUnitEn || null,
        category: context.categories.byId.get(product.categoryId)?.code ?? null,
      },
      ...{ origin: context.places.byId.get(product.placeId)?.code ?? null, netGrams: product.netGrams },
      price: { value: product.priceFen / 100, type: Number, format: YUAN },
      ...{ minQuantity: product.minQuantity, orderMultiple: product.orderMultiple, caseQuantity: product.caseQuantity },
      ...{ shelfLifeDays: product.shelfLifeDays, coldChain: yesOrNo(t, product.coldChain) },
      supplier: supplier?.code ?? null,
    };
    return SHEET_COLUMNS.goods.map((column) => (cells[column] ?? null) as Cell);
  });
  return book(reader, 'goods', rows, namesToUse(reader, context));
}

/** An empty table to fill in, with the names that it may use on a second sheet. */
export async function writeTemplate(
  db: PrismaClient,
  reader: Reader,
  kind: SheetKind,
  context: SheetContext,
): Promise<Buffer> {
  if (kind === 'goods') return book(reader, kind, [], namesToUse(reader, context));
  const goods = await db.product.findMany({
    where: { supplierId: { in: context.suppliers.map(({ id }) => id) } },
    orderBy: { id: 'asc' },
    take: MOST_GOODS,
    select: { code: true, spec: true, specEn: true, family: { select: { name: true, nameEn: true } } },
  });
  const names = goods.map((product): Cell[] => [
    product.code,
    nameOf(reader.locale, product.family),
    inLanguage(reader.locale, product.spec, product.specEn),
  ]);
  return book(reader, kind, [], names);
}

/** Stock by batch, as it is sold. */
export function writeStockBook({ t, locale }: Reader, batches: readonly StockedBatch[]): Promise<Buffer> {
  const heads = [
    'traceCode',
    'code',
    'name',
    'spec',
    'producedOn',
    'expiresOn',
    'quantity',
    'available',
    'unit',
    'conformityNumber',
  ].map((column): Cell => ({ value: t(`goodsSheet:stock.${column}`), fontWeight: 'bold' }));
  const rows = batches.map((batch): Cell[] => [
    ...[batch.traceCode, batch.productCode, nameOf(locale, batch), inLanguage(locale, batch.spec, batch.specEn)],
    ...[batch.producedOn, batch.expiresOn, batch.quantity, batch.available],
    ...[inLanguage(locale, batch.saleUnit, batch.saleUnitEn), batch.conformityNumber],
  ]);
  const columns = [24, 26, 26, 22, 12, 12, 10, 10, 8, 24].map((width) => ({ width }));
  return writeExcelFile([heads, ...rows], { columns, stickyRowsCount: 1, sheet: t('batches:title') }).toBuffer();
}

function book(reader: Reader, kind: SheetKind, rows: SheetData, names: SheetData): Promise<Buffer> {
  const { t } = reader;
  const columns = SHEET_COLUMNS[kind];
  return writeExcelFile([
    {
      data: [headsOf(reader, columns), ...rows],
      sheet: t(`goodsSheet:title.${kind}`),
      columns: widthsOf(columns),
      stickyRowsCount: 1,
    },
    {
      data: [[{ value: t(`goodsSheet:help.${kind}`), wrap: true }]],
      sheet: t('goodsSheet:helpTitle'),
      columns: [{ width: 100 }],
    },
    { data: names, sheet: t('goodsSheet:names'), columns: Array(4).fill({ width: 28 }) },
  ]).toBuffer();
}

/** Codes of categories and origins side by side with their names. */
function namesToUse({ locale }: Reader, { categories, places, suppliers }: SheetContext): SheetData {
  const kinds = [...categories.byId.values()].map((node) => [node.code, nameOf(locale, node)]);
  const origins = [...new Set(suppliers.flatMap(({ placeId }) => originsOf(places, placeId)))].map((id) => [
    places.byId.get(id)?.code ?? '',
    placeName(places, id, locale),
  ]);
  return Array.from({ length: Math.max(kinds.length, origins.length) }, (_, at): Cell[] => [
    ...[kinds[at]?.[0] ?? null, kinds[at]?.[1] ?? null],
    ...[origins[at]?.[0] ?? null, origins[at]?.[1] ?? null],
  ]);
}

function yesOrNo(t: Reader['t'], yes: boolean): string {
  return t(`goodsSheet:${yes ? 'yes' : 'no'}`).split('|')[0] ?? '';
}
