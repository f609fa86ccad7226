import writeExcelFile, { type Cell, type SheetData } from 'write-excel-file/node';
import { nameOf, type Reader } from './board-presenter.ts';
import { type EntriesPage, tellEntry } from './entry-presenter.ts';
import type { Entry } from './entry-queries.ts';

const YUAN = '#,##0.00';
const KILOGRAMS = '#,##0.###';
/** amount, weight, count and note stand last */
const FIGURES = 4;

/** Entries as an Excel file whose figures can be summed (yuan, kg), the sums of the whole filter on top. Says where rows were left out. */
export function writeEntriesExcel(
  reader: Reader,
  page: Omit<EntriesPage, 'entries'>,
  entries: readonly Entry[],
  isWhole: boolean,
): Promise<Buffer> {
  const { t } = reader;
  const { heads, cells } = tellEntry(reader, page);
  const { sum } = page;
  const amount = (label: string, fen: number, grams: number): Cell[] => [label, yuan(fen), kilograms(grams)];
  const sheet: SheetData = [
    [{ value: nameOf(reader, page.programme), fontWeight: 'bold' }],
    [t('quotas:export.asOf', { day: page.at })],
    amount(t('quotas:event.placed'), sum.placedFen, sum.placedGrams),
    amount(t('quotas:event.counted'), sum.countedFen, sum.countedGrams),
    isWhole ? [] : [t('board:entries.cut', { count: entries.length })],
    heads.map((value): Cell => ({ value, fontWeight: 'bold', wrap: true })),
    ...entries.map((entry) => rowOf(cells(entry), entry)),
  ];
  const columns = heads.map((_, index) => ({ width: index === 2 || index === 7 ? 30 : 14 }));
  return writeExcelFile(sheet, { columns, stickyRowsCount: 6, sheet: t('board:entries.sheet') }).toBuffer();
}

function rowOf(cells: readonly (string | number)[], entry: Entry): Cell[] {
  const first = cells.length - FIGURES;
  return [
    ...cells.slice(0, first).map((text) => String(text)),
    yuan(entry.fen),
    kilograms(entry.grams),
    { value: entry.entries, type: Number },
    String(cells.at(-1) ?? ''),
  ];
}

/** A sheet's numbers are decimal: fen as yuan, grams as kilograms, converted at this last step. */
function yuan(fen: number): Cell {
  return { value: fen / 100, type: Number, format: YUAN };
}

function kilograms(grams: number): Cell {
  return { value: grams / 1000, type: Number, format: KILOGRAMS };
}
