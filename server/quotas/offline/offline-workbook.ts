import writeExcelFile, { type Cell, type SheetData } from 'write-excel-file/node';
import { nameOf, type Reader } from '../board/board-presenter.ts';
import { SHEET_COLUMNS, type SheetColumn } from './offline-sheet-head.ts';
import type { OfflineSheetContext } from './read-offline-sheet.ts';

const WIDTHS: Partial<Record<SheetColumn, number>> = {
  mark: 8,
  unit: 30,
  sellerName: 30,
  sellerTaxNumber: 24,
  note: 30,
};
const WIDTH = 18;
const HELP_STEPS = 9;
const NO_TAX_NUMBER = '000000000000000000';

/** The template of a table of offline purchases: heads, two example rows of one invoice that are not read, help, and names to use. */
export function writeOfflineTemplate(reader: Reader, context: OfflineSheetContext): Promise<Buffer> {
  const { t } = reader;
  const heads = SHEET_COLUMNS.map(
    (name): Cell => ({
      ...{ value: t(`offlineSheet:head.${name}`), fontWeight: 'bold', wrap: true },
    }),
  );
  const columns = SHEET_COLUMNS.map((name) => ({ width: WIDTHS[name] ?? WIDTH }));
  const help: SheetData = Array.from({ length: HELP_STEPS }, (_, step) => [
    { value: t(`offlineSheet:help.step${step + 1}`), wrap: true },
  ]);
  return writeExcelFile([
    { data: [heads, ...examples(reader, context)], sheet: t('offline:list.title'), columns, stickyRowsCount: 1 },
    { data: help, sheet: t('offlineSheet:help.title'), columns: [{ width: 100 }] },
    { data: namesToUse(reader, context), sheet: t('offlineSheet:listsTitle'), columns: Array(8).fill({ width: 24 }) },
  ]).toBuffer();
}

/** Made up and marked so; the tax number is none, so that a row whose mark was taken off is still refused. */
function examples(reader: Reader, { units, categories, places, suppliers: _, today }: OfflineSheetContext): SheetData {
  const { t } = reader;
  const [unit] = units;
  const [category] = categories.roots;
  const origin = [...places.byId.values()].find(({ parentId }) => parentId !== null);
  const first: Partial<Record<SheetColumn, string | number>> = {
    ...{ unit: unit && nameOf(reader, unit), fundingSource: t('quotas:funding.canteen_budget'), purchasedOn: today },
    ...{ kind: t('offlineSheet:kind.invoice'), sellerName: t('offlineSheet:sample.seller') },
    ...{ sellerTaxNumber: NO_TAX_NUMBER, invoiceNumber: '00000000', invoiceFen: 1200 },
  };
  const line = (goods: string, fen: number, grams: number): Partial<Record<SheetColumn, string | number>> => ({
    ...{ mark: t('offlineSheet:mark'), category: category?.code, origin: origin?.code, goods, fen, grams },
  });
  const rows = [
    { ...first, ...line(t('offlineSheet:sample.goods'), 900, 3) },
    { invoiceNumber: '00000000', ...line(t('offlineSheet:sample.other'), 300, 10.5) },
  ];
  return rows.map((row) =>
    SHEET_COLUMNS.map((name): Cell => {
      const value = (row as typeof first)[name];
      if (value === undefined) return null;
      return typeof value === 'number'
        ? { value, type: Number, format: name === 'grams' ? '#,##0.###' : '#,##0.00', fontStyle: 'italic' }
        : { value, fontStyle: 'italic' };
    }),
  );
}

/** Code and name of each unit, category, origin and supplier, side by side. */
function namesToUse(reader: Reader, { units, categories, places, suppliers }: OfflineSheetContext): SheetData {
  const { t } = reader;
  const lists = [
    { title: 'units', nodes: units },
    { title: 'categories', nodes: [...categories.byId.values()] },
    { title: 'places', nodes: [...places.byId.values()] },
    { title: 'suppliers', nodes: suppliers },
  ];
  const rows = Math.max(...lists.map(({ nodes }) => nodes.length));
  const heads = lists.flatMap(({ title }): Cell[] => {
    const label = t(`offlineSheet:lists.${title}`);
    return [
      { value: `${label} · ${t('offlineSheet:lists.code')}`, fontWeight: 'bold' },
      { value: `${label} · ${t('offlineSheet:lists.name')}`, fontWeight: 'bold' },
    ];
  });
  const filled = Array.from({ length: rows }, (_, row) =>
    lists.flatMap(({ nodes }): Cell[] => {
      const node = nodes[row];
      return node ? [node.code, nameOf(reader, node)] : [null, null];
    }),
  );
  return [heads, ...filled];
}
