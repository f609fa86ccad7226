import writeExcelFile, { type Cell } from 'write-excel-file/node';
import type { Reader } from '../../cart/cart-presenter.ts';
import { nameOf } from '../../catalog/catalog-reader.ts';
import { type EventResult, sumOfResults } from './event-results.ts';

const COLUMNS = ['unit', 'supplier', 'intended', 'agreed', 'calledOff', 'accepted'];
const WIDTHS = [28, 28, 16, 16, 16, 16];

/** An event's results as an Excel file, a row for each unit and supplier and their sum, money in yuan. */
export function exportResults({ t, locale }: Reader, name: string, results: readonly EventResult[]): Promise<Buffer> {
  const heads = COLUMNS.map((column): Cell => ({ value: t(`matching:results.${column}`), fontWeight: 'bold' }));
  const amounts = (row: Pick<EventResult, 'intendedFen' | 'agreedFen' | 'calledOffFen' | 'acceptedFen'>) =>
    [row.intendedFen, row.agreedFen, row.calledOffFen, row.acceptedFen].map(yuan);
  const rows = results.map((row): Cell[] => [
    nameOf(locale, { name: row.unitName, nameEn: row.unitNameEn }),
    nameOf(locale, { name: row.supplierName, nameEn: row.supplierNameEn }),
    ...amounts(row),
  ]);
  const sum: Cell[] = [
    { value: t('matching:results.sum'), fontWeight: 'bold' },
    null,
    ...amounts(sumOfResults(results)),
  ];
  return writeExcelFile([heads, ...rows, sum], {
    columns: WIDTHS.map((width) => ({ width })),
    stickyRowsCount: 1,
    sheet: name.replace(/[\\/?*[\]:]/g, ' ').slice(0, 31),
  }).toBuffer();
}

const yuan = (fen: number): Cell => ({ value: fen / 100, type: Number, format: '#,##0.00' });
