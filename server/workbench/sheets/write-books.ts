import type { Request } from 'express';
import writeExcelFile, { type Cell, type SheetData } from 'write-excel-file/node';
import { inLanguage, nameOf } from '../../catalog/catalog-reader.ts';
import type { PrismaClient } from '../../db/client.ts';
import type { StockedBatch } from '../batches/batch-queries.ts';
import type { SheetContext } from './apply-sheet.ts';
import { SHEET_COLUMNS, type SheetColumn } from './sheet-columns.ts';

type Reader = Pick<Request, 't' | 'locale'>;

const MOST_GOODS = 5000;
const WIDTHS: Partial<Record<SheetColumn, number>> = { code: 26 };

function headsOf({ t }: Reader, columns: readonly SheetColumn[]): Cell[] {
  return columns.map((column) => ({
    value: t(`goodsSheet:head.${column}`).split('|')[0] ?? column,
    fontWeight: 'bold',
    wrap: true,
  }));
}

const widthsOf = (columns: readonly SheetColumn[]) => columns.map((column) => ({ width: WIDTHS[column] ?? 14 }));

/** An empty table of new batches, with the codes that it may use on a third sheet. */
export async function writeBatchTemplate(db: PrismaClient, reader: Reader, context: SheetContext): Promise<Buffer> {
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
  return book(reader, names);
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

function book(reader: Reader, names: SheetData): Promise<Buffer> {
  const { t } = reader;
  const columns = SHEET_COLUMNS.batches;
  return writeExcelFile([
    {
      data: [headsOf(reader, columns)],
      sheet: t('goodsSheet:title.batches'),
      columns: widthsOf(columns),
      stickyRowsCount: 1,
    },
    {
      data: [[{ value: t('goodsSheet:help.batches'), wrap: true }]],
      sheet: t('goodsSheet:helpTitle'),
      columns: [{ width: 100 }],
    },
    { data: names, sheet: t('goodsSheet:names'), columns: Array(3).fill({ width: 28 }) },
  ]).toBuffer();
}
